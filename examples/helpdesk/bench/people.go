package bench

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
)

// person is one row of the generated file.
type person struct {
	first, last, email, phone, company, job, city, country, kind, status, active, notes string
}

// people makes persons as a directory has them: few names are had by many,
// most are rare (Zipf's law), a third is not in Latin letters, some lack
// things. The same come out for the same seed.
type people struct {
	r                    *rand.Rand
	first, last, company *rand.Zipf
	n                    int
}

func newPeople(seed uint64, n int) *people {
	r := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // the same each time
	return &people{
		r:       r,
		first:   rand.NewZipf(r, 1.1, 4, uint64(len(firstNames)*12-1)),
		last:    rand.NewZipf(r, 1.07, 8, 60_000),
		company: rand.NewZipf(r, 1.05, 20, uint64(max(n/25, 40))),
	}
}

var firstNames = []string{
	"Anna", "Michael", "Maria", "Thomas", "Julia", "Daniel", "Laura", "David", "Sarah", "Peter", "Sofia", "Jan", "Elena", "Paul", "Emma",
	"Jürgen", "Käthe", "Zoé", "François", "José", "Łukasz", "Agnieszka", "Björn", "Åsa", "Jiří", "Siobhán", "Ayşe", "Özgür", "Íñigo", "Nguyễn",
	"Ольга", "Дмитрий", "Наталья", "Сергей", "Елена", "Иван", "Γιώργος", "Ελένη", "محمد", "فاطمة", "יוסף", "רות", "दीपिका", "सुनील",
	"王", "李", "張", "陈", "秀英", "伟", "さくら", "田中", "健太", "민수", "지훈", "สมชาย", "ნინო", "Արամ",
}

var syllables = strings.Fields("ber ka lo mi no ra sen ti von wal zim dor fel gru hau jon kro lam mar nel ost pet qui ros ste tur ulf vik wei xan yor zet bran cole dun eck fin gar hol ing")

var scripts = [][]string{
	strings.Fields("ива нов пет ров сид ор куз нец смир мих ал ёв ко вал енк чук"),
	strings.Fields("παπ αδ οπ ουλ δημ ητρ αγγ ελ ιδ"),
	strings.Fields("王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 郭 何 林 高 罗 郑 梁 谢 宋 唐"),
	strings.Fields("田 中 佐 藤 鈴 木 高 橋 渡 辺 伊 山 本 村 小 林 加 吉"),
	strings.Fields("김 이 박 최 정 강 조 윤 장 임 한 오 서 신 권 황"),
	strings.Fields("ال حسن علي خالد منصور نور دين سعيد"),
}

// lastName spells a number as a surname; small numbers are the common ones.
func lastName(k int) string {
	parts, long := syllables, 3
	if k%3 == 2 {
		parts = scripts[k/3%len(scripts)]
		if k/3%len(scripts) == 2 || k/3%len(scripts) == 4 {
			long = 2
		}
	}
	var b strings.Builder
	for i := range long {
		b.WriteString(parts[k%len(parts)])
		if k /= len(parts); k == 0 && i > 0 {
			break
		}
	}
	runes := []rune(b.String())
	return strings.ToUpper(string(runes[:1])) + string(runes[1:])
}

func companyName(k int) string {
	return lastName(k*7+1) + " " + [...]string{"GmbH", "Ltd", "S.A.", "Inc", "& Sons", "Logistics", "Software", "株式会社", "Group"}[k%9]
}

func (p *people) next() person {
	f, l, c := int(p.first.Uint64()), int(p.last.Uint64()), int(p.company.Uint64())
	p.n++
	first := firstNames[f%len(firstNames)]
	if f >= len(firstNames) {
		first += []string{"", "e", "o", "ina", "ek", "-Marie", "is", "an", "us", "el", "ia", "on"}[f/len(firstNames)%12]
	}
	out := person{
		first: first, last: lastName(l), company: companyName(c),
		email: fmt.Sprintf("p%d.%s@c%d.example", p.n, latinOf(l), c),
		phone: fmt.Sprintf("+49 30 %08d", 10_000_000+p.r.IntN(89_999_999)),
		city:  [...]string{"Berlin", "London", "東京", "Paris", "Москва", "Kraków", "São Paulo", "Lagos", "北京", "Wien"}[p.r.IntN(10)],
		kind:  [...]string{"customer", "customer", "customer", "customer", "vendor", "partner", "other"}[p.r.IntN(7)], country: "DE",
		status: [...]string{"Active", "Active", "Active", "Prospect", "VIP", "Trial", ""}[p.r.IntN(7)], active: "yes",
	}
	p.thin(&out)
	return out
}

// thin takes away what some rows do not have, and adds what few have.
func (p *people) thin(out *person) {
	switch p.n % 20 {
	case 3:
		out.phone = ""
	case 7:
		out.email = ""
	case 11:
		out.company = ""
	case 13:
		out.active = "no"
	case 17:
		out.notes = "Called in spring, \"asked for an offer\".\nSend it to " + out.last + "."
	case 19:
		out.job = "Head of Operations"
	}
}

func latinOf(k int) string {
	return syllables[k%len(syllables)] + syllables[k/len(syllables)%len(syllables)]
}

// file is a CSV file of n people that is made while it is read.
type file struct {
	p    *people
	left int
	buf  bytes.Buffer
}

func newFile(seed uint64, n int) *file {
	f := &file{p: newPeople(seed, n), left: n}
	f.buf.WriteString("first_name,last_name,email,phone,company,job_title,city,country,kind,status,active,notes\n")
	return f
}

func (f *file) Read(b []byte) (int, error) {
	for f.left > 0 && f.buf.Len() < len(b) {
		f.left--
		p := f.p.next()
		for i, cell := range []string{p.first, p.last, p.email, p.phone, p.company, p.job, p.city, p.country, p.kind, p.status, p.active, p.notes} {
			if i > 0 {
				f.buf.WriteByte(',')
			}
			if strings.ContainsAny(cell, "\",\n") {
				cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
			}
			f.buf.WriteString(cell)
		}
		f.buf.WriteByte('\n')
	}
	if f.buf.Len() == 0 {
		return 0, io.EOF
	}
	return f.buf.Read(b)
}

// field reads a number behind a name in a status file.
func field(text, name string) int64 {
	_, rest, ok := strings.Cut(text, name)
	if words := strings.Fields(rest); ok && len(words) > 0 {
		n, _ := strconv.ParseInt(words[0], 10, 64)
		return n
	}
	return 0
}
