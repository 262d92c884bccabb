package intake

import (
	"strings"

	"github.com/emersion/go-msgauth/authres"

	"github.com/deskfolk/desk/contacts"
)

// Verdict is what is known of a message's sender.
type Verdict string

// The verdicts.
const (
	// Unknown: nothing is known, so that nothing is believed. It is what holds
	// unless the host or a trusted mail server says otherwise.
	Unknown Verdict = ""
	// Passed: the sender's domain vouches for the message.
	Passed Verdict = "passed"
	// Failed: it does not.
	Failed Verdict = "failed"
)

// judge returns what is known of the sender. The host's own verdict counts
// before what a mail server wrote into the message; of those, only one whose
// name the workspace trusts is read, and only the uppermost of its results:
// servers write theirs above what was there before.
func judge(m *Mail, given Verdict, trusted []string) Verdict {
	if given != Unknown {
		return given
	}
	if m.From.Email == "" {
		return Unknown
	}
	for _, value := range m.results {
		id, results, err := authres.Parse(withoutComments(value))
		if err != nil || !named(id, trusted) {
			continue
		}
		return weigh(m, results)
	}
	return Unknown
}

func named(id string, trusted []string) bool {
	id = strings.ToLower(strings.TrimSpace(id))
	for _, t := range trusted {
		if id == t {
			return true
		}
	}
	return false
}

// weigh decides by DMARC where it was asked, else by a signature or an
// envelope of the sender's own domain.
func weigh(m *Mail, results []authres.Result) Verdict {
	from := domainOf(m.From.Email)
	verdict := Unknown
	for _, r := range results {
		switch r := r.(type) {
		case *authres.DMARCResult:
			switch r.Value {
			case authres.ResultPass:
				if r.From == "" || domainOf("x@"+r.From) == from {
					return Passed
				}
			case authres.ResultFail:
				return Failed
			}
		case *authres.DKIMResult:
			domain := r.Domain
			if domain == "" {
				domain = r.Identifier
			}
			if r.Value == authres.ResultPass && aligned(domain, from) {
				verdict = Passed
			}
		case *authres.SPFResult:
			if r.Value == authres.ResultPass && aligned(r.From, from) {
				verdict = Passed
			}
		}
	}
	return verdict
}

// aligned reports whether a domain, or an address in it, is the sender's own.
// A parent or a neighbour is not: it may be somebody else's.
func aligned(s, from string) bool {
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		s = s[i+1:]
	}
	return from != "" && domainOf("x@"+s) == from
}

func domainOf(address string) string {
	e, err := contacts.ParseEmail(address)
	if err != nil {
		return ""
	}
	return e.Domain()
}

// withoutComments takes comments out of a header's value.
func withoutComments(s string) string {
	var b strings.Builder
	depth, quoted := 0, false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\' && i+1 < len(s) && (quoted || depth > 0):
			if i++; depth == 0 {
				b.WriteByte(c)
				b.WriteByte(s[i])
			}
		case c == '"' && depth == 0:
			quoted = !quoted
			b.WriteByte(c)
		case c == '(' && !quoted:
			depth++
		case c == ')' && depth > 0:
			depth--
		case depth == 0:
			b.WriteByte(c)
		}
	}
	return b.String()
}
