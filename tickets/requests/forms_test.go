package requests_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets/requests"
)

func TestFormsAndTheirVersions(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		_, err := o.s.CreateForm(ctx, o.boss, requests.NewForm{Name: " ", Draft: requests.Definition{}})
		is.Equal(cmp.Diff([]string{"name", "fields"}, said(t, err)), "")

		f := must(o.s.CreateForm(ctx, o.boss, requests.NewForm{Name: "  Repair ", Description: "d", Draft: repair()}))
		is.Equal([]any{f.Name, f.Version, f.Published, f.Changed, f.Active}, []any{"Repair", int64(1), 0, true, true})
		_, err = o.s.FormVersion(ctx, o.boss, f.ID, 0)
		wants(t, err, desk.NotFound, "")
		f = must(o.s.PublishForm(ctx, o.boss, f.ID, 1))
		is.Equal([]any{f.Version, f.Published, f.Changed}, []any{int64(2), 1, false})
		same := must(o.s.PublishForm(ctx, o.boss, f.ID, 2)) // nothing to publish
		is.Equal([]any{same.Version, same.Published}, []any{int64(2), 1})

		d := short()
		f2 := must(o.s.UpdateForm(ctx, o.boss, f.ID, 2, requests.FormPatch{Name: ptr("Repairs"), Draft: &d}))
		is.Equal([]any{f2.Version, f2.Published, f2.Changed}, []any{int64(3), 1, true})
		v1 := must(o.s.FormVersion(ctx, o.boss, f.ID, 0))
		is.Equal(cmp.Diff(clean(t, repair()), v1.Definition), "") // a draft changes nothing that was published
		_, err = o.s.UpdateForm(ctx, o.boss, f.ID, 2, requests.FormPatch{Name: ptr("Late")})
		wants(t, err, desk.Conflict, "version")
		is.True(errors.Is(err, requests.ErrStale))
		is.Equal(must(o.s.UpdateForm(ctx, o.boss, f.ID, 3, requests.FormPatch{Name: ptr("Repairs")})).Version, int64(3)) // the same again writes nothing

		must(o.s.PublishForm(ctx, o.boss, f.ID, 3))
		vs := must(o.s.FormVersions(ctx, o.boss, f.ID))
		is.Equal([]any{len(vs), vs[0].Number, vs[0].Name, vs[1].Number, vs[1].Name}, []any{2, 2, "Repairs", 1, "Repair"})
		is.Equal(cmp.Diff(clean(t, repair()), must(o.s.FormVersion(ctx, o.boss, f.ID, 1)).Definition), "")
		is.Equal(cmp.Diff(clean(t, short()), must(o.s.Form(ctx, o.boss, f.ID)).Draft), "")
		is.Equal(len(must(o.s.Forms(ctx, o.boss))), 1)
		events, _ := o.take()
		is.Equal(verbs(events), []string{"form.created form", "form.published form", "form.updated form", "form.published form"})
	})
}

func TestAssignAndFill(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		f := o.form(repair())
		o.take()
		due := o.Clock.Now().Add(72 * time.Hour)
		xs := must(o.s.Assign(ctx, o.boss, requests.NewAssignment{Form: f.ID, Contacts: []desk.ContactID{o.ana.ID, o.cem.ID, o.ana.ID}, Due: due, Note: "Please."}))
		is.Equal(len(xs), 2)
		events, notices := o.take()
		is.Equal(verbs(events), []string{"form.assigned contact", "form.assigned contact"})
		is.Equal(len(notices), 2)
		for i, n := range notices {
			is.Equal(cmp.Diff(desk.Notice{Type: requests.NoticeForm, About: string(xs[i].ID), To: []desk.ContactID{xs[i].Contact}}, n), "")
		}
		x := xs[0]
		if x.Contact != o.ana.ID {
			x = xs[1]
		}
		x, v, err := o.s.Assignment(ctx, o.as(o.ana), x.ID)
		is.NoErr(err)
		is.Equal([]any{x.State, x.FormName, x.Note, x.Due.Equal(due), v.Number, len(v.Definition.Fields), x.CreatedBy}, []any{requests.AssignmentOpen, "Repair", "Please.", true, 1, 11, ""})

		_, err = o.s.Fill(ctx, o.as(o.ana), x.ID, requests.Filling{Answers: requests.Answers{"machine": {"Other"}}})
		is.Equal(said(t, err), []string{"answers.other"})
		sub := must(o.s.Fill(ctx, o.as(o.ana), x.ID, requests.Filling{
			Answers: requests.Answers{"machine": {"Press"}, "phone": {"+49 30 901820"}, "visit": {"on"}, "badge": {"B-7"}, "noise": {"hidden"}},
			Files:   requests.Files{"photo": {file("a.txt", "contents"), file("../b.txt", "")}},
		}))
		is.Equal(sub.Answer("noise"), nil)
		is.Equal(cmp.Diff(&requests.Consent{Wording: "A technician may enter the works.", At: o.Clock.Now()}, sub.Answer("visit").Consent), "")
		is.Equal([]any{sub.FormVersion, sub.FormName, sub.Contact, sub.ByKind, sub.By}, []any{1, "Repair", o.ana.ID, desk.ContactActor, string(o.ana.ID)})

		got := must(o.s.Submission(ctx, o.boss, sub.ID))
		is.Equal(cmp.Diff(sub, got), "")
		photo := got.Answer("photo").Files
		is.Equal([]any{photo[0].Name, photo[0].Size, photo[1].Name, photo[1].Size}, []any{"a.txt", int64(8), "b.txt", int64(0)})
		_, r, err := o.s.OpenFile(ctx, o.as(o.ana), sub.ID, photo[0].ID)
		is.NoErr(err)
		data, err := io.ReadAll(r)
		is.NoErr(err)
		is.Equal(string(data), "contents")

		x, _, err = o.s.Assignment(ctx, o.boss, x.ID)
		is.NoErr(err)
		is.Equal([]any{x.State, x.Submission, x.Version}, []any{requests.AssignmentSubmitted, sub.ID, int64(2)})
		_, err = o.s.Fill(ctx, o.as(o.ana), x.ID, what("again"))
		wants(t, err, desk.Conflict, "")
		_, err = o.s.CancelAssignment(ctx, o.boss, x.ID, x.Version)
		wants(t, err, desk.Conflict, "")
		l := must(o.s.Submissions(ctx, o.boss, requests.SubmissionFilter{Contact: o.ana.ID}, desk.Page{}))
		is.Equal([]any{l.Count, len(l.Submissions)}, []any{1, 1})
	})
}

// The contact must be active and have portal access when the form is assigned
// and again when it is filled in; who fills it in is asked at that moment.
func TestB120_FormNeedsAnActiveContactWithPortalAccess(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		f := o.form(short())
		x := o.assign(f, o.ana)
		refusedToAssign := func(c contacts.Contact) {
			t.Helper()
			_, err := o.s.Assign(ctx, o.boss, requests.NewAssignment{Form: f.ID, Contacts: []desk.ContactID{c.ID, o.cem.ID}})
			wants(t, err, desk.Invalid, "contacts")
			l := must(o.s.Assignments(ctx, o.boss, requests.AssignmentFilter{Contact: o.cem.ID}, desk.Page{}))
			is.Equal(l.Count, 0) // all or nothing
		}
		o.change(o.ben, contacts.Patch{Active: ptr(false)})
		refusedToAssign(o.ben)
		o.change(o.ben, contacts.Patch{Active: ptr(true), PortalAccess: ptr(false)})
		refusedToAssign(o.ben)
		is.NoErr(o.Contacts.Delete(ctx, o.boss, o.ben.ID))
		refusedToAssign(o.ben)

		for _, off := range []contacts.Patch{{Active: ptr(false)}, {PortalAccess: ptr(false)}} {
			o.change(o.ana, off)
			_, err := o.s.Fill(ctx, o.as(o.ana), x.ID, what("x"))
			wants(t, err, desk.Denied, "")
			_, err = o.s.Fill(ctx, o.boss, x.ID, what("x")) // nor in its stead
			wants(t, err, desk.Conflict, "")
			o.change(o.ana, contacts.Patch{Active: ptr(true), PortalAccess: ptr(true)})
		}
		o.change(o.ana, contacts.Patch{PortalAccess: ptr(false)})
		is.NoErr(o.Contacts.Delete(ctx, o.boss, o.ana.ID))
		_, err := o.s.Fill(ctx, o.as(o.ana), x.ID, what("x"))
		wants(t, err, desk.Denied, "")
		_ = must(o.Contacts.Restore(ctx, o.boss, o.ana.ID))
		o.change(o.ana, contacts.Patch{PortalAccess: ptr(true)})
		_ = must(o.s.Fill(ctx, o.as(o.ana), x.ID, what("x")))
	})
}

func TestAssignmentStates(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		f := o.form(short())
		due := o.Clock.Now().Add(time.Hour)
		x := must(o.s.Assign(ctx, o.boss, requests.NewAssignment{Form: f.ID, Contacts: []desk.ContactID{o.ana.ID}, Due: due}))[0]
		_, err := o.s.Assign(ctx, o.boss, requests.NewAssignment{Form: f.ID, Contacts: []desk.ContactID{o.ana.ID}})
		wants(t, err, desk.Conflict, "contacts") // it lies with her already
		_, err = o.s.Assign(ctx, o.boss, requests.NewAssignment{Form: f.ID, Contacts: []desk.ContactID{o.cem.ID}, Due: o.Clock.Now().Add(-time.Hour)})
		wants(t, err, desk.Invalid, "due")

		count := func(st ...requests.AssignmentState) int {
			l := must(o.s.Assignments(ctx, o.as(o.ana), requests.AssignmentFilter{States: st}, desk.Page{}))
			is.Equal(l.Count, len(l.Assignments))
			return l.Count
		}
		is.Equal([]int{count(requests.AssignmentOpen), count(requests.AssignmentExpired), count()}, []int{1, 0, 1})
		o.Clock.Turn(2 * time.Hour)
		is.Equal([]int{count(requests.AssignmentOpen), count(requests.AssignmentExpired), count()}, []int{0, 1, 1})
		_, err = o.s.Fill(ctx, o.as(o.ana), x.ID, what("late"))
		wants(t, err, desk.Conflict, "")
		later := o.Clock.Now().Add(time.Hour)
		x = must(o.s.UpdateAssignment(ctx, o.boss, x.ID, x.Version, requests.AssignmentPatch{Due: &later, Note: ptr("Soon!")}))
		is.Equal([]any{x.State, x.Note, x.Version}, []any{requests.AssignmentOpen, "Soon!", int64(2)})
		_, err = o.s.CancelAssignment(ctx, o.boss, x.ID, 1)
		wants(t, err, desk.Conflict, "version")
		x = must(o.s.CancelAssignment(ctx, o.boss, x.ID, x.Version))
		is.Equal(x.State, requests.AssignmentCancelled)
		_, err = o.s.Fill(ctx, o.as(o.ana), x.ID, what("no"))
		wants(t, err, desk.Conflict, "")
		_ = o.assign(f, o.ana) // and again
		is.Equal([]int{count(requests.AssignmentOpen), count(requests.AssignmentCancelled), count()}, []int{1, 1, 2})
	})
}

// What was asked stays what it was until a member says otherwise.
func TestAssignmentsKeepTheirVersion(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		f := o.form(short())
		x, y := o.assign(f, o.ana), o.assign(f, o.ben)
		d := short()
		d.Fields = append(d.Fields, requests.Field{Key: "why", Label: "Why?", Type: requests.TextField, Required: true})
		f = must(o.s.UpdateForm(ctx, o.boss, f.ID, f.Version, requests.FormPatch{Draft: &d, Name: ptr("Better")}))
		f = must(o.s.PublishForm(ctx, o.boss, f.ID, f.Version))
		sub := must(o.s.Fill(ctx, o.as(o.ana), x.ID, what("x")))
		is.Equal([]any{sub.FormVersion, sub.FormName}, []any{1, "Repair"})
		y = must(o.s.RenewAssignment(ctx, o.boss, y.ID, y.Version))
		is.Equal([]any{y.FormVersion, y.FormName}, []any{2, "Better"})
		_, err := o.s.Fill(ctx, o.as(o.ben), y.ID, what("x"))
		is.Equal(said(t, err), []string{"answers.why"})
		is.Equal(o.assign(f, o.cem).FormVersion, 2)
		f = must(o.s.UpdateForm(ctx, o.boss, f.ID, f.Version, requests.FormPatch{Active: ptr(false)}))
		_, err = o.s.Assign(ctx, o.boss, requests.NewAssignment{Form: f.ID, Contacts: []desk.ContactID{o.ben.ID}})
		wants(t, err, desk.Invalid, "form")
		_ = must(o.s.Fill(ctx, o.as(o.ben), y.ID, requests.Filling{Answers: requests.Answers{"what": {"x"}, "why": {"y"}}})) // what was asked can be answered
	})
}

// A file that cannot be read, or is too large, leaves neither row nor contents.
func TestRefusedFilesLeaveNothing(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		set := must(o.Tickets.Settings(ctx, o.boss))
		set.MaxAttachment = 1 << 20
		_ = must(o.Tickets.SaveSettings(ctx, o.boss, set))
		f := o.form(requests.Definition{Fields: []requests.Field{{Key: "photo", Label: "Photo", Type: requests.FileField, MaxCount: 2}}})
		x := o.assign(f, o.ana)
		broken := file("b", "")
		broken.Open = func() (io.ReadCloser, error) { return nil, errors.New("gone") }
		for _, bad := range []struct {
			file requests.Files
			kind desk.Kind
		}{
			{requests.Files{"photo": {file("a", "x"), broken}}, desk.Invalid},
			{requests.Files{"photo": {file("a", "x"), file("big", strings.Repeat("x", 1<<20+1))}}, desk.Limited},
		} {
			_, err := o.s.Fill(ctx, o.as(o.ana), x.ID, requests.Filling{Files: bad.file})
			wants(t, err, bad.kind, "answers.photo")
			var n int
			is.NoErr(o.DB.QueryRow(`SELECT (SELECT COUNT(*) FROM desk_blobs) + (SELECT COUNT(*) FROM desk_submission_files) + (SELECT COUNT(*) FROM desk_submissions)`).Scan(&n))
			is.Equal(n, 0)
		}
		_ = must(o.s.Fill(ctx, o.as(o.ana), x.ID, requests.Filling{Files: requests.Files{"photo": {file("just right", strings.Repeat("x", 1<<20))}}}))
	})
}
