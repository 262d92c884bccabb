package storagetest

import (
	"errors"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

var settingsTests = []test{
	{"settings", keepSettings},
	{"custom fields", keepFields},
	{"idempotency keys", keepOnce},
}

func keepSettings(e *env) {
	s, err := e.Store.Settings(e.ctx, home)
	e.NoErr(err)
	same(e, contacts.Settings{}, s)
	s = contacts.Settings{Version: 1, Required: contacts.LastName, Region: "DE", AllowImport: true, CallHours: contacts.CallHours{From: 1, Until: 2}, TimeZone: "UTC"}
	e.seed(func(tx contacts.Tx, w desk.WorkspaceID) error { return tx.PutSettings(e.ctx, w, s) })
	got, err := e.Store.Settings(e.ctx, home)
	e.NoErr(err)
	same(e, s, got)
	s.Version, s.Region = 2, "CH"
	e.update(func(tx contacts.Tx) error { return tx.PutSettings(e.ctx, home, s) })
	err = e.fails(desk.Conflict, "version", func(tx contacts.Tx) error { return tx.PutSettings(e.ctx, home, s) })
	e.True(errors.Is(err, contacts.ErrStale))
	got, err = e.Store.Settings(e.ctx, home)
	e.NoErr(err)
	same(e, s, got)
}

func keepFields(e *env) {
	tier := contacts.FieldDef{Key: "tier", Label: "Tier \"of\" ' ? $1 …", Type: contacts.ChoiceField, Choices: []string{"gold", "sil?ver"}, Searchable: true, Position: 2}
	since := contacts.FieldDef{Key: "since", Label: "Since", Type: contacts.DateField, Position: 1}
	e.seed(func(tx contacts.Tx, w desk.WorkspaceID) error {
		if err := tx.PutField(e.ctx, w, tier); err != nil {
			return err
		}
		return tx.PutField(e.ctx, w, since)
	})
	fields := func() []contacts.FieldDef {
		fs, err := e.Store.Fields(e.ctx, home)
		e.NoErr(err)
		return fs
	}
	same(e, []contacts.FieldDef{since, tier}, fields())
	tier.Position = 0
	e.update(func(tx contacts.Tx) error { return tx.PutField(e.ctx, home, tier) })
	same(e, []contacts.FieldDef{tier, since}, fields())
	e.update(func(tx contacts.Tx) error { return tx.DeleteField(e.ctx, home, "tier") })
	same(e, []contacts.FieldDef{since}, fields())
	e.fails(desk.NotFound, "", func(tx contacts.Tx) error { return tx.DeleteField(e.ctx, home, "tier") })
}

func keepOnce(e *env) {
	once := contacts.Once{Actor: "member:1", Key: "k ' ? \\", Op: "contacts.Create", Input: []byte{0, 1, 255}, Result: "contact_1 contact_2", At: noon}
	e.seed(func(tx contacts.Tx, w desk.WorkspaceID) error { return tx.PutOnce(e.ctx, w, once) })
	e.update(func(tx contacts.Tx) error {
		got, err := tx.Once(e.ctx, home, once.Actor, once.Key)
		e.NoErr(err)
		same(e, &once, got)
		got, err = tx.Once(e.ctx, home, "member:2", once.Key)
		e.NoErr(err)
		e.True(got == nil)
		return nil
	})
	e.fails(desk.Conflict, "key", func(tx contacts.Tx) error { return tx.PutOnce(e.ctx, home, once) })
	later := contacts.Once{Actor: "member:1", Key: "later", At: noon.AddDate(0, 0, 1)}
	e.update(func(tx contacts.Tx) error { return tx.PutOnce(e.ctx, home, later) })
	e.update(func(tx contacts.Tx) error { // kept for 24 hours at least
		got, err := tx.Once(e.ctx, home, once.Actor, once.Key)
		e.True(got != nil)
		return err
	})
	later.Key, later.At = "much later", noon.AddDate(0, 0, 9)
	e.update(func(tx contacts.Tx) error { return tx.PutOnce(e.ctx, home, later) })
	e.update(func(tx contacts.Tx) error {
		got, err := tx.Once(e.ctx, home, once.Actor, once.Key)
		e.True(got == nil)
		return err
	})
}
