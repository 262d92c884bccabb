package notify

import (
	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// The permissions of this package.
const (
	// MayView: read what was decided about messages to the contacts one sees.
	MayView desk.Permission = "notify.view"
	// MaySettings: change the workspace's rules and templates.
	MaySettings desk.Permission = "notify.settings"
	// MayPreferences: change the preferences of the contacts one sees. A contact
	// may change its own without it.
	MayPreferences desk.Permission = "notify.preferences"
	// MayRetry: send dead messages again.
	MayRetry desk.Permission = "notify.retry"
	// MaySend: send WhatsApp and text messages.
	MaySend desk.Permission = "notify.send"
)

// Permissions lists the permissions of this package.
var Permissions = []desk.Permission{MayView, MaySettings, MayPreferences, MayRetry, MaySend}

// The verbs of this package's events.
const (
	VerbSettings    = "notify.settings_updated"
	VerbTemplate    = "notify.template_updated"
	VerbPreferences = "contact.notification_preferences_updated"
	VerbRetried     = "notify.message_retried"
	VerbSent        = "contact.message_queued"
)

// Verbs lists the verbs of this package's events.
var Verbs = []string{VerbSettings, VerbTemplate, VerbPreferences, VerbRetried, VerbSent}

// need checks the actor and that it holds the permission.
func need(a desk.Actor, what string, p desk.Permission) error {
	if err := contacts.CheckActor(a); err != nil {
		return err
	}
	if !a.May(p) {
		return desk.Errorf(desk.Denied, "", "You may not %s.", what)
	}
	return nil
}

func invalid(field, format string, args ...any) error {
	return desk.Errorf(desk.Invalid, field, format, args...)
}
