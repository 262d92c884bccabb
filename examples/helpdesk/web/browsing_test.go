package web_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
)

// crowd makes sixty people.
func (s *site) crowd() []contacts.Contact {
	s.t.Helper()
	var all []contacts.Contact
	for i := range 60 {
		all = append(all, s.add(contacts.NewContact{FirstName: fmt.Sprintf("Person%02d", i), LastName: "Ångström", Email: fmt.Sprintf("p%02d@corp.example", i), JobTitle: "Buyer", CompanyName: "Corp"}))
	}
	return all
}

// TestBrowserSearch types into the search: the list follows, and so does the address.
func TestBrowserSearch(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	s.crowd()
	b := s.browse(accounts.Manager).open("/contacts")
	b.until("document.documentElement.classList.contains('js')")
	before := b.asked("/contacts?")
	b.press("/").until("document.activeElement.type === 'search'")
	b.eval("window.emptied = 0; new MutationObserver(() => { if (!document.querySelector('#results .row')) emptied++ }).observe(document.querySelector('main'), { childList: true, subtree: true })")
	b.keys("angstrom 07").until("document.querySelectorAll('#results .row').length === 1")
	is.Equal(b.text("#results .row a"), "Person07 Ångström")
	is.True(b.asked("/contacts?")-before <= 3)         // not one for every key
	is.Equal(b.eval("window.emptied"), float64(0))     // the old result stayed until the new one was there
	b.until("location.search.includes('angstrom+07')") // it can be shared, and reloaded
	b.until("document.querySelector('#tally').innerText === '1'")
	b.press("Escape").until("document.querySelectorAll('#results .row').length === 25").until("location.search === ''")
	b.keys("zzzz").until("document.querySelector('#results').innerText.includes('No one found')")
	b.until("document.querySelector('#results').innerText.includes('Create “zzzz”')")
	b.clean()
}

// TestBrowserSelect picks rows one by one, in a range, and all.
func TestBrowserSelect(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	people := s.crowd()
	b := s.browse(accounts.Manager).open("/contacts")
	is.Equal(b.eval("getComputedStyle(document.querySelector('.selection')).display"), "none")
	b.click("tr.row:nth-child(2) .pick input").until("document.querySelector('.tally').innerText === '1 selected'")
	is.Equal(b.eval("getComputedStyle(document.querySelector('.selection')).display"), "flex")
	b.eval("document.querySelector('tr.row:nth-child(5) .pick input').dispatchEvent(new MouseEvent('click', { bubbles: true, shiftKey: true }))")
	b.until("document.querySelector('.tally').innerText === '4 selected'")
	b.click(".selection input[name=all]").until("document.querySelector('.tally').innerText === '60 selected'")
	b.click(".selection input[name=all]").click("[data-clear-selection]").until("getComputedStyle(document.querySelector('.selection')).display === 'none'")
	b.click("thead [data-all]").until("document.querySelector('.tally').innerText === '25 selected'")
	b.click(".selection [value=deactivate]").until("document.querySelector('.toast')?.innerText.includes('25 contacts deactivated.')")
	is.Equal(s.get(people[0].ID).Active, false)
	is.Equal(s.get(people[25].ID).Active, true)

	b.click("tr.row:nth-child(1) .menu summary").click("tr.row:nth-child(1) [value^='delete:']").until("document.querySelector('h1').innerText === 'Delete 1 contact?'")
	b.click("button.danger").until("document.querySelector('.toast')?.innerText.includes('moved to the recycle bin')")
	is.Equal(s.get(people[0].ID).State, contacts.Binned)
	b.click(".toast form button").until("document.querySelector('.toast')?.innerText.includes('is back')")
	is.Equal(s.get(people[0].ID).State, contacts.Live)
	b.clean()
}

// TestBrowserInPlace edits values where they stand.
func TestBrowserInPlace(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	c := s.crowd()[0]
	b := s.browse(accounts.Manager).open("/contacts/" + string(c.ID))
	title := "#v-job_title"
	b.click(title + " .value").until("document.activeElement.id === 'p-job_title'")
	b.keys("Director").press("Enter").until("document.querySelector('#v-job_title .value')?.innerText === 'Director'")
	is.Equal(s.get(c.ID).JobTitle, "Director")
	b.until("document.querySelector('#summary').innerText.includes('Director')") // the summary follows
	b.until("document.activeElement.closest('#v-job_title')")                    // the focus stays where the work is

	b.press("Enter").until("document.activeElement.id === 'p-job_title'") // by keyboard
	b.keys("Nothing").press("Escape").until("document.querySelector('#v-job_title .value')?.innerText === 'Director'")
	is.Equal(s.get(c.ID).JobTitle, "Director")

	b.click(title + " .value").until("document.activeElement.id === 'p-job_title'").keys("By leaving")
	b.click("h1").until("document.querySelector('#v-job_title .value')?.innerText === 'By leaving'") // blur saves
	b.click("#v-email .edit").until("document.activeElement.id === 'p-email'")
	b.keys("nonsense").press("Enter").until("document.querySelector('#v-email .error')")
	is.Equal(b.eval("document.querySelector('#p-email').value"), "nonsense") // kept
	b.press("Escape").until("document.querySelector('#v-email .value')?.innerText === 'p00@corp.example'")
	stale(t, s, b, c.ID)
	b.clean()

	b.click(title + " .value").until("document.activeElement.id === 'p-job_title'")
	_, err := s.DB.ExecContext(t.Context(), "DELETE FROM helpdesk_sessions") // signed out meanwhile
	is.NoErr(err)
	b.keys("Kept").press("Enter").until("document.querySelector('#v-job_title [data-note]').innerText.includes('You are signed out')")
	is.Equal(b.eval("document.querySelector('#p-job_title').value"), "Kept")
}

// stale lets another agent change the field while it is being edited.
func stale(t *testing.T, s *site, b *tab, id desk.ContactID) {
	t.Helper()
	is := is.New(t)
	change := func(title string) {
		c := s.get(id)
		_, err := s.Contacts.Update(t.Context(), s.Manager, id, c.Version, contacts.Patch{JobTitle: &title})
		is.NoErr(err)
	}
	for _, keep := range []struct{ button, want string }{{"[data-cancel]", "Theirs"}, {"[data-first]", "Mine"}} {
		b.click("#v-job_title .value").until("document.activeElement.id === 'p-job_title'")
		change("Theirs" + keep.want)
		b.keys("Mine").press("Enter").until("document.querySelector('#v-job_title .notice')")
		notice := b.text("#v-job_title .notice")
		is.True(strings.Contains(notice, "Theirs"+keep.want) && strings.Contains(notice, "Mine")) // both values
		is.Equal(s.get(id).JobTitle, "Theirs"+keep.want)
		b.click("#v-job_title " + keep.button).until(fmt.Sprintf("document.querySelector('#v-job_title .value')?.innerText.startsWith(%q)", keep.want))
	}
	is.Equal(s.get(id).JobTitle, "Mine")
}

// TestBrowserKeys works through the list without a mouse.
func TestBrowserKeys(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	s.crowd()
	b := s.browse(accounts.Manager).open("/contacts")
	b.until("document.documentElement.classList.contains('js')")
	b.keys("jj").until("document.querySelector('tr.row.at a')?.innerText === 'Person01 Ångström'")
	b.keys("x").until("document.querySelector('.tally').innerText === '1 selected'")
	b.keys("k").until("document.querySelector('tr.row.at a').innerText === 'Person00 Ångström'")
	b.keys("?").until("document.querySelector('dialog[open]')")
	is.True(strings.Contains(b.text("dialog"), "Go to the search"))
	b.press("Escape").until("!document.querySelector('dialog')")
	b.keys("e").until("location.pathname.endsWith('/edit')")
	b.open("/contacts").keys("j").until("document.querySelector('tr.row.at')").press("Enter").until("document.querySelector('#summary')")
	b.open("/contacts").keys("n").until("location.pathname === '/contacts/new'")
	b.clean()
}

// TestBrowserForm says what changed, warns before work is lost, and suggests companies.
func TestBrowserForm(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	c := s.crowd()[0]
	b := s.browse(accounts.Manager).open("/contacts/" + string(c.ID) + "/edit")
	leaving := "window.dispatchEvent(new Event('beforeunload', { cancelable: true }))"
	is.Equal(b.eval(leaving), true)
	b.click("#f-city").keys("Leeds").until("document.querySelector('.savebar .state').innerText === 'Changed: City'")
	is.Equal(b.eval(leaving), false) // the browser asks
	b.click("[name=add][value=phones]").until("document.querySelectorAll('[name=phones_value]').length === 2")
	b.keys("work").click("#f-phones-1").keys("020 7946 0958")
	b.click("#f-company").eval("document.querySelector('#f-company').select()")
	b.keys("cor").until("document.querySelectorAll('[role=option]').length === 2")
	b.press("ArrowDown").press("Enter").until("document.querySelector('#f-company').value === 'Corp'")
	b.eval("document.querySelector('#f-company').select()")
	b.keys("Neu GmbH").until("document.querySelector('[role=option]')?.innerText === 'Create “Neu GmbH”'")
	b.press("ArrowDown").press("Enter")
	b.click(".savebar .primary").until("document.querySelector('#summary')?.innerText.includes('Neu GmbH')")
	got := s.get(c.ID)
	is.Equal(got.Company, "Neu GmbH")
	is.Equal(got.Address.City, "Leeds")
	is.Equal(got.Phones[0].E164, "+442079460958")
	b.clean()
}

// TestBrowserTheme changes between light and dark at once and for good.
func TestBrowserTheme(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browse(accounts.Viewer).open("/contacts")
	b.click(".me summary").click("[name=theme][value=dark]").until("document.documentElement.dataset.theme === 'dark'")
	b.until("getComputedStyle(document.body).colorScheme === 'dark' || getComputedStyle(document.documentElement).colorScheme === 'dark'")
	b.until("document.querySelector('[data-theme-form]').dataset.kept === 'dark'") // the server knows
	b.open("/companies").until("document.documentElement.dataset.theme === 'dark'")
	b.clean()
}
