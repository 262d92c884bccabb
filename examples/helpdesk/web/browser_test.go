package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/deskfolk/desk/examples/helpdesk/accounts"
)

// tab is a page in a real browser.
type tab struct {
	t    *testing.T
	ctx  context.Context
	base string

	mu       sync.Mutex
	requests []string // addresses that were asked for
	problems []string // what the console and the network complained of
}

// browserPath finds Chromium. Without one the test is left out, unless all
// tests are asked for.
func browserPath(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("DESK_REQUIRE_ALL") == "1" {
		t.Fatal("no Chromium in PATH")
	}
	t.Skip("no Chromium in PATH")
	return ""
}

// chromium is the one of this process: to start it takes as long as a test.
// Each test has a context of its own in it, with its own cookies.
var chromium struct {
	once sync.Once
	ctx  context.Context
	stop func()
	err  error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if chromium.stop != nil {
		chromium.stop()
	}
	os.Exit(code)
}

func startChromium(path string) {
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		// A page that is not in front works as fast as one that is.
		chromedp.Flag("disable-renderer-backgrounding", true), chromedp.Flag("disable-backgrounding-occluded-windows", true), chromedp.Flag("disable-background-timer-throttling", true),
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	var closeTab context.CancelFunc
	chromium.ctx, closeTab = chromedp.NewContext(allocator) //nolint:fatcontext // one for the whole process
	chromium.stop = func() { closeTab(); stop() }
	chromium.err = chromedp.Do(chromium.ctx, chromedp.Navigate("about:blank"))
}

// browse opens a tab in which the agent of the role is signed in.
func (s *site) browse(role accounts.Role) *tab {
	s.t.Helper()
	path := browserPath(s.t)
	chromium.once.Do(func() { startChromium(path) })
	b := &tab{t: s.t, base: s.url}
	b.must(chromium.err)
	ctx, closeTab := chromedp.NewContext(chromium.ctx, chromedp.WithNewBrowserContext())
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	s.t.Cleanup(func() { cancel(); closeTab() })
	b.ctx = ctx
	b.must(chromedp.Do(ctx, chromedp.Navigate("about:blank")))
	b.must(chromedp.Listen(ctx, b.note))
	_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	b.must(err)
	_, err = chromedp.Call(ctx, log.Enable, cdp.Empty{})
	b.must(err)
	_, err = chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	b.must(err)
	// Nothing fades: what is looked at is there at once.
	_, err = chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}})
	b.must(err)
	b.size(1440, 900)
	home, err := url.Parse(s.url)
	b.must(err)
	for _, c := range s.signedIn(role).client.Jar.Cookies(home) {
		b.cookie(c)
	}
	return b
}

func (b *tab) cookie(c *http.Cookie) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, URL: b.base})
	b.must(err)
}

// note keeps what the browser asks for and complains of.
func (b *tab) note(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, e.Request.URL)
	case *runtime.EventExceptionThrown:
		b.problems = append(b.problems, "exception: "+e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		// A refused form is answered with its status; that is no fault of the page.
		if !strings.Contains(e.Entry.Text, "the server responded with a status of 4") {
			b.problems = append(b.problems, e.Entry.Text)
		}
	}
}

func (b *tab) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// size makes the window as large as a phone's, a tablet's or a laptop's.
func (b *tab) size(width, height int64) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1, Mobile: width < 500, ScreenWidth: width, ScreenHeight: height})
	b.must(err)
}

func (b *tab) open(path string) *tab {
	b.t.Helper()
	b.must(chromedp.Do(b.ctx, chromedp.Navigate(b.base+path)))
	return b
}

// eval returns the value of a script's expression.
func (b *tab) eval(script string) any {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[any](script))
	if err != nil {
		b.t.Fatalf("%s: %v", script, err)
	}
	return v
}

// until waits for an expression to become true.
func (b *tab) until(script string) *tab {
	b.t.Helper()
	deadline, tick := time.After(time.Minute), time.NewTicker(25*time.Millisecond)
	defer tick.Stop()
	for {
		// While a page loads there is nothing to ask; that is no failure.
		v, err := chromedp.Run(b.ctx, chromedp.Evaluate[any]("Boolean("+script+")"))
		if err == nil && v == true {
			return b
		}
		select {
		case <-deadline:
			text, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string]("location.href + ' ' + document.body.innerText.slice(0, 1500)"))
			b.t.Fatalf("never: %s; the page: %s", script, text)
		case <-tick.C:
		}
	}
}

// keys presses keys, as they are on a keyboard.
func (b *tab) keys(text string) *tab {
	b.t.Helper()
	b.must(chromedp.Do(b.ctx, chromedp.KeyEvent(text)))
	return b
}

// press presses one key as a keyboard does: what the page takes for itself is
// not typed as well.
func (b *tab) press(key string) *tab {
	b.t.Helper()
	down := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: key, Code: key}
	switch key {
	case "Enter":
		down.Text, down.WindowsVirtualKeyCode = "\r", 13
	case "ArrowDown":
		down.WindowsVirtualKeyCode = 40
	case "Escape":
		down.WindowsVirtualKeyCode = 27
	default:
		down.Text = key
	}
	up := down
	up.Type, up.Text = input.DispatchKeyEventTypeKeyUp, ""
	for _, event := range []input.DispatchKeyEventParams{down, up} {
		_, err := chromedp.Call(b.ctx, input.DispatchKeyEvent, event)
		b.must(err)
	}
	return b
}

// click presses the mouse in the middle of an element.
func (b *tab) click(selector string, options ...chromedp.MouseOption) *tab {
	b.t.Helper()
	b.until(fmt.Sprintf("document.querySelector(%q)", selector))
	at, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]float64](fmt.Sprintf(`(() => {
		const e = document.querySelector(%q); e.scrollIntoView({ block: "center" });
		const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()`, selector)))
	b.must(err)
	b.must(chromedp.Do(b.ctx, chromedp.MouseClickXY(at[0], at[1], options...)))
	return b
}

// text is what an element shows.
func (b *tab) text(selector string) string {
	b.t.Helper()
	return fmt.Sprint(b.eval(fmt.Sprintf("document.querySelector(%q)?.innerText ?? ''", selector)))
}

// asked counts the requests whose address has the part.
func (b *tab) asked(part string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, r := range b.requests {
		if strings.Contains(r, part) {
			n++
		}
	}
	return n
}

// clean fails the test if anything left the host or the console complained.
func (b *tab) clean() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.requests {
		if !strings.HasPrefix(r, b.base) && !strings.HasPrefix(r, "data:") && !strings.HasPrefix(r, "about:") && !strings.HasPrefix(r, "blob:") {
			b.t.Errorf("a request left the host: %s", r)
		}
	}
	for _, p := range b.problems {
		b.t.Errorf("the browser complains: %s", p)
	}
}

// shoot keeps a picture of the page in DESK_SHOTS, if that names a folder.
func (b *tab) shoot(name string) {
	b.t.Helper()
	dir := os.Getenv("DESK_SHOTS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	b.must(err)
	b.must(os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o600))
}

// axe runs the accessibility checks of axe-core, if DESK_AXE names its file.
func (b *tab) axe(name string) {
	b.t.Helper()
	file := os.Getenv("DESK_AXE")
	if file == "" {
		return
	}
	script, err := os.ReadFile(file)
	b.must(err)
	// What lies under a bar or a menu comes out when the page is scrolled or the menu closed.
	_, err = chromedp.Run(b.ctx, chromedp.Evaluate[any](string(script)+`; for (const bar of document.querySelectorAll(".savebar")) bar.style.setProperty("position", "static"); null`))
	b.must(err)
	found, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
		.then((r) => JSON.stringify(r.violations.map((v) => ({ id: v.id, impact: v.impact, nodes: v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160) + " " + (n.any[0]?.message ?? "")) }))))`, chromedp.EvalAwaitPromise))
	b.must(err)
	var violations []struct {
		ID, Impact string
		Nodes      []string
	}
	b.must(json.Unmarshal([]byte(found), &violations))
	for _, v := range violations {
		if v.ID == "target-size" && strings.Contains(strings.Join(v.Nodes, ""), "partially obscured") {
			continue
		}
		b.t.Errorf("%s: axe: %s (%s): %s", name, v.ID, v.Impact, strings.Join(v.Nodes, "\n    "))
	}
}
