package importexport

import (
	"strings"

	"github.com/deskfolk/desk/contacts"
)

// cellSeparator parts several values in a cell of Google's.
const cellSeparator = ":::"

// primaryMark stands before the label of Google's primary address or number.
const primaryMark = "*"

// entry is one value of a list before it is sorted into a row.
type entry struct {
	label, value string
	primary      bool
}

// appendEntries cuts a cell of another program into its values: at ":::" and
// at line ends; addresses at semicolons and commas too.
func appendEntries(to []entry, cell, label string, addresses bool) []entry {
	primary := false
	if rest, ok := strings.CutPrefix(strings.TrimSpace(label), primaryMark); ok {
		label, primary = rest, true
	}
	label = plainLabel(label)
	if !strings.Contains(cell, cellSeparator) && !strings.ContainsAny(cell, ";,\r\n") {
		return append(to, entry{label, strings.TrimSpace(cell), primary})
	}
	cut := func(r rune) bool { return r == '\n' || r == '\r' || addresses && (r == ';' || r == ',') }
	for part := range strings.SplitSeq(cell, cellSeparator) {
		for _, v := range strings.FieldsFunc(part, cut) {
			if v = strings.TrimSpace(v); v != "" {
				to = append(to, entry{label, v, primary})
				primary = false
			}
		}
	}
	return to
}

// labelWords are what programs call the usual kinds of addresses and phones,
// in the languages that they speak. Other labels are kept as they are.
var labelWords = wordTable(map[string]string{
	"work":     `work|business|office|arbeit|geschäftlich|beruflich|büro|dienstlich|bureau|travail|professionnel|trabajo|oficina|laboral|lavoro|ufficio|trabalho|comercial|werk|zakelijk|praca|służbowy|рабочий|работа|勤務先|会社|仕事|工作|单位|직장|العمل|arbete|arbeid|työ|iş|práce|munkahely`,
	"home":     `home|private|personal|privat|zuhause|domicile|personnel|maison|casa|particular|domicilio|abitazione|personale|residencial|pessoal|thuis|privé|dom|domowy|prywatny|домашний|личный|дом|自宅|个人|家庭|住宅|집|المنزل|hem|hjem|koti|ev|domů|otthon`,
	"mobile":   `mobile|cell|cellular|cell phone|mobile phone|mobil|handy|mobiltelefon|portable|móvil|celular|cellulare|telemóvel|mobiel|komórka|komórkowy|мобильный|сотовый|携帯|携帯電話|手机|移动|휴대전화|휴대폰|الجوال|المحمول|iphone|smartphone`,
	"main":     `main|primary|haupt|hauptnummer|principal|principale|hoofd|główny|основной|代表|主要|기본`,
	"fax":      `fax|facsimile|télécopie|faks|факс|ファックス|传真|팩스|فاكس|otherfax|other fax`,
	"work fax": `work fax|workfax|business fax|fax geschäftlich|fax (work)|fax bureau|fax trabajo|fax lavoro|zakelijke fax|faks służbowy`,
	"home fax": `home fax|homefax|fax privat|fax (home)|fax domicile|fax casa|fax abitazione|faks domowy`,
	"pager":    `pager|beeper|пейджер`,
	"other":    `other|sonstige|andere|weitere|autre|otro|otros|altro|outro|overig|inny|другой|その他|其他|기타|آخر`,
})

// plainLabel is the usual word for a label, or the label itself. "other" says
// nothing, and is none.
func plainLabel(label string) string {
	label = strings.TrimSpace(label)
	if label == "" {
		return ""
	}
	if known, ok := labelWords[contacts.Fold(label)]; ok {
		if known == otherAddress {
			return ""
		}
		return known
	}
	return label
}

// canTalk reports whether a phone with the label is one to call first.
func canTalk(label string) bool {
	switch label {
	case "fax", "work fax", "home fax", "pager", "assistant", "isdn", "tty", "car":
		return false
	}
	return true
}
