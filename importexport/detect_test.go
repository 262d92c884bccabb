package importexport_test

import (
	"strings"
	"testing"

	"github.com/matryer/is"
	"golang.org/x/text/encoding/htmlindex"

	"github.com/deskfolk/desk/importexport"
)

// realistic are files as programs write them in their countries, with the
// encodings that they have there.
var realistic = []struct{ name, encodings, text string }{
	{"japanese spreadsheet", "shift_jis euc-jp", "氏名,フリガナ,メールアドレス,電話番号,郵便番号,住所,会社名\r\n田中 さくら,タナカ サクラ,sakura@example.jp,03-3224-9999,100-0001,東京都千代田区千代田1-1,株式会社花火\r\n鈴木 一郎,スズキ イチロウ,ichiro@example.jp,06-6208-8181,530-8201,大阪府大阪市北区中之島1-3-20,鈴木商店\r\n"},
	{"japanese address book", "shift_jis", "名前,ﾌﾘｶﾞﾅ,E-mail,TEL\r\n高橋 健太,ﾀｶﾊｼ ｹﾝﾀ,kenta@example.jp,090-1234-5678\r\n渡辺 美咲,ﾜﾀﾅﾍﾞ ﾐｻｷ,misaki@example.jp,080-9876-5432\r\n伊藤 翔,ｲﾄｳ ｼｮｳ,sho@example.jp,070-1111-2222\r\n"},
	{"japanese, english header", "shift_jis euc-jp", "last_name,first_name,email,city\n佐藤,ゆうこ,yuko@example.jp,札幌市\n"},
	{"japanese, one name", "shift_jis euc-jp", "name,email\nさくら 田中,s@example.jp\n"},
	{"japanese companies", "shift_jis euc-jp", "会社,部署,担当者\n㈱山田製作所,営業部,山田 太郎\n有限会社ソーシャル表現,総務部,能登 可能\n"},
	{"chinese customers", "gb18030", "姓名,电子邮件,电话,公司,地址\r\n王秀英,wang@example.cn,010-65529988,龙井科技有限公司,北京市朝阳区建国路88号\r\n李伟,li@example.cn,021-58881234,上海浦东发展公司,上海市浦东新区世纪大道100号\r\n张敏,zhang@example.cn,020-38880000,广州贸易,广州市天河区\r\n"},
	{"chinese, one row", "gb18030", "name,city\n欧阳 娜娜,深圳市\n"},
	{"taiwanese customers", "big5", "姓名,電子郵件,電話,公司,地址\r\n陳志明,chen@example.tw,02-27208889,臺灣貿易公司,臺北市信義區市府路1號\r\n林淑芬,lin@example.tw,07-3368333,高雄商行,高雄市苓雅區四維三路2號\r\n黃俊傑,huang@example.tw,04-22289111,中部企業社,臺中市西屯區\r\n"},
	{"taiwanese, one row", "big5", "name,city\n許功蓋,臺南市\n"},
	{"korean customers", "euc-kr", "이름,이메일,전화번호,회사,주소\r\n김민수,kim@example.kr,02-120,주식회사 한강,서울특별시 중구 세종대로 110\r\n이영희,lee@example.kr,051-120,부산무역,부산광역시 연제구 중앙대로 1001\r\n박지훈,park@example.kr,053-120,대구상사,대구광역시 중구\r\n"},
	{"korean, one row", "euc-kr", "name,city\n최지우,서울시 강남구\n"},
	{"russian customers", "windows-1251 koi8-r", "Имя;Фамилия;Компания;Город;Телефон\r\nОльга;Иванова;ООО Северный дом;Москва;+7 495 123-45-67\r\nДмитрий;Щербаков;ЗАО Вымпел;Санкт-Петербург;+7 812 000-00-00\r\nЮлия;Ёлкина;ИП Ёлкина;Нижний Новгород;\r\n"},
	{"russian, one row", "windows-1251", "first_name,last_name,city\nАлексей,Смирнов,Казань\n"},
	{"ukrainian", "windows-1251", "Ім'я;Прізвище;Місто\r\nОлександр;Шевченко;Київ\r\nЮлія;Ґудзь;Чернівці\r\nЇжак;Єфремов;Запоріжжя\r\n"},
	{"german spreadsheet", "windows-1252", "Anrede;Vorname;Nachname;Firma;Straße;PLZ;Ort;E-Mail\r\nFrau;Käthe;Müller;Bäckerei Müller;Königstraße 7;80331;München;kaethe@example.de\r\nHerr;Jörg;Groß;Groß & Söhne – GmbH;Am Dom 1;50667;Köln;joerg@example.de\r\n"},
	{"french spreadsheet", "windows-1252", "Prénom;Nom;Société;Ville\r\nFrançois;Lefèvre;Café Crème SARL;Orléans\r\nZoë;L’Hôpital;Œuvres d’été;Nîmes\r\n"},
	{"spanish, one row", "windows-1252", "nombre,apellidos\nJosé,Núñez Peña\n"},
	{"nordic", "windows-1252", "Förnamn;Efternamn;Ort\r\nÅsa;Björkström;Malmö\r\nSøren;Kjær;Århus\r\n"},
	{"polish spreadsheet", "windows-1250", "Imię;Nazwisko;Firma;Miasto\r\nŁukasz;Żółć;Pierogi sp. z o.o.;Łódź\r\nMałgorzata;Dąbrowska;Ślusarstwo;Kraków\r\nGrzegorz;Brzęczyszczykiewicz;Śnieżka;Chrząszczyżewoszyce\r\n"},
	{"czech spreadsheet", "windows-1250", "Jméno;Příjmení;Město\r\nJiří;Dvořák;Plzeň\r\nŠtěpán;Čížek;Brno\r\nKateřina;Němcová;Ústí nad Labem\r\n"},
	{"hungarian spreadsheet", "windows-1250", "Vezetéknév;Keresztnév;Város\r\nKovács;Győző;Győr\r\nSzőke;Ödön;Hódmezővásárhely\r\nTűzkő;Ágnes;Kőszeg\r\n"},
	{"polish, one row", "windows-1250", "first_name,last_name,city\nWładysław,Gąsior,Gdańsk\n"},
	{"greek", "windows-1253", "Όνομα;Επώνυμο;Πόλη\r\nΓιώργος;Παπαδόπουλος;Αθήνα\r\nΕλένη;Δημητρίου;Θεσσαλονίκη\r\n"},
	{"turkish", "windows-1254", "Ad;Soyad;Şehir\r\nÖzgür;Yıldız;İstanbul\r\nAyşe;Çağlar;Diyarbakır\r\nŞükrü;Güneş;Eskişehir\r\n"},
}

// Files without a word about their encoding are read as they are meant, and
// it is said that this was a guess.
func TestRealisticFilesAreDetected(t *testing.T) {
	t.Parallel()
	for _, tt := range realistic {
		for name := range strings.FieldsSeq(tt.encodings) {
			t.Run(tt.name+" "+name, func(t *testing.T) {
				t.Parallel()
				is := is.New(t)
				enc, err := htmlindex.Get(name)
				is.NoErr(err)
				raw, err := enc.NewEncoder().String(tt.text)
				is.NoErr(err)
				r, rows := readAll(t, strings.NewReader(raw), importexport.ReadOptions{})
				is.Equal(r.Encoding(), name)
				is.Equal(len(r.Notes()), 1)
				is.True(strings.Contains(r.Notes()[0], "It was read as "+name+","))
				got := strings.Join(r.Header().Cells, r.Delimiter()) + "\n"
				for _, row := range rows {
					got += strings.Join(row[1:], r.Delimiter()) + "\n"
				}
				is.Equal(got, strings.ReplaceAll(tt.text, "\r\n", "\n"))
			})
		}
	}
}

// damagedBytes are sequences that the encodings do not have, at the end of a
// text and before its delimiter.
var damagedBytes = map[string][]string{
	"utf-8": {"\xff", "\xc3", "\xe2\x82"}, "utf-16le": {"\x00\xd8", "\x00"}, "utf-16be": {"\xd8\x00", "\x00"},
	"utf-32le": {"\x00\x00\x11\x00", "\x00"}, "utf-32be": {"\x00\x11\x00\x00", "\x00"},
	"windows-1252": {"\x81", "\x9d"}, "windows-1253": {"\xff"}, "windows-1255": {"\xd9"}, "iso-8859-7": {"\xff"}, "iso-8859-8": {"\xbf"},
	"shift_jis": {"\x82", "\xfd", "\x82\x20"}, "euc-jp": {"\xa4", "\xff", "\xa4\x20"}, "iso-2022-jp": {"\xa4", "\x1b$B\x7f\x7f"},
	"gb18030": {"\xc3", "\xff", "\x81\x30"}, "big5": {"\xa4", "\xff", "\xa4\x20"}, "euc-kr": {"\xb0", "\xff", "\xb0\x20"},
}

// No byte is dropped in silence: a row with a damaged one fails and says so.
func TestNoByteIsDropped(t *testing.T) {
	t.Parallel()
	for name, broken := range damagedBytes {
		for _, b := range broken {
			encode := func(s string) string {
				switch name {
				case "utf-32le", "utf-32be", "utf-16le", "utf-16be":
					var out []byte
					size := map[bool]int{true: 4, false: 2}[strings.HasPrefix(name, "utf-32")]
					for _, r := range []byte(s) {
						unit := make([]byte, size)
						if strings.HasSuffix(name, "le") {
							unit[0] = r
						} else {
							unit[size-1] = r
						}
						out = append(out, unit...)
					}
					return string(out)
				}
				return s
			}
			for _, in := range []string{encode("name,email\nA") + b, encode("name,email\nA") + b + encode(",a@x.example\nB,b@x.example\n")} {
				_, rows := readAll(t, strings.NewReader(in), importexport.ReadOptions{Encoding: name})
				if !strings.HasPrefix(rows[0][1], "! ") {
					t.Errorf("%s: %q in %q was read as %q", name, b, in, rows[0])
				}
			}
		}
	}
}

// Encodings that are read by their names.
func TestEncodingsByName(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"iso-8859-2": "Łukasz,Żółć", "iso-8859-5": "Ольга,Иванова", "iso-8859-7": "Ελένη,Αθήνα", "iso-8859-15": "Zoë,œuvre", "windows-1250": "Jiří,Dvořák", "windows-1251": "Ольга,Иванова",
		"windows-1253": "Ελένη,Αθήνα", "windows-1254": "Ayşe,Yıldız", "windows-1255": "רות,לוי", "windows-1256": "محمد,علي", "windows-1257": "Kęstutis,Žemaitis", "windows-1258": "Đà,Hà",
		"gbk": "王秀英,北京市", "koi8-u": "Ольга,Київ", "macintosh": "Jürgen,Weiß", "ibm866": "Ольга,Москва",
	} {
		is := is.New(t)
		enc, err := htmlindex.Get(name)
		is.NoErr(err)
		raw, err := enc.NewEncoder().String(text)
		is.NoErr(err)
		r, rows := readAll(t, strings.NewReader("name,city\n"+raw+"\n"), importexport.ReadOptions{Encoding: strings.ToUpper(name)})
		is.Equal(strings.Join(rows[0][1:], ","), text)
		is.Equal(r.Encoding(), name)
		is.Equal(len(r.Notes()), 0)
	}
	is := is.New(t)
	_, rows := readAll(t, strings.NewReader("name,city\nJ\x81rgen,K\x94ln\n"), importexport.ReadOptions{Encoding: "IBM850"})
	is.Equal(rows[0][1:], []string{"Jürgen", "Köln"})
}
