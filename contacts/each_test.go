package contacts_test

import (
	"context"
	"testing"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
)

// each runs a test on a desk of its own on both databases.
var each = pgtest.Each

var ctx = context.Background()

// make1 makes a contact as the manager.
func make1(t *testing.T, d *desktest.Desk, n contacts.NewContact) contacts.Contact {
	t.Helper()
	c, err := d.Contacts.Create(ctx, d.Manager, n)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// events returns a contact's log as the manager sees it, newest first.
func events(t *testing.T, d *desktest.Desk, id desk.ContactID) []desk.Event {
	t.Helper()
	l, err := d.Contacts.Activity(ctx, d.Manager, id, contacts.ActivityFilter{}, desk.Page{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	return l.Events
}

// total is the number of live contacts that the manager finds.
func total(t *testing.T, d *desktest.Desk) int {
	t.Helper()
	l, err := d.Contacts.List(ctx, d.Manager, contacts.Query{Count: true}, desk.Page{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	return l.Count
}

func allowImport(t *testing.T, d *desktest.Desk) {
	t.Helper()
	set, err := d.Contacts.Settings(ctx, d.Manager)
	if err == nil {
		set.AllowImport = true
		_, err = d.Contacts.SaveSettings(ctx, d.Manager, set)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func namesOf(cs []contacts.Contact) []string {
	var ns []string
	for i := range cs {
		ns = append(ns, cs[i].Name())
	}
	return ns
}

// listed returns the names that a query finds.
func listed(t *testing.T, d *desktest.Desk, a desk.Actor, q contacts.Query) []string {
	t.Helper()
	l, err := d.Contacts.List(ctx, a, q, desk.Page{Limit: 1000})
	if err != nil {
		t.Fatalf("%+v: %v", q, err)
	}
	return namesOf(l.Contacts)
}

// wants checks an error's kind and field.
func wants(t *testing.T, err error, kind desk.Kind, field string) {
	t.Helper()
	if desk.KindOf(err) != kind || desk.FieldOf(err) != field {
		t.Errorf("want %s of %q, got %v", kind, field, err)
	}
}

func ptr[T any](v T) *T { return &v }

func member(d *desktest.Desk, id string, grants ...desk.Permission) desk.Actor {
	return desk.Actor{Workspace: d.Workspace, Kind: desk.MemberActor, ID: id, Grants: grants}
}

func define(t *testing.T, d *desktest.Desk, defs ...contacts.FieldDef) {
	t.Helper()
	for _, def := range defs {
		if err := d.Contacts.DefineField(ctx, d.Manager, def); err != nil {
			t.Fatal(err)
		}
	}
}
