package contacts

import (
	"context"
	"fmt"
	"time"

	"github.com/deskfolk/desk"
)

// usualHours are the hours for calls when neither the contact nor the
// workspace says otherwise.
var usualHours = CallHours{From: 8 * 60, Until: 21 * 60}

// MayCallNow says whether the contact may be called at this moment, by its
// wish and in its local time, and notes the check as a compliance event. It
// needs MayView, or MayViewOwn for an own contact.
func (s *Service) MayCallNow(ctx context.Context, a desk.Actor, id desk.ContactID) (CallCheck, error) {
	const op = "contacts.MayCallNow"
	var check CallCheck
	if err := needView(a); err != nil {
		return check, desk.In(op, err)
	}
	for _, f := range []field{fDoNotCall, fCallHours, fTimeZone} {
		if accessTo(a, f) == desk.Hidden {
			return check, desk.In(op, restricted(fieldTable[f].name, desk.Hidden))
		}
	}
	err := s.store.Update(ctx, func(tx Tx) error {
		c, err := s.get(ctx, tx, a, id)
		if err != nil {
			return err
		}
		set, err := tx.Settings(ctx, a.Workspace)
		if err != nil {
			return err
		}
		now := desk.Moment(s.now())
		check = callCheck(&c, set, now)
		j := s.journal(a, now, "")
		if err := j.Add(VerbCallChecked, string(c.ID), "Checked whether a call is allowed: "+check.Reason, true, nil); err != nil {
			return err
		}
		return tx.Record(ctx, a.Workspace, j.All...)
	})
	if err != nil {
		return CallCheck{}, desk.In(op, err)
	}
	return check, nil
}

// callCheck decides about a call at a moment.
func callCheck(c *Contact, set Settings, now time.Time) CallCheck {
	check := CallCheck{TimeZone: c.TimeZone}
	if check.TimeZone == "" {
		check.TimeZone = set.TimeZone
	}
	if check.TimeZone == "" {
		check.TimeZone = "UTC"
	}
	loc, err := zone(check.TimeZone)
	if err != nil {
		loc, check.TimeZone = time.UTC, "UTC"
	}
	check.LocalTime = now.In(loc)
	if c.DoNotCall {
		check.Reason = "The contact does not want to be called."
		return check
	}
	hours := c.CallHours
	if hours == (CallHours{}) {
		hours = set.CallHours
	}
	if hours == (CallHours{}) {
		hours = usualHours
	}
	clock := check.LocalTime.Format("15:04")
	if hours.open(check.LocalTime) {
		check.Allowed = true
		check.Reason = fmt.Sprintf("It is %s in %s, within %s.", clock, check.TimeZone, hours)
		return check
	}
	check.Reason = fmt.Sprintf("It is %s in %s; calls are allowed within %s.", clock, check.TimeZone, hours)
	check.Opens = hours.opens(check.LocalTime)
	return check
}

// open reports whether the hours hold at a local time.
func (h CallHours) open(t time.Time) bool {
	m := t.Hour()*60 + t.Minute()
	if h.From < h.Until {
		return h.From <= m && m < h.Until
	}
	return m >= h.From || m < h.Until
}

// opens returns when the hours begin next after a local time. On a day whose
// clocks jump over the beginning it is the first moment after the jump.
func (h CallHours) opens(t time.Time) time.Time {
	at := time.Date(t.Year(), t.Month(), t.Day(), h.From/60, h.From%60, 0, 0, t.Location())
	if !at.After(t) {
		at = time.Date(t.Year(), t.Month(), t.Day()+1, h.From/60, h.From%60, 0, 0, t.Location())
	}
	return at
}
