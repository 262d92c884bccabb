package intake

import (
	"io"
	"path"
	"strconv"
	"strings"
	"unicode"
)

// maxFileName is how many bytes a file's name may have.
const maxFileName = 200

// extensions are those of the types that come without a name.
var extensions = map[string]string{
	"application/pdf": ".pdf", "application/zip": ".zip", "application/json": ".json", "application/ics": ".ics", "text/calendar": ".ics",
	"application/msword": ".doc", "application/vnd.ms-excel": ".xls", "application/rtf": ".rtf", "text/rtf": ".rtf", "application/xml": ".xml",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
	"application/pgp-signature": ".asc", "application/pgp-encrypted": ".asc", "application/pgp-keys": ".asc", "application/pkcs7-signature": ".p7s", "application/x-pkcs7-signature": ".p7s",
	"application/pkcs7-mime": ".p7m", "application/x-pkcs7-mime": ".p7m", "application/ms-tnef": ".dat", "image/jpeg": ".jpg", "image/jpg": ".jpg", "image/png": ".png",
	"image/gif": ".gif", "image/webp": ".webp", "image/heic": ".heic", "image/tiff": ".tif", "image/bmp": ".bmp", "image/svg+xml": ".svg", "audio/mpeg": ".mp3", "audio/wav": ".wav",
	"audio/amr": ".amr", "video/mp4": ".mp4", "video/quicktime": ".mov", "text/plain": ".txt", "text/html": ".html", "text/csv": ".csv", "text/xml": ".xml", "text/vcard": ".vcf",
	"text/x-vcard": ".vcf", "message/rfc822": ".eml", "message/global": ".eml", "message/delivery-status": ".txt", "message/disposition-notification": ".txt",
	"message/feedback-report": ".txt", "text/rfc822-headers": ".txt", "message/partial": ".eml", "message/external-body": ".txt",
}

// names of files that have none, by their types.
var fileNames = map[string]string{
	"text/calendar": "invite", "application/ics": "invite", "application/ms-tnef": "winmail", "application/pkcs7-signature": "smime", "application/x-pkcs7-signature": "smime",
	"application/pkcs7-mime": "smime", "application/x-pkcs7-mime": "smime", "application/pgp-signature": "signature", "message/delivery-status": "delivery-status",
	"message/disposition-notification": "disposition-notification", "text/rfc822-headers": "headers",
}

// fileName returns the name of the n-th file: the one that the message gives
// it, or one made of its type.
func fileName(p *part, n int, b *body) string {
	_, disposition := p.header.params("Content-Disposition")
	for _, name := range []string{disposition["filename"], disposition["name"], p.params["name"], p.params["filename"]} {
		if name = cleanName(name); name != "" {
			if isMessage(p) && path.Ext(name) == "" {
				name += ".eml"
			}
			return name
		}
	}
	ext := extensions[p.kind]
	if isMessage(p) {
		if name := cleanName(b.subject(p)); name != "" {
			return cutBytes(name, maxFileName-len(ext)) + ext
		}
		return "message" + ext
	}
	if name := fileNames[p.kind]; name != "" {
		return name + ext
	}
	if name := cleanName(p.header.text("Content-Description")); name != "" && path.Ext(name) != "" {
		return name
	}
	kind, _, _ := strings.Cut(p.kind, "/")
	if kind != "image" && kind != "audio" && kind != "video" {
		kind = "attachment"
	}
	return kind + "-" + strconv.Itoa(n) + ext
}

func isMessage(p *part) bool { return p.kind == "message/rfc822" || p.kind == "message/global" }

// subject is that of a message within the message.
func (b *body) subject(p *part) string {
	top, err := scan(io.LimitReader(transfer(p, b.section(p)), 32<<10), b.limits)
	if err != nil {
		return ""
	}
	return strings.NewReplacer("/", "-", `\`, "-").Replace(top.header.text("Subject"))
}

// cleanName makes a name that can be shown and kept: the last element of a
// path, in one line, without characters that hide what it is.
func cleanName(s string) string {
	s = oneLine(s)
	if i := strings.LastIndexAny(s, `/\`); i >= 0 {
		s = s[i+1:]
	}
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || unicode.IsControl(r) || strings.ContainsRune(`<>:"|?*`, r) {
			return -1
		}
		return r
	}, s)
	s = strings.TrimRight(strings.TrimSpace(s), ". ")
	if strings.Trim(s, ". ") == "" {
		return ""
	}
	if len(s) > maxFileName {
		ext := path.Ext(s)
		if len(ext) > 20 {
			ext = ""
		}
		s = cutBytes(s, maxFileName-len(ext)) + ext
	}
	return s
}
