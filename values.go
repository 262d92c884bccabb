package desk

import (
	"strings"
	"time"
)

// IsKey reports whether s can be the key of a field that a workspace makes: 1
// to 40 of a-z, 0-9 and _, and a letter first.
func IsKey(s string) bool {
	return s != "" && len(s) <= 40 && 'a' <= s[0] && s[0] <= 'z' &&
		strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// CleanNumber returns a decimal number of at most 40 characters in its shortest
// form, exactly; false for what is none.
func CleanNumber(s string) (string, bool) {
	neg := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(strings.TrimPrefix(s, "-"), "+")
	whole, frac, dot := strings.Cut(s, ".")
	if len(s) > 40 || whole == "" || dot && frac == "" || strings.Trim(whole+frac, "0123456789") != "" {
		return "", false
	}
	whole = strings.TrimLeft(whole, "0")
	frac = strings.TrimRight(frac, "0")
	if whole == "" {
		whole = "0"
	}
	if frac != "" {
		whole += "." + frac
	}
	if neg && whole != "0" {
		whole = "-" + whole
	}
	return whole, true
}

// CleanDate returns a date, written as 2026-03-31, of the year 1 or later; false
// for what is none.
func CleanDate(s string) (string, bool) {
	t, err := time.Parse(time.DateOnly, s)
	return s, err == nil && t.Year() >= 1
}
