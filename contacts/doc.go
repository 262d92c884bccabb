// Package contacts keeps the people and companies that a workspace helps:
// their record, search, bulk changes, bin, permissions and activity log.
//
// [Service] has all the rules; a [Store] keeps the rows (storage has one for
// SQLite and one for PostgreSQL). Each method takes the [desk.Actor] first,
// and with it the workspace; it checks the grants (see [Permissions]) and the
// restricted fields of the actor on every call. A change, its entry in the
// activity log and its idempotency key are kept together or not at all.
//
// A host needs [New], [Service] and what its methods take and return: [Query],
// [Filter], [NewContact], [Patch], [Contact], [Company], [Settings]. The other
// types are for who writes a [Store]: [Find], [Index], [Key], [Line], [Needle],
// [Record], [Seal], [Once] and their kin.
//
// Errors are [*desk.Error], or the context's own when that has ended; three kinds of them can be told apart with
// errors.Is: [ErrStale], [ErrRestricted] and [ErrCustomField].
//
// Time zones are read with [time.LoadLocation]: a host on a machine without
// the database of time zones imports time/tzdata.
package contacts
