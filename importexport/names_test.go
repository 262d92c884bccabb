package importexport

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestSplitName(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name        string
		familyFirst bool
		want        personName
	}{
		{"", false, personName{}},
		{"  Ada   Lovelace ", false, personName{"Ada", "Lovelace", ""}},
		{"Cher", false, personName{"Cher", "", ""}},
		{"Ludwig van Beethoven", false, personName{"Ludwig", "van Beethoven", ""}},
		{"Vincent Van Gogh", false, personName{"Vincent", "Van Gogh", ""}},
		{"Van Morrison", false, personName{"Van", "Morrison", ""}},
		{"de la Cruz", false, personName{"", "de la Cruz", ""}},
		{"Jean-Luc de La Fontaine", false, personName{"Jean-Luc", "de La Fontaine", ""}},
		{"Mary Ann van Dyke", false, personName{"Mary Ann", "van Dyke", ""}},
		{"Osama bin Ahmed", false, personName{"Osama", "bin Ahmed", ""}},
		{"Siobhán O'Brien", false, personName{"Siobhán", "O'Brien", ""}},
		{"Ewan Mac Donald", false, personName{"Ewan", "Mac Donald", ""}},
		{"Grace Brewster Hopper", false, personName{"Grace Brewster", "Hopper", "Grace Brewster Hopper"}},
		{"Juan García López", false, personName{"Juan", "García López", "Juan García López"}},
		{"José Martín López", false, personName{"José Martín", "López", "José Martín López"}},
		{"María José Núñez de la Vega", false, personName{"María José", "Núñez de la Vega", "María José Núñez de la Vega"}},
		{"José Ortega y Gasset", false, personName{"José", "Ortega y Gasset", ""}},
		{"Lovelace, Ada", false, personName{"Ada", "Lovelace", ""}},
		{"van der Berg, Jan", false, personName{"Jan", "van der Berg", ""}},
		{"King, Martin Luther, Jr.", false, personName{"Martin Luther", "King", "King, Martin Luther, Jr."}},
		{"Jane Doe, PhD", false, personName{"Jane", "Doe", "Jane Doe, PhD"}},
		{"John Smith III", false, personName{"John", "Smith", "John Smith III"}},
		{"Jack Ma", false, personName{"Jack", "Ma", ""}},
		{"Dr. Anna Weber", false, personName{"Anna", "Weber", "Dr. Anna Weber"}},
		{"Weber, Dr. Anna", false, personName{"Anna", "Weber", "Weber, Dr. Anna"}},
		{"Herr Jörg Groß", false, personName{"Jörg", "Groß", ""}},
		{"Frau Prof. Dr. Eva Lang", false, personName{"Eva", "Lang", "Prof. Dr. Eva Lang"}},
		{"Mme Chloé Lévêque", false, personName{"Chloé", "Lévêque", ""}},
		{"Sig.ra Anna Rossi", false, personName{"Anna", "Rossi", ""}},
		{"DUPONT Marie", false, personName{"Marie", "DUPONT", ""}},
		{"Marie-Claire DUPONT DURAND", false, personName{"Marie-Claire", "DUPONT DURAND", ""}},
		{"JOHN SMITH", false, personName{"JOHN", "SMITH", ""}},
		{"J. R. Smith", false, personName{"J. R.", "Smith", "J. R. Smith"}},
		{"Nagy Éva", true, personName{"Éva", "Nagy", ""}},
		{"Kovács Anna Mária", true, personName{"Anna Mária", "Kovács", "Kovács Anna Mária"}},
		{"de la Cruz Juan", true, personName{"Juan", "de la Cruz", "de la Cruz Juan"}},
		{"Иванова Ольга Петровна", false, personName{"Ольга Петровна", "Иванова", "Иванова Ольга Петровна"}},
		{"Ольга Петровна Иванова", true, personName{"Ольга Петровна", "Иванова", "Ольга Петровна Иванова"}},
		{"Щербаков Дмитрий", false, personName{"Дмитрий", "Щербаков", ""}},
		{"Дмитрий Щербаков", true, personName{"Дмитрий", "Щербаков", ""}},
		{"Nguyễn Thị Minh Khai", false, personName{"Thị Minh Khai", "Nguyễn", "Nguyễn Thị Minh Khai"}},
		{"田中 さくら", false, personName{"さくら", "田中", ""}},
		{"田中\u3000さくら", false, personName{"さくら", "田中", ""}},
		{"田中さくら", false, personName{"さくら", "田中", ""}},
		{"田中太郎 様", false, personName{"太郎", "田中", ""}},
		{"長谷川健", false, personName{"健", "長谷川", ""}},
		{"王秀英", false, personName{"秀英", "王", ""}},
		{"陳 大文", true, personName{"大文", "陳", ""}},
		{"欧阳娜娜", false, personName{"娜娜", "欧阳", ""}},
		{"さくら", false, personName{"", "", "さくら"}},
		{"ジョン・スミス", false, personName{"ジョン", "スミス", ""}},
		{"김민준", false, personName{"민준", "김", ""}},
		{"남궁민수", false, personName{"민수", "남궁", ""}},
		{"فاطمة الزهراء", false, personName{"فاطمة", "الزهراء", ""}},
		{"محمد بن راشد", false, personName{"محمد", "بن راشد", ""}},
		{"Acme GmbH", false, personName{"", "", "Acme GmbH"}},
		{"花火株式会社", false, personName{"", "", "花火株式会社"}},
		{"Support Team", false, personName{"", "", "Support Team"}},
		{"Room 12", false, personName{"", "", "Room 12"}},
		{"ann@x.example", false, personName{"", "", "ann@x.example"}},
		{"Mr. Smith", false, personName{"", "Smith", ""}},
		{"Dr. Who", false, personName{"", "Who", "Dr. Who"}},
		{"M. Dupont", false, personName{"", "Dupont", ""}},
		{"高橋", false, personName{"", "高橋", "高橋"}},
		{"al-Rashid Omar", false, personName{"Omar", "al-Rashid", ""}},
		{"Kim Min-jun", false, personName{"Min-jun", "Kim", ""}},
		{"Beethoven, Ludwig van", false, personName{"Ludwig", "van Beethoven", ""}},
		{"Ann Smith (Accounting)", false, personName{"Ann", "Smith", "Ann Smith (Accounting)"}},
		{"Dr.", false, personName{"Dr.", "", ""}},
	} {
		if d := cmp.Diff(tt.want, splitName(tt.name, tt.familyFirst)); d != "" {
			t.Errorf("%q: %s", tt.name, d)
		}
	}
}

// Splitting loses no letter: what is not in first and last name is in the
// display name.
func FuzzSplitName(f *testing.F) {
	for _, s := range []string{"Ada Lovelace", "King, Martin Luther, Jr.", ", ,", "Dr. ,", "王 ", "・・", "de", "Jr.", "Sr. Sr.", "y e i", "a, b, c"} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, s string, familyFirst bool) {
		if !utf8.ValidString(s) {
			return
		}
		n := splitName(s, familyFirst)
		if isAddress(s) || strings.TrimSpace(s) == "" || n.Display != "" {
			return
		}
		sum := map[rune]int{}
		for _, r := range n.First + n.Last {
			sum[r]++
		}
		for _, r := range withoutSalutation(strings.Join(strings.Fields(s), " ")) {
			if sum[r]--; sum[r] < 0 && !strings.ContainsRune(" ,・·‧様さん殿先生女士小姐씨님\u3000", r) {
				t.Fatalf("%q lost %q: %+v", s, r, n)
			}
		}
	})
}
