// Package intake takes email in: it reads raw messages (RFC 5322, MIME), tells
// new text from history, and makes tickets and messages of them.
//
// [Parse] reads and changes nothing. [Service.Take] is what a listener, a
// webhook or a program that reads a mailbox calls for each message: one
// transaction makes or finds the contact, makes the ticket or adds to one, and
// keeps the raw message with what became of it. A message that cannot be taken
// is kept too, for [Service.List], [Service.OpenRaw] and [Service.Retry].
//
// Nothing in a message is believed: not its sender (see [Verdict]), not the
// ticket it names (see tickets.Threads), not the people in its Cc, who wait
// until a member of the workspace makes them participants.
package intake
