package web

import (
	"slices"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets/requests"
)

// What a form by a template may send as the company: that of the template where
// it says nothing.
const (
	ownCompany = "own"
	noCompany  = "none"
)

// companyChoice is the company that was chosen, as a request says it.
func companyChoice(c *contacts.Contact, choice string) *desk.CompanyID {
	switch choice {
	case ownCompany:
		return &c.CompanyID
	case noCompany:
		return new(desk.CompanyID)
	}
	return nil
}

// offerFields are the fields of the ticket: those that the template locks are
// shown as it has them.
func (s *server) offerFields(r *request, c *contacts.Contact, o *requests.Offer, words *ticketWords, values map[string]string) ([]fieldView, error) {
	d := &o.Defaults
	fields := []fieldView{
		{Name: "subject", Label: "Subject", Control: textControl, Wide: true, Help: orElse("subject", d.Subject, o.Name)},
		{Name: "text", Label: "Message", Control: areaControl, Lines: 6, Wide: true, Help: orElse("message", d.Text, "")},
		{Name: "priority", Label: "Priority", Control: selectControl, Options: words.choices("priority", values["priority"])},
		{Name: "category", Label: "Category", Control: selectControl, Options: offerCategories(words, d.Category, values["category"])},
	}
	if len(o.Assignees) > 0 {
		who := []option{{Label: "As the template has it"}}
		for _, a := range o.Assignees {
			who = append(who, option{Value: a.ID, Label: a.Name})
		}
		fields = append(fields, fieldView{Name: "assignee", Label: "Assignee", Control: selectControl, Options: chosen(who, values["assignee"])})
	}
	company, err := s.offerCompany(r, c, d.Company, values["company"])
	if err != nil {
		return nil, err
	}
	if len(company.Options) > 1 || slices.Contains(o.Locked, "company") {
		fields = append(fields, company)
	}
	fixed := map[string]string{"subject": d.Subject, "text": d.Text, "priority": words.said("priority", values["priority"]), "company": company.Options[0].Label}
	if d.Category != "" {
		fixed["category"] = words.category(d.Category)
	}
	for i := range fields {
		f := &fields[i]
		f.ID, f.Value = "f-"+f.Name, values[f.Name]
		if slices.Contains(o.Locked, f.Name) {
			f.ReadOnly, f.Value, f.Why = true, fixed[f.Name], "Kept by its template."
		}
	}
	if d.Status != "" {
		fields = append(fields, fieldView{Name: "status", Label: "Status", ID: "f-status", ReadOnly: true, Value: words.said("status", d.Status), Why: "Set by its template."})
	}
	return fields, nil
}

// orElse says what a field gets when it is left empty.
func orElse(what, value, instead string) string {
	switch {
	case value != "":
		return "Leave it empty for the template’s own " + what + "."
	case instead != "":
		return "Leave it empty for “" + clip(instead, 60) + "”."
	}
	return ""
}

// offerCategories leaves out none where the template has a category: a request
// that says nothing gets that.
func offerCategories(words *ticketWords, own, value string) []option {
	if value == "" {
		value = own
	}
	all := words.choices("category", value)
	if own == "" {
		return all
	}
	return slices.DeleteFunc(all, func(o option) bool { return o.Value == "" })
}

// offerCompany is the choice among the template's company, the contact's own
// and none.
func (s *server) offerCompany(r *request, c *contacts.Contact, own desk.CompanyID, value string) (fieldView, error) {
	f := fieldView{Name: "company", Label: "Company", Control: selectControl}
	switch {
	case own != "":
		name := "The template’s company"
		company, err := s.Contacts.GetCompany(r.Context(), r.actor, own)
		if err == nil {
			name = company.Name
		} else if kind := desk.KindOf(err); kind != desk.NotFound && kind != desk.Denied {
			return f, err
		}
		f.Options = []option{{Label: clip(name, 60)}}
	case c.CompanyID != "":
		f.Options = []option{{Label: clip(c.Company, 60)}}
	default:
		f.Options = []option{{Label: "None"}}
		return f, nil
	}
	if own != "" && c.CompanyID != "" && c.CompanyID != own {
		f.Options = append(f.Options, option{Value: ownCompany, Label: clip(c.Company, 60)})
	}
	f.Options = chosen(append(f.Options, option{Value: noCompany, Label: "None"}), value)
	return f, nil
}
