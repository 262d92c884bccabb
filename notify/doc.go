// Package notify tells contacts what happened: it decides who gets which
// message, keeps each decision with its reason, and sends.
//
// The other packages only say, with the event of a change, that people might
// be told of it ([desk.Notice]). The notice is kept in the outbox in the
// transaction of the change. A [Worker] takes it from there when it is
// committed, asks all gates again ([Decide]: the workspace's rule, the contact,
// its part in the ticket, its preference, …), writes the message from the
// workspace's templates, and hands it to the [Sender] of its channel. A message
// is sent at least once and always under the same id, in the order of its
// ticket and contact.
//
// Senders are in notify/smtp, notify/whatsapp and notify/sms; a host can bring
// its own.
package notify
