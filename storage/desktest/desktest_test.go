package desktest_test

import (
	"context"
	"errors"
	"testing"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/desktest"
)

func TestDesksAreApart(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	ctx := context.Background()
	one, two := desktest.New(t), desktest.New(t)
	is.NoErr(one.Store.Update(ctx, func(tx contacts.Tx) error {
		return tx.InsertContacts(ctx, one.Workspace, []contacts.Record{{Contact: contacts.Contact{ID: "contact_1", Version: 1}}})
	}))
	_, err := one.Store.Contact(ctx, one.Workspace, "contact_1")
	is.NoErr(err)
	_, err = two.Store.Contact(ctx, two.Workspace, "contact_1")
	is.Equal(desk.KindOf(err), desk.NotFound)
}

func TestUpdateUndoes(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	ctx := context.Background()
	d := desktest.New(t)
	no := errors.New("no")
	err := d.Store.Update(ctx, func(tx contacts.Tx) error {
		is.NoErr(tx.InsertContacts(ctx, d.Workspace, []contacts.Record{{Contact: contacts.Contact{ID: "contact_1", Version: 1}}}))
		return no
	})
	is.Equal(err, no)
	_, err = d.Store.Contact(ctx, d.Workspace, "contact_1")
	is.Equal(desk.KindOf(err), desk.NotFound)
}
