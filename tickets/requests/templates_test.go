package requests_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/requests"
)

func offered(all []requests.Offer) []string {
	var names []string
	for _, x := range all {
		names = append(names, x.Name)
	}
	return names
}

// staff sets whom tickets can be assigned to, and some categories.
func (o *office) staff() {
	o.t.Helper()
	set := must(o.Tickets.Settings(ctx, o.boss))
	set.Assignees = []tickets.Assignee{{ID: "mei", Name: "Mei"}, {ID: "tom", Name: "Tom"}, {ID: "zoe", Name: "Zoë"}}
	set.Categories = []tickets.Category{{Key: "machine", Label: "Machine"}, {Key: "office", Label: "Office"}}
	_ = must(o.Tickets.SaveSettings(ctx, o.boss, set))
}

func TestTemplatePrefillsAndLocks(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		o.staff()
		free := o.template(requests.TemplateFields{Name: "Free", Defaults: requests.Defaults{Subject: "Default", Text: "Hello.", Priority: "high", Category: "machine", Assignee: "mei"}})
		locked := o.template(requests.TemplateFields{
			Name: "Locked", Defaults: requests.Defaults{Subject: "Fixed", Text: "As agreed.", Status: "waiting", Priority: "low", Category: "office", Assignee: "tom"},
			Locked: []string{"subject", "text", "status", "priority", "category", "assignee", "company"},
		})
		says := requests.Request{Subject: "Mine", Text: "My words.", Priority: "urgent", Category: "office"}
		o.take()

		k := must(o.s.Submit(ctx, o.as(o.ana), free.ID, requests.Request{}))
		is.Equal([]any{k.Subject, k.Status, k.Priority, k.Category, k.Requester, k.Company, k.Channel, k.Template}, []any{"Default", "open", "high", "machine", o.ana.ID, "Acme", tickets.ByForm, free.ID})
		events, _ := o.take()
		is.Equal(verbs(events)[len(events)-2:], []string{"request.submitted ticket", "request.submitted contact"})
		k = must(o.Tickets.Get(ctx, o.boss, k.ID))
		is.Equal([]any{k.Assignee, k.CreatedKind, k.CreatedBy, len(k.Locked)}, []any{"mei", desk.ContactActor, string(o.ana.ID), 0})
		l := must(o.Tickets.Messages(ctx, o.as(o.ana), k.ID, tickets.MessageQuery{}, desk.Page{}))
		is.Equal([]any{len(l.Messages), l.Messages[0].Text, l.Messages[0].Contact}, []any{1, "Hello.", o.ana.ID})

		k = must(o.s.Submit(ctx, o.as(o.ana), free.ID, says))
		is.Equal([]any{k.Subject, k.Priority, k.Category}, []any{"Mine", "urgent", "office"})

		// B120: whatever the request says, what is locked has the template's value.
		says.Assignee, says.Company = "zoe", ptr(desk.CompanyID(""))
		for _, a := range []desk.Actor{o.as(o.ana), o.boss} {
			r := says
			if a.Kind == desk.MemberActor {
				r.Contact = o.ana.ID
			}
			k = must(o.s.Submit(ctx, a, locked.ID, r))
			k = must(o.Tickets.Get(ctx, o.boss, k.ID))
			is.Equal([]any{k.Subject, k.Status, k.Priority, k.Category, k.Assignee, k.Company, k.Requester}, []any{"Fixed", "waiting", "low", "office", "tom", "Acme", o.ana.ID})
			is.Equal(k.Locked, []string{"assignee", "category", "company", "priority", "status", "subject"})
			l = must(o.Tickets.Messages(ctx, o.boss, k.ID, tickets.MessageQuery{}, desk.Page{}))
			is.Equal(l.Messages[0].Text, "As agreed.")
		}
		// Nor can it be changed on the ticket afterwards.
		for _, a := range []desk.Actor{o.as(o.ana), o.boss} {
			_, err := o.Tickets.Update(ctx, a, k.ID, tickets.Patch{Version: k.Version, Subject: ptr("Other")})
			is.True(err != nil)
			_, err = o.Tickets.Update(ctx, a, k.ID, tickets.Patch{Version: k.Version, Status: ptr("closed")})
			is.True(err != nil)
		}
		is.Equal(must(o.Tickets.Get(ctx, o.boss, k.ID)).Version, k.Version)
	})
}

// TestB120_TemplateLimits: only the contacts that are named, and those whose
// main address is in exactly one of the domains.
func TestB120_TemplateLimits(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		x := o.template(requests.TemplateFields{Name: "Limited", Limited: true, Contacts: []desk.ContactID{o.ben.ID}, Domains: []string{" @Corp.Test ", "BÄCKEREI.example", "xn--bckerei-5wa.example"}})
		is.Equal(x.Domains, []string{"corp.test", "xn--bckerei-5wa.example"})
		nobody := o.template(requests.TemplateFields{Name: "Nobody", Limited: true})
		yes := []contacts.Contact{o.ben}
		for _, email := range []string{"a@corp.test", "b@CORP.test", "c@bäckerei.example", "d@xn--bckerei-5wa.example", "e@Bäckerei.Example"} {
			yes = append(yes, o.person(contacts.NewContact{LastName: "Yes", Email: email}))
		}
		no := []contacts.Contact{o.ana, o.cem}
		for _, email := range []string{"a@sub.corp.test", "b@corp.test.evil.test", "c@evilcorp.test", "d@backerei.example", "e@corp.tes", "f@test"} {
			c, err := o.Contacts.Create(ctx, o.boss, contacts.NewContact{LastName: "No", Email: email})
			if err == nil {
				no = append(no, c)
			}
		}
		// A labelled address is nobody's proof; neither is an address that is none.
		no = append(no, o.person(contacts.NewContact{LastName: "No", Email: "g@other.example", Emails: []contacts.Email{{Label: "work", Value: "g@corp.test"}}}))
		no = append(no, o.person(contacts.NewContact{LastName: "No", DisplayName: "x@corp.test", Emails: []contacts.Email{{Label: "work", Value: "h@corp.test"}}, Email: "h@corp.test.evil.test"}))
		for _, c := range yes {
			is.Equal(offered(must(o.s.Available(ctx, o.as(c)))), []string{"Limited"})
			_ = must(o.s.Offer(ctx, o.as(c), x.ID, ""))
			_ = must(o.s.Submit(ctx, o.as(c), x.ID, requests.Request{Text: "Hi."}))
		}
		before := o.tickets()
		for _, c := range no {
			for _, id := range []desk.TemplateID{x.ID, nobody.ID} {
				is.Equal(len(must(o.s.Available(ctx, o.as(c)))), 0)
				is.Equal(len(must(o.s.AvailableTo(ctx, o.boss, c.ID))), 0)
				_, err := o.s.Offer(ctx, o.as(c), id, "")
				wants(t, err, desk.NotFound, "")
				_, err = o.s.Submit(ctx, o.as(c), id, requests.Request{Text: "Hi."})
				wants(t, err, desk.NotFound, "")
				_, err = o.s.Submit(ctx, o.boss, id, requests.Request{Contact: c.ID, Text: "Hi."}) // nor by an agent
				wants(t, err, desk.NotFound, "")
			}
		}
		is.Equal(o.tickets(), before)

		// It is looked at when it happens (R59).
		ben := o.as(o.ben)
		fields := x.TemplateFields
		for _, off := range []func(){
			func() { fields.Contacts = nil }, func() { fields.Contacts, fields.Active = []desk.ContactID{o.ben.ID}, false },
		} {
			off()
			x = must(o.s.UpdateTemplate(ctx, o.boss, x.ID, x.Version, fields))
			_, err := o.s.Submit(ctx, ben, x.ID, requests.Request{Text: "Hi."})
			wants(t, err, desk.NotFound, "")
		}
		fields.Active = true
		x = must(o.s.UpdateTemplate(ctx, o.boss, x.ID, x.Version, fields))
		_ = must(o.s.Submit(ctx, ben, x.ID, requests.Request{Text: "Hi."}))
		o.change(o.ben, contacts.Patch{Active: ptr(false)})
		_, err := o.s.Submit(ctx, ben, x.ID, requests.Request{Text: "Hi."})
		wants(t, err, desk.Denied, "")
		_, err = o.s.Available(ctx, ben)
		wants(t, err, desk.Denied, "")
		o.change(o.ben, contacts.Patch{Active: ptr(true), Email: ptr("ben@corp.test")})
		fields.Contacts = nil
		x = must(o.s.UpdateTemplate(ctx, o.boss, x.ID, x.Version, fields))
		_ = must(o.s.Submit(ctx, ben, x.ID, requests.Request{Text: "Hi."}))
		o.change(o.ben, contacts.Patch{Email: ptr("ben@evil.test")})
		_, err = o.s.Submit(ctx, ben, x.ID, requests.Request{Text: "Hi."})
		wants(t, err, desk.NotFound, "")
	})
}

func TestB120_DomainsThatAreNone(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		for _, d := range []string{
			"a@corp.test", `"evil@corp.test"@x.test`, "@corp.test.evil.test@corp.test", "*.corp.test", ".corp.test", "corp.test.", "corp", "corp..test",
			"127.0.0.1", "[127.0.0.1]", "corp.test\x00", "\xff.test", "cörp .test", "corp.test,evil.test", strings.Repeat("a", 64) + ".test",
		} {
			_, err := o.s.CreateTemplate(ctx, o.boss, requests.TemplateFields{Name: "X", Limited: true, Domains: []string{"ok.test", d}})
			if diff := cmp.Diff([]string{"domains"}, said(t, err)); diff != "" {
				t.Errorf("%q: %s", d, diff)
			}
		}
	})
}

// TestB120_PicksWhatIsNotAllowed: assignees and contacts that the template does
// not let the contact choose.
func TestB120_PicksWhatIsNotAllowed(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		o.staff()
		f := o.form(short())
		none := o.template(requests.TemplateFields{Name: "None"})
		picks := o.template(requests.TemplateFields{Name: "Picks", Assignees: []string{"mei", "tom"}, Add: requests.AddColleagues})
		listed := o.template(requests.TemplateFields{Name: "Listed", Add: requests.AddListed, Addable: []desk.ContactID{o.cem.ID, o.ana.ID}, Form: f.ID})
		ana := o.as(o.ana)
		submit := func(id desk.TemplateID, r requests.Request, field string) {
			t.Helper()
			r.FormVersion = 1
			r.Answers = nil
			if id == listed.ID {
				r.Answers = requests.Answers{"what": {"x"}}
			}
			k, err := o.s.Submit(ctx, ana, id, r)
			if field != "" {
				wants(t, err, desk.Invalid, field)
				return
			}
			is.NoErr(err)
			var ids []desk.ContactID
			for _, p := range must(o.Tickets.Participants(ctx, o.boss, k.ID)) {
				if p.Role == tickets.Participating {
					ids = append(ids, p.Contact)
				}
			}
			is.Equal(len(ids), len(r.Add))
			is.Equal(must(o.Tickets.Get(ctx, o.boss, k.ID)).Assignee, r.Assignee)
		}
		stranger := desk.ContactID("contact_01h455vb4pex5vsknk084sn02q")
		submit(none.ID, requests.Request{Assignee: "mei"}, "assignee")
		submit(none.ID, requests.Request{Add: []desk.ContactID{o.ben.ID}}, "add")
		submit(none.ID, requests.Request{Company: ptr(o.ana.CompanyID)}, "")
		submit(none.ID, requests.Request{Company: ptr(desk.CompanyID("company_01h455vb4pex5vsknk084sn02q"))}, "company")
		other := must(o.Contacts.CreateCompany(ctx, o.boss, "Other", nil))
		submit(none.ID, requests.Request{Company: &other.ID}, "company")
		submit(picks.ID, requests.Request{Assignee: "zoe"}, "assignee")
		submit(picks.ID, requests.Request{Assignee: "mei", Add: []desk.ContactID{o.ben.ID}}, "")
		for _, id := range []desk.ContactID{o.cem.ID, o.ana.ID, stranger, "", "x"} {
			if id != "" {
				submit(picks.ID, requests.Request{Add: []desk.ContactID{o.ben.ID, id}}, "add")
			}
		}
		submit(listed.ID, requests.Request{Add: []desk.ContactID{o.cem.ID}}, "")
		submit(listed.ID, requests.Request{Add: []desk.ContactID{o.ben.ID}}, "add")
		o.change(o.ben, contacts.Patch{Active: ptr(false)})
		submit(picks.ID, requests.Request{Add: []desk.ContactID{o.ben.ID}}, "add")
		_, err := o.s.Submit(ctx, ana, none.ID, requests.Request{Contact: o.ben.ID})
		wants(t, err, desk.Denied, "")

		// An offer names what may be chosen, and no address of anyone.
		offer := must(o.s.Offer(ctx, ana, picks.ID, ""))
		is.Equal(cmp.Diff([]tickets.Assignee{{ID: "mei", Name: "Mei"}, {ID: "tom", Name: "Tom"}}, offer.Assignees), "")
		is.Equal(len(offer.People), 0) // Ben is not active
		o.change(o.ben, contacts.Patch{Active: ptr(true)})
		is.Equal(cmp.Diff([]requests.Person{{ID: o.ben.ID, Name: "Ben Okoro"}}, must(o.s.Offer(ctx, ana, picks.ID, "")).People), "")
		is.Equal(cmp.Diff([]requests.Person{{ID: o.cem.ID, Name: "Cem Yıldız"}}, must(o.s.Offer(ctx, ana, listed.ID, "")).People), "")
	})
}

func TestSubmitWithAForm(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		f := o.form(repair())
		x := o.template(requests.TemplateFields{Name: "Repair", Form: f.ID})
		offer := must(o.s.Offer(ctx, o.as(o.ana), x.ID, ""))
		is.Equal([]any{offer.Form.Number, len(offer.Form.Definition.Fields), offer.Form.PublishedBy}, []any{1, 11, ""})
		r := requests.Request{FormVersion: 1, Subject: "\x00", Answers: requests.Answers{"machine": {"Other"}}, Assignee: "mei"}
		_, err := o.s.Submit(ctx, o.as(o.ana), x.ID, r)
		is.Equal(cmp.Diff([]string{"assignee", "answers.other"}, said(t, err)), "")
		r = requests.Request{FormVersion: 1, Text: "Help!", Answers: requests.Answers{"machine": {"Press"}}, Files: requests.Files{"photo": {file("a", "x")}}, Attachments: []tickets.NewAttachment{file("b", "y")}}
		k := must(o.s.Submit(ctx, o.as(o.ana), x.ID, r))
		is.Equal(k.Subject, "Repair")
		l := must(o.s.Submissions(ctx, o.boss, requests.SubmissionFilter{Ticket: k.ID}, desk.Page{}))
		sub := l.Submissions[0]
		is.Equal([]any{l.Count, sub.Template, sub.TemplateVersion, sub.Form, sub.FormVersion, sub.Contact, len(sub.Answers)}, []any{1, x.ID, int64(1), f.ID, 1, o.ana.ID, 2})

		// The form changes under the hands of the person: nothing is sent.
		d := short()
		f = must(o.s.UpdateForm(ctx, o.boss, f.ID, f.Version, requests.FormPatch{Draft: &d}))
		_ = must(o.s.PublishForm(ctx, o.boss, f.ID, f.Version))
		_, err = o.s.Submit(ctx, o.as(o.ana), x.ID, r)
		wants(t, err, desk.Conflict, "form_version")
		is.True(errors.Is(err, requests.ErrStale))
		fields := x.TemplateFields
		fields.Name = "Mending"
		x = must(o.s.UpdateTemplate(ctx, o.boss, x.ID, 1, fields))
		k2 := must(o.s.Submit(ctx, o.as(o.ben), x.ID, requests.Request{FormVersion: 2, Answers: requests.Answers{"what": {"x"}}}))
		sub2 := must(o.s.Submissions(ctx, o.as(o.ben), requests.SubmissionFilter{Ticket: k2.ID}, desk.Page{})).Submissions[0]
		is.Equal([]any{sub2.TemplateVersion, sub2.FormVersion}, []any{int64(2), 2})
		is.Equal(must(o.s.TemplateVersion(ctx, o.boss, x.ID, sub.TemplateVersion)).Name, "Repair") // as it was
		_, err = o.s.UpdateTemplate(ctx, o.boss, x.ID, 1, fields)
		wants(t, err, desk.Conflict, "version")
		is.Equal(len(must(o.s.Templates(ctx, o.boss))), 1)
	})
}

func TestTemplatesThatAreRefused(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.staff()
		draft := must(o.s.CreateForm(ctx, o.boss, requests.NewForm{Name: "Draft", Draft: short()}))
		for _, c := range []struct {
			f    requests.TemplateFields
			want string
		}{
			{requests.TemplateFields{}, "name"},
			{requests.TemplateFields{Locked: []string{"id"}}, "locked"},
			{requests.TemplateFields{Locked: []string{"subject"}}, "subject"},
			{requests.TemplateFields{Locked: []string{"assignee"}, Assignees: []string{"mei"}}, "assignees"},
			{requests.TemplateFields{Defaults: requests.Defaults{Status: "none"}}, "status"},
			{requests.TemplateFields{Defaults: requests.Defaults{Priority: "none"}}, "priority"},
			{requests.TemplateFields{Defaults: requests.Defaults{Category: "none"}}, "category"},
			{requests.TemplateFields{Defaults: requests.Defaults{Assignee: "none"}}, "assignee"},
			{requests.TemplateFields{Defaults: requests.Defaults{Company: "company_01h455vb4pex5vsknk084sn02q"}}, "company"},
			{requests.TemplateFields{Assignees: []string{"none"}}, "assignees"},
			{requests.TemplateFields{Add: "anyone"}, "add"},
			{requests.TemplateFields{Form: draft.ID}, "form"},
			{requests.TemplateFields{Form: "form_01h455vb4pex5vsknk084sn02q"}, "form"},
			{requests.TemplateFields{Limited: true, Contacts: []desk.ContactID{"contact_01h455vb4pex5vsknk084sn02q"}}, "contacts"},
			{requests.TemplateFields{Add: requests.AddListed, Addable: []desk.ContactID{o.ana.ID, "x"}}, "addable"},
			{requests.TemplateFields{Description: "\xff"}, "description"},
			{requests.TemplateFields{Position: -1}, "position"},
		} {
			if c.want != "name" {
				c.f.Name = "X"
			}
			_, err := o.s.CreateTemplate(ctx, o.boss, c.f)
			if diff := cmp.Diff([]string{c.want}, said(t, err)); diff != "" {
				t.Errorf("%+v: %s", c.f, diff)
			}
		}
	})
}
