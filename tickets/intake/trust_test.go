package intake_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/intake"
)

func TestR75_B81_RelaySpam(t *testing.T) {
	on(t, func(b *bench) {
		told := 0
		for i := range 30 {
			res := b.take("From: \"http://evil.test\" <victim@x.test>\nTo: support@desk.test\nSubject: ACTIVATE http://evil.test\nMessage-ID: <s"+strconv.Itoa(i)+"@evil.test>", "Click")
			b.Equal(res.Outcome, intake.Created)
			if res.Acknowledged {
				told++
			}
		}
		b.Equal(told, 1)
		b.Equal(b.notices(intake.NoticeReceived), 1)
		b.Equal(b.notices(tickets.NoticeCreated), 0) // which holds the subject
		// An hour later: once more, and still in words that hold nothing of the message.
		b.Clock.Turn(time.Hour)
		res := b.take("From: victim@x.test\nTo: support@desk.test\nSubject: ACTIVATE http://evil.test\nMessage-ID: <z@evil.test>", "Click")
		b.True(res.Acknowledged)
		log, err := b.Contacts.Log(b.t.Context(), b.Manager, contacts.ActivityFilter{}, desk.Page{Limit: 1000})
		b.NoErr(err)
		plain := 0
		for _, e := range log.Events {
			b.True(!strings.Contains(e.Summary, "evil.test"))
			if e.Verb == intake.VerbAcknowledged {
				plain++
			}
		}
		b.Equal(plain, 2)
	})
}

func TestR71_SenderTrust(t *testing.T) {
	on(t, func(b *bench) {
		b.settings(func(s *intake.Settings) { s.AuthServers = []string{"mx.desk.test"} })
		for i, c := range []struct {
			results string
			verdict intake.Verdict
			want    bool
		}{
			{"", intake.Unknown, false},
			{"mx.desk.test; dmarc=pass (p=NONE) header.from=acme.test", intake.Unknown, true},
			{"mx.desk.test; dmarc=pass header.from=evil.test", intake.Unknown, false},
			{"mx.evil.test; dmarc=pass header.from=acme.test", intake.Unknown, false},
			{"mx.desk.test; spf=pass smtp.mailfrom=jane@acme.test", intake.Unknown, true},
			{"mx.desk.test; spf=pass smtp.mailfrom=evil.test", intake.Unknown, false},
			{"mx.desk.test; dkim=pass header.d=acme.test; dmarc=fail header.from=acme.test", intake.Unknown, false},
			{"mx.desk.test; dkim=pass header.i=@acme.test", intake.Unknown, true},
			{"mx.desk.test; dkim=pass header.d=test", intake.Unknown, false},
			{"mx.desk.test; dkim=fail header.d=acme.test", intake.Unknown, false},
			{"mx.desk.test; none\nAuthentication-Results: mx.desk.test; dmarc=pass header.from=acme.test", intake.Unknown, false}, // only the uppermost
			{"", intake.Passed, true},
			{"mx.desk.test; dmarc=pass header.from=acme.test", intake.Failed, false},
			{"garbage ((;;", intake.Unknown, false},
		} {
			header := "From: jane@acme.test\nTo: support@desk.test\nMessage-ID: <v" + strconv.Itoa(i) + "@x.test>"
			if c.results != "" {
				header = "Authentication-Results: " + c.results + "\n" + header
			}
			res := b.deliver(intake.Delivery{Raw: strings.NewReader(message(header, "x")), Verdict: c.verdict})
			if res.Verified != c.want {
				b.t.Errorf("%s %s: %v", c.results, c.verdict, res.Verified)
			}
		}
	})
}

func TestR78_B86_ContactsMadeByMail(t *testing.T) {
	on(t, func(b *bench) {
		first := b.take(jane, "Hello")
		c, err := b.Contacts.Get(b.t.Context(), b.Manager, first.Contact)
		b.NoErr(err)
		b.True(!c.PortalAccess && !c.LockedToCompany && c.Active)
		b.Equal(c.Name(), "Jane Doe")
		b.Equal(c.Source, contacts.ByEmail)
		_, err = b.Contacts.CreateCompany(b.t.Context(), b.Manager, "Other", []string{"acme.test"})
		b.NoErr(err)
		again := b.take("From: \"Boss of Acme\" <JANE@acme.test>\nTo: support@desk.test\nMessage-ID: <2@acme.test>", "I am the boss")
		b.Equal(again.Contact, first.Contact)
		b.True(!again.NewContact)
		same, err := b.Contacts.Get(b.t.Context(), b.Manager, first.Contact)
		b.NoErr(err)
		b.Equal(same.Version, c.Version) // nothing was changed
		b.Equal(same.Name(), "Jane Doe")
		b.Equal(same.CompanyID, c.CompanyID)
	})
}

func TestB16_SenderThatIsNone(t *testing.T) {
	on(t, func(b *bench) {
		for i, from := range []string{`"attacker@evil.test"@corp.test`, `group:a@b.test;`, "a@b,c@d.test\nFrom: x@y.test", "x@[127.0.0.1]"} {
			res := b.take("From: "+from+"\nTo: support@desk.test\nMessage-ID: <n"+strconv.Itoa(i)+"@x.test>", "Hello")
			b.Equal(res.Outcome, intake.Created)
			b.Equal(res.Contact, desk.ContactID(""))
			b.True(!res.Verified && !res.Acknowledged)
			ticket := b.ticket(res.Ticket)
			b.Equal(ticket.Requester, desk.ContactID(""))
			b.Equal(b.messages(res.Ticket)[0].Text, "Hello")
		}
		b.Equal(b.count(`SELECT COUNT(*) FROM desk_contacts`), 0)
	})
}
