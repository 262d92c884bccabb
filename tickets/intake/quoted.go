package intake

import (
	"strings"
	"unicode"
)

// line is one line of a message's text.
type line struct {
	// text is the line without the marks of a quotation.
	text string
	// raw is the line as it is shown.
	raw string
	// depth is how deep in quotations it stands; 0 for new text.
	depth int
	// at is where it begins in the HTML that it was made of.
	at   int
	mark mark
}

// mark says that a mail program marked the beginning of history at a line.
type mark uint8

const (
	none mark = iota
	soft      // what introduces a quotation, which bears its own marks
	hard      // all behind it is history
)

func (l line) blank() bool { return strings.TrimSpace(l.text) == "" }

// plainLines reads the lines of plain text; ">" marks quotations.
func plainLines(text string) []line {
	var all []line
	for raw := range strings.SplitSeq(text, "\n") {
		l := line{text: raw, raw: raw}
		for {
			rest, ok := strings.CutPrefix(strings.TrimLeft(l.text, " "), ">")
			if !ok || l.depth == 0 && strings.HasPrefix(l.text, "   ") {
				break
			}
			l.text = strings.TrimPrefix(rest, " ")
			l.depth++
		}
		all = append(all, l)
	}
	return all
}

// joined writes lines as one text, without blank ends.
func joined(ls []line) string {
	var b strings.Builder
	for i, l := range ls {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(l.raw)
	}
	return trimBlank(b.String())
}

// trimBlank takes blank lines from both ends, and spaces from the last line's
// end. The first line keeps what it is indented by, unless it is all there is.
func trimBlank(s string) string { return strings.TrimFunc(s, unicode.IsSpace) }

// newText returns what a message's writer has written: the lines without the
// history that mail programs add. cut is the first line that was left out at
// the end (len(ls) if none was), and whole says that nothing was left out.
//
// History at the end is cut off, with the line that introduces it. History at
// the beginning is cut off when all new text is behind it. Where answers stand
// between quotations, all is kept, since one cannot be read without the other. What
// was forwarded is kept too: it is what the message is about.
func newText(ls []line, forwarded bool) (kept []line, cut int, whole bool) {
	end := len(ls)
	if f := forwardMark(ls); f < end {
		forwarded = true
	}
	if forwarded {
		return ls, end, true
	}
	stop := historyStart(ls)
	top := ls[:stop]
	bs := blocks(top)
	switch {
	case len(bs) == 0:
	case isTail(top[bs[len(bs)-1].to:]) && (len(bs) == 1 || !interleaved(top, bs)):
		stop = bs[0].intro
		top = ls[:stop]
	case len(bs) == 1 && allBlank(top[:bs[0].intro]):
		kept = top[bs[0].to:]
		return kept, stop, false
	}
	if allBlank(top) {
		return ls, end, true // nothing but quotation: better shown than an empty message
	}
	return top, stop, stop == end
}

// words returns a line without what turns the direction of text, which
// programs put around names in scripts that run from right to left.
func words(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == 0x200e || r == 0x200f || 0x202a <= r && r <= 0x202e || 0x2066 <= r && r <= 0x2069 {
			return -1
		}
		return r
	}, s))
}

// allBlank reports whether there is nothing in the lines.
func allBlank(ls []line) bool {
	for _, l := range ls {
		if !l.blank() {
			return false
		}
	}
	return true
}

// block is a quotation: its first line, the line behind it, and where what
// introduces it begins.
type block struct{ intro, from, to int }

// blocks finds the quotations. Blank lines within one belong to it.
func blocks(ls []line) []block {
	var all []block
	for i := 0; i < len(ls); {
		if ls[i].depth == 0 {
			i++
			continue
		}
		b := block{from: i}
		for j := i; j < len(ls) && (ls[j].depth > 0 || ls[j].blank()); j++ {
			if ls[j].depth > 0 {
				b.to = j + 1
			}
		}
		b.intro = introduction(ls, b.from)
		if n := len(all); n > 0 && b.intro <= all[n-1].to {
			all[n-1].to = b.to // a quotation that only an introduction parts from the one before
		} else {
			all = append(all, b)
		}
		i = b.to
	}
	return all
}

// interleaved reports whether new text stands between quotations.
func interleaved(ls []line, bs []block) bool {
	for i := 1; i < len(bs); i++ {
		if !allBlank(ls[bs[i-1].to:bs[i].intro]) {
			return true
		}
	}
	return false
}

// isTail reports whether the lines behind a quotation are none of the writer's
// words: blank, a signature, or a mailing list's footer.
func isTail(ls []line) bool {
	for _, l := range ls {
		if l.blank() {
			continue
		}
		t := strings.TrimSpace(l.text)
		return t == "--" || t == "—" || strings.HasPrefix(t, "____") || strings.HasPrefix(t, "----") || mobileSignature.MatchString(t)
	}
	return true
}

// introduction returns where the lines begin that introduce the quotation at
// from, such as "On Monday, Jane wrote:"; from itself if there are none.
func introduction(ls []line, from int) int {
	last := from - 1
	for last >= 0 && last >= from-3 && ls[last].blank() {
		last--
	}
	if last < 0 || ls[last].depth > 0 || ls[last].blank() {
		return from
	}
	for k := 0; k < 4 && last-k >= 0 && ls[last-k].depth == 0 && !ls[last-k].blank(); k++ {
		if ls[last-k].mark != none {
			return last - k
		}
	}
	text := ""
	for k := range 4 {
		i := last - k
		if i < 0 || ls[i].depth > 0 || ls[i].blank() {
			break
		}
		text = strings.TrimSpace(words(ls[i].text) + " " + text)
		if introduces(text) {
			return firstOfIntroduction(ls, i, text)
		}
	}
	if names(text) && (paragraphStart(ls, last, 4)) >= 0 {
		return paragraphStart(ls, last, 4)
	}
	return from
}

// firstOfIntroduction goes back further while the text looks like the end of
// an introduction whose beginning stands in the line before.
func firstOfIntroduction(ls []line, i int, text string) int {
	if startsIntroduction(text) {
		return i
	}
	for k := 1; k <= 3 && i-k >= 0 && ls[i-k].depth == 0 && !ls[i-k].blank(); k++ {
		text = words(ls[i-k].text) + " " + text
		if startsIntroduction(text) && introduces(text) {
			return i - k
		}
	}
	return i
}

// paragraphStart returns where the paragraph that ends at last begins, or -1
// if it has more than most lines.
func paragraphStart(ls []line, last, most int) int {
	i := last
	for i > 0 && ls[i-1].depth == 0 && !ls[i-1].blank() {
		i--
	}
	if last-i >= most {
		return -1
	}
	return i
}

// historyStart returns the line from which on all is history that bears no
// quotation marks: a mail program's mark, a separator, a block of header
// lines, an introduction with plain text behind it. len(ls) if there is none.
func historyStart(ls []line) int {
	for i, l := range ls {
		if l.depth > 0 {
			continue
		}
		if l.mark == hard || l.mark == soft && !quotedNext(ls, i) {
			return i
		}
		t := strings.TrimSpace(l.text)
		if t == "" {
			continue
		}
		switch {
		case separator(t), answerAbove.MatchString(t):
			return i
		case headerBlock(ls[i:]):
			return ruleBefore(ls, i)
		}
		if n := plainIntroduction(ls, i); n > 0 && !quotedNext(ls, i+n-1) {
			return i
		}
	}
	return len(ls)
}

// quotedNext reports whether the next line that is not blank is quoted, or
// introduces what is.
func quotedNext(ls []line, i int) bool {
	for k, j := 0, i+1; j < len(ls) && k < 5; j++ {
		if ls[j].depth > 0 {
			return true
		}
		if !ls[j].blank() {
			if ls[i].mark == none {
				return false
			}
			k++
		}
	}
	return false
}

// ruleBefore takes a line of underscores in front of a header block along.
func ruleBefore(ls []line, i int) int {
	for j := i - 1; j >= 0 && j >= i-2; j-- {
		t := strings.TrimSpace(ls[j].text)
		if len(t) >= 5 && strings.Trim(t, "_-—") == "" {
			return j
		}
		if t != "" {
			break
		}
	}
	return i
}

// plainIntroduction returns how many lines from i on are an introduction that
// names a time and ends with a word for writing.
func plainIntroduction(ls []line, i int) int {
	text := ""
	for k := 0; k < 4 && i+k < len(ls) && ls[i+k].depth == 0 && !ls[i+k].blank(); k++ {
		text = strings.TrimSpace(text + " " + words(ls[i+k].text))
		if len(text) > 600 {
			return 0
		}
		if introducesPlain(text) {
			return k + 1
		}
	}
	return 0
}

// forwardMark returns the line with which what was forwarded begins.
func forwardMark(ls []line) int {
	for i, l := range ls {
		if l.depth == 0 && len(l.text) < 200 && forwardLine.MatchString(strings.TrimSpace(l.text)) {
			return i
		}
	}
	return len(ls)
}
