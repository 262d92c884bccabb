package storage

import (
	"context"
	"fmt"

	"github.com/deskfolk/desk"
)

// Workspaces returns the workspaces that have anything in the activity log,
// which is written by every change.
func (r *rows) Workspaces(ctx context.Context) ([]desk.WorkspaceID, error) {
	// It jumps from one workspace to the next in the primary key.
	names, err := r.texts(ctx, `WITH RECURSIVE w (id) AS (
		SELECT MIN(workspace_id) FROM desk_activity
		UNION ALL
		SELECT (SELECT MIN(a.workspace_id) FROM desk_activity AS a WHERE a.workspace_id > w.id) FROM w WHERE w.id IS NOT NULL)
		SELECT id FROM w WHERE id IS NOT NULL`)
	all := make([]desk.WorkspaceID, len(names))
	for i, n := range names {
		all[i] = desk.WorkspaceID(n)
	}
	return all, err
}

// Report is what Check found.
type Report struct {
	Version                           int
	Workspaces                        int
	Contacts, Companies, Events, Keys int
	// Problems are sentences; there are none in a sound database.
	Problems []string
}

// Sound reports whether nothing is wrong.
func (r Report) Sound() bool { return len(r.Problems) == 0 }

// faults are statements that count rows which must not be there.
var faults = []struct{ say, query string }{
	{"%d contacts belong to a company that does not exist", `SELECT COUNT(*) FROM desk_contacts AS c WHERE company_id IS NOT NULL AND NOT EXISTS
		(SELECT 1 FROM desk_companies AS o WHERE o.workspace_id = c.workspace_id AND o.id = c.company_id)`},
	{"%d contacts show another name than their company has", `SELECT COUNT(*) FROM desk_contacts AS c WHERE company_id IS NOT NULL AND company_name <>
		(SELECT o.name FROM desk_companies AS o WHERE o.workspace_id = c.workspace_id AND o.id = c.company_id)`},
	{"%d duplicates were merged into a contact that does not exist", `SELECT COUNT(*) FROM desk_contacts AS c WHERE merged_into IS NOT NULL AND NOT EXISTS
		(SELECT 1 FROM desk_contacts AS o WHERE o.workspace_id = c.workspace_id AND o.id = c.merged_into)`},
	{"%d look-up keys belong to a contact that does not exist or is not live", `SELECT COUNT(*) FROM desk_contact_keys AS k WHERE NOT EXISTS
		(SELECT 1 FROM desk_contacts AS c WHERE c.workspace_id = k.workspace_id AND c.id = k.contact_id AND c.state = 0)`},
	{"%d live contacts cannot be looked up by their main address", `SELECT COUNT(*) FROM desk_contacts AS c WHERE state = 0 AND email_key IS NOT NULL AND NOT EXISTS
		(SELECT 1 FROM desk_contact_keys AS k WHERE k.workspace_id = c.workspace_id AND k.kind = 'email' AND k.value = c.email_key AND k.contact_id = c.id AND k.main)`},
	{"%d company domains belong to a company that does not exist", `SELECT COUNT(*) FROM desk_company_domains AS d WHERE NOT EXISTS
		(SELECT 1 FROM desk_companies AS o WHERE o.workspace_id = d.workspace_id AND o.id = d.company_id)`},
	{"%d linked records belong to a contact that does not exist", `SELECT COUNT(*) FROM desk_records AS r WHERE contact_id IS NOT NULL AND NOT EXISTS
		(SELECT 1 FROM desk_contacts AS c WHERE c.workspace_id = r.workspace_id AND c.id = r.contact_id)`},
	{"%d linked records belong to a ticket that does not exist", `SELECT COUNT(*) FROM desk_records AS r WHERE ticket_id IS NOT NULL AND NOT EXISTS
		(SELECT 1 FROM desk_tickets AS t WHERE t.workspace_id = r.workspace_id AND t.id = r.ticket_id)`},
	{"%d linked records belong to a company that does not exist", `SELECT COUNT(*) FROM desk_records AS r WHERE company_id IS NOT NULL AND NOT EXISTS
		(SELECT 1 FROM desk_companies AS o WHERE o.workspace_id = r.workspace_id AND o.id = r.company_id)`},
	{"%d events have a seal that does not exist", `SELECT COUNT(*) FROM desk_activity AS a WHERE seal IS NOT NULL AND NOT EXISTS
		(SELECT 1 FROM desk_activity_seals AS s WHERE s.workspace_id = a.workspace_id AND s.number = a.seal)`},
	{"%d seals cover another number of events than they say", `SELECT COUNT(*) FROM desk_activity_seals AS s WHERE s.events <>
		(SELECT COUNT(*) FROM desk_activity AS a WHERE a.workspace_id = s.workspace_id AND a.seal = s.number)`},
	{"%d contacts are missing from the search index", `SELECT COUNT(*) FROM desk_contacts AS c WHERE NOT EXISTS
		(SELECT 1 FROM desk_search_entries AS e WHERE e.workspace_id = c.workspace_id AND e.realm = 'contact' AND e.id = c.id)`},
	{"%d tickets are missing from the search index", `SELECT COUNT(*) FROM desk_tickets AS t WHERE NOT EXISTS
		(SELECT 1 FROM desk_search_entries AS e WHERE e.workspace_id = t.workspace_id AND e.realm = 'ticket' AND e.id = t.id)`},
	{"%d entries of the search index belong to no ticket", `SELECT COUNT(*) FROM desk_search_entries AS e WHERE realm = 'ticket' AND NOT EXISTS
		(SELECT 1 FROM desk_tickets AS t WHERE t.workspace_id = e.workspace_id AND t.id = e.id)`},
	{"%d tickets have another requester than their participants say", `SELECT COUNT(*) FROM desk_tickets AS t WHERE COALESCE(requester_id, '') <>
		COALESCE((SELECT p.contact_id FROM desk_ticket_participants AS p WHERE p.workspace_id = t.workspace_id AND p.ticket_id = t.id AND p.role = 'requester'), '')`},
	{"%d tickets count another number of messages than they have", `SELECT COUNT(*) FROM desk_tickets AS t WHERE messages <>
		(SELECT COUNT(*) FROM desk_ticket_messages AS m WHERE m.workspace_id = t.workspace_id AND m.ticket_id = t.id)
		OR public_messages <> (SELECT COUNT(*) FROM desk_ticket_messages AS m WHERE m.workspace_id = t.workspace_id AND m.ticket_id = t.id AND m.kind = 'public')`},
	{"%d files of messages have no contents", `SELECT COUNT(*) FROM desk_ticket_attachments AS a WHERE NOT EXISTS
		(SELECT 1 FROM desk_blobs AS b WHERE b.workspace_id = a.workspace_id AND b.id = a.id AND b.part = 0)`},
	{"%d contents of files belong to nothing", `SELECT COUNT(*) FROM desk_blobs AS b WHERE part = 0 AND NOT EXISTS
		(SELECT 1 FROM desk_ticket_attachments AS a WHERE a.workspace_id = b.workspace_id AND a.id = b.id)
		AND NOT EXISTS (SELECT 1 FROM desk_submission_files AS f WHERE f.workspace_id = b.workspace_id AND f.id = b.id)
		AND NOT EXISTS (SELECT 1 FROM desk_intake AS i WHERE i.workspace_id = b.workspace_id AND i.id = b.id)
		AND NOT EXISTS (SELECT 1 FROM desk_imports AS i WHERE i.workspace_id = b.workspace_id AND i.id = b.id)`},
	{"%d imports have lost their file", `SELECT COUNT(*) FROM desk_imports AS i WHERE kept AND NOT EXISTS
		(SELECT 1 FROM desk_blobs AS b WHERE b.workspace_id = i.workspace_id AND b.id = i.id AND b.part = 0)`},
	{"%d messages that came have no contents", `SELECT COUNT(*) FROM desk_intake AS i WHERE digest <> '' AND NOT EXISTS
		(SELECT 1 FROM desk_blobs AS b WHERE b.workspace_id = i.workspace_id AND b.id = i.id AND b.part = 0)`},
	{"%d files of submissions have no contents", `SELECT COUNT(*) FROM desk_submission_files AS f WHERE NOT EXISTS
		(SELECT 1 FROM desk_blobs AS b WHERE b.workspace_id = f.workspace_id AND b.id = f.id AND b.part = 0)`},
	{"%d forms have another number of versions than they say", `SELECT COUNT(*) FROM desk_forms AS f WHERE published <>
		(SELECT COUNT(*) FROM desk_form_versions AS v WHERE v.workspace_id = f.workspace_id AND v.form_id = f.id)`},
	{"%d templates have no record of their present version", `SELECT COUNT(*) FROM desk_request_templates AS t WHERE NOT EXISTS
		(SELECT 1 FROM desk_request_template_versions AS v WHERE v.workspace_id = t.workspace_id AND v.template_id = t.id AND v.version = t.version)`},
	{"%d assignments are submitted without a submission, or the other way", `SELECT COUNT(*) FROM desk_form_assignments AS a WHERE (state = 'submitted') <> (submission_id IS NOT NULL)
		OR submission_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM desk_submissions AS s WHERE s.workspace_id = a.workspace_id AND s.id = a.submission_id AND s.assignment_id = a.id)`},
	{"%d tasks name a submission that does not exist", `SELECT COUNT(*) FROM desk_tasks AS t WHERE submission_id IS NOT NULL AND NOT EXISTS
		(SELECT 1 FROM desk_submissions AS s WHERE s.workspace_id = t.workspace_id AND s.id = t.submission_id)`},
	{"%d tasks belong to no ticket and no contact", `SELECT COUNT(*) FROM desk_tasks WHERE ticket_id IS NULL AND contact_id IS NULL`},
	{"%d entries of the search index belong to no contact", `SELECT COUNT(*) FROM desk_search_entries AS e WHERE realm = 'contact' AND NOT EXISTS
		(SELECT 1 FROM desk_contacts AS c WHERE c.workspace_id = e.workspace_id AND c.id = e.id)`},
}

// Check looks whether the whole database hangs together: references, keys,
// seals' counts, search entries. It reads every table and can take minutes on
// a large database; it changes nothing. The seals' hashes are looked at by
// contacts.Service.VerifyLog, for each workspace.
func (r *rows) Check(ctx context.Context) (Report, error) {
	var rep Report
	var err error
	if rep.Version, err = r.version(ctx); err != nil {
		return rep, err
	}
	names, err := r.Workspaces(ctx)
	if err != nil {
		return rep, err
	}
	rep.Workspaces = len(names)
	for _, c := range []struct {
		table string
		n     *int
	}{{"desk_contacts", &rep.Contacts}, {"desk_companies", &rep.Companies}, {"desk_activity", &rep.Events}, {"desk_contact_keys", &rep.Keys}} {
		if err := r.queryRow(ctx, `SELECT COUNT(*) FROM `+c.table).Scan(c.n); err != nil {
			return rep, err
		}
	}
	for _, f := range faults {
		var n int
		if err := r.queryRow(ctx, f.query).Scan(&n); err != nil {
			return rep, err
		}
		if n > 0 {
			rep.Problems = append(rep.Problems, fmt.Sprintf(f.say, n))
		}
	}
	return rep, r.checkDatabase(ctx, &rep)
}

// checkDatabase asks the database itself, where it can tell.
func (r *rows) checkDatabase(ctx context.Context, rep *Report) error {
	for _, q := range r.d.Checks {
		said, err := r.texts(ctx, q)
		if err != nil {
			return err
		}
		for _, s := range said {
			if s != "ok" {
				rep.Problems = append(rep.Problems, s)
			}
		}
	}
	return nil
}
