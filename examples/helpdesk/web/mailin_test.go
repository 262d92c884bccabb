package web_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
	"github.com/deskfolk/desk/tickets/intake"
)

// postmaster is an actor who may do everything about mail in a workspace.
func (s *site) postmaster(w desk.WorkspaceID) desk.Actor {
	a := s.Manager
	a.Workspace, a.Grants = w, slices.Concat(a.Grants, intake.Permissions)
	return a
}

// take takes a message in.
func (s *site) take(w desk.WorkspaceID, raw string) intake.Result {
	s.t.Helper()
	res, err := s.intake.Take(s.t.Context(), s.postmaster(w), intake.Delivery{Raw: strings.NewReader(strings.ReplaceAll(raw, "\n", "\r\n"))})
	if err != nil {
		s.t.Fatal(err)
	}
	return res
}

const hostileMail = "From: Eve <eve@corp.example>\nTo: help@desk.example\nSubject: <script>alert(1)</script>\nContent-Type: text/html\n"

// TestMailSettings changes the mailboxes without a script.
func TestMailSettings(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	b := s.signedIn(accounts.Manager)
	p := b.get("/settings").link("Email").says("Another mailbox")
	p.send("/settings/email", "", "address", "nonsense").is(http.StatusUnprocessableEntity).says("A mailbox is no email address.")
	p.send("/settings/email", "", "pending", "many").is(http.StatusUnprocessableEntity).says("Give a whole number.")
	p.send("/settings/email", "", "auth_servers", "two;words").is(http.StatusUnprocessableEntity).says("one word")
	p = p.send("/settings/email", "", "address", "help@desk.example", "aliases", "support@desk.example, info@desk.example", "priority", "high", "auth_servers", "mx.desk.example", "pending", "5").says("Saved.", "help@desk.example")
	want := intake.Settings{Version: 1, Mailboxes: []intake.Mailbox{{Address: "help@desk.example", Aliases: []string{"support@desk.example", "info@desk.example"}, Priority: "high"}}, AuthServers: []string{"mx.desk.example"}, Pending: 5}
	got, err := s.intake.Settings(t.Context(), s.postmaster(s.Workspace))
	is.NoErr(err)
	is.Equal(cmp.Diff(want, got), "")
	p.send("/settings/email", "", "address", "help@desk.example", "address", "new@desk.example").says("Saved.")
	p.send("/settings/email", "").is(http.StatusUnprocessableEntity).says("changed after you opened them")
	got, err = s.intake.Settings(t.Context(), s.postmaster(s.Workspace))
	is.NoErr(err)
	is.Equal(len(got.Mailboxes), 2)
}

// TestRejectedMail lists what was not taken in, hands it out as a file and
// tries it again.
func TestRejectedMail(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	b := s.signedIn(accounts.Manager)
	b.get("/settings/email").link("Rejected email").says("No messages")
	many := s.take(s.Workspace, hostileMail+strings.Repeat("X-Odd: 1\n", 40)+"\n<script>alert(2)</script>")
	large := s.take(s.Workspace, hostileMail+"\n"+strings.Repeat("long ", 8000))
	theirs := s.take("other", hostileMail+strings.Repeat("X-Odd: 1\n", 40)+"\nSecret")
	is.Equal([]intake.Outcome{many.Outcome, large.Outcome, theirs.Outcome}, []intake.Outcome{intake.Rejected, intake.Rejected, intake.Rejected})
	at := func(id desk.IntakeID, what string) string {
		return "/settings/email/messages/" + string(id) + "/" + what
	}
	p := b.get("/settings/email/messages").says(many.Reason, large.Reason).silent("<script>alert", string(theirs.ID), at(large.ID, "retry"))
	p.send(at(many.ID, "retry"), "").says("It was rejected again.")

	raw := b.get(at(many.ID, "raw"))
	is.True(strings.HasSuffix(raw.body, "\r\n\r\n<script>alert(2)</script>"))
	for _, x := range []*page{raw, b.get(at(large.ID, "raw"))} {
		for name, want := range map[string]string{"Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'"} {
			is.Equal(x.header.Get(name), want)
		}
		is.True(strings.HasPrefix(x.header.Get("Content-Disposition"), "attachment; filename="))
	}

	// A message of our own is ignored; once the address is not ours, it is taken.
	set, err := s.intake.SaveSettings(t.Context(), s.postmaster(s.Workspace), intake.Settings{Mailboxes: []intake.Mailbox{{Address: "eve@corp.example"}}})
	is.NoErr(err)
	own := s.take(s.Workspace, "From: Eve <eve@corp.example>\nTo: help@desk.example\nSubject: Broken saw\n\nIt stopped.")
	is.Equal(own.Outcome, intake.Ignored)
	set.Mailboxes = nil
	_, err = s.intake.SaveSettings(t.Context(), s.postmaster(s.Workspace), set)
	is.NoErr(err)
	b.get("/settings/email/messages").link("Ignored").says("Broken saw").send(at(own.ID, "retry"), "").says("The message was taken in.", "Broken saw", "It stopped.")

	values, _ := b.get("/contacts").form("/theme")
	for _, id := range []desk.IntakeID{theirs.ID, "nonsense"} {
		b.get(at(id, "raw")).is(http.StatusNotFound)
		b.b404(at(id, "retry"), values)
	}
	for _, role := range []accounts.Role{accounts.Viewer, accounts.AgentRole} {
		v := s.signedIn(role)
		values, _ := v.get("/contacts").form("/theme")
		for _, path := range []string{"/settings/email", "/settings/email/messages", at(many.ID, "raw")} {
			v.get(path).is(http.StatusNotFound)
		}
		for _, path := range []string{"/settings/email", at(many.ID, "retry")} {
			v.b404(path, values)
		}
	}
}

// TestBrowserMail looks at the pages.
func TestBrowserMail(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browse(accounts.Manager)
	b.tour("nothing-rejected", "/settings/email/messages")
	s.take(s.Workspace, hostileMail+strings.Repeat("X-Odd: 1\n", 40)+"\nText")
	s.take(s.Workspace, "From: "+strings.Repeat("w", 60)+"@corp.example\nSubject: "+strings.Repeat("Wolfeschlegelsteinhausen", 9)+"\n"+strings.Repeat("X-Odd: 1\n", 40)+"\nText")
	b.tour("rejected", "/settings/email/messages")
	b.tour("mail-settings", "/settings/email")
	b.clean()
}
