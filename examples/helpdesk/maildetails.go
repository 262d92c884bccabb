package main

import (
	"context"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/notify"
	"github.com/deskfolk/desk/tickets/requests"
)

// messageTypes are the library's types of messages, of which those about forms
// and tasks say which one it is. They have no link: contacts have no pages here.
func (db *database) messageTypes() []notify.Type {
	all := notify.Builtin()
	for i := range all {
		switch all[i].Name {
		case notify.TypeForm:
			all[i].Details = db.formDetails
		case notify.TypeTask:
			all[i].Details = db.taskDetails
		}
	}
	return all
}

// asContact reads as the contact itself, so that a message says nothing that
// its recipient may not see (any more).
func asContact(w desk.WorkspaceID, id desk.ContactID) desk.Actor {
	return desk.Actor{Workspace: w, Kind: desk.ContactActor, ID: string(id)}
}

// errDone says that there is nothing left to do for a contact.
var errDone = desk.Errorf(desk.NotFound, "", "It is done, or was taken back.")

func (db *database) formDetails(ctx context.Context, w desk.WorkspaceID, to desk.ContactID, about string) (notify.Details, error) {
	x, v, err := db.requests.Assignment(ctx, asContact(w, to), desk.AssignmentID(about))
	if err != nil {
		return notify.Details{}, err
	}
	if x.State != requests.AssignmentOpen {
		return notify.Details{}, errDone
	}
	return notify.Details{Title: v.Name, Text: x.Note, Due: x.Due}, nil
}

func (db *database) taskDetails(ctx context.Context, w desk.WorkspaceID, to desk.ContactID, about string) (notify.Details, error) {
	t, err := db.requests.Task(ctx, asContact(w, to), desk.TaskID(about))
	if err != nil {
		return notify.Details{}, err
	}
	if t.AssigneeContact != to || t.State == requests.Completed || t.State == requests.Skipped {
		return notify.Details{}, errDone
	}
	return notify.Details{Title: t.Title, Text: t.Description, Due: t.DueAt}, nil
}
