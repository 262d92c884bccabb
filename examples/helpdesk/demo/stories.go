package demo

import (
	"fmt"
	"strings"
	"time"
)

// stories reads the file tickets.txt: "== subject" begins a ticket, "-- key=value"
// says what it is, "c +2h: text" is who says what after which time, "+ name" is
// a file of the message above it.
func stories(text string) ([]story, error) {
	var all []story
	for i, line := range strings.Split(text, "\n") {
		if err := readLine(&all, line); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	for i := range all {
		for j := range all[i].turns {
			all[i].turns[j].text = strings.TrimSpace(all[i].turns[j].text)
		}
		if len(all[i].turns) == 0 {
			return nil, fmt.Errorf("nothing is said on %q", all[i].subject)
		}
	}
	return all, nil
}

func readLine(all *[]story, line string) error {
	if subject, ok := strings.CutPrefix(line, "== "); ok {
		*all = append(*all, story{subject: subject, set: map[string]string{}})
		return nil
	}
	if len(*all) == 0 {
		return nil
	}
	s := &(*all)[len(*all)-1]
	if set, ok := strings.CutPrefix(line, "-- "); ok {
		for pair := range strings.FieldsSeq(set) {
			key, value, _ := strings.Cut(pair, "=")
			s.set[key] = value
		}
		return nil
	}
	if t, ok, err := readTurn(line); ok || err != nil {
		s.turns = append(s.turns, t)
		return err
	}
	if len(s.turns) == 0 {
		return nil
	}
	t := &s.turns[len(s.turns)-1]
	if name, ok := strings.CutPrefix(line, "+ "); ok {
		t.files = append(t.files, name)
		return nil
	}
	t.text += "\n" + line
	return nil
}

// readTurn reads the beginning of a message.
func readTurn(line string) (turn, bool, error) {
	if len(line) < 4 || !strings.ContainsRune("cpanm", rune(line[0])) || line[1:3] != " +" {
		return turn{}, false, nil
	}
	after, text, ok := strings.Cut(line[3:], ": ")
	if !ok {
		return turn{}, false, nil
	}
	d, err := span(after)
	return turn{by: line[0], after: d, text: text}, true, err
}

// span reads a time such as 3d4h or 35m.
func span(s string) (time.Duration, error) {
	if s == "0" {
		return 0, nil
	}
	days := time.Duration(0)
	if d, rest, ok := strings.Cut(s, "d"); ok {
		n, err := time.ParseDuration(d + "h")
		if err != nil {
			return 0, err
		}
		if days = 24 * n; rest == "" {
			return days, nil
		}
		s = rest
	}
	d, err := time.ParseDuration(s)
	return days + d, err
}
