package web

import (
	"strconv"
	"strings"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets/records"
)

// recordForm is the form of a new record, or of one that is changed.
type recordForm struct {
	Action, Button string
	// Kind of a new record; the activities have a choice of two instead.
	Kind    string
	Version int64
	// Once makes a form that is sent twice make one record.
	Once   string
	Fields []fieldView
	Errors []errorView
	Stale  []staleView
}

// recordSpec is a field of the forms. Kinds are those that have it.
type recordSpec struct {
	name, label, help string
	control           control
	choices           string
	kinds             string
}

// recordSpecs are the fields in their order.
var recordSpecs = []recordSpec{
	{"number", "Number", "As you would dial it.", textControl, "", "call"},
	{"title", "What was done", "", textControl, "", "time"},
	{"title", "Title", "", textControl, "", "deal meeting email"},
	{"at", "Expected to close (UTC)", "", datetimeControl, "", "deal"},
	{"at", "When (UTC)", "Empty: now.", datetimeControl, "", "meeting email call time"},
	{"amount", "Amount", "", numberControl, "", "deal"},
	{"currency", "Currency", "Such as EUR.", textControl, "currencies", "deal"},
	{"direction", "Direction", "", selectControl, "directions", "call email"},
	{"duration", "Duration", "1:30, or minutes: 90.", textControl, "", "meeting call time"},
	{"outcome", "Outcome", "", textControl, "outcomes", "meeting email call"},
	{"status", "Status", "", selectControl, "statuses", "deal meeting email call"},
	{"owner", "Owner", "", selectControl, "agents", "deal meeting email call"},
	{"owner", "Who", "", selectControl, "agents", "time"},
	{"note", "Note", "", areaControl, "", "deal meeting email call time"},
}

// datetimeControl is a day and a time in UTC.
const datetimeControl control = "datetime"

var (
	outcomes   = []option{{Value: "Reached"}, {Value: "No answer"}, {Value: "Left a message"}, {Value: "Busy"}, {Value: "Wrong number"}}
	currencies = []option{{Value: "EUR"}, {Value: "USD"}, {Value: "GBP"}, {Value: "CHF"}, {Value: "JPY"}}
)

// recordFields are the controls of a kind with their values and errors. The
// activities of a contact are meetings or emails, and have the fields of both.
func recordFields(r *request, kind records.Kind, both bool, values, wrong map[string]string, p *people) []fieldView {
	var fields []fieldView
	if both {
		fields = append(fields, fieldView{ID: "f-kind", Name: "kind", Label: "Kind", Control: selectControl,
			Options: chosen([]option{{Value: "meeting", Label: "Meeting"}, {Value: "email", Label: "Email"}}, values["kind"])})
	}
	for _, f := range recordSpecs {
		has := strings.Contains(f.kinds, string(kind))
		if !has && !(both && strings.Contains(f.kinds, "email")) || f.name == "number" && hidesPhones(r) {
			continue
		}
		v := fieldView{ID: "f-" + f.name, Name: f.name, Label: f.label, Help: f.help, Error: wrong[f.name], Control: f.control, Value: values[f.name], Lines: 3, Wide: f.control == areaControl}
		if both && !has {
			v.Help = "Of emails."
		}
		if both && f.name == "duration" {
			v.Help = "Of meetings: 1:30, or minutes."
		}
		switch f.choices {
		case "directions":
			v.Options = chosen([]option{{Label: "Not known"}, {Value: string(records.Inbound), Label: "Inbound"}, {Value: string(records.Outbound), Label: "Outbound"}}, v.Value)
		case "statuses":
			for _, st := range records.Statuses(kind) {
				v.Options = append(v.Options, option{Value: string(st), Label: capital(string(st))})
			}
			v.Options = chosen(v.Options, v.Value)
		case "agents":
			v.Options = p.choices("agents", v.Value)
		case "outcomes":
			v.List, v.Options = "outcomes", outcomes
		case "currencies":
			v.List, v.Options = "currencies", currencies
		}
		fields = append(fields, v)
	}
	return fields
}

// hidesPhones reports whether numbers are not for the agent.
func hidesPhones(r *request) bool { return contacts.AccessTo(r.actor, "phones") == desk.Hidden }

// newRecordForm is the empty form of a part.
func (s *server) newRecordForm(r *request, c *contacts.Contact, p *people, part string) *recordForm {
	kind := partWords[part].kind
	values := map[string]string{"kind": string(kind), "owner": r.agent.ID}
	switch kind {
	case records.Call:
		values["number"], values["direction"] = c.Phone().Value, string(records.Outbound)
	case records.Deal:
		values["at"] = timeInput(s.Now().AddDate(0, 1, 0))
	}
	return s.recordForm(r, c.ID, part, values, nil, p)
}

func (s *server) recordForm(r *request, id desk.ContactID, part string, values, wrong map[string]string, p *people) *recordForm {
	kind := partWords[part].kind
	f := &recordForm{Action: "/contacts/" + string(id) + "/part/" + part, Button: partWords[part].add}
	f.Once = newOnce(r)
	both := part == records.PartActivities
	if !both {
		f.Kind = string(kind)
	}
	f.Fields = recordFields(r, kind, both, values, wrong, p)
	f.Errors = recordErrors(f.Fields, wrong)
	return f
}

// recordErrors lists what is wrong, in the order of the fields.
func recordErrors(fields []fieldView, wrong map[string]string) []errorView {
	var errs []errorView
	shown := map[string]bool{}
	for _, f := range fields {
		if wrong[f.Name] != "" {
			errs = append(errs, errorView{Text: f.Label + ": " + wrong[f.Name], Anchor: f.ID})
			shown[f.Name] = true
		}
	}
	for name, text := range wrong {
		if !shown[name] {
			errs = append(errs, errorView{Text: text, Anchor: "add"})
		}
	}
	return errs
}

// recordInput is what a form says, read.
type recordInput struct {
	values map[string]string
	wrong  map[string]string
	n      records.NewRecord
	// has names the fields that the form had.
	has map[string]bool
}

// readRecord reads the fields of a form.
func readRecord(r *request) *recordInput {
	in := &recordInput{values: map[string]string{}, wrong: map[string]string{}, has: map[string]bool{}}
	for name := range r.PostForm {
		in.values[name], in.has[name] = strings.TrimSpace(r.PostForm.Get(name)), true
	}
	v := in.values
	in.n = records.NewRecord{Kind: records.Kind(v["kind"]), Title: v["title"], Currency: v["currency"], Status: records.Status(v["status"]), Outcome: v["outcome"],
		Direction: records.Direction(v["direction"]), Number: v["number"], Owner: v["owner"], Note: r.PostForm.Get("note")}
	if v["at"] != "" {
		var err error
		if in.n.At, err = time.Parse("2006-01-02T15:04", v["at"]); err != nil {
			if in.n.At, err = time.Parse("2006-01-02T15:04:05", v["at"]); err != nil {
				in.wrong["at"] = "Write a day and a time, such as 2026-03-31T14:30."
			}
		}
	}
	var ok bool
	if in.n.Duration, ok = readDuration(v["duration"]); !ok {
		in.wrong["duration"] = "Write it like 1:30, 1h 30m, or as minutes: 90."
	}
	if in.n.Amount, ok = readAmount(v["amount"], v["currency"]); !ok {
		in.wrong["amount"] = "Write it like 1200.50."
	}
	if v["amount"] == "" {
		in.n.Currency = ""
	}
	return in
}

// blame puts an error of the library beside its field. It reports whether it
// is one that a person can mend in the form.
func (in *recordInput) blame(err error) bool {
	switch desk.KindOf(err) {
	case desk.Invalid, desk.Conflict, desk.Limited:
	default:
		return false
	}
	in.wrong[desk.FieldOf(err)] = desk.MessageOf(err)
	return true
}

// timeInput and durationInput write values as the forms read them again.
func timeInput(t time.Time) string { return t.UTC().Format("2006-01-02T15:04") }

func durationInput(d time.Duration) string {
	switch {
	case d == 0:
		return ""
	case d%time.Minute != 0:
		return d.String()
	}
	return strconv.Itoa(int(d/time.Hour)) + ":" + strconv.Itoa(int(d/time.Minute)%60/10) + strconv.Itoa(int(d/time.Minute)%10)
}

// readDuration reads "1:30", "1h 30m", "45 min", "1.5h", and "90" as minutes.
func readDuration(s string) (time.Duration, bool) {
	s = strings.ToLower(strings.Join(strings.Fields(s), ""))
	if s == "" {
		return 0, true
	}
	if n, err := strconv.ParseUint(s, 10, 20); err == nil {
		return time.Duration(n) * time.Minute, true
	}
	if h, m, ok := strings.Cut(s, ":"); ok {
		hours, err := strconv.ParseUint(h, 10, 16)
		minutes, err2 := strconv.ParseUint(m, 10, 8)
		ok = err == nil && err2 == nil && len(m) == 2 && minutes < 60
		return time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute, ok
	}
	s = strings.NewReplacer("hours", "h", "hour", "h", "hrs", "h", "minutes", "m", "min", "m", "sec", "s", ",", ".").Replace(s)
	d, err := time.ParseDuration(s)
	return d, err == nil && d >= 0
}

// readAmount reads an amount into minor units: with a point or a comma before
// the minor digits, and points, commas, spaces or apostrophes between thousands.
func readAmount(s, currency string) (int64, bool) {
	s = strings.Map(func(c rune) rune {
		if c == ' ' || c == '\'' || c == '\u00a0' || c == '\u202f' || c == '’' {
			return -1
		}
		return c
	}, s)
	if s == "" {
		return 0, true
	}
	digits := records.MinorDigits(strings.ToUpper(currency))
	whole, minor := s, ""
	// The last sign parts off the minor digits, unless three digits stand
	// behind it that the currency does not have.
	if at := strings.LastIndexAny(s, ".,"); at >= 0 && (len(s)-at-1 != 3 || digits == 3) {
		whole, minor = s[:at], s[at+1:]
		if len(minor) > digits || minor == "" {
			return 0, false
		}
	}
	whole = strings.NewReplacer(".", "", ",", "").Replace(whole)
	if whole == "" {
		whole = "0"
	}
	n, err := strconv.ParseUint(whole+minor+strings.Repeat("0", digits-len(minor)), 10, 63)
	return int64(n), err == nil //nolint:gosec // 63 bits
}

// amountInput writes an amount as the form reads it again.
func amountInput(amount int64, currency string) string {
	if currency == "" {
		return ""
	}
	whole, rest := splitAmount(amount, currency)
	return strconv.Itoa(whole) + rest
}
