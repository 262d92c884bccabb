package importexport

import (
	"encoding/xml"
	"strconv"

	"github.com/deskfolk/desk"
)

// maxStyles is how many cell formats a workbook may have; Excel's limit is 65,490.
const maxStyles = 1 << 16

// builtin are the codes of the number formats that files name by number alone
// (ECMA-376 part 1, 18.8.30). Those of dates in East Asia have several codes,
// of which it only matters here that they are dates or times.
var builtin = map[int]string{
	1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
	14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "m/d/yy h:mm",
	27: "yyyy-mm-dd", 28: "yyyy-mm-dd", 29: "yyyy-mm-dd", 30: "yyyy-mm-dd", 31: "yyyy-mm-dd", 32: "h:mm", 33: "h:mm:ss", 34: "h:mm", 35: "h:mm:ss", 36: "yyyy-mm-dd",
	37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss", 48: "##0.0E+0", 49: "@",
	50: "yyyy-mm-dd", 51: "yyyy-mm-dd", 52: "yyyy-mm-dd", 53: "yyyy-mm-dd", 54: "yyyy-mm-dd", 55: "yyyy-mm-dd", 56: "yyyy-mm-dd", 57: "yyyy-mm-dd", 58: "yyyy-mm-dd",
}

// readStyles returns the number format of each cell format. A format that is
// not there is nil, which is General.
func readStyles(w *workbook) ([]*numFormat, error) {
	if w.styles == "" || w.parts[partName(w.styles)] == nil {
		return nil, nil
	}
	x, err := w.xml(w.styles, maxPartBytes)
	if err != nil {
		return nil, err
	}
	defer func() { _ = x.close() }()
	codes, known := map[int]string{}, map[int]*numFormat{}
	var formats []*numFormat
	inside := false
	err = x.each(func(start xml.StartElement) error {
		switch name := start.Name.Local; {
		case name == "numFmt" && len(codes) < maxStyles:
			if id, err := strconv.Atoi(attr(start, "numFmtId")); err == nil {
				codes[id] = attr(start, "formatCode")
			}
		case name == "cellXfs", name == "cellStyleXfs", name == "dxfs", name == "cellStyles":
			inside = name == "cellXfs"
		case name == "xf" && inside:
			if len(formats) == maxStyles {
				return desk.Errorf(desk.Limited, "", "The workbook has more than %d cell formats.", maxStyles)
			}
			id, _ := strconv.Atoi(attr(start, "numFmtId")) // none is 0, General
			if _, ok := known[id]; !ok {
				code, ok := codes[id]
				if !ok {
					code = builtin[id]
				}
				known[id] = parseFormat(code)
			}
			formats = append(formats, known[id])
		}
		return nil
	})
	return formats, err
}
