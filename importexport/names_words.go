package importexport

import (
	"strings"

	"github.com/deskfolk/desk/contacts"
)

// words makes a set of a text's words.
func words(s string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(s) {
		m[w] = true
	}
	return m
}

// foldedWords is a set of words as they are folded for comparing.
func foldedWords(s string) map[string]bool { return words(contacts.Fold(s)) }

// particles belong to the family name that they stand before.
var particles = words(`van von vom zu zum zur der den de del della delle degli dello dell' di da dal dalla dos das do du des d' la le las los lo el al bin bint ibn ben
	ter ten te 't op aan in onder af av st. san santa saint sainte mac mc o' y e i und zu'm abu abd ul ud ad as ash bar bat nic ni ui ó
	أبو ابو أبي بن ابن بنت آل ال بو דה בן בר`)

// conjunctions stand between two family names.
var conjunctions = words(`y e i`)

// compounds begin a given name of two words.
var compounds = words(`عبد أبو ابو أم ام abdul abd abu umm`)

func isParticle(w string) bool {
	low := strings.ToLower(strings.ReplaceAll(w, "’", "'"))
	return particles[low] && !conjunctions[low]
}

// isConjunction takes small letters alone: a capital one is an initial.
func isConjunction(w string) bool { return conjunctions[w] }

func isCompound(w string) bool { return compounds[strings.ToLower(w)] }

// salutations say how a person is addressed. They are not kept.
var salutations = foldedWords(`mr mrs ms miss mister mx sir madam madame herr frau fraulein hr fr m mme mlle monsieur mademoiselle senor senora senorita sr sra srta don dona
	sig sig.ra sigra signor signora signore signorina sig.na dott.ssa.ra dhr mevr mevrouw meneer pan pani p господин госпожа г-н г-жа пан пані bay bayan السيد السيدة सर श्री श्रीमती kun khun คุณ นาย นาง นางสาว úr herra rouva`)

// titles are part of how a person wants to be called, and are kept in the
// display name.
var titles = foldedWords(`dr dra dott dottssa prof profa dipl-ing ing dipl dipling mag univ-prof med phil habil rer nat jur hc rev reverend fr pastor rabbi imam sheikh hon honorable captain capt col colonel
	lt sgt maj gen dame lord lady sen rep gov pres avv arch geom rag ir drs mr.dr lic arq mtro mgr inz mudr phdr judr rndr доктор профессор д-р الدكتور دكتور د أستاذ op doc docent`)

// isHonorific reports whether a word, or words such as "Prof. Dr.", stand
// before a name.
func isHonorific(s string) bool {
	found := false
	for w := range strings.FieldsSeq(s) {
		if !isSalutation(w) && !isTitle(w) {
			return false
		}
		found = true
	}
	return found
}

func isSalutation(w string) bool { return inWords(salutations, w) }

func isTitle(w string) bool { return inWords(titles, w) }

// inWords looks a word up without its points; words that are names too, such
// as a lone "M" or "Fr", need the point or small length of a title.
func inWords(set map[string]bool, w string) bool {
	folded := contacts.Fold(w)
	bare := strings.TrimSuffix(folded, ".")
	if !set[bare] && !set[strings.ReplaceAll(bare, ".", "")] {
		return false
	}
	switch bare {
	case "m", "p", "op", "in", "med", "nat", "gen", "sen", "rep", "lt", "arch", "ing", "don", "maj", "fr", "doc", "dame", "lord", "lady", "hon", "ir", "rag", "sig":
		return bare != folded
	}
	return true
}

var (
	sureSuffixes  = foldedWords(`jr jnr sr snr ii iii iv phd ph.d mba md m.d esq esquire cpa dds llm msc bsc ba ma bs fils pere ml st`)
	commaSuffixes = foldedWords(`jr jnr junior sr snr senior ii iii iv v phd ph.d ph.d. mba md m.d esq esquire cpa dds llm msc bsc ba ma mag dr rn pe pmp`)
)

// isSuffix reports whether a word stands behind a name: by itself (Jr., III,
// PhD), or behind a comma, where more words can.
func isSuffix(w string, comma bool) bool {
	bare := strings.TrimRight(contacts.Fold(strings.TrimSuffix(w, ",")), ".")
	if comma && commaSuffixes[bare] {
		return true
	}
	switch bare {
	case "ba", "ma", "md", "bs", "st", "ml", "fils", "pere", "mba", "cpa", "msc", "bsc", "llm", "dds":
		return bare == "mba" || bare == "md" && w == "MD"
	}
	return sureSuffixes[bare] && (bare != "sr" || strings.HasSuffix(w, "."))
}

// companyWords are words of companies' names, and of desks that are no person.
var companyWords = foldedWords(`gmbh ag kg ohg ug mbh e.v ev inc incorporated ltd limited llc llp plc corp corporation co company s.a sa s.l sl s.r.l srl s.p.a spa sarl sas bv nv b.v n.v oy ab a/s aps as
	sp z.o.o zoo sro s.r.o kft bt d.o.o pty pvt gbr oao ooo ооо оао зао ао ип пао support info helpdesk service services team office sales billing admin noreply no-reply bank group holding foundation university institute`)

// companyForms are such where words are not parted by spaces.
var companyForms = []string{"株式会社", "有限会社", "合同会社", "（株）", "(株)", "公司", "集团", "주식회사", "(주)", "شركة"}

// iberianFamily are frequent Spanish and Portuguese family names. A second
// one before the last word tells that the person has two.
var iberianFamily = foldedWords(`garcia rodriguez gonzalez fernandez lopez martinez sanchez perez gomez martin jimenez ruiz hernandez diaz moreno munoz alvarez romero alonso gutierrez navarro torres dominguez vazquez ramos gil ramirez serrano blanco molina morales
	suarez ortega delgado castro ortiz rubio marin sanz nunez iglesias medina garrido cortes castillo santos lozano guerrero cano prieto mendez cruz calvo gallego vidal leon marquez herrera pena flores cabrera campos vega fuentes carrasco diez caballero reyes nieto aguilar pascual santana
	vargas rojas silva soto contreras guzman mendoza rios espinoza salazar silva costa santos pereira ferreira oliveira rodrigues sousa souza fernandes goncalves gomes lopes marques alves almeida ribeiro pinto carvalho teixeira moreira correia mendes nunes soares vieira monteiro cardoso rocha`)

// secondGiven are frequent second given names, which look like the first of
// two family names otherwise.
var secondGiven = foldedWords(`martin santos cruz leon pascual`)

// koreanRoman are frequent Korean family names in Latin letters.
var koreanRoman = words(`kim lee park choi jung jeong kang cho yoon jang lim im han oh seo shin kwon hwang ahn song hong yoo jeon bae baek`)

const vietnameseLetters = "ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹũĩ"

var vietnameseFamily = words(`nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý đinh trương lâm mai tô đoàn trịnh cao lương đào thái tạ phùng vương châu hà quách tăng thạch`)
