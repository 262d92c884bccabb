package web

import (
	"net/http"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/importexport"
)

// importFileView is what was found in a file, and how to read it otherwise.
type importFileView struct {
	importHead
	Found                                  []linkView
	Formats, Encodings, Delimiters, Sheets []option
	Notes                                  []string
	Header                                 []string
	Rows                                   []fileRow
	// More says how many columns are not shown.
	More string
	// Arriving: there is nothing to look at yet; Lost: there never will be.
	Arriving, Lost bool
}

// fileRow is one of the first rows of a file.
type fileRow struct {
	Line, Problem string
	Cells         []string
}

// shownColumns is how many columns of a file the first look shows.
const shownColumns = 20

var (
	fileFormats = []option{{Label: "Found by itself"}, {Value: importexport.FormatCSV, Label: "CSV"}, {Value: importexport.FormatXLSX, Label: "Excel workbook"}, {Value: importexport.FormatVCard, Label: "vCard"}}
	// fileEncodings are those that files of contacts come in; a file whose
	// encoding is another one that was found keeps it.
	fileEncodings = []option{{Label: "Found by itself"}, {Value: "utf-8", Label: "Unicode (UTF-8)"}, {Value: "utf-16le", Label: "Unicode (UTF-16, little endian)"}, {Value: "utf-16be", Label: "Unicode (UTF-16, big endian)"},
		{Value: "windows-1252", Label: "Western Europe (Windows-1252)"}, {Value: "windows-1250", Label: "Central Europe (Windows-1250)"}, {Value: "windows-1251", Label: "Cyrillic (Windows-1251)"}, {Value: "koi8-r", Label: "Cyrillic (KOI8-R)"},
		{Value: "windows-1253", Label: "Greek (Windows-1253)"}, {Value: "windows-1254", Label: "Turkish (Windows-1254)"}, {Value: "windows-1255", Label: "Hebrew (Windows-1255)"}, {Value: "windows-1256", Label: "Arabic (Windows-1256)"},
		{Value: "windows-1257", Label: "Baltic (Windows-1257)"}, {Value: "windows-874", Label: "Thai (Windows-874)"}, {Value: "shift_jis", Label: "Japanese (Shift_JIS)"}, {Value: "euc-jp", Label: "Japanese (EUC-JP)"},
		{Value: "gb18030", Label: "Chinese, simplified (GB 18030)"}, {Value: "big5", Label: "Chinese, traditional (Big5)"}, {Value: "euc-kr", Label: "Korean (EUC-KR)"}, {Value: "macintosh", Label: "Western Europe (Mac)"}, {Value: "ibm850", Label: "Western Europe (DOS 850)"}}
	fileDelimiters = []option{{Label: "Found by itself"}, {Value: ",", Label: "Comma"}, {Value: ";", Label: "Semicolon"}, {Value: "tab", Label: "Tab"}, {Value: "|", Label: "Bar"}}
)

// importFile shows what was found in the file.
func (s *server) importFile(w http.ResponseWriter, r *request) error {
	i, err := s.importOf(r)
	if err != nil {
		return err
	}
	if !openImport(&i) && i.State != importexport.Receiving {
		return redirect(w, r, importURL(i.ID, s.stepOf(&i)))
	}
	return s.showImportFile(w, r, &i, http.StatusOK, i.Choices.Read, i.Error)
}

func (s *server) showImportFile(w http.ResponseWriter, r *request, i *importexport.Import, status int, read importexport.ReadOptions, problem string) error {
	v := importFileView{Notes: i.Notes}
	var err error
	if v.importHead, err = s.importHead(r, i, fileStep); err != nil {
		return err
	}
	if v.Error = problem; i.State == importexport.Receiving {
		v.Lost = s.works.stopped(i, s.Now())
		v.Arriving = !v.Lost
		s.show(w, r, status, "importfile", view{Title: i.Name, Section: "Imports", Data: v})
		return nil
	}
	v.choices(i, read)
	if !v.Switch.Off {
		switch p, err := s.Importer.Preview(r.Context(), r.actor, i.ID, i.Choices); {
		case err == nil:
			v.look(&p)
		case desk.KindOf(err) == desk.Denied:
			return err
		case v.Error == "":
			v.Error = desk.MessageOf(err)
		}
	}
	s.show(w, r, status, "importfile", view{Title: i.Name, Section: "Imports", Data: v})
	return nil
}

// choices are the ways in which the file can be read otherwise.
func (v *importFileView) choices(i *importexport.Import, read importexport.ReadOptions) {
	v.Found = foundStats(&i.Found)
	pick := func(all []option, value string) []option { return chosen(append([]option{}, all...), value) }
	v.Formats = pick(fileFormats, read.Format)
	if f := i.Found.Format; f == importexport.FormatCSV || f == importexport.FormatVCard || read.Format == f {
		v.Encodings = pick(fileEncodings, read.Encoding)
	}
	if i.Found.Format == importexport.FormatCSV {
		v.Delimiters = pick(fileDelimiters, read.Delimiter)
	}
	if len(i.Found.Sheets) > 0 {
		all := []option{{Label: "The first with something in it"}}
		for _, sheet := range i.Found.Sheets {
			o := option{Value: sheet.Name, Label: sheet.Name}
			if sheet.Hidden {
				o.Label += " (hidden)"
			}
			all = append(all, o)
		}
		v.Sheets = chosen(all, read.Sheet)
	}
}

// look shows the first rows.
func (v *importFileView) look(p *importexport.Preview) {
	v.Found, v.Notes = foundStats(&p.Found), p.Notes
	n := min(len(p.Found.Header), shownColumns)
	for k, h := range p.Found.Header[:n] {
		v.Header = append(v.Header, columnName(h, k))
	}
	if more := len(p.Found.Header) - n; more > 0 {
		v.More = plural(more, "more column is", "more columns are") + " on the next page."
	}
	for _, rec := range p.Rows {
		row := fileRow{Line: number(rec.Line), Cells: make([]string, n)}
		for k := range row.Cells {
			if k < len(rec.Cells) {
				row.Cells[k] = clip(rec.Cells[k], 80)
			}
		}
		if rec.Err != nil {
			row.Problem = desk.MessageOf(rec.Err)
		}
		v.Rows = append(v.Rows, row)
	}
}

// foundStats say what kind of file it is.
func foundStats(f *importexport.Found) []linkView {
	all := []linkView{{Label: "Format", URL: labelOf(fileFormats, f.Format)}}
	if f.Encoding != "" {
		all = append(all, linkView{Label: "Encoding", URL: encodingName(f.Encoding)})
	}
	if f.Delimiter != "" {
		d := f.Delimiter
		if d == "\t" {
			d = "tab"
		}
		all = append(all, linkView{Label: "Delimiter", URL: labelOf(fileDelimiters, d)})
	}
	if f.Sheet != "" {
		all = append(all, linkView{Label: "Sheet", URL: f.Sheet})
	}
	return append(all, linkView{Label: "Columns", URL: number(len(f.Header))})
}

// encodingName is how an encoding is usually written: the part of its label in
// brackets.
func encodingName(name string) string {
	label := labelOf(fileEncodings, name)
	if _, in, ok := strings.Cut(strings.TrimSuffix(label, ")"), "("); ok {
		in, _, _ = strings.Cut(in, ",")
		return in
	}
	return label
}

// labelOf is what an option is called; a value that is none stays as it is.
func labelOf(all []option, value string) string {
	for _, o := range all {
		if o.Value == value {
			return o.Label
		}
	}
	return value
}

// saveImportFile reads the file in another way, and goes on.
func (s *server) saveImportFile(w http.ResponseWriter, r *request) error {
	i, err := s.importOf(r)
	if err != nil {
		return err
	}
	next := importURL(i.ID, matchingStep)
	if r.PostForm.Get("do") == "look" {
		next = importURL(i.ID, fileStep)
	}
	f := r.PostForm
	read := importexport.ReadOptions{Format: f.Get("format"), Encoding: f.Get("encoding"), Delimiter: f.Get("delimiter"), Sheet: f.Get("sheet")}
	if read == i.Choices.Read && openImport(&i) {
		return redirect(w, r, next)
	}
	// Another reading has other columns.
	o := i.Choices
	o.Read, o.Map = read, nil
	s.works.giveUp(r.Context(), i.ID)
	if _, err := s.Importer.Choose(r.Context(), r.actor, i.ID, o); err != nil {
		return s.refused(w, r, &i, err, func(problem string) error {
			return s.showImportFile(w, r, &i, http.StatusUnprocessableEntity, read, problem)
		})
	}
	return redirect(w, r, next)
}

// refused shows on the page of a step why its choices were not taken. What
// belongs to another page leads there.
func (s *server) refused(w http.ResponseWriter, r *request, i *importexport.Import, err error, show func(problem string) error) error {
	switch desk.KindOf(err) {
	case desk.Invalid, desk.Limited:
		return show(desk.MessageOf(err))
	case desk.Conflict, desk.Expired:
		s.leaveToast(w, toast{Text: desk.MessageOf(err)})
		return redirect(w, r, importURL(i.ID, ""))
	case desk.Denied: // the team switch is off; the page says so
		return redirect(w, r, importURL(i.ID, fileStep))
	}
	return err
}
