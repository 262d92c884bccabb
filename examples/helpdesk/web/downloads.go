package web

import (
	"bufio"
	"io"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"unicode"
)

// safeTypes are the types that a download may have. What a file is called and
// what its sender said of it decide nothing: its first bytes do.
var safeTypes = map[string]bool{
	"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true, "application/pdf": true, "application/zip": true,
	"application/x-gzip": true, "text/plain; charset=utf-8": true, "audio/mpeg": true, "video/mp4": true,
}

// keepFile hands out a file that somebody else has made, as one to keep and
// never as a page: whatever it holds, it is not run here (R101).
func (s *server) keepFile(w http.ResponseWriter, r *request, name string, size int64, content io.Reader) error {
	start := bufio.NewReaderSize(content, 4096)
	head, err := start.Peek(512)
	if err != nil && err != io.EOF {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", safeType(head))
	h.Set("Content-Disposition", disposition(name))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Content-Length", strconv.FormatInt(size, 10))
	if r.Method == http.MethodHead {
		return nil
	}
	if _, err := io.Copy(w, start); err != nil {
		s.Log.WarnContext(r.Context(), "a download broke off", "path", r.URL.Path, "error", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

func safeType(head []byte) string {
	kind := http.DetectContentType(head)
	if strings.HasPrefix(kind, "text/plain") {
		kind = "text/plain; charset=utf-8"
	}
	if safeTypes[kind] {
		return kind
	}
	return "application/octet-stream"
}

// disposition names the file for the person who keeps it, in one header line
// that no name can break out of (RFC 6266).
func disposition(name string) string {
	if d := mime.FormatMediaType("attachment", map[string]string{"filename": savedName(name)}); d != "" {
		return d
	}
	return "attachment"
}

// savedName is a name without a path, and without letters that hide what it
// ends with.
func savedName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || unicode.In(c, unicode.Cf, unicode.Zl, unicode.Zp) || strings.ContainsRune(`/\:*?"<>|`, c) {
			return -1
		}
		return c
	}, name)
	if name = strings.TrimLeft(strings.TrimSpace(name), "."); name == "" {
		return "file"
	}
	end := path.Ext(name)
	if len(end) > 12 {
		end = ""
	}
	return clip(strings.TrimSuffix(name, end), 120) + end
}
