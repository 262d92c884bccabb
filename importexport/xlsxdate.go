package importexport

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// lastDay is the day of 9999-12-31, counted from 1900.
const lastDay = 2958465

// moment writes a day and time in ISO 8601, or a time alone. It returns "" for
// what no calendar has, which is then read as the number it is.
func (s *section) moment(n float64, from1904 bool) string {
	if n < 0 || n >= lastDay+1 {
		return ""
	}
	seconds := int64(math.Round(n * 86400))
	if s.elapsed != 0 && !s.date {
		return clockText(seconds, s.seconds)
	}
	day := seconds / 86400
	if !s.clock {
		day = int64(n)
	}
	clock := clockText(seconds%86400, true)
	switch {
	case !s.date || day == 0 && s.clock && !from1904:
		return clockText(seconds%86400, s.seconds || seconds%60 != 0)
	case !s.clock:
		return dayText(day, from1904)
	}
	if text := dayText(day, from1904); text != "" {
		return text + "T" + clock
	}
	return ""
}

// clockText writes seconds as hours, minutes and seconds; hours go on past 24.
func clockText(seconds int64, all bool) string {
	h, m, s := seconds/3600, seconds/60%60, seconds%60
	if all {
		return fmt.Sprintf("%02d:%02d:%02d", h, m, s)
	}
	return fmt.Sprintf("%02d:%02d", h, m)
}

// dayText writes the day with the number. Day 60 counted from 1900 is shown as
// 29 February, which that year did not have; the days before it are off by one
// against the calendar.
func dayText(day int64, from1904 bool) string {
	first := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case from1904:
		first = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case day == 0:
		return ""
	case day == 60:
		return "1900-02-29"
	case day < 60:
		first = first.AddDate(0, 0, 1)
	}
	d := first.AddDate(0, 0, int(day))
	if d.Year() > 9999 {
		return ""
	}
	return d.Format(time.DateOnly)
}

// isoMoment reads a value of the type d, which is ISO 8601 already, and leaves
// the midnight out that the format does not show.
func isoMoment(value string, f *numFormat) (string, bool) {
	value = strings.TrimSuffix(strings.TrimSpace(value), "Z")
	if whole, fraction, ok := strings.Cut(value, "."); ok && strings.Trim(fraction, "0123456789") == "" {
		value = whole
	}
	if t, err := time.Parse("2006-01-02T15:04:05", value); err == nil {
		midnight := t.Equal(t.Truncate(24 * time.Hour))
		if midnight && (f == nil || !f.sections[0].clock) {
			return t.Format(time.DateOnly), true
		}
		return value, true
	}
	for _, layout := range []string{time.DateOnly, "15:04:05", "15:04", "2006-01-02T15:04"} {
		if _, err := time.Parse(layout, value); err == nil {
			return value, true
		}
	}
	return value, false
}
