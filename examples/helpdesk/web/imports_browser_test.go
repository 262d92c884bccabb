package web_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
)

// drop lets a file of the script's making fall on the page.
func (b *tab) drop(name, script string) {
	b.t.Helper()
	b.eval(fmt.Sprintf(`(() => { const data = new DataTransfer(); data.items.add(new File([%s], %q));
		document.querySelector("main").dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: data })); })()`, script, name))
}

// TestBrowserImport drops a file, matches it, watches the plan and the import,
// and takes it back; no page is loaded by hand.
func TestBrowserImport(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	b := s.browse(accounts.Importer).open("/imports")
	b.drop("picture.csv", "new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10])")
	b.until("document.querySelector('#upload .notice')?.innerText.includes('PNG')")
	is.Equal(b.eval("location.pathname"), "/imports") // refused in place
	b.drop("many.csv", `"first_name,email,Shoe size\n" + Array.from({ length: 8000 }, (_, n) => "Person " + n + ",p" + n + "@corp.example,43\n").join("")`)
	b.until("location.pathname.endsWith('/file')").click(".savebar .primary")
	b.until("location.pathname.endsWith('/matching')").click("[name=column_2]")
	b.eval(`document.querySelector("[name=column_2]").value = "job_title"; null`)
	b.click(".savebar .primary").until("location.pathname.endsWith('/duplicates')").click(".savebar .primary")
	b.until("document.querySelector('.ocard.success')?.innerText.includes('8,000')")
	is.Equal(b.eval("location.pathname.endsWith('/plan')"), true)
	b.click("[value=import]").until("document.querySelector('progress')?.value > 0") // it is seen while it goes on
	b.until("location.pathname.endsWith('/summary') && document.querySelector('.ocard.success')?.innerText.includes('8,000')")
	is.True(strings.Contains(b.text(".page-head"), "Done"))
	b.click("a[href$='/undo']").until("document.querySelector('.savebar .danger')").click(".savebar .danger")
	b.until("location.pathname.endsWith('/summary') && document.querySelector('.page-head').innerText.includes('Taken back')")
	b.clean()
}

// manyPeople is a file of a thousand people, odd ones among them.
func manyPeople(long string) string {
	var file strings.Builder
	file.WriteString("first_name,last_name,email,phone,job_title,company,قسم,Shoe size\n")
	fmt.Fprintf(&file, "Ann,%s,ann@corp.example,ask for Ann,,Corp,,\n%s,,l@corp.example,020 7946 0958,%s,%s,,\nمحمد,العبدالله,m@noor.example,,مدير,شركة النور,المبيعات,43\nEve,,nonsense,,,,,\n", long, long, long, long)
	for i := range 1000 {
		fmt.Fprintf(&file, "Person%d,Ångström,p%d@corp.example,,,Corp,,\n", i, i)
	}
	return file.String()
}

// manyColumns is a file of one person in 121 columns.
func manyColumns() string {
	var file strings.Builder
	for i := range 120 {
		fmt.Fprintf(&file, "Column number %d,", i)
	}
	file.WriteString("email\n" + strings.Repeat("some text,", 120) + "w@corp.example\n")
	return file.String()
}

// TestBrowserImportPages looks at the pages of imports in all sizes, with much
// in them and odd names.
func TestBrowserImportPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browse(accounts.Manager)
	p := s.signedIn(accounts.Manager).get("/imports")
	long := strings.Repeat("Wolfeschlegelsteinhausen", 9)[:196]
	s.add(contacts.NewContact{FirstName: "Ann", Email: "ann@corp.example", JobTitle: "Boss"})
	found := p.received(long+".csv", manyPeople(long))
	m := found.step("matching")
	m.send(m.path, "do=save", "name", "Our own files")
	b.tour("import-file-long", found.path)
	b.tour("import-matching-many", m.path)
	wide := p.received("wide.csv", manyColumns())
	b.tour("import-file-wide", wide.path)
	b.tour("import-matching-wide", wide.step("matching").path)
	plan := found.planned("duplicates", "update")
	b.tour("import-plan-many", plan.path)
	s.Clock.Turn(time.Minute)
	seven := s.add(contacts.NewContact{FirstName: "Person7", Email: "p7@corp.example"})
	moved := plan.imported()
	b.tour("import-moved", moved.path)
	done := settled(moved.send(moved.path, "do=anyway"))
	b.tour("import-summary-many", done.path)
	b.open(done.path + "?show=failed").still("import-summary-failed")
	b.open(done.path + "?show=moved").still("import-summary-moved")
	b.tour("import-undo-many", done.step("undo").path)
	s.Clock.Turn(time.Minute)
	s.rename(seven.ID, "Director")
	ask := done.step("undo")
	b.tour("import-undone", settled(ask.send(ask.path, "")).path)
	b.clean()
}

// TestBrowserImportTroubles looks at what is refused, stopped and switched off.
func TestBrowserImportTroubles(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browse(accounts.Manager)
	i := s.brokenOff()
	s.Clock.Turn(3 * time.Minute)
	b.tour("import-stopped", "/imports/"+string(i.ID)+"/progress")
	b.open("/imports").drop("picture.csv", "new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10])")
	b.until("document.querySelector('#upload .notice')").still("imports-refused")
	b.tour("imports-list", "/imports")
	s.signedIn(accounts.Manager).get("/settings").send("/settings", "", "allow_import", "")
	b.tour("imports-off", "/imports")
	b.clean()
}

// rename gives a contact another last name.
func (s *site) rename(id desk.ContactID, last string) {
	s.t.Helper()
	c := s.get(id)
	if _, err := s.Contacts.Update(s.t.Context(), s.Manager, c.ID, c.Version, contacts.Patch{LastName: &last}); err != nil {
		s.t.Fatal(err)
	}
}
