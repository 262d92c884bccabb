package storage_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/postgres"
	"github.com/deskfolk/desk/storage/sqlite"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
)

const benchWorkspace = desk.WorkspaceID("bench")

// onBoth runs a benchmark on both databases.
func onBoth(b *testing.B, fn func(b *testing.B, s *storage.DB, db *sql.DB)) {
	open := func(b *testing.B, db *sql.DB, from func(*sql.DB) (*storage.DB, error)) {
		s, err := from(db)
		if err == nil {
			err = s.Migrate(context.Background())
		}
		if err != nil {
			b.Fatal(err)
		}
		fn(b, s, db)
	}
	b.Run("sqlite", func(b *testing.B) {
		open(b, desktest.OpenSQLite(b, filepath.Join(b.TempDir(), "bench.db")), sqlite.New)
	})
	b.Run("postgres", func(b *testing.B) { open(b, pgtest.DB(b), postgres.New) })
}

// benchRecord is a contact such as a file of an import has.
func benchRecord(n int) contacts.Record {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	from := contacts.Provenance{Source: contacts.ByImport, By: "import_01h455vb4pex5vsknk084sn02q", At: at}
	first, last := fmt.Sprintf("Maria%d", n%977), fmt.Sprintf("Lindqvist%d", n%3511)
	email := fmt.Sprintf("maria.%d@example.com", n)
	c := contacts.Contact{
		ID: desk.ContactID(fmt.Sprintf("contact_01h455vb4pex5vsknk%08d", n)), Version: 1,
		FirstName: first, LastName: last, Email: email, JobTitle: "Head of purchasing",
		Phones:  []contacts.Phone{{Label: "work", Value: fmt.Sprintf("+49 30 %07d", n), E164: fmt.Sprintf("+4930%07d", n), Primary: true}},
		Address: contacts.Address{Street: "Lindenstraße 12", City: "Berlin", PostalCode: "10969", Country: "DE"},
		Active:  true, Kind: contacts.Customer, Status: "Lead", Owner: "member-17", LoginSource: contacts.NotInstalled,
		Provenance: map[string]contacts.Provenance{"first_name": from, "last_name": from, "email": from, "phones": from, "street": from},
		Source:     contacts.ByImport, CreatedAt: at, CreatedBy: "member-17", UpdatedAt: at,
	}
	key := func(s string) []byte { return []byte(s + "\x00" + string(c.ID[8:12])) }
	return contacts.Record{Contact: c, EmailKey: email, Index: contacts.Index{
		Text:   []contacts.Line{{Class: contacts.ClassName, Text: first + " " + last}, {Class: contacts.ClassEmail, Text: email}, {Class: contacts.ClassPhone, Text: c.Phones[0].E164}},
		Sort:   [6][]byte{key(first + " " + last), key(last), {0xff}, key(email), []byte("12345678"), []byte("12345678")},
		Facets: []string{"kind=customer", "status=lead", "owner=member-17", "active=true"},
		Keys:   []contacts.Key{{Kind: contacts.KeyEmail, Value: email}, {Kind: contacts.KeyPhone, Value: c.Phones[0].E164}},
	}}
}

func benchEvent(n int) desk.Event {
	return desk.Event{ID: desk.EventID(fmt.Sprintf("event_01h455vb4pex5vsknk%010d", n)), At: time.Unix(1772366400, 0),
		ActorKind: desk.MemberActor, ActorID: "member-17", Verb: "contact.created", Subject: fmt.Sprintf("contact_01h455vb4pex5vsknk%08d", n),
		Summary: "Created by an import", Cause: "import_01h455vb4pex5vsknk084sn02q"}
}

// fill adds contacts from one number until another.
func fill(b *testing.B, s *storage.DB, from, until int) {
	ctx := context.Background()
	for at := from; at < until; at += 500 {
		var rs []contacts.Record
		var es []desk.Event
		for n := at; n < min(at+500, until); n++ {
			rs, es = append(rs, benchRecord(n)), append(es, benchEvent(n))
		}
		err := s.Update(ctx, func(tx contacts.Tx) error {
			if err := tx.InsertContacts(ctx, benchWorkspace, rs); err != nil {
				return err
			}
			return tx.Record(ctx, benchWorkspace, es...)
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkGet compares Contact with a bare query for the same columns.
func BenchmarkGet(b *testing.B) {
	onBoth(b, func(b *testing.B, s *storage.DB, db *sql.DB) {
		const n = 5000
		fill(b, s, 0, n)
		ctx := context.Background()
		id := func(i int) string { return fmt.Sprintf("contact_01h455vb4pex5vsknk%08d", i*7919%n) }
		b.Run("bare", func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				var c contacts.Contact
				var x [9]sql.NullString
				var y [3]int64
				err := db.QueryRowContext(ctx, `SELECT id, version, state, first_name, last_name, display_name, email, emails, phones,
	company_id, company_name, locked_to_company, job_title, division, street, city, region, postal_code, country, notes,
	active, kind, status, marketing_opt_out, owner, time_zone, language, do_not_call, call_from, call_until, portal_access, login_source,
	custom, external, provenance, source, created_at, created_by, updated_at, deleted_at, merged_into
	FROM desk_contacts WHERE workspace_id = $1 AND id = $2`, string(benchWorkspace), id(i)).Scan(
					&c.ID, &c.Version, &c.State, &c.FirstName, &c.LastName, &c.DisplayName, &c.Email, &x[0], &x[1],
					&x[2], &c.Company, &c.LockedToCompany, &c.JobTitle, &c.Division,
					&c.Address.Street, &c.Address.City, &c.Address.Region, &c.Address.PostalCode, &c.Address.Country, &c.Notes,
					&c.Active, &c.Kind, &c.Status, &c.MarketingOptOut, &c.Owner, &c.TimeZone, &c.Language,
					&c.DoNotCall, &c.CallHours.From, &c.CallHours.Until, &c.PortalAccess, &c.LoginSource,
					&x[3], &x[4], &x[5], &c.Source, &y[0], &c.CreatedBy, &y[1], &y[2], &x[6])
				if err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("id", func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				if _, err := s.Contact(ctx, benchWorkspace, desk.ContactID(id(i))); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("email", func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				if _, err := s.ContactByEmail(ctx, benchWorkspace, fmt.Sprintf("maria.%d@example.com", i*7919%n)); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
}

// BenchmarkInsert adds contacts with their events in batches of 500, as an
// import does, and singly, as a person does.
func BenchmarkInsert(b *testing.B) {
	onBoth(b, func(b *testing.B, s *storage.DB, _ *sql.DB) {
		n := 0
		b.Run("batch", func(b *testing.B) {
			b.ReportAllocs()
			rows := 0
			for b.Loop() {
				fill(b, s, n, n+500)
				n += 500
				rows += 500
			}
			b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
		})
		b.Run("single", func(b *testing.B) {
			for b.Loop() {
				fill(b, s, n, n+1)
				n++
			}
		})
	})
}
