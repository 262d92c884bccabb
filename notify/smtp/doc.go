// Package smtp sends emails by SMTP: with STARTTLS or TLS, authentication, a
// DKIM signature, and connections that are used again.
//
// A message goes to exactly one recipient. A server that has the message twice
// can tell by its Message-ID.
package smtp
