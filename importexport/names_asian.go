package importexport

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// script tells in which way a name is written, as far as it matters for the
// order of its parts.
type script int

const (
	latin script = iota // and all others that put spaces between names, given name first
	han                 // Chinese characters alone: Chinese, Japanese or Korean
	japanese
	hangul
)

// writingOf returns the script of a name: one with letters of another script
// beside is not East Asian.
func writingOf(name string) script {
	kind := latin
	for _, r := range name {
		switch {
		case unicode.Is(unicode.Han, r) || r == '々':
			kind = max(kind, han)
		case unicode.In(r, unicode.Hiragana, unicode.Katakana) || r == 'ー':
			if kind == hangul {
				return latin
			}
			kind = japanese
		case unicode.Is(unicode.Hangul, r):
			if kind == japanese {
				return latin
			}
			kind = hangul
		case r == ' ' || r == '・' || r == '·' || r == '‧':
		default:
			return latin
		}
	}
	return kind
}

// splitAsian splits Chinese, Japanese and Korean names: family name first. A
// name without a space is split where its family name is a known one;
// otherwise it stays a display name. Names of foreigners, with a middle dot
// between, have the order of where they come from.
func splitAsian(name string, s script) personName {
	for _, dot := range []string{"・", "·", "‧"} {
		if i := strings.LastIndex(name, dot); i > 0 && i+len(dot) < len(name) {
			return personName{First: name[:i], Last: name[i+len(dot):]}
		}
	}
	for _, end := range []string{"様", "さん", "殿", "先生", "女士", "小姐", "씨", "님"} {
		if rest := strings.TrimSuffix(name, end); rest != name && utf8.RuneCountInString(strings.TrimSpace(rest)) > 1 {
			name = strings.TrimSpace(rest)
			break
		}
	}
	if last, first, ok := strings.Cut(name, " "); ok {
		n := personName{First: first, Last: last}
		if strings.Contains(first, " ") {
			n.Display = name
		}
		return n
	}
	if utf8.RuneCountInString(name) > 1 && japaneseFamily[name] {
		return personName{Last: name, Display: name}
	}
	runes := []rune(name)
	if at := familyLength(runes, s); at > 0 {
		return personName{First: string(runes[at:]), Last: string(runes[:at])}
	}
	return personName{Display: name}
}

// familyLength returns how many characters of a name without spaces are the
// family name; 0 when that cannot be told.
func familyLength(name []rune, s script) int {
	n := len(name)
	begins := func(set map[string]bool, k int) bool { return n > k && set[string(name[:k])] }
	switch {
	case n < 2 || n > 6:
		return 0
	case s == hangul:
		switch {
		case n == 4 && begins(koreanDouble, 2):
			return 2
		case n <= 3 && begins(koreanFamily, 1):
			return 1
		}
		return 0
	case begins(japaneseFamily, 3):
		return 3
	case begins(chineseDouble, 2) && n <= 4 && s == han:
		return 2
	case begins(japaneseFamily, 2) && (n > 2):
		return 2
	case begins(chineseFamily, 1) && n <= 3 && s == han:
		return 1
	case begins(japaneseFamily, 1) && n >= 2:
		return 1
	}
	return 0
}

var (
	koreanFamily  = letters("김이박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주우구나민류진지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용")
	koreanDouble  = words("남궁 황보 제갈 사공 선우 서문 독고 동방")
	chineseFamily = letters("王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何高林罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖蕭萧田董袁潘于蒋蔣蔡余杜叶葉程苏蘇魏吕呂丁任沈姚卢盧姜崔钟鍾谭譚陆陸汪范金石廖贾賈夏韦韋付方白邹鄒孟熊秦邱江尹薛闫阎閻段雷侯龙龍史陶黎贺賀顾顧毛郝龚龔邵万萬钱錢严嚴覃武戴莫孔向汤湯温溫康施文牛樊葛邢安齐齊易乔喬伍庞龐颜顏倪庄莊聂聶章鲁魯岳翟殷詹申欧歐耿关關兰蘭焦俞左柳甘祝包宁寧尚符舒阮柯纪紀梅童凌毕畢单單季裴霍涂成苗谷曲盛冉骆駱蓝藍路游辛靳管柴蒙鲍鮑华華喻祁蒲房滕屈饶饒解牟艾尤阳陽时時穆农農司古吉缪繆简簡车車项項连連芦麦麥褚娄婁窦竇戚岑景党黨宫宮费費卜冷晏席卫衛柏宗卞饒")
	chineseDouble = words("欧阳 歐陽 上官 皇甫 令狐 诸葛 諸葛 司徒 司马 司馬 申屠 夏侯 贺兰 完颜 慕容 尉迟 尉遲 长孙 長孫 端木 公孙 公孫 轩辕 南宫 南宮 东方 東方 宇文 独孤 呼延 百里 东郭 西门 西門")
	// The most frequent family names of Japan. Those of one character stand in
	// line after the Chinese ones.
	japaneseFamily = words(`佐藤 鈴木 高橋 田中 伊藤 渡辺 渡邊 渡邉 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 斎藤 斉藤 齋藤 清水 山崎 阿部 池田 橋本 山下 石川 中島 前田 藤田 後藤 小川 岡田 長谷川 村上 近藤 石井 坂本 遠藤 青木 藤井 西村 福田 太田 三浦 藤原 岡本 松田 中川 中野 原田 小野 田村 竹内 金子 和田 中山 石田 上田 森田 原 小島 柴田 酒井 工藤 横山 宮崎 宮本 内田 高木 安藤 谷口 大野 丸山 今井 高田 藤本 武田 村田 上野 杉山 増田 平野 大塚 千葉 久保 松井 小山 岩崎 桜井 野口 松尾 野村 木下 菊地 菊池 佐野 大西 杉本 新井 浜田 市川 古川 水野 小松 島田 小池 山内 西田 西川 荒木 本田 田口 望月 永井 秋山 中田 石原 久保田 松下 大橋 松岡 馬場 大島 飯田 川口 吉川 服部 福島 土屋 本間 関口 早川 横田 岩田 辻 森 林 関 堀 南 東 西 北 星 谷 岸 島 浅野 川上 内藤 大川 黒田 矢野 片山 川村 奥村 栗原 大谷 吉村 樋口 須藤 永田 川崎 三宅 平田 堀内 田辺 星野 松村 河野 熊谷 小田 中西 川田 三好`)
)

func letters(s string) map[string]bool {
	m := map[string]bool{}
	for _, r := range s {
		m[string(r)] = true
	}
	return m
}
