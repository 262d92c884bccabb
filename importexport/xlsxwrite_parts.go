package importexport

import (
	"fmt"
	"strings"
)

const xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

const (
	mainNS  = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	relType = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	// contentType is the beginning of the types of all parts.
	contentType = "application/vnd.openxmlformats-officedocument.spreadsheetml."
)

// contentTypesXML says that every part is a sheet unless it says otherwise,
// since it is written before the number of sheets is known.
const contentTypesXML = xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
	`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
	`<Default Extension="xml" ContentType="` + contentType + `worksheet+xml"/>` +
	`<Override PartName="/xl/workbook.xml" ContentType="` + contentType + `sheet.main+xml"/>` +
	`<Override PartName="/xl/styles.xml" ContentType="` + contentType + `styles+xml"/></Types>`

const relsNS = "http://schemas.openxmlformats.org/package/2006/relationships"

const relsXML = xmlHead + `<Relationships xmlns="` + relsNS + `"><Relationship Id="rId1" Type="` + relType + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`

// The styles of cells: their places in stylesXML's cellXfs.
const (
	styleText   = `" s="1"`
	styleHeader = `" s="2"`
)

// stylesXML has three styles: the default, text, and text in bold. 49 is "@",
// text as it stands.
const stylesXML = xmlHead + `<styleSheet xmlns="` + mainNS + `">` +
	`<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font><font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>` +
	`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
	`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
	`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
	`<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
	`<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs>` +
	`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`

// sheetHeadXML begins a sheet: the header stays in sight, and the columns are
// as wide as what usually stands in them.
func sheetHeadXML(header []string, first bool) string {
	var b strings.Builder
	b.WriteString(xmlHead + `<worksheet xmlns="` + mainNS + `"><sheetViews><sheetView`)
	if first {
		b.WriteString(` tabSelected="1"`)
	}
	b.WriteString(` workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>`)
	if len(header) > 0 {
		b.WriteString(`<cols>`)
		for i, name := range header {
			fmt.Fprintf(&b, `<col min="%d" max="%d" width="%d" style="1" customWidth="1"/>`, i+1, i+1, columnWidth(name))
		}
		b.WriteString(`</cols>`)
	}
	b.WriteString(`<sheetData>`)
	return b.String()
}

// sheetTailXML ends a sheet. Numbers as text are meant as such: no green corners.
const sheetTailXML = `</sheetData><ignoredErrors><ignoredError sqref="A1:XFD1048576" numberStoredAsText="1"/></ignoredErrors></worksheet>`

// widths are the columns' widths, in characters, where defaultWidth is not it.
var widths = map[string]int{
	"id": 36, "email": 30, "emails": 40, "phone": 20, "phones": 40, "company": 26, "job_title": 24, "street": 28,
	"postal_code": 12, "country": 9, "kind": 12, "active": 8, "region": 14, "notes": 50, "display_name": 24, "owner": 22,
	"language": 10, "created_at": 26, "updated_at": 26, LineColumn: 8, ReasonColumn: 60,
}

const defaultWidth = 18

func columnWidth(name string) int {
	if w, ok := widths[name]; ok {
		return w
	}
	return min(max(defaultWidth, len(name)+2), 60)
}

// sheetName names the sheets: Contacts, Contacts 2, …
func sheetName(n int) string {
	if n == 1 {
		return "Contacts"
	}
	return fmt.Sprintf("Contacts %d", n)
}

func workbookXML(sheets int) string {
	var b strings.Builder
	b.WriteString(xmlHead + `<workbook xmlns="` + mainNS + `" xmlns:r="` + relType + `"><bookViews><workbookView/></bookViews><sheets>`)
	for i := range sheets {
		fmt.Fprintf(&b, `<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, sheetName(i+1), i+1, i+1)
	}
	b.WriteString(`</sheets></workbook>`)
	return b.String()
}

func workbookRelsXML(sheets int) string {
	var b strings.Builder
	b.WriteString(xmlHead + `<Relationships xmlns="` + relsNS + `">`)
	for i := range sheets {
		fmt.Fprintf(&b, `<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, i+1, relType, i+1)
	}
	fmt.Fprintf(&b, `<Relationship Id="rId%d" Type="%s/styles" Target="styles.xml"/></Relationships>`, sheets+1, relType)
	return b.String()
}
