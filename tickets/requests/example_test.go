package requests_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"slices"
	"time"

	_ "modernc.org/sqlite" // the driver

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/sqlite"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/requests"
)

// mei is an agent who may do everything. A host makes such an actor of whoever
// is signed in, with the grants of the role.
var mei = desk.Actor{Workspace: "acme", Kind: desk.MemberActor, ID: "mei", Grants: slices.Concat(contacts.Permissions, tickets.Permissions, requests.Permissions)}

// services returns the services on an empty database, at noon UTC on a Monday,
// and a contact that acts for itself.
func services(database string) (*requests.Service, *tickets.Service, desk.Actor) {
	db, err := sql.Open("sqlite", "file:/requests-"+database+"?vfs=memdb&_txlock=immediate&_pragma=foreign_keys(1)&_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=busy_timeout(5000)")
	check(err)
	store, err := sqlite.New(db)
	check(err)
	check(store.Migrate(context.Background()))
	now := func() time.Time { return time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC) }
	help := tickets.New(store.Tickets(), &tickets.Options{Now: now})
	ana, err := contacts.New(store, nil).Create(context.Background(), mei, contacts.NewContact{FirstName: "Ana", LastName: "Díaz", Email: "ana@example.com", PortalAccess: true})
	check(err)
	return requests.New(store.Requests(), help, &requests.Options{Now: now}), help, desk.Actor{Workspace: mei.Workspace, Kind: desk.ContactActor, ID: string(ana.ID)}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// A template fills in and locks what a request says.
func ExampleService_Submit() {
	s, help, ana := services("submit")
	ctx := context.Background()
	t, err := s.CreateTemplate(ctx, mei, requests.TemplateFields{
		Name: "Something is broken", Active: true, Locked: []string{"priority"},
		Defaults: requests.Defaults{Priority: "high"},
		Limited:  true, Domains: []string{"example.com"},
	})
	check(err)

	offers, err := s.Available(ctx, ana)
	check(err)
	fmt.Println(offers[0].Name)
	k, err := s.Submit(ctx, ana, t.ID, requests.Request{Subject: "The door does not shut", Text: "Since Friday.", Priority: "urgent"})
	check(err)
	k, err = help.Get(ctx, mei, k.ID)
	check(err)
	fmt.Println(k.Number, k.Subject, k.Priority, k.Locked)
	// Output:
	// Something is broken
	// 1 The door does not shut high [priority]
}

// A page asks which fields are shown, and what is wrong with each.
func ExampleDefinition_Validate() {
	d, err := requests.ParseDefinition([]byte(`{"fields": [
		{"key": "machine", "label": "Which machine?", "type": "choice", "choices": ["Press", "Other"], "required": true},
		{"key": "other", "label": "Which other?", "type": "text", "required": true,
			"show": {"when": [{"field": "machine", "test": "equals", "value": "Other"}]}},
		{"key": "hours", "label": "Hours run", "type": "number", "min": "0"}]}`))
	check(err)

	answers := requests.Answers{"machine": {"Other"}, "hours": {"-1"}}
	for _, f := range d.Visible(answers, nil) {
		fmt.Println(f.Label)
	}
	_, err = d.Validate(answers, nil)
	var wrong requests.FieldErrors
	if errors.As(err, &wrong) {
		fmt.Println(wrong.Of("answers.other"))
		fmt.Println(wrong.Of("answers.hours"))
	}
	kept, err := d.Validate(requests.Answers{"machine": {"Press"}, "other": {"is hidden now"}, "hours": {"007.50"}}, nil)
	check(err)
	for _, a := range kept {
		fmt.Println(a.Label, a.Values)
	}
	// Output:
	// Which machine?
	// Which other?
	// Hours run
	// This needs an answer.
	// The least that can be given is 0.
	// Which machine? [Press]
	// Hours run [7.5]
}

// A form is written, published, assigned and filled in.
func ExampleService_Assign() {
	s, _, ana := services("assign")
	ctx := context.Background()
	f, err := s.CreateForm(ctx, mei, requests.NewForm{Name: "Consent", Draft: requests.Definition{Fields: []requests.Field{
		{Key: "visit", Label: "May we come?", Type: requests.ConsentField, Wording: "A technician may enter the works.", Required: true},
	}}})
	check(err)
	f, err = s.PublishForm(ctx, mei, f.ID, f.Version)
	check(err)
	as, err := s.Assign(ctx, mei, requests.NewAssignment{Form: f.ID, Contacts: []desk.ContactID{desk.ContactID(ana.ID)}})
	check(err)

	sub, err := s.Fill(ctx, ana, as[0].ID, requests.Filling{Answers: requests.Answers{"visit": {"on"}}})
	check(err)
	fmt.Println(sub.Answer("visit").Consent.Wording, sub.Answer("visit").Consent.At.Format(time.DateOnly))
	x, _, err := s.Assignment(ctx, mei, as[0].ID)
	check(err)
	fmt.Println(x.State, "in version", x.FormVersion)
	// Output:
	// A technician may enter the works. 2026-03-02
	// submitted in version 1
}

// The tasks of a contact, over all of its tickets.
func ExampleService_Tasks() {
	s, help, ana := services("tasks")
	ctx := context.Background()
	id := desk.ContactID(ana.ID)
	k, err := help.Create(ctx, mei, tickets.NewTicket{Subject: "Move to the new office", Requester: id})
	check(err)
	first, err := s.CreateTask(ctx, mei, requests.NewTask{Title: "Send the plan", Ticket: k.ID, AssigneeContact: id, Due: requests.Due{Rule: requests.DueAfterTicket, Days: 3}})
	check(err)
	_, err = s.CreateTask(ctx, mei, requests.NewTask{Title: "Order the lorry", Ticket: k.ID, Assignee: "mei", Due: requests.Due{Rule: requests.DueAfterTask, After: first.ID, Days: 2}})
	check(err)

	done := requests.Completed
	_, err = s.UpdateTask(ctx, ana, first.ID, first.Version, requests.TaskPatch{State: &done})
	check(err)
	l, err := s.Tasks(ctx, mei, requests.TaskQuery{TaskFilter: requests.TaskFilter{Contact: id}}, desk.Page{})
	check(err)
	for _, t := range l.Tasks {
		fmt.Println(t)
	}
	// Output:
	// Order the lorry · to do · due 2026-03-04 · #1
	// Send the plan · completed · due 2026-03-05 · #1
}
