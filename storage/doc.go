// Package storage keeps the library's records in an SQL database: it has the
// statements of every package's store, and no rules. [DB] is made by the
// packages storage/sqlite and storage/postgres, on a database that the host
// has opened; [DB.In] binds it to a transaction of the host's.
package storage
