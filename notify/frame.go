package notify

import (
	"html"
	"strings"
)

// frame is what stands around each email: who sends it, why, and how to end it.
type frame struct {
	language, footer, name, why, stop string
}

// why says in one sentence why someone gets a type of message.
func why(t *Type) string {
	switch {
	case t.Class == Marketing:
		return "You get this because you have not opted out of news and offers."
	case t.Participants:
		return "You get this because you take part in this request."
	case t.AnyoneNew:
		return "You get this because a message came from your address."
	}
	return "You get this because it was assigned to you."
}

// text adds the footer to the text part.
func (f frame) text(body string) string {
	var b strings.Builder
	b.Grow(len(body) + 300)
	b.WriteString(body)
	b.WriteString("\n-- \n")
	if f.name != "" {
		b.WriteString(f.name)
		b.WriteByte('\n')
	}
	if f.footer != "" {
		b.WriteString(f.footer)
		b.WriteByte('\n')
	}
	b.WriteString(f.why)
	b.WriteByte('\n')
	if f.stop != "" {
		b.WriteString("To stop such messages: ")
		b.WriteString(f.stop)
		b.WriteByte('\n')
	}
	return b.String()
}

// The page around the HTML part. Programs that know dark mode get colours for
// it; for the others the text is dark on white.
const (
	frameHead = `<!doctype html>
<html lang="LANG"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark"><title>TITLE</title>
<style>:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (prefers-color-scheme:dark){.d-page{background:#16181d!important;color:#e8eaee!important}.d-foot{color:#a9afbb!important;border-color:#3a3f4a!important}.d-page a{color:#8db4ff!important}}</style></head>
<body class="d-page" style="margin:0;padding:0;background:#ffffff;color:#1b1f27">
<div role="article" aria-roledescription="email" aria-label="TITLE" lang="LANG" style="max-width:600px;margin:0 auto;padding:24px 16px;font:16px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif">
`
	frameFoot = `<div class="d-foot" style="margin-top:32px;padding-top:12px;border-top:1px solid #d5d9e0;color:#5a6270;font-size:13px">`
	frameEnd  = "</div>\n</div></body></html>\n"
)

// frameParts is the head, cut where the language and the title go.
var frameParts = func() []string {
	var parts []string
	for i, p := range strings.Split(frameHead, "LANG") {
		if i > 0 {
			parts = append(parts, "LANG")
		}
		for k, q := range strings.Split(p, "TITLE") {
			if k > 0 {
				parts = append(parts, "TITLE")
			}
			parts = append(parts, q)
		}
	}
	return parts
}()

// html puts the page around the HTML part; an empty part stays empty.
func (f frame) html(title, body string) string {
	if strings.TrimSpace(body) == "" {
		return ""
	}
	language := f.language
	if language == "" {
		language = "en"
	}
	var b strings.Builder
	b.Grow(len(body) + len(frameHead) + 800)
	language, title = html.EscapeString(language), html.EscapeString(title)
	for _, part := range frameParts {
		switch part {
		case "LANG":
			b.WriteString(language)
		case "TITLE":
			b.WriteString(title)
		default:
			b.WriteString(part)
		}
	}
	b.WriteString(body)
	b.WriteString(frameFoot)
	for _, line := range []string{f.name, f.footer, f.why} {
		if line != "" {
			b.WriteString(`<p style="margin:0 0 4px" dir="auto">`)
			b.WriteString(strings.ReplaceAll(html.EscapeString(line), "\n", "<br>"))
			b.WriteString("</p>")
		}
	}
	if f.stop != "" {
		b.WriteString(`<p style="margin:0"><a href="`)
		b.WriteString(html.EscapeString(f.stop))
		b.WriteString(`">Stop such messages</a></p>`)
	}
	b.WriteString(frameEnd)
	return b.String()
}
