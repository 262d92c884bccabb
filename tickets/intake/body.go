package intake

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"strings"

	"golang.org/x/net/html/charset"
)

// body gathers the text and the files of a message's parts.
type body struct {
	raw    io.ReaderAt
	limits Limits
	plain  []string
	html   []string
	files  []Attachment
	cut    bool
	total  int64
}

// read goes through the parts.
func (b *body) read(top *part) error {
	texts := map[*part]bool{}
	choose(top, texts)
	err := top.leaves(func(p *part) error {
		if texts[p] {
			return b.text(p)
		}
		return nil
	})
	if err != nil {
		return err
	}
	source := strings.Join(b.html, "\n")
	return top.leaves(func(p *part) error {
		if texts[p] || needless(p, top) {
			return nil
		}
		return b.file(p, source)
	})
}

// choose marks the leaves that are the message's text. In alternatives it is
// the first plain text and the last HTML, else all that are shown one behind the other.
func choose(p *part, texts map[*part]bool) {
	switch {
	case !p.multi() || len(p.children) == 0:
		if isText(p) {
			texts[p] = true
		}
	case p.kind == "multipart/alternative":
		chooseAlternative(p, texts)
	case p.kind == "multipart/related" || p.kind == "multipart/signed" || p.kind == "multipart/report":
		// The first text is it; the other parts belong to it, or are for programs.
		for _, c := range p.children {
			found := map[*part]bool{}
			choose(c, found)
			maps.Copy(texts, found)
			if len(found) > 0 {
				return
			}
		}
	default:
		for _, c := range p.children {
			choose(c, texts)
		}
	}
}

func chooseAlternative(p *part, texts map[*part]bool) {
	plain := false
	var rich map[*part]bool
	for _, c := range p.children {
		found := map[*part]bool{}
		choose(c, found)
		html := false
		for q := range found {
			html = html || q.kind == "text/html"
		}
		switch {
		case html:
			rich = found
		case !plain && len(found) > 0:
			plain = true
			for q := range found {
				texts[q] = true
			}
		}
	}
	for q := range rich {
		texts[q] = true
	}
}

// isText reports whether a leaf is text to be read in its place.
func isText(p *part) bool {
	if strings.HasPrefix(p.kind, "multipart/") { // without parts
		return true
	}
	if p.kind != "text/plain" && p.kind != "text/html" {
		return false
	}
	disposition, params := p.header.params("Content-Disposition")
	return disposition != "attachment" && params["filename"] == "" && p.params["name"] == "" && params["name"] == ""
}

// needless reports whether a leaf is no file that a person would miss:
// another part says the same, or only a program can read it.
func needless(p, top *part) bool {
	if p.parent == nil {
		return false
	}
	switch p.parent.kind {
	case "multipart/appledouble":
		return p.kind == "application/applefile"
	case "multipart/alternative":
		switch p.kind {
		case "text/x-amp-html", "text/watch-html", "text/enriched", "text/richtext":
			return true
		case "text/calendar":
			again := false
			_ = top.leaves(func(q *part) error {
				again = again || q != p && (q.kind == "application/ics" || q.kind == "text/calendar")
				return nil
			})
			return again
		}
		return isText(p)
	}
	return false
}

// section is a part's body as it stands in the message.
func (b *body) section(p *part) io.Reader {
	return io.NewSectionReader(b.raw, p.from, p.to-p.from)
}

// text reads a part of the text.
func (b *body) text(p *part) error {
	r := &counter{r: transfer(p, b.section(p))}
	data, err := io.ReadAll(io.LimitReader(r, int64(b.limits.Text)))
	if err != nil {
		return err
	}
	if err := b.count(r); err != nil {
		return err
	}
	if r.n > int64(len(data)) {
		b.cut = true
		data = bytes.TrimRightFunc(data, func(c rune) bool { return c == 0xfffd }) // half of a letter
	}
	label := p.params["charset"]
	if p.kind == "text/html" {
		if label == "" {
			_, name, certain := charset.DetermineEncoding(data[:min(len(data), 1024)], "text/html")
			if certain {
				label = name
			}
		}
		b.html = append(b.html, cleanLines(decodeText(data, label)))
		return nil
	}
	text := cleanLines(decodeText(data, label))
	if strings.EqualFold(p.params["format"], "flowed") {
		text = unflow(text, strings.EqualFold(p.params["delsp"], "yes"))
	}
	if strings.TrimSpace(text) != "" {
		b.plain = append(b.plain, strings.Trim(text, "\n"))
	}
	return nil
}

// file reads a part that is a file, to know its size.
func (b *body) file(p *part, source string) error {
	if len(b.files) >= b.limits.Files {
		return over("attachments", "The message has more than %d attachments.", b.limits.Files)
	}
	r := &counter{r: transfer(p, b.section(p))}
	if err := b.count(r); err != nil {
		return err
	}
	if strings.HasSuffix(p.kind, "delivery-status") {
		p.good = goodReport(transfer(p, b.section(p)))
	}
	a := Attachment{Type: p.kind, Size: r.n, ContentID: contentID(p)}
	a.Name = fileName(p, len(b.files)+1, b)
	disposition, _ := p.header.params("Content-Disposition")
	a.Inline = a.ContentID != "" && strings.Contains(source, "cid:"+a.ContentID) ||
		disposition == "inline" && strings.HasPrefix(p.kind, "image/")
	a.open = func() io.Reader { return transfer(p, b.section(p)) }
	b.files = append(b.files, a)
	return nil
}

// count reads the rest of a part, as far as the limits allow.
func (b *body) count(r *counter) error {
	most := min(b.limits.PartBytes, b.limits.TotalBytes-b.total)
	_, err := io.Copy(io.Discard, io.LimitReader(r, max(0, most-r.n)+1))
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if b.total += r.n; r.n > b.limits.PartBytes {
		return over("part", "A part of the message has more than %d bytes.", b.limits.PartBytes)
	}
	if b.total > b.limits.TotalBytes {
		return over("parts", "The message's parts have more than %d bytes together.", b.limits.TotalBytes)
	}
	return nil
}

// counter counts the bytes that are read.
type counter struct {
	r io.Reader
	n int64
}

// Read passes on.
func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

func contentID(p *part) string {
	id := strings.Trim(p.header.get("Content-ID"), "<> \t")
	return cutBytes(oneLine(utf8Text([]byte(id))), 300)
}

// unflow joins the lines of flowed text (RFC 3676) into its paragraphs. del
// says that the space at which a line was broken is none of the text.
func unflow(s string, del bool) string {
	type paragraph struct {
		depth int
		text  strings.Builder
		open  bool
	}
	var all []*paragraph
	for l := range strings.SplitSeq(s, "\n") {
		n := len(l) - len(strings.TrimLeft(l, ">"))
		text := strings.TrimPrefix(l[n:], " ")
		flows := strings.HasSuffix(text, " ") && text != "-- "
		if k := len(all); k == 0 || !all[k-1].open || all[k-1].depth != n || text == "-- " {
			all = append(all, &paragraph{depth: n})
		}
		if flows && del {
			text = text[:len(text)-1]
		}
		p := all[len(all)-1]
		p.text.WriteString(text)
		p.open = flows
	}
	var out strings.Builder
	for i, p := range all {
		if i > 0 {
			out.WriteByte('\n')
		}
		if p.depth > 0 {
			out.WriteString(strings.Repeat(">", p.depth) + " ")
		}
		text := p.text.String()
		if text != "-- " {
			text = strings.TrimRight(text, " ")
		}
		out.WriteString(text)
	}
	return out.String()
}
