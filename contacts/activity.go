package contacts

import (
	"context"
	"net/url"
	"slices"
	"time"

	"github.com/deskfolk/desk"
)

// Activity returns a page of a contact's log, newest first. Changes of fields
// that are hidden from the actor are left out.
func (s *Service) Activity(ctx context.Context, a desk.Actor, id desk.ContactID, f ActivityFilter, p desk.Page) (ActivityList, error) {
	const op = "contacts.Activity"
	c, err := s.get(ctx, s.store, a, id)
	if err != nil {
		return ActivityList{}, desk.In(op, err)
	}
	l, err := s.events(ctx, a, string(c.ID), f, p)
	return l, desk.In(op, err)
}

// Log returns a page of the whole workspace's log, newest first, with the
// entries of removed contacts and of settings. It needs MaySettings and MayView.
func (s *Service) Log(ctx context.Context, a desk.Actor, f ActivityFilter, p desk.Page) (ActivityList, error) {
	const op = "contacts.Log"
	if err := need(a, "read the whole log", MaySettings); err != nil {
		return ActivityList{}, desk.In(op, err)
	}
	if err := need(a, "see all contacts", MayView); err != nil {
		return ActivityList{}, desk.In(op, err)
	}
	l, err := s.events(ctx, a, "", f, p)
	return l, desk.In(op, err)
}

func (s *Service) events(ctx context.Context, a desk.Actor, subject string, f ActivityFilter, p desk.Page) (ActivityList, error) {
	var l ActivityList
	if err := f.check(); err != nil {
		return l, err
	}
	n, err := p.Size()
	if err != nil {
		return l, err
	}
	scope := "contacts.Activity\x00" + string(a.Workspace) + "\x00" + string(a.Kind) + "\x00" + subject + "\x00" + f.values().Encode()
	after, _, err := s.cursors.Place(scope, p.Cursor)
	if err != nil {
		return l, err
	}
	find := EventFind{
		Subject: subject, Verbs: f.Verbs, ActorID: f.ActorID, ComplianceOnly: f.ComplianceOnly,
		From: desk.Moment(f.From), Until: desk.Moment(f.Until),
	}
	if l.Count, err = s.store.CountEvents(ctx, a.Workspace, find); err != nil {
		return l, err
	}
	if after != nil {
		find.Before = desk.EventID(after.ID)
	}
	find.Limit = n + 1
	if l.Events, err = s.store.Events(ctx, a.Workspace, find); err != nil {
		return l, err
	}
	if len(l.Events) > n {
		l.Events = l.Events[:n]
		if l.Next, err = s.cursors.After(scope, Position{ID: string(l.Events[n-1].ID)}); err != nil {
			return l, err
		}
	}
	for i := range l.Events {
		hideChanges(a, &l.Events[i])
	}
	return l, nil
}

func (f *ActivityFilter) check() error {
	if len(f.Verbs) > maxList {
		return invalid("verbs", "Ask for at most %d kinds of events.", maxList)
	}
	for _, v := range slices.Concat(f.Verbs, []string{f.ActorID}) {
		if len(v) > maxOwner {
			return invalid("verbs", "There is no such kind of event.")
		}
		if err := desk.CheckText("verbs", v, maxOwner, false); err != nil {
			return err
		}
	}
	return nil
}

// values is what a cursor is bound to.
func (f *ActivityFilter) values() url.Values {
	v := url.Values{"verb": f.Verbs, "actor": {f.ActorID}, "compliance": {boolText(f.ComplianceOnly)}}
	for name, t := range map[string]time.Time{"from": f.From, "until": f.Until} {
		if !t.IsZero() {
			v.Set(name, t.UTC().Format(time.RFC3339Nano))
		}
	}
	return v
}
