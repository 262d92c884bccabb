package web_test

import (
	"testing"

	"github.com/matryer/is"

	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
)

// TestBrowserNarrow looks for what has no room: tabs stand behind "More", each
// in one of the two places, and the rail opens from a button. Neither needs the
// page's script, and nothing scrolls sideways.
func TestBrowserNarrow(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	ann := s.add(contacts.NewContact{FirstName: "Ann"})
	b := s.browse(accounts.Manager)
	path := "/contacts/" + string(ann.ID)
	shown := func(places string) string {
		return `[...document.querySelectorAll("` + places + `")].filter((e) => e.checkVisibility())`
	}
	for _, at := range []string{path, path + "/part/time", path + "/notifications"} {
		b.open(at)
		for _, width := range []int64{390, 520, 700, 1024, 1440} {
			b.size(width, 844)
			b.eval(`(() => { document.querySelector(".more-tabs").open = true; })()`)
			is.Equal(b.eval(`(() => { const bar = `+shown(".tabs > a")+`, menu = `+shown(".more-tabs a")+`; return bar.length + menu.length === document.querySelectorAll(".tabs > a").length && new Set([...bar, ...menu].map((a) => a.href)).size === bar.length + menu.length; })()`), true) // each once
			is.Equal(b.eval(`(() => { const tabs = document.querySelector(".tabs"); return tabs.querySelectorAll(":scope > a[aria-current]").length === 1 && tabs.querySelector(":scope > a[aria-current]").checkVisibility() && tabs.scrollWidth <= tabs.clientWidth; })()`), true)
			b.fits("tabs")
		}
	}
	b.size(390, 844)
	b.open("/settings")
	is.Equal(b.eval(`document.querySelector(".nav").checkVisibility()`), false)
	b.click(".open-nav").until(`document.querySelector(".nav").checkVisibility()`)
	is.Equal(b.eval(`(() => { const nav = document.querySelector(".nav"), s = document.querySelector(".sections"); return nav.scrollWidth <= nav.clientWidth && s.scrollWidth <= s.clientWidth; })()`), true)
	b.click(`.nav a[href="/companies"]`).until(`location.pathname === "/companies"`)
	b.clean()
}
