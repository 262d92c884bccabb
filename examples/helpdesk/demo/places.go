package demo

import (
	"fmt"
	"strings"
)

// place is where people come from: how they are called, live and telephone.
type place struct {
	country, zone, language   string
	cities, first, last, jobs []string
	// first and last in Latin letters for addresses, where they are not.
	firstLatin, lastLatin []string
	// number is the pattern of telephone numbers, with two digits left open.
	number string
}

func (p place) phone(n int) string { return fmt.Sprintf(p.number, n) }

func (p place) latinFirst(i int) string { return latin(p.first, p.firstLatin, i) }

func (p place) latinLast(i int) string { return latin(p.last, p.lastLatin, i) }

// plainLetters replaces what addresses are rarely written with.
var plainLetters = strings.NewReplacer(
	"ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "é", "e", "è", "e", "ê", "e", "ë", "e", "á", "a", "à", "a", "â", "a", "ã", "a", "å", "a",
	"í", "i", "î", "i", "ï", "i", "ó", "o", "ô", "o", "õ", "o", "ú", "u", "û", "u", "ñ", "n", "ç", "c", "ø", "o", "æ", "ae",
	"ł", "l", "ś", "s", "ż", "z", "ź", "z", "ą", "a", "ę", "e", "ć", "c", "ń", "n", "ı", "i", "ş", "s", "ğ", "g",
	"ồ", "o", "ễ", "e", "ạ", "a", "ị", "i", "đ", "d", "ầ", "a", "ù", "u", " ", "", "'", "", ".", "", "-", "", "č", "c", "ř", "r", "š", "s", "ž", "z", "ý", "y", "ě", "e")

func latin(names, latin []string, i int) string {
	if latin != nil {
		return latin[i]
	}
	return plainLetters.Replace(strings.ToLower(names[i]))
}

var officeJobs = []string{"Operations Manager", "IT Lead", "Accountant", "Support Engineer", "Buyer", "Office Manager", "Product Owner", "Head of Logistics"}

var places = map[string]place{
	"gb": {country: "GB", zone: "Europe/London", language: "en-GB", number: "+44 20 7946 09%02d",
		cities: []string{"London", "Bristol", "Leeds", "Glasgow"}, jobs: officeJobs,
		first: []string{"Melissa", "Oliver", "Amara", "Gareth", "Priya", "Callum", "Isla", "Tobias"},
		last:  []string{"Okafor", "Hughes", "Whitfield", "O'Connor", "Shah", "Macleod", "Penrose", "Adeyemi"}},
	"us": {country: "US", zone: "America/New_York", language: "en-US", number: "+1 415 555 01%02d",
		cities: []string{"Portland", "Austin", "Minneapolis", "New York"}, jobs: officeJobs,
		first: []string{"Dakota", "Marcus", "Elena", "Wesley", "Naomi", "Travis", "Imani", "Skyler"},
		last:  []string{"Reyes", "Lindqvist", "Washington", "Castellano", "Nakamura", "Brooks", "Vandermeer", "Whitehorse"}},
	"de": {country: "DE", zone: "Europe/Berlin", language: "de-DE", number: "+49 30 23125 0%02d",
		cities: []string{"Berlin", "Köln", "München", "Leipzig"},
		jobs:   []string{"Einkauf", "Leitung IT", "Buchhaltung", "Geschäftsführung", "Lagerleitung"},
		first:  []string{"Jürgen", "Käthe", "Sören", "Annelie", "Björn", "Friederike", "Emre", "Lieselotte"},
		last:   []string{"Weiß", "Müller", "Großmann", "Schäfer", "Yıldız", "Köhler", "Süß", "Brandt"}},
	"fr": {country: "FR", zone: "Europe/Paris", language: "fr-FR", number: "+33 1 99 00 12 %02d",
		cities: []string{"Paris", "Lyon", "Orléans", "Genêts"}, jobs: []string{"Directrice financière", "Responsable achats", "Ingénieur", "Assistante"},
		first: []string{"Françoise", "Jean-Luc", "Zoé", "Maël", "Hélène", "Amadou", "Inès"},
		last:  []string{"Lefèvre", "de La Fontaine", "Noël", "Beauchêne", "Diallo", "Garçon"}},
	"es": {country: "ES", zone: "Europe/Madrid", language: "es-ES", number: "+34 912 345 0%02d",
		cities: []string{"Madrid", "Sevilla", "A Coruña"}, jobs: []string{"Compras", "Gerente", "Atención al cliente"},
		first: []string{"María José", "Íñigo", "Begoña", "Raúl", "Nuria"},
		last:  []string{"Núñez de la Vega", "Ibáñez", "Peñalver", "Castaño", "Ochoa"}},
	"mx": {country: "MX", zone: "America/Mexico_City", language: "es-MX", number: "+52 55 5555 01%02d",
		cities: []string{"Ciudad de México", "Mérida"}, jobs: []string{"Ventas", "Dirección"},
		first: []string{"Xóchitl", "Julián", "Lupe"}, last: []string{"Hernández", "Güemes", "Zamora"},
		firstLatin: []string{"xochitl", "julian", "lupe"}},
	"pl": {country: "PL", zone: "Europe/Warsaw", language: "pl-PL", number: "+48 22 123 45 %02d",
		cities: []string{"Łódź", "Kraków", "Gdańsk"}, jobs: []string{"Kierownik działu", "Księgowa", "Specjalista IT"},
		first: []string{"Łukasz", "Agnieszka", "Świętosława", "Józef", "Małgorzata"}, last: []string{"Żółć", "Wiśniewska", "Dąbrowski", "Śliwa", "Pięta"},
		lastLatin: []string{"zolc", "wisniewska", "dabrowski", "sliwa", "pieta"}, firstLatin: []string{"lukasz", "agnieszka", "swietoslawa", "jozef", "malgorzata"}},
	"cz": {country: "CZ", zone: "Europe/Prague", language: "cs-CZ", number: "+420 234 567 8%02d",
		cities: []string{"Praha", "Plzeň"}, jobs: []string{"Nákup", "Vedoucí IT"},
		first: []string{"Jiří", "Žaneta", "Tomáš"}, last: []string{"Dvořák", "Čížek", "Kovářová"}},
	"se": {country: "SE", zone: "Europe/Stockholm", language: "sv-SE", number: "+46 8 465 004 %02d",
		cities: []string{"Malmö", "Göteborg"}, jobs: []string{"Inköp", "Support"},
		first: []string{"Åsa", "Björn", "Zoë"}, last: []string{"Ångström", "Öberg", "Lindqvist"},
		firstLatin: []string{"asa", "bjorn", "zoe"}, lastLatin: []string{"angstrom", "oberg", "lindqvist"}},
	"tr": {country: "TR", zone: "Europe/Istanbul", language: "tr-TR", number: "+90 212 555 01 %02d",
		cities: []string{"İstanbul", "İzmir"}, jobs: []string{"Satın alma", "Muhasebe"},
		first: []string{"İpek", "Çağlar", "Ayşe"}, last: []string{"Yıldız", "Güneş", "Öztürk"},
		firstLatin: []string{"ipek", "caglar", "ayse"}, lastLatin: []string{"yildiz", "gunes", "ozturk"}},
	"ru": {country: "KZ", zone: "Asia/Almaty", language: "ru-KZ", number: "+7 727 250 01 %02d",
		cities: []string{"Алматы", "Астана"}, jobs: []string{"Бухгалтер", "Инженер", "Директор"},
		first: []string{"Ольга", "Дмитрий", "Алия", "Семён"}, last: []string{"Иванова", "Щербаков", "Нурланова", "Королёв"},
		firstLatin: []string{"olga", "dmitri", "aliya", "semyon"}, lastLatin: []string{"ivanova", "shcherbakov", "nurlanova", "korolyov"}},
	"gr": {country: "GR", zone: "Europe/Athens", language: "el-GR", number: "+30 21 0123 45%02d",
		cities: []string{"Αθήνα", "Θεσσαλονίκη"}, jobs: []string{"Λογιστήριο", "Πωλήσεις"},
		first: []string{"Γιώργος", "Ελένη", "Οδυσσέας"}, last: []string{"Παπαδόπουλος", "Δημητρίου", "Αγγελίδης"},
		firstLatin: []string{"giorgos", "eleni", "odysseas"}, lastLatin: []string{"papadopoulos", "dimitriou", "angelidis"}},
	"ae": {country: "AE", zone: "Asia/Dubai", language: "ar-AE", number: "+971 4 331 00%02d",
		cities: []string{"دبي", "أبوظبي"}, jobs: []string{"مدير المشتريات", "محاسبة", "مهندس"},
		first: []string{"فاطمة", "يوسف", "ليلى", "خالد"}, last: []string{"الزهراء", "المنصوري", "حداد", "النعيمي"},
		firstLatin: []string{"fatima", "youssef", "layla", "khalid"}, lastLatin: []string{"alzahra", "almansoori", "haddad", "alnuaimi"}},
	"il": {country: "IL", zone: "Asia/Jerusalem", language: "he-IL", number: "+972 3 555 01%02d",
		cities: []string{"תל אביב", "חיפה"}, jobs: []string{"רכש", "מנהלת מוצר"},
		first: []string{"נועה", "דוד", "רות"}, last: []string{"כהן", "לוי", "ברק"},
		firstLatin: []string{"noa", "david", "ruth"}, lastLatin: []string{"cohen", "levi", "barak"}},
	"in": {country: "IN", zone: "Asia/Kolkata", language: "hi-IN", number: "+91 22 5550 01%02d",
		cities: []string{"मुंबई", "दिल्ली"}, jobs: []string{"Operations Manager", "लेखाकार"},
		first: []string{"आरव", "दीपिका", "संजय"}, last: []string{"शर्मा", "वर्मा", "पाटिल"},
		firstLatin: []string{"aarav", "deepika", "sanjay"}, lastLatin: []string{"sharma", "verma", "patil"}},
	"cn": {country: "CN", zone: "Asia/Shanghai", language: "zh-CN", number: "+86 10 6552 99%02d",
		cities: []string{"北京", "杭州", "上海"}, jobs: []string{"采购经理", "工程师", "财务"},
		first: []string{"秀英", "伟", "敏", "建国", "丽娜"}, last: []string{"王", "李", "欧阳", "陈", "赵"},
		firstLatin: []string{"xiuying", "wei", "min", "jianguo", "lina"}, lastLatin: []string{"wang", "li", "ouyang", "chen", "zhao"}},
	"jp": {country: "JP", zone: "Asia/Tokyo", language: "ja-JP", number: "+81 3 3224 99%02d",
		cities: []string{"東京", "大阪", "札幌"}, jobs: []string{"購買部", "情報システム部", "総務部"},
		first: []string{"さくら", "一郎", "ゆうこ", "健太"}, last: []string{"田中", "スズキ", "佐藤", "渡辺"},
		firstLatin: []string{"sakura", "ichiro", "yuko", "kenta"}, lastLatin: []string{"tanaka", "suzuki", "sato", "watanabe"}},
	"kr": {country: "KR", zone: "Asia/Seoul", language: "ko-KR", number: "+82 2 3456 78%02d",
		cities: []string{"서울", "부산"}, jobs: []string{"구매팀", "개발자"},
		first: []string{"민수", "영희", "지훈"}, last: []string{"김", "이", "박"},
		firstLatin: []string{"minsu", "younghee", "jihoon"}, lastLatin: []string{"kim", "lee", "park"}},
	"vn": {country: "VN", zone: "Asia/Ho_Chi_Minh", language: "vi-VN", number: "+84 28 3822 00%02d",
		cities: []string{"Thành phố Hồ Chí Minh", "Hà Nội"}, jobs: []string{"Kỹ sư", "Kế toán"},
		first: []string{"Minh Khai", "Văn Kiệt", "Thu Hà"}, last: []string{"Nguyễn Thị", "Võ", "Trần"},
		firstLatin: []string{"minhkhai", "vankiet", "thuha"}, lastLatin: []string{"nguyen", "vo", "tran"}},
	"th": {country: "TH", zone: "Asia/Bangkok", language: "th-TH", number: "+66 2 555 01%02d",
		cities: []string{"กรุงเทพฯ", "เชียงใหม่"}, jobs: []string{"ฝ่ายจัดซื้อ", "วิศวกร"},
		first: []string{"สมชาย", "มาลี"}, last: []string{"ใจดี", "สุขสวัสดิ์"},
		firstLatin: []string{"somchai", "malee"}, lastLatin: []string{"jaidee", "suksawat"}},
	"ng": {country: "NG", zone: "Africa/Lagos", language: "en-NG", number: "+234 1 555 01%02d",
		cities: []string{"Lagos", "Abuja"}, jobs: officeJobs,
		first: []string{"Adaeze", "Chukwuemeka", "Yetunde"}, last: []string{"Nwosu", "Balogun", "Eze"}},
	"br": {country: "BR", zone: "America/Sao_Paulo", language: "pt-BR", number: "+55 11 5555 01%02d",
		cities: []string{"São Paulo", "Curitiba"}, jobs: []string{"Compras", "Financeiro"},
		first: []string{"Márcio", "João", "Conceição"}, last: []string{"Gonçalves", "Araújo", "Brandão"},
		firstLatin: []string{"marcio", "joao", "conceicao"}, lastLatin: []string{"goncalves", "araujo", "brandao"}},
}

// company is an employer.
type company struct{ name, domain, place string }

var companies = []company{
	{"Northwind Traders", "northwind.example", "gb"}, {"Clover & Sons", "clover.example", "gb"}, {"Harbour Light Shipping", "harbourlight.example", "gb"},
	{"Penrose Instruments", "penrose.example", "gb"}, {"Blue Heron Press", "blueheron.example", "us"}, {"Cascade Outfitters", "cascade.example", "us"},
	{"Paisley Records", "paisley.example", "us"}, {"Lone Star Dental", "lonestardental.example", "us"}, {"Kupferwerk GmbH", "kupferwerk.example", "de"},
	{"Bäckerei Müller", "baeckerei-mueller.example", "de"}, {"Süß & Salz GmbH", "suesssalz.example", "de"}, {"Nordlicht Software AG", "nordlicht.example", "de"},
	{"Atelier Beauchêne", "beauchene.example", "fr"}, {"Les Ponts du Rhône", "pontsdurhone.example", "fr"}, {"Olivar S.L.", "olivar.example", "es"},
	{"Talleres Ibáñez", "talleresibanez.example", "es"}, {"Cacao Maya", "cacaomaya.example", "mx"}, {"Pierogi sp. z o.o.", "pierogi.example", "pl"},
	{"Bursztyn Logistyka", "bursztyn.example", "pl"}, {"Sklárna Čížek", "sklarna.example", "cz"}, {"Ångström Verktyg", "angstrom.example", "se"},
	{"Boğaz Tekstil", "bogaz.example", "tr"}, {"Северный Дом", "severny.example", "ru"}, {"Тянь-Шань Логистика", "tienshan.example", "ru"},
	{"Αιγαίο Ναυτιλιακή", "aegean.example", "gr"}, {"Noor LLC", "noor.example", "ae"}, {"واحة الابتكار", "waha.example", "ae"},
	{"ברק מערכות", "barak.example", "il"}, {"सूर्या टेक्सटाइल्स", "surya.example", "in"}, {"Monsoon Analytics", "monsoon.example", "in"},
	{"龙井科技", "longjing.example", "cn"}, {"长城物流", "changcheng.example", "cn"}, {"花火株式会社", "hanabi.example", "jp"},
	{"スズキ印刷", "suzuki-print.example", "jp"}, {"한빛소프트", "hanbit.example", "kr"}, {"Saigon Soft", "saigonsoft.example", "vn"},
	{"สยามเซรามิก", "siamceramic.example", "th"}, {"Lagos Solar", "lagossolar.example", "ng"}, {"Padaria Conceição", "padaria.example", "br"},
	{"Verde Engenharia", "verde.example", "br"},
}
