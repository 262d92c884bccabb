package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"sync"
)

//go:embed static
var static embed.FS

// The order matters: later rules win, and base.js is what the others stand on.
var (
	styles  = []string{"tokens", "base", "layout", "controls", "tables", "forms", "tabs", "record", "records", "tickets", "ticket", "requests", "imports"}
	scripts = []string{"base", "times", "menus", "search", "select", "keys", "forms", "suggest", "inplace", "ticket", "requests", "imports", "small"}
)

// assets is the one style sheet and the one script, each under a name that
// changes with its content, so that browsers may keep it for good.
type assets struct {
	CSS, JS string // paths
	files   map[string]asset
}

type asset struct {
	kind string
	body []byte
}

// builtAssets are those of all handlers.
var builtAssets = sync.OnceValues(loadAssets)

// loadAssets puts the files together. Scripts other than base.js get a block
// of their own, so that their names do not meet.
func loadAssets() (assets, error) {
	a := assets{files: map[string]asset{}}
	var css, js bytes.Buffer
	for _, name := range styles {
		b, err := static.ReadFile("static/css/" + name + ".css")
		if err != nil {
			return a, err
		}
		css.Write(b)
	}
	for _, name := range scripts {
		b, err := static.ReadFile("static/js/" + name + ".js")
		if err != nil {
			return a, err
		}
		if name == "base" {
			js.Write(b)
			continue
		}
		js.WriteString("{\n")
		js.Write(b)
		js.WriteString("}\n")
	}
	a.CSS = a.add("helpdesk", ".css", "text/css; charset=utf-8", css.Bytes())
	a.JS = a.add("helpdesk", ".js", "text/javascript; charset=utf-8", js.Bytes())
	return a, nil
}

func (a assets) add(name, ending, kind string, body []byte) (path string) {
	sum := sha256.Sum256(body)
	file := name + "-" + hex.EncodeToString(sum[:6]) + ending
	a.files[file] = asset{kind, body}
	return "/assets/" + file
}

func (a assets) serve(w http.ResponseWriter, r *http.Request) {
	f, ok := a.files[r.PathValue("name")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", f.kind)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	if r.Method != http.MethodHead {
		_, _ = w.Write(f.body)
	}
}
