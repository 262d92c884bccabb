package contacts_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"time"

	_ "modernc.org/sqlite" // the driver

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/sqlite"
)

// mei is an agent who may do everything. A host makes such an actor of whoever
// is signed in, with the grants of the role.
var mei = desk.Actor{Workspace: "acme", Kind: desk.MemberActor, ID: "mei", Grants: contacts.Permissions}

// service returns a service on an empty database, at noon UTC on a Monday.
func service(database string) *contacts.Service {
	db, err := sql.Open("sqlite", "file:/example-"+database+"?vfs=memdb&_txlock=immediate&_pragma=foreign_keys(1)&_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=busy_timeout(5000)")
	check(err)
	store, err := sqlite.New(db)
	check(err)
	check(store.Migrate(context.Background()))
	now := func() time.Time { return time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC) }
	return contacts.New(store, &contacts.Options{Now: now})
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func names(l contacts.List) []string {
	var all []string
	for _, c := range l.Contacts {
		all = append(all, c.Name())
	}
	return all
}

func ExampleService_Create() {
	people, ctx := service("create"), context.Background()
	c, err := people.Create(ctx, mei, contacts.NewContact{
		FirstName: "Aylin", LastName: "Şahin", Email: "Aylin@Example.com",
		Phones:      []contacts.Phone{{Label: "office", Value: "+90 (212) 555 01 23"}},
		CompanyName: "Boğaz Çay",
	})
	check(err)
	fmt.Println(c.Name(), "of", c.Company, c.Phone().E164)

	_, err = people.Create(ctx, mei, contacts.NewContact{FirstName: "Someone", Email: "aylin@example.COM"})
	fmt.Println(desk.KindOf(err), "in", desk.FieldOf(err))
	// Output:
	// Aylin Şahin of Boğaz Çay +902125550123
	// conflict in email
}

func ExampleService_Update() {
	people, ctx := service("update"), context.Background()
	c, err := people.Create(ctx, mei, contacts.NewContact{FirstName: "Ada"})
	check(err)

	title := "Countess"
	_, err = people.Update(ctx, mei, c.ID, c.Version, contacts.Patch{JobTitle: &title})
	check(err)

	// Whoever still has the first version in front of them overwrites nothing.
	title = "Programmer"
	_, err = people.Update(ctx, mei, c.ID, c.Version, contacts.Patch{JobTitle: &title})
	fmt.Println(errors.Is(err, contacts.ErrStale))
	// Output: true
}

func ExampleService_List() {
	people, ctx := service("list"), context.Background()
	for _, n := range []contacts.NewContact{
		{FirstName: "山田", LastName: "太郎", CompanyName: "東京電機"},
		{FirstName: "Zoë", LastName: "Ångström", Kind: contacts.Vendor},
		{FirstName: "Jörg", LastName: "Müller", Phones: []contacts.Phone{{Value: "+49 30 901820"}}},
	} {
		_, err := people.Create(ctx, mei, n)
		check(err)
	}
	for _, q := range []contacts.Query{
		{Text: "ang zoe"},
		{Text: "電機"},
		{Text: "1820"},
		{Filter: contacts.Filter{Kinds: []contacts.Kind{contacts.Customer}}, Sort: contacts.SortLastName},
	} {
		list, err := people.List(ctx, mei, q, desk.Page{Limit: 10})
		check(err)
		fmt.Println(names(list))
	}
	// Output:
	// [Zoë Ångström]
	// [山田 太郎]
	// [Jörg Müller]
	// [Jörg Müller 山田 太郎]
}

// A page's Next opens the one behind it, also when contacts were added or
// removed meanwhile.
func ExampleService_List_pages() {
	people, ctx := service("pages"), context.Background()
	for _, name := range []string{"Ada", "Ben", "Cem", "Dua", "Eve"} {
		_, err := people.Create(ctx, mei, contacts.NewContact{FirstName: name})
		check(err)
	}
	page := desk.Page{Limit: 2}
	for {
		list, err := people.List(ctx, mei, contacts.Query{}, page)
		check(err)
		fmt.Println(names(list))
		if page.Cursor = list.Next; page.Cursor == "" {
			break
		}
	}
	// Output:
	// [Ada Ben]
	// [Cem Dua]
	// [Eve]
}

// A field that is hidden from an actor is absent from what it gets, and is not
// searched for it.
func ExampleService_List_hiddenField() {
	people, ctx := service("hidden"), context.Background()
	_, err := people.Create(ctx, mei, contacts.NewContact{FirstName: "Ada", Email: "ada@example.com"})
	check(err)

	trainee := desk.Actor{
		Workspace: "acme", Kind: desk.MemberActor, ID: "tom", Grants: []desk.Permission{contacts.MayView},
		Fields: map[string]desk.Access{"contact.email": desk.Hidden},
	}
	for _, text := range []string{"ada", "example.com"} {
		list, err := people.List(ctx, trainee, contacts.Query{Text: text}, desk.Page{})
		check(err)
		fmt.Printf("%s: %d found\n", text, len(list.Contacts))
	}
	_, err = people.List(ctx, trainee, contacts.Query{Sort: contacts.SortEmail}, desk.Page{})
	fmt.Println(errors.Is(err, contacts.ErrRestricted), desk.FieldOf(err))
	// Output:
	// ada: 1 found
	// example.com: 0 found
	// true email
}

// A write with an idempotency key can be sent again when nobody knows whether
// it arrived.
func ExampleService_Create_again() {
	people, ctx := service("again"), context.Background()
	once := mei.WithKey("request-4711")
	a, err := people.Create(ctx, once, contacts.NewContact{FirstName: "Ada"})
	check(err)
	b, err := people.Create(ctx, once, contacts.NewContact{FirstName: "Ada"})
	check(err)
	fmt.Println(a.ID == b.ID)
	// Output: true
}

func ExampleService_Bulk() {
	people, ctx := service("bulk"), context.Background()
	for _, n := range []contacts.NewContact{{FirstName: "Ada"}, {FirstName: "Ben", Email: "ben@example.com", PortalAccess: true}} {
		_, err := people.Create(ctx, mei, n)
		check(err)
	}
	everyone := contacts.Selection{Query: &contacts.Query{}}
	results, err := people.Bulk(ctx, mei, everyone, contacts.Action{Verb: contacts.BulkSetStatus, Value: "VIP"})
	check(err)
	fmt.Println(len(results), "changed")

	// Ben has portal access and cannot be deleted: nobody is.
	_, err = people.Bulk(ctx, mei, everyone, contacts.Action{Verb: contacts.BulkDelete})
	fmt.Println(desk.KindOf(err))
	list, err := people.List(ctx, mei, contacts.Query{}, desk.Page{})
	check(err)
	fmt.Println(len(list.Contacts), "are there")
	// Output:
	// 2 changed
	// conflict
	// 2 are there
}

func ExampleService_FromSender() {
	people, ctx := service("sender"), context.Background()
	for _, from := range []contacts.Sender{
		{Name: "Ada Lovelace", Email: "ada@example.com"},
		{Name: "A. L.", Email: "ADA@example.com"},
	} {
		c, created, err := people.FromSender(ctx, mei, from)
		check(err)
		fmt.Println(c.Name(), created)
	}
	// Output:
	// Ada Lovelace true
	// Ada Lovelace false
}

func ExampleService_MayCallNow() {
	people, ctx := service("calls"), context.Background()
	for _, zone := range []string{"Europe/Berlin", "Asia/Tokyo", "Pacific/Auckland"} {
		c, err := people.Create(ctx, mei, contacts.NewContact{FirstName: "Ada", TimeZone: zone})
		check(err)
		may, err := people.MayCallNow(ctx, mei, c.ID)
		check(err)
		fmt.Println(may.LocalTime.Format("15:04"), may.Allowed)
	}
	// Output:
	// 13:00 true
	// 21:00 false
	// 01:00 false
}

// A field of the workspace's own is searched, filtered, imported and exported
// like any other.
func ExampleService_DefineField() {
	people, ctx := service("fields"), context.Background()
	check(people.DefineField(ctx, mei, contacts.FieldDef{Key: "tier", Label: "Tier", Type: contacts.ChoiceField, Choices: []string{"gold", "silver"}}))
	_, err := people.Create(ctx, mei, contacts.NewContact{FirstName: "Ada", Custom: map[string]string{"tier": "gold"}})
	check(err)
	_, err = people.Create(ctx, mei, contacts.NewContact{FirstName: "Ben", Custom: map[string]string{"tier": "tin"}})
	fmt.Println(errors.Is(err, contacts.ErrCustomField), desk.FieldOf(err))

	list, err := people.List(ctx, mei, contacts.Query{Filter: contacts.Filter{Custom: map[string]string{"tier": "gold"}}}, desk.Page{})
	check(err)
	fmt.Println(list.Contacts[0].Name())
	// Output:
	// true custom.tier
	// Ada
}

func ExampleService_Explain() {
	people, ctx := service("explain"), context.Background()
	tom := desk.Actor{Workspace: "acme", Kind: desk.MemberActor, ID: "tom", Grants: []desk.Permission{contacts.MayImport}}
	gates, err := people.Explain(ctx, tom, "", contacts.MayImport)
	check(err)
	for _, g := range gates {
		fmt.Println(g.Gate, g.Allowed)
	}
	// Output:
	// workspace false
	// grant true
}

func ExampleService_VerifyLog() {
	people, ctx := service("log"), context.Background()
	_, err := people.Create(ctx, mei, contacts.NewContact{FirstName: "Ada"})
	check(err)
	report, err := people.VerifyLog(ctx, mei)
	check(err)
	fmt.Println(report.Events, len(report.Broken))
	// Output: 1 0
}

func ExampleParseEmail() {
	for _, s := range []string{" Ada@Bücher.example ", `"ada"@example.com`, "Ada <ada@example.com>"} {
		e, err := contacts.ParseEmail(s)
		fmt.Printf("%q %v\n", e.Key, err == nil)
	}
	// Output:
	// "ada@xn--bcher-kva.example" true
	// "" false
	// "" false
}

func ExampleFold() {
	fmt.Println(contacts.Fold("  Ｚoë  ÅNGSTRÖM, Straße "))
	// Output: zoe angstrom, strasse
}
