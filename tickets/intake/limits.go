package intake

import (
	"github.com/deskfolk/desk"
)

// Limits bound what a message may cost. They act before and while it is read,
// on the bytes that are there, never on what a header claims. A field of 0 has
// its default; none can be switched off.
type Limits struct {
	// Message is how many bytes a message may have; 40 MiB.
	Message int64
	// HeaderBytes is how many bytes the header of the message, or of one part,
	// may have; 512 KiB. All headers together may have twice as many.
	HeaderBytes int
	// HeaderLine is how many bytes one header field may have, unfolded; 128 KiB.
	HeaderLine int
	// HeaderFields is how many fields one header may have; 1,000.
	HeaderFields int
	// Parts is how many parts a message may have, containers too; 500.
	Parts int
	// Nesting is how deep parts may stand in parts; 30.
	Nesting int
	// Recipients is how many addresses To and Cc may have together; 1,000.
	Recipients int
	// Files is how many attachments a message may have; 100.
	Files int
	// PartBytes is how large one decoded part may be; 25 MiB.
	PartBytes int64
	// TotalBytes is how large all decoded parts may be together; 80 MiB.
	TotalBytes int64
	// Text is how many bytes of a text or HTML part are read as the message's
	// text; 1 MiB. What is behind is left out of the text, and Mail.Cut says
	// so; the raw message has it all.
	Text int
}

// DefaultLimits are those that a field of 0 stands for.
var DefaultLimits = Limits{
	Message: 40 << 20, HeaderBytes: 512 << 10, HeaderLine: 128 << 10, HeaderFields: 1000,
	Parts: 500, Nesting: 30, Recipients: 1000, Files: 100, PartBytes: 25 << 20, TotalBytes: 80 << 20, Text: 1 << 20,
}

// full returns the limits with their defaults filled in.
func (l *Limits) full() Limits {
	if l == nil {
		return DefaultLimits
	}
	f, d := *l, DefaultLimits
	fill(&f.Message, d.Message)
	fill(&f.HeaderBytes, d.HeaderBytes)
	fill(&f.HeaderLine, d.HeaderLine)
	fill(&f.HeaderFields, d.HeaderFields)
	fill(&f.Parts, d.Parts)
	fill(&f.Nesting, d.Nesting)
	fill(&f.Recipients, d.Recipients)
	fill(&f.Files, d.Files)
	fill(&f.PartBytes, d.PartBytes)
	fill(&f.TotalBytes, d.TotalBytes)
	fill(&f.Text, d.Text)
	return f
}

func fill[T int | int64](field *T, standard T) {
	if *field <= 0 {
		*field = standard
	}
}

// over is the error of a message that is beyond a limit. It is for good: the
// same message is refused again.
func over(field, format string, args ...any) error {
	return desk.Errorf(desk.Limited, field, format, args...)
}
