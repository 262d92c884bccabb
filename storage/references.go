package storage

import (
	"context"
	"regexp"
	"slices"

	"github.com/deskfolk/desk"
)

// Reference is a column that names a contact.
type Reference struct{ Table, Column string }

// References are the library's own columns that name a contact; a test
// compares them with the database's catalogue.
var References = []Reference{
	{"desk_contact_keys", "contact_id"},
	{"desk_contacts", "merged_into"},
	{"desk_form_assignments", "contact_id"},          // a purge removes the row
	{"desk_intake", "contact_id"},                    // a purge removes the row
	{"desk_notify_preferences", "contact_id"},        // a purge removes the row
	{"desk_outbox", "contact_id"},                    // a purge removes the row
	{"desk_records", "contact_id"},                   // a purge clears it, or removes the row
	{"desk_request_template_contacts", "contact_id"}, // a purge removes the row
	{"desk_submissions", "contact_id"},               // a purge removes the row, with its files
	{"desk_tasks", "assignee_contact"},               // a purge clears it
	{"desk_tasks", "contact_id"},                     // a purge clears it, or removes a task of no ticket
	{"desk_ticket_messages", "contact_id"},           // a purge clears it
	{"desk_ticket_participants", "contact_id"},       // a purge removes the row
	{"desk_tickets", "requester_id"},                 // a purge clears it
}

// ownRows are tables in which a contact's rows are a part of itself: they do
// not show that anything else needs it.
var ownRows = []string{"desk_contact_keys", "desk_contacts", "desk_notify_preferences", "desk_outbox"}

// InUse returns those of the contacts that other records name.
func (r *rows) InUse(ctx context.Context, w desk.WorkspaceID, ids []desk.ContactID) ([]desk.ContactID, error) {
	var used []desk.ContactID
	if len(ids) == 0 {
		return nil, nil
	}
	for _, ref := range slices.Concat(References, r.references) {
		if slices.Contains(ownRows, ref.Table) {
			continue
		}
		query := lookUp{columns: ref.Column, table: ref.Table, where: `workspace_id = $1`, column: ref.Column, n: 2}
		found, err := r.texts(ctx, query.sql(r.d), string(w), r.d.texts(plain(ids)))
		if err != nil {
			return nil, err
		}
		for _, id := range found {
			used = append(used, desk.ContactID(id))
		}
	}
	slices.Sort(used)
	return slices.Compact(used), nil
}

var identifier = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)

// AddReference tells the store of a column in a table of the host's own that
// names a contact by its id. The table must have a column workspace_id. A
// contact that such a row names is not purged: the call fails with
// desk.Conflict. It is to be called before the store is used.
func (db *DB) AddReference(tableName, column string) error {
	if !identifier.MatchString(tableName) || !identifier.MatchString(column) {
		return desk.Errorf(desk.Invalid, "", "The names %q and %q are not plain lower-case names of a table and a column.", tableName, column)
	}
	db.references = append(slices.Clip(db.references), Reference{tableName, column})
	return nil
}

// checkReferences refuses to remove contacts that the host's tables name.
func (r *rows) checkReferences(ctx context.Context, w desk.WorkspaceID, ids []string) error {
	for _, ref := range r.references {
		used, err := r.texts(ctx, `SELECT `+ref.Column+` FROM `+ref.Table+` WHERE workspace_id = $1 AND `+ref.Column+` `+r.d.inTexts(2)+` LIMIT 1`,
			string(w), r.d.texts(ids))
		if err != nil {
			return err
		}
		if len(used) > 0 {
			return desk.Errorf(desk.Conflict, "", "A contact is still in use elsewhere (%s); nothing was removed.", ref.Table)
		}
	}
	return nil
}
