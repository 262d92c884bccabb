package notify_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/notify"
	"github.com/deskfolk/desk/tickets"
)

// B98: for each type of message, a message leaves only if the rule and the
// preference are on. Then the same with each part in the ticket: who is pending, in Cc or
// removed gets nothing (R88).
func TestB98_BothSwitches(t *testing.T) {
	t.Parallel()
	onBoth(t, func(e *env) {
		part := e.contact("Part")
		tk := e.ticket(part.ID)
		set := notify.Settings{}
		for _, ty := range e.notify.Types() {
			if ty.Class == notify.Direct {
				continue
			}
			for _, rule := range []bool{true, false} {
				set.Rules = map[string]bool{ty.Name: rule}
				var err error
				set, err = e.notify.SaveSettings(e.ctx, e.manager, set)
				e.NoErr(err)
				for _, wanted := range []bool{true, false} {
					p, err := e.notify.Preferences(e.ctx, e.manager, part.ID)
					e.NoErr(err)
					p.Types = map[string]bool{ty.Name: wanted}
					_, err = e.notify.SavePreferences(e.ctx, e.manager, p)
					e.NoErr(err)
					n := desk.Notice{Type: ty.Name, To: []desk.ContactID{part.ID}}
					if ty.Participants {
						n.Ticket = tk.ID
					}
					e.tell(n)
					did := e.once()
					e.Equal(did.Sent == 1, rule && wanted)
					e.Equal(did.Suppressed == 1, !(rule && wanted))
					all := e.entries()
					last := all[slices.IndexFunc(all, func(x notify.Entry) bool { return x.Gate != "" && x.Type == ty.Name && x.DoneAt.Equal(e.clock.Now()) })]
					want := "all"
					if !rule {
						want = "workspace"
					} else if !wanted {
						want = "preference"
					}
					e.Equal(last.Gate, want)
					e.clock.Turn(1e9)
				}
			}
		}
	})
}

// B98, R88: the paths of participants and of Cc, as they are when the message leaves.
func TestR88_DecidedWhenItLeaves(t *testing.T) {
	t.Parallel()
	onBoth(t, func(e *env) {
		asker, part, pending, removed, gone, off := e.contact("Asker"), e.contact("Part"), e.contact("Pending"), e.contact("Removed"), e.contact("Gone"), e.contact("Off")
		tk := e.ticket(asker.ID, part.ID, removed.ID, gone.ID, off.ID)
		e.NoErr(e.tickets.SetParticipant(e.ctx, e.manager, tk.ID, pending.ID, tickets.Pending))
		e.once()
		e.sink.take()
		everybody := []desk.ContactID{asker.ID, part.ID, pending.ID, removed.ID, gone.ID, off.ID}
		m := e.post(tk.ID, "Hello")
		e.sink.take()
		e.tell(desk.Notice{Type: notify.TypeUpdated, Ticket: tk.ID, About: string(m.ID), To: everybody})
		set, err := e.notify.SaveSettings(e.ctx, e.manager, notify.Settings{Preset: notify.HighTouch})
		e.NoErr(err)
		_ = set
		// All of this happens while the messages wait.
		e.NoErr(e.tickets.RemoveParticipant(e.ctx, e.manager, tk.ID, removed.ID))
		e.NoErr(e.contacts.Delete(e.ctx, e.manager, gone.ID))
		inactive := false
		_, err = e.contacts.Update(e.ctx, e.manager, off.ID, off.Version, contacts.Patch{Active: &inactive})
		e.NoErr(err)
		e.once()
		got := map[string]int{}
		for _, m := range e.sink.take() {
			got[m.Type+" "+m.To.Address()]++
		}
		want := map[string]int{"ticket.commented asker@contact.example": 1, "ticket.commented part@contact.example": 1, "ticket.updated asker@contact.example": 1, "ticket.updated part@contact.example": 1}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got %v", got)
		}
		for _, en := range e.entries() {
			switch en.Contact {
			case pending.ID, removed.ID:
				e.Equal(en.Gate, "participation")
				e.Equal(strings.Contains(en.Reason, "pending"), en.Contact == pending.ID)
			case gone.ID, off.ID:
				e.Equal(en.Gate, "contact")
			}
		}
		// A ticket in the bin tells nobody.
		e.post(tk.ID, "One more")
		e.NoErr(e.tickets.Delete(e.ctx, e.manager, tk.ID))
		did := e.once()
		e.Equal(did.Sent, 0)
		e.True(did.Suppressed >= 2)
	})
}

// G2: who has opted out of marketing gets none of it, and all else.
func TestMarketingOptOut(t *testing.T) {
	t.Parallel()
	onBoth(t, func(e *env) {
		c := e.contact("Maria")
		out := true
		_, err := e.contacts.Update(e.ctx, e.manager, c.ID, c.Version, contacts.Patch{MarketingOptOut: &out})
		e.NoErr(err)
		e.tell(desk.Notice{Type: notify.TypeMarketing, To: []desk.ContactID{c.ID}})
		e.tell(desk.Notice{Type: notify.TypeForm, To: []desk.ContactID{c.ID}})
		e.Equal(e.once(), notify.Worked{Sent: 1, Suppressed: 1})
		e.Equal(e.sink.take()[0].Type, notify.TypeForm)
		l, err := e.notify.Decisions(e.ctx, e.manager, notify.DecisionFilter{Contact: c.ID, States: []notify.State{notify.Suppressed}}, desk.Page{})
		e.NoErr(err)
		e.Equal(len(l.Entries), 1)
		e.Equal(l.Entries[0].Decision(), desk.Decision{Gate: "marketing", Reason: "The contact has opted out of marketing."})
	})
}

// The presets contain each other.
func TestPresets(t *testing.T) {
	t.Parallel()
	onBoth(t, func(e *env) {
		count := map[notify.Preset]int{}
		for _, p := range notify.Presets {
			set := notify.Settings{Preset: p}
			for _, ty := range e.notify.Types() {
				if ty.Class != notify.Direct && set.On(&ty) {
					count[p]++
				}
			}
		}
		e.True(0 < count[notify.Minimal] && count[notify.Minimal] < count[notify.Balanced] && count[notify.Balanced] < count[notify.HighTouch])
		_, err := e.notify.SaveSettings(e.ctx, e.manager, notify.Settings{Preset: "loud"})
		e.Equal(desk.FieldOf(err), "preset")
		_, err = e.notify.SaveSettings(e.ctx, e.manager, notify.Settings{Rules: map[string]bool{"no.such": true}})
		e.Equal(desk.FieldOf(err), "rules")
	})
}

// B65: nobody changes or reads another's choices: neither another contact, nor
// a member without the permission or who does not see the contact, nor another
// workspace.
func TestB65_PreferenceTampering(t *testing.T) {
	t.Parallel()
	onBoth(t, func(e *env) {
		maria, eve := e.contact("Maria"), e.contact("Eve")
		off := notify.Preferences{Contact: maria.ID, Types: map[string]bool{notify.TypeCommented: false}}
		blind := e.manager
		blind.Grants = []desk.Permission{notify.MayPreferences, contacts.MayViewOwn}
		blind.ID = "somebody"
		viewer := e.manager
		viewer.Grants = []desk.Permission{contacts.MayView}
		for _, c := range []struct {
			a    desk.Actor
			kind desk.Kind
		}{
			{desk.Actor{Workspace: home, Kind: desk.ContactActor, ID: string(eve.ID), Grants: notify.Permissions}, desk.NotFound},
			{desk.Actor{Workspace: "other", Kind: desk.ContactActor, ID: string(maria.ID)}, desk.NotFound},
			{e.in("other"), desk.NotFound},
			{blind, desk.NotFound},
			{viewer, desk.Denied},
		} {
			_, err := e.notify.SavePreferences(e.ctx, c.a, off)
			e.Equal(desk.KindOf(err), c.kind)
			if c.kind == desk.NotFound {
				_, err = e.notify.Preferences(e.ctx, c.a, maria.ID)
				e.Equal(desk.KindOf(err), desk.NotFound)
				_, err = e.notify.Explain(e.ctx, c.a, maria.ID, notify.TypeForm, "")
				e.True(desk.KindOf(err) == desk.NotFound || desk.KindOf(err) == desk.Denied)
			}
		}
		p, err := e.notify.Preferences(e.ctx, e.manager, maria.ID)
		e.NoErr(err)
		e.Equal(p.Version, int64(0))
		self := desk.Actor{Workspace: home, Kind: desk.ContactActor, ID: string(maria.ID)}
		p, err = e.notify.SavePreferences(e.ctx, self, off)
		e.NoErr(err)
		e.Equal(p.Version, int64(1))
		_, err = e.notify.SavePreferences(e.ctx, self, off) // made on the older one
		e.Equal(desk.KindOf(err), desk.Conflict)
	})
}

// Explain names each gate, before and after it is shut.
func TestExplain(t *testing.T) {
	t.Parallel()
	onBoth(t, func(e *env) {
		c, other := e.contact("Maria"), e.contact("Tom")
		tk := e.ticket(c.ID)
		ds, err := e.notify.Explain(e.ctx, e.manager, c.ID, notify.TypeCommented, tk.ID)
		e.NoErr(err)
		e.True(desk.AllAllowed(ds))
		ds, err = e.notify.Explain(e.ctx, e.manager, other.ID, notify.TypeUpdated, tk.ID)
		e.NoErr(err)
		var shut []string
		for _, d := range ds {
			if !d.Allowed {
				shut = append(shut, d.Gate)
			}
		}
		e.Equal(shut, []string{"workspace", "participation"})
	})
}
