// Package requests keeps what is asked of contacts and what they ask by: request
// templates, forms, forms assigned to a contact, submissions and tasks.
//
//	s := requests.New(store.Requests(), tickets.New(store.Tickets(), nil), nil)
//
// A [Template] is a way to make a ticket: it fills in and locks fields, is there
// for everyone or for some contacts and email domains, and may bring a form. A
// [Form] has fields with rules ([Definition]); what was published never changes, and each
// [Submission] says which version it answered. An [Assignment] asks one contact
// to fill in a form. A [Task] is something to do, by a member or a contact, for a
// ticket or a contact.
//
// What belongs to a ticket is seen by who sees the ticket, the rest by who sees
// the contact; a contact sees what is its own. Every rule is asked at the time of
// the act: who may use a template, or fill in a form, is looked at when it does.
//
// Reminders are not sent from here: notices say what people might be told of.
package requests
