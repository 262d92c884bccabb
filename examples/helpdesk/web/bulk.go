package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// selectionView is a selection carried through a form: the ids, or the query
// and how many it matched when it was shown.
type selectionView struct {
	// Action is where the forms of the selection go.
	Action string
	IDs    []string
	All    bool
	View   string
	Count  string
	Do     string
	Return string
}

// removalView is the preview of a removal.
type removalView struct {
	Selection selectionView
	Purge     bool
	Title     string
	Button    string
	Removal   contacts.Removal
	Facts     []linkView
	Names     []string
	More      string
	Blocked   []blockedView
	Days      int
	ExportOK  bool
	// Kept says more about what becomes of them.
	Kept string
}

type blockedView struct{ Name, URL, Reason string }

// chooseView asks for the owner or the status that a selection gets.
type chooseView struct {
	Selection selectionView
	Label     string
	Options   []option
	Owner     bool
	Error     string
}

// bulk does what the selection bar asks. What takes something away is shown
// before it is done; what needs a value asks for it.
func (s *server) bulk(w http.ResponseWriter, r *request) error {
	sel, do := readSelection(r)
	if len(sel.IDs) == 0 && !sel.All {
		s.leaveToast(w, toast{Text: "Nobody was selected, so nothing was done."})
		return redirect(w, r, sel.Return)
	}
	switch do {
	case "export":
		return s.exportSelection(w, r, sel)
	case "delete", "purge":
		if r.PostForm.Get("confirm") == "" {
			return s.previewRemoval(w, r, sel, http.StatusOK)
		}
	case "set_owner", "set_status":
		if !r.PostForm.Has("value") {
			return s.chooseValue(w, r, sel, "")
		}
	case "restore":
		if len(sel.IDs) == 1 && !sel.All {
			return s.restoreOne(w, r, sel)
		}
	case "activate", "deactivate":
	default:
		return &desk.Error{Kind: desk.Invalid, Message: "There is no such action. Nothing was changed."}
	}
	return s.act(w, r, sel, do)
}

// readSelection reads the selection and the act. The button of a single row
// sends both as one value, "delete:contact_…".
func readSelection(r *request) (selectionView, string) {
	f := r.PostForm
	sel := selectionView{Action: "/contacts/bulk", IDs: f["id"], All: f.Get("all") != "", View: f.Get("view"), Count: f.Get("count"), Do: f.Get("do"), Return: localPath(f.Get("return"))}
	if do, id, ok := strings.Cut(f.Get("one"), ":"); ok {
		sel.IDs, sel.All, sel.Do = []string{id}, false, do
	}
	return sel, sel.Do
}

// selection is what the library takes.
func (v selectionView) selection() (contacts.Selection, error) {
	if !v.All {
		return contacts.Selection{IDs: contactIDs(v.IDs)}, nil
	}
	values, err := url.ParseQuery(strings.TrimPrefix(v.View, "?"))
	if err != nil {
		return contacts.Selection{}, desk.Errorf(desk.Invalid, "", "The selection cannot be read. Nothing was changed.")
	}
	q, err := parseView(values)
	return contacts.Selection{Query: &q}, err
}

func contactIDs(ids []string) []desk.ContactID {
	out := make([]desk.ContactID, len(ids))
	for i, id := range ids {
		out[i] = desk.ContactID(id)
	}
	return out
}

// ids names every contact of a selection, for a preview.
func (s *server) ids(r *request, sel selectionView) ([]desk.ContactID, error) {
	if !sel.All {
		return contactIDs(sel.IDs), nil
	}
	chosen, err := sel.selection()
	if err != nil {
		return nil, err
	}
	var ids []desk.ContactID
	page := desk.Page{Limit: desk.MaxPage}
	for {
		list, err := s.Contacts.List(r.Context(), r.actor, *chosen.Query, page)
		if err != nil {
			return nil, err
		}
		for i := range list.Contacts {
			ids = append(ids, list.Contacts[i].ID)
		}
		if len(ids) > contacts.MaxBulk {
			return nil, desk.Errorf(desk.Limited, "", "At most %s contacts can be changed at once. Nothing was changed; narrow the selection by a filter.", number(contacts.MaxBulk))
		}
		if list.Next == "" {
			return ids, nil
		}
		page.Cursor = list.Next
	}
}

func (s *server) previewRemoval(w http.ResponseWriter, r *request, sel selectionView, status int) error {
	purge := sel.Do == "purge"
	if purge && !r.may(contacts.MayPurge) || !purge && !r.may(contacts.MayDelete) {
		return &desk.Error{Kind: desk.Denied, Message: "You may not remove contacts."}
	}
	ids, err := s.ids(r, sel)
	if err != nil {
		return err
	}
	removal, err := s.Contacts.PreviewRemoval(r.Context(), r.actor, ids)
	if err != nil {
		return err
	}
	sel.Count = strconv.Itoa(len(ids))
	v := removalView{Selection: sel, Purge: purge, Removal: removal, Names: removal.Names, Days: contacts.BinDays, ExportOK: r.may(contacts.MayExport) && !purge}
	who := plural(len(ids), "contact", "contacts")
	v.Title, v.Button = "Delete "+who+"?", "Delete "+who
	if purge {
		v.Title, v.Button = "Delete "+who+" for good?", "Delete "+who+" for good"
	}
	if more := removal.Contacts - len(v.Names); more > 0 && len(v.Names) > 0 {
		v.More = "and " + plural(more, "other", "others")
	}
	v.Facts = []linkView{{Label: "Contacts", URL: number(removal.Contacts)}, {Label: "Email addresses", URL: number(removal.Emails)},
		{Label: "Phone numbers", URL: number(removal.Phones)}, {Label: "Log entries kept", URL: number(removal.Events)}}
	if purge {
		v.Facts[3].Label = "Log entries made unreadable"
	}
	v.Blocked = s.blocked(r, removal.Blocked)
	s.show(w, r, status, "remove", view{Title: v.Title, Section: sectionOf(sel.Return), Data: v})
	return nil
}

// blocked names the contacts that keep an action from being done, ten at most.
func (s *server) blocked(r *request, results []contacts.BulkResult) []blockedView {
	var out []blockedView
	for _, b := range results {
		if b.Err == nil {
			continue
		}
		if len(out) == 10 {
			break
		}
		name := "A contact that is gone"
		if c, err := s.Contacts.Get(r.Context(), r.actor, b.ID); err == nil {
			name = c.Name()
		}
		out = append(out, blockedView{Name: name, URL: "/contacts/" + string(b.ID), Reason: desk.MessageOf(b.Err)})
	}
	return out
}

func sectionOf(path string) string {
	switch {
	case strings.HasPrefix(path, "/bin"):
		return "Recycle bin"
	case strings.HasPrefix(path, "/companies"):
		return "Companies"
	}
	return "Contacts"
}

func (s *server) chooseValue(w http.ResponseWriter, r *request, sel selectionView, problem string) error {
	if !r.may(contacts.MayModify) {
		return &desk.Error{Kind: desk.Denied, Message: "You may not change contacts."}
	}
	people, err := s.people(r.Context(), r)
	if err != nil {
		return err
	}
	ids, err := s.ids(r, sel)
	if err != nil {
		return err
	}
	sel.Count = strconv.Itoa(len(ids))
	v := chooseView{Selection: sel, Label: "Status", Error: problem}
	title := "Set the status of " + plural(len(ids), "contact", "contacts")
	if sel.Do == "set_owner" {
		v.Label, v.Owner, v.Options = "Owner", true, people.choices("agents", r.agent.ID)
		title = "Set the owner of " + plural(len(ids), "contact", "contacts")
	}
	status := http.StatusOK
	if problem != "" {
		status = http.StatusUnprocessableEntity
	}
	s.show(w, r, status, "choose", view{Title: title, Section: "Contacts", Data: v})
	return nil
}

// act does it, to all or to none, and says so on the page it came from.
func (s *server) act(w http.ResponseWriter, r *request, sel selectionView, do string) error {
	if sel.All && r.PostForm.Get("confirm") != "" {
		// What was previewed is what is done: if others match by now, it is shown again.
		ids, err := s.ids(r, sel)
		if err != nil {
			return err
		}
		if strconv.Itoa(len(ids)) != sel.Count {
			return s.previewRemoval(w, r, sel, http.StatusConflict)
		}
	}
	chosen, err := sel.selection()
	if err != nil {
		return err
	}
	results, err := s.Contacts.Bulk(r.Context(), r.actor, chosen, contacts.Action{Verb: contacts.Verb(do), Value: r.PostForm.Get("value")})
	if err != nil {
		if len(results) == 0 && desk.KindOf(err) != desk.Conflict {
			return err
		}
		return s.showBlocked(w, r, sel, err, results)
	}
	t := toast{Text: plural(len(results), "contact", "contacts") + " " + done[do] + "."}
	if do == "delete" {
		for _, b := range results {
			t.Undo = append(t.Undo, string(b.ID))
		}
	}
	s.leaveToast(w, t)
	to := sel.Return
	if len(sel.IDs) == 1 && do == "delete" && strings.HasPrefix(to, "/contacts/"+sel.IDs[0]) {
		to = "/contacts"
	}
	return redirect(w, r, to)
}

var done = map[string]string{
	"delete": "moved to the recycle bin", "purge": "deleted for good", "activate": "activated", "deactivate": "deactivated",
	"set_owner": "given to their new owner", "set_status": "given the new status", "restore": "restored",
}

type blockedPage struct {
	Text    string
	Blocked []blockedView
	Return  string
}

// showBlocked says which contacts kept a bulk change from being made.
func (s *server) showBlocked(w http.ResponseWriter, r *request, sel selectionView, err error, results []contacts.BulkResult) error {
	v := blockedPage{Text: desk.MessageOf(err), Blocked: s.blocked(r, results), Return: sel.Return}
	s.show(w, r, http.StatusConflict, "blocked", view{Title: "Nothing was changed", Section: sectionOf(sel.Return), Data: v})
	return nil
}

// restoreOne brings one contact back, and says what it came back without.
func (s *server) restoreOne(w http.ResponseWriter, r *request, sel selectionView) error {
	back, err := s.Contacts.Restore(r.Context(), r.actor, desk.ContactID(sel.IDs[0]))
	if err != nil {
		return err
	}
	text := clip(back.Contact.Name(), 60) + " is back."
	if len(back.Replaced) > 0 {
		text = clip(back.Contact.Name(), 60) + " is back, without the " + strings.ReplaceAll(strings.Join(back.Replaced, " and the "), "_", " ") + ": another contact has it by now."
	}
	s.leaveToast(w, toast{Text: text})
	return redirect(w, r, sel.Return)
}

// bin lists what was deleted in the last sixty days.
func (s *server) bin(w http.ResponseWriter, r *request) error {
	if !r.may(contacts.MayDelete) {
		return &desk.Error{Kind: desk.Denied, Message: "You may not see the recycle bin."}
	}
	q, err := parseView(r.URL.Query())
	if err != nil {
		return err
	}
	q.Filter.Binned = true
	list, _, err := s.list(r, q, false)
	if desk.KindOf(err) == desk.Expired {
		return redirect(w, r, "/bin")
	}
	if err != nil {
		return err
	}
	v := directoryView{Query: q, List: s.listView(r, q, list, "/bin"), CountText: about(list.Count, list.CountAbout), Spoke: foundText(list)}
	for i, c := range v.List.Columns {
		if c.Label == "Changed" {
			v.List.Columns[i] = columnView{Label: "Deleted", Class: c.Class}
		}
	}
	v.List.Empty = emptyView{Art: "trash", Title: "The recycle bin is empty", Text: "Contacts that are deleted wait here for " + strconv.Itoa(contacts.BinDays) + " days. Until then they can be brought back."}
	if q.Text != "" {
		v.List.Empty = emptyView{Art: "search", Title: "No one found", Text: "Nobody in the recycle bin has “" + q.Text + "” in a name, company, address or phone number."}
	}
	s.show(w, r, http.StatusOK, "bin", view{Title: "Recycle bin", Section: "Recycle bin", Data: v})
	return nil
}
