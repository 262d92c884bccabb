// Package records keeps what happens around a contact or a ticket and is
// neither a message nor a task: deals, emails and meetings that were held
// elsewhere, calls and time entries.
//
// [Service] has all the rules; a [Store] keeps the rows. A record is seen by
// members and the system with [MayView] who see its contact, by the rule of
// contacts.Get, and its ticket; contacts themselves see none. One that names
// neither is seen by who sees all contacts, and by its owner.
//
// A call is matched to a contact by its number ([Service.RecordCall]). One
// that matches nobody, or several, is kept without a contact until
// [Service.MatchCalls] finds exactly one; see there.
//
// [Service.Parts] are the parts of a contact's profile that this package supplies.
//
// Errors are [*desk.Error], or the context's own when that has ended. A stale
// version is contacts.ErrStale, a hidden field contacts.ErrRestricted.
package records
