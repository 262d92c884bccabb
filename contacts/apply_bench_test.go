package contacts

import (
	"context"
	"fmt"
	"testing"

	"github.com/deskfolk/desk"
)

// BenchmarkRows is what an import costs without its database: checking a row
// and computing its record, on one processor.
func BenchmarkRows(b *testing.B) {
	rows := make([]Incoming, 2000)
	for i := range rows {
		rows[i] = Incoming{Line: i + 2, Contact: NewContact{
			FirstName: "Jürgen", LastName: fmt.Sprint("Okafor", i), Email: fmt.Sprintf("j.okafor%d@northwind.example", i),
			Emails: []Email{{"home", fmt.Sprintf("j%d@okafor.example", i)}},
			Phones: []Phone{{Label: "work", Value: fmt.Sprintf("+49 30 9%06d", i)}}, CompanyName: "Northwind Traders", JobTitle: "Head of Operations",
			Address: Address{Street: "221 Harbour Road", City: "Bristol", PostalCode: "BS1 4ST", Country: "GB"}, Status: "Active", Notes: "Prefers mail before ten.",
		}}
	}
	a := desk.Actor{Workspace: "w", Kind: desk.MemberActor, ID: "m", Grants: Permissions}
	r := &rules{w: "w", settings: &Settings{}, haveDefs: true}
	ids := desk.NewIDs(nil, nil)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		var rr readyRow
		prepareRow(context.Background(), a, r, &rows[n%len(rows)], &rr)
		if rr.err != nil {
			b.Fatal(rr.err)
		}
		id, _ := ids.New("contact")
		rr.c.ID, rr.c.Company = desk.ContactID(id), rows[n%len(rows)].Contact.CompanyName
		record(rr.c)
		n++
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
}
