// Package tickets keeps what people ask for: a ticket, the contacts who take
// part in it and as what, the messages between them and the agents, and files.
//
//	s := tickets.New(store.Tickets(), nil)
//	t, err := s.Create(ctx, actor, tickets.NewTicket{
//		Subject: "The printer is on fire", Requester: contact,
//		Message: &tickets.NewMessage{Text: "Please hurry."},
//	})
//
// One rule says who sees a ticket ([SeesAs] for contacts, grants for members
// and systems); get, list, search, count, messages and files all ask it.
// People are told of what happens by notices, which are kept with the events of
// the change; what becomes of them is another package's.
package tickets
