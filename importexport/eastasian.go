package importexport

import (
	"bytes"
	"strings"
	"unicode"

	"github.com/wlynxg/chardet"
)

// multiByte are the encodings of East Asia, and what tells texts in them from
// texts in another one.
var multiByte = []struct {
	name string
	// detector is what the detector calls it.
	detector string
	// leads are the first bytes of common characters.
	leads [][2]byte
	// usual are characters that are frequent in names, addresses and headers.
	usual string
	// kana says that these are as good as the usual ones.
	kana bool
}{
	{"shift_jis", "SHIFT_JIS CP932", [][2]byte{{0x81, 0x83}, {0x87, 0x97}}, japaneseLetters, true},
	{"euc-jp", "EUC-JP", [][2]byte{{0xA1, 0xA5}, {0xAD, 0xAD}, {0xB0, 0xCF}}, japaneseLetters, true},
	{"euc-kr", "EUC-KR CP949", [][2]byte{{0xA1, 0xA3}, {0xB0, 0xC8}}, koreanLetters, false},
	{"gb18030", "GB2312 GB18030 GBK", [][2]byte{{0xA1, 0xA3}, {0xB0, 0xD7}}, simplifiedLetters, false},
	{"big5", "BIG5", [][2]byte{{0xA1, 0xA3}, {0xA4, 0xC6}}, traditionalLetters, false},
}

const (
	japaneseLetters = "田山中本佐藤高橋鈴木伊渡辺村小林加吉松井上野斎清水森池石川前岡長谷近遠原和宮坂青三大後西東北南部都道府県市区町郡株式会社有限美子郎太一二雄代氏名様課京阪札幌" +
		"電話番号住所郵便担当者姓営業総務製作所商店事業協会健翔希花愛優結恵真由"
	simplifiedLetters = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫" +
		"段雷侯龙史陶黎贺顾毛郝龚邵万钱严欧阳北京市上海广州深圳省区县路号街道镇公司有限科技贸易发展集团电子邮件话姓名地址明华国英丽秀敏伟娜芳静建文军平志东"
	traditionalLetters = "王李張劉陳楊黃趙吳周徐孫馬朱胡郭何高林羅鄭梁謝宋唐許韓馮鄧曹彭曾蕭田董袁潘蔣蔡余杜葉程蘇魏呂丁任沈姚盧姜崔鐘譚陸汪范臺台北市新竹中南雄縣區鄉鎮路號街段樓公司有限" +
		"科技企業貿易股份電話子郵件姓名地址明華國英麗秀敏偉志淑芬美惠雅俊傑社行文家玉婷宏"
	koreanLetters = "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구나민진지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국" +
		"울특별시부산대광경충청라상로동읍면리식회사영수희준호메일화번호름소담당자업무은미숙"
)

// eastAsian names the encoding if the text is one of East Asia's, else "".
// single is how well it reads in the best code page: rows of Cyrillic or Greek
// letters make ideographs too, but not words in usual case the other way round.
func eastAsian(lines []byte, single int) string {
	named := ""
	for _, r := range chardet.DetectAll(lines) {
		if r.Confidence >= 0.25 && named == "" {
			named = strings.ToUpper(r.Encoding)
		}
	}
	high := 0
	for _, b := range lines {
		if b >= 0x80 {
			high++
		}
	}
	best, most := "", 0
	for _, m := range multiByte {
		c, err := charsetOf(m.name)
		if err != nil || !commonPairs(m.name, m.leads, lines) {
			continue
		}
		text := c.decodeSample(lines)
		east, usual, others := eastLetters(text, m.usual, m.kana, m.name == "shift_jis")
		if east == 0 || others*8 > east {
			continue
		}
		score := usual * 100 / east
		said := named != "" && strings.Contains(m.detector, named)
		if said {
			score += 20
		}
		if (said || single < 2*high || usual*2 > east) && score > most {
			best, most = m.name, score
		}
	}
	return best
}

// commonPairs reports whether at least four in five pairs of bytes are
// common characters of the encoding.
func commonPairs(name string, leads [][2]byte, text []byte) bool {
	common, rare := 0, 0
	for i := 0; i+1 < len(text); i++ {
		lead, trail := text[i], text[i+1]
		if lead < 0x80 || name == "shift_jis" && lead >= 0xA1 && lead <= 0xDF {
			continue
		}
		i++
		ok := name == "shift_jis" || name == "big5" || trail >= 0xA1
		in := false
		for _, r := range leads {
			in = in || lead >= r[0] && lead <= r[1]
		}
		if ok && in && trail >= 0x40 {
			common++
		} else {
			rare++
		}
	}
	return common >= 2 && rare*4 <= common
}

// eastLetters counts the characters of East Asia, those of them that are
// usual, and others outside ASCII. Kana of half width count in Shift_JIS
// alone, where they are common; elsewhere they are a sign of something else.
func eastLetters(text []byte, frequent string, kana, half bool) (east, usual, others int) {
	for _, r := range string(bytes.ToValidUTF8(text, []byte("\uFFFD"))) {
		isKana := unicode.In(r, unicode.Hiragana, unicode.Katakana) || r == 'ー'
		switch {
		case r < 0x80:
		case r >= 0xFF61 && r <= 0xFF9F:
			if half {
				east++
				usual++
			} else {
				others++
			}
		case isKana, unicode.In(r, unicode.Han, unicode.Hangul):
			east++
			if isKana && kana || strings.ContainsRune(frequent, r) {
				usual++
			}
		case r >= 0x3000 && r < 0x3040, r >= 0xFF01 && r <= 0xFF60, r >= 0x3200 && r < 0x3400:
			east++
		default:
			others++
		}
	}
	return east, usual, others
}
