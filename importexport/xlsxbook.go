package importexport

import (
	"encoding/xml"
	"fmt"
	"path"
	"strings"

	"github.com/deskfolk/desk"
)

// maxSheets is how many sheets a workbook may have.
const maxSheets = 1000

// workbook is what is known of a workbook before a sheet is read.
type workbook struct {
	*container
	main    string // the workbook's part
	sheets  []bookSheet
	strings string // the part with the shared strings, "" if there is none
	styles  string
	// from1904 says that days are counted from 1904 and not from 1900.
	from1904 bool
}

type bookSheet struct {
	Sheet
	rel, part string
}

// openWorkbook reads the parts that say where the others are. Relationships to
// what is outside of the file are passed over (R96).
func openWorkbook(c *container) (*workbook, error) {
	w := &workbook{container: c}
	if err := w.findMain(); err != nil {
		return nil, err
	}
	if err := w.readMain(); err != nil {
		return nil, err
	}
	rels, err := w.relationships(w.main)
	if err != nil {
		return nil, err
	}
	kept := w.sheets[:0]
	for _, s := range w.sheets {
		r, ok := rels[s.rel]
		if !ok {
			return nil, errDamaged("the sheet " + quote(s.Name) + " is missing")
		}
		if r.kind == "worksheet" { // else a chart or a dialog
			s.part = r.target
			kept = append(kept, s)
		}
	}
	w.sheets = kept
	for _, r := range rels {
		switch r.kind {
		case "sharedStrings":
			w.strings = r.target
		case "styles":
			w.styles = r.target
		}
	}
	return w, nil
}

// relationship is a link from one part to another (ECMA-376 part 2, 6.5).
type relationship struct{ kind, target string }

// relationships returns those of a part ("" is the file as a whole) by id.
func (w *workbook) relationships(of string) (map[string]relationship, error) {
	dir, base := path.Split(of)
	name := dir + "_rels/" + base + ".rels"
	all := map[string]relationship{}
	if w.parts[partName(name)] == nil {
		return all, nil
	}
	x, err := w.xml(name, maxPartBytes)
	if err != nil {
		return nil, err
	}
	defer func() { _ = x.close() }()
	return all, x.each(func(start xml.StartElement) error {
		if start.Name.Local != "Relationship" || strings.EqualFold(attr(start, "TargetMode"), "External") {
			return nil
		}
		if len(all) > maxEntries {
			return errBomb
		}
		target := strings.ReplaceAll(attr(start, "Target"), `\`, "/")
		if !strings.HasPrefix(target, "/") {
			target = path.Join("/", dir, target)
		}
		all[attr(start, "Id")] = relationship{path.Base(attr(start, "Type")), strings.TrimPrefix(path.Clean(target), "/")}
		return nil
	})
}

// findMain finds the workbook's part, and refuses the archives that are
// something else.
func (w *workbook) findMain() error {
	if what := w.otherFile(); what != "" {
		return desk.Errorf(desk.Invalid, "", "This is %s, not an Excel workbook (.xlsx). Nothing was imported.", what)
	}
	if w.parts["xl/vbaproject.bin"] != nil {
		return desk.Errorf(desk.Invalid, "", "This workbook holds macros. Save it as .xlsx, which has none, and choose that file.")
	}
	rels, err := w.relationships("")
	if err != nil {
		return err
	}
	for _, r := range rels {
		if r.kind == "officeDocument" {
			w.main = r.target
		}
	}
	if w.main == "" {
		w.main = "xl/workbook.xml"
	}
	switch {
	case w.parts[partName(w.main)] == nil && w.parts["[content_types].xml"] == nil:
		return desk.Errorf(desk.Invalid, "", "This is a zip archive, not an Excel workbook (.xlsx). Unpack it, and choose the file in it. Nothing was imported.")
	case strings.HasSuffix(w.main, ".bin"):
		return desk.Errorf(desk.Invalid, "", "This is a binary Excel workbook (.xlsb). Save it as .xlsx, and choose that file. Nothing was imported.")
	}
	return w.checkType()
}

// otherFile names the kind of archive that is known not to be a workbook.
func (w *workbook) otherFile() string {
	for _, o := range []struct{ part, what string }{
		{"mimetype", "an OpenDocument file (.ods)"}, {"word/document.xml", "a Word document"}, {"ppt/presentation.xml", "a PowerPoint presentation"},
		{"index/document.iwa", "a Numbers file"}, {"androidmanifest.xml", "a program"}, {"meta-inf/manifest.mf", "a program"},
	} {
		if w.parts[o.part] != nil {
			return o.what
		}
	}
	return ""
}

// checkType reads what the file says its main part is.
func (w *workbook) checkType() error {
	const name = "[Content_Types].xml"
	if w.parts[partName(name)] == nil {
		return nil
	}
	x, err := w.xml(name, maxPartBytes)
	if err != nil {
		return err
	}
	defer func() { _ = x.close() }()
	return x.each(func(start xml.StartElement) error {
		if start.Name.Local != "Override" || partName(attr(start, "PartName")) != partName(w.main) {
			return nil
		}
		kind := attr(start, "ContentType")
		switch {
		case strings.Contains(kind, "macroEnabled"):
			return desk.Errorf(desk.Invalid, "", "This workbook may hold macros (.xlsm). Save it as .xlsx, which has none, and choose that file.")
		case !strings.Contains(kind, "spreadsheetml"):
			return desk.Errorf(desk.Invalid, "", "This is not an Excel workbook (.xlsx). Nothing was imported.")
		}
		return nil
	})
}

// readMain reads the list of sheets.
func (w *workbook) readMain() error {
	x, err := w.xml(w.main, maxPartBytes)
	if err != nil {
		return err
	}
	defer func() { _ = x.close() }()
	err = x.each(func(start xml.StartElement) error {
		switch start.Name.Local {
		case "workbookPr":
			w.from1904 = isSet(attr(start, "date1904"))
		case "sheet":
			if len(w.sheets) == maxSheets {
				return desk.Errorf(desk.Limited, "", "The workbook has more than %d sheets.", maxSheets)
			}
			state := attr(start, "state")
			s := bookSheet{Sheet: Sheet{Name: attr(start, "name"), Hidden: state == "hidden" || state == "veryHidden"}}
			for _, a := range start.Attr {
				if a.Name.Local == "id" && a.Name.Space != "" {
					s.rel = a.Value
				}
			}
			w.sheets = append(w.sheets, s)
		}
		return nil
	})
	if err == nil && len(w.sheets) == 0 {
		err = errDamaged("it has no sheets")
	}
	return err
}

// candidates are the sheets that may be read: the one that was named, or
// those that are not hidden.
func (w *workbook) candidates(name string) ([]bookSheet, error) {
	var list []bookSheet
	var names []string
	for _, s := range w.sheets {
		if name != "" && foldHeader(s.Name) == foldHeader(name) {
			return []bookSheet{s}, nil
		}
		names = append(names, quote(s.Name))
		if !s.Hidden {
			list = append(list, s)
		}
	}
	if name != "" {
		return nil, desk.Errorf(desk.Invalid, "sheet", "The workbook has no sheet %s. It has %s.", quote(name), strings.Join(names[:min(len(names), 20)], ", "))
	}
	return list, nil
}

// sheetNote says which sheet was chosen and which were not read.
func (w *workbook) sheetNote(chosen string) string {
	var others []string
	for _, s := range w.sheets {
		switch {
		case s.Name == chosen:
		case s.Hidden:
			others = append(others, quote(s.Name)+" (hidden)")
		default:
			others = append(others, quote(s.Name))
		}
	}
	if len(others) == 0 {
		return ""
	}
	more := ""
	if n := len(others) - 10; n > 0 {
		others, more = others[:10], fmt.Sprintf(" and %d more", n)
	}
	return fmt.Sprintf("The sheet %s was read; not read: %s%s.", quote(chosen), strings.Join(others, ", "), more)
}
