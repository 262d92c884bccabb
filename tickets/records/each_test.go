package records_test

import (
	"context"
	"testing"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
	"github.com/deskfolk/desk/tickets/records"
)

var ctx = context.Background()

// each runs a test on a desk of its own on both databases.
var each = pgtest.Each

// person makes a contact as the manager.
func person(t *testing.T, d *desktest.Desk, n contacts.NewContact) contacts.Contact {
	t.Helper()
	c, err := d.Contacts.Create(ctx, d.Manager, n)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// keep makes a record as the manager.
func keep(t *testing.T, d *desktest.Desk, n records.NewRecord) records.Record {
	t.Helper()
	r, err := d.Records.Create(ctx, d.Manager, n)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func member(d *desktest.Desk, id string, grants ...desk.Permission) desk.Actor {
	return desk.Actor{Workspace: d.Workspace, Kind: desk.MemberActor, ID: id, Grants: grants}
}

func wants(t *testing.T, err error, kind desk.Kind, field string) {
	t.Helper()
	if desk.KindOf(err) != kind || desk.FieldOf(err) != field {
		t.Errorf("got %v (%s, %q), want %s, %q", err, desk.KindOf(err), desk.FieldOf(err), kind, field)
	}
}

// ids are the ids of records, in their order.
func ids(rs []records.Record) []desk.RecordID {
	var all []desk.RecordID
	for _, r := range rs {
		all = append(all, r.ID)
	}
	return all
}

func ptr[T any](v T) *T { return &v }
