package intake

import (
	"regexp"
	"strings"
)

// The words that mail programs put in front of history, in the languages that
// they are mostly used in. They were gathered from what the programs write.

// wrote are the words for writing with which an introduction ends.
const wrote = `wrote|writes|said|schrieb|schreibt|geschrieben|a écrit|ecrit|écrivait|escribió|escribio|va escriure|escreveu|ha scritto|scrisse|schreef|geschreven` +
	`|skrev|skreiv|kirjoitti|skrifaði|napisał|napisała|napisał\(a\)|pisze|napsal|napsala|napsal\(a\)|napísal|napísala|napisao|napisala|je napisao|a scris|írta|` +
	`yazdı|yazmış|писал|писала|писал\(а\)|пишет|написал|написала|написал\(а\)|пише|написав|έγραψε|đã viết|menulis|เขียนว่า|写道|寫道|写到|さんは書きました|が書きました|さんのメール|` +
	`작성|작성함|썼습니다|님이 쓴 글|كتب|كتبت|כתב|כתבה`

var (
	// writes is an introduction's end: a word for writing, perhaps the writer's
	// name behind it, and a colon.
	writes = regexp.MustCompile(`(?i)(?:^|[\s>,(:])(?:` + wrote + `)(?:\s[^:：]{0,150})?\s?[:：]$|(?:写道|寫道|さんは書きました|が書きました|작성|작성함|썼습니다)\s?[:：]$`)
	// begins is how an introduction begins: a word for a day, a date, or a name
	// with an address.
	begins = regexp.MustCompile(`(?i)^(?:on|at|am|le|el|em|il|in data|op|den|på|dnia|w dniu|dne|pe|în|la|vào|pada|on|a|no dia|в|у|στις|tarihinde|在|於|于|في|בתאריך)\s` +
		`|^\W{0,2}\d|^[\pL.]{2,12},? \d|^[\pL]{2,4}[.,] |^[^:]{0,100}<[^<>\s]+@[^<>\s]+>|^[^:]{1,80}\s(?:` + wrote + `)\s`)
	// timed is a year, a date or a time of day.
	timed    = regexp.MustCompile(`(?:19|20)\d\d|\d{1,2}[:.h]\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}`)
	mailed   = regexp.MustCompile(`<?(?:mailto:)?[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+>?`)
	original = regexp.MustCompile(`(?i)^[-_=*\s]{2,}\s*(?:original (?:message|e-?mail|appointment)|message original|ursprüngliche (?:nachricht|e-?mail)|originalnachricht|urspr\. nachricht|message d.origine|courriel original` +
		`|mensaje original|messaggio originale|mensagem original|oorspronkelijk bericht|originalmeddelande|ursprungligt meddelande|oprindelig meddelelse|original(?:e)? melding|opprinnelig melding` +
		`|alkuperäinen viesti|oryginalna wiadomość|wiadomość oryginalna|původní (?:zpráva|e-?mail)|eredeti üzenet|mesaj original|özgün ileti|orijinal mesaj|исходное сообщение|оригинальное сообщение` +
		`|αρχικό μήνυμα|原始邮件|邮件原件|原邮件|原始郵件|元のメッセージ|オリジナルメッセージ|원본 메시지|원본메시지|الرسالة الأصلية|reply message|antwort nachricht)\s*[-_=*\s]*:?$`)
	dashed      = regexp.MustCompile(`(?i)^-{3,}\s?\S.{2,200}\s(?:` + wrote + `)\s?:?\s?-{3,}$|^-{2,3} on .{4,200} wrote:?$`)
	answerAbove = regexp.MustCompile(`(?i)(?:reply|respond|answer|type your reply|write your reply) above this line|above this line to reply|antwort(?:en)? (?:sie )?(?:bitte )?(?:oberhalb|über) dieser (?:zeile|linie)` +
		`|répond(?:re|ez) au-dessus de cette ligne|responda? (?:por )?encima de esta línea|rispondi sopra questa (?:linea|riga)|responda acima desta linha`)
	forwardLine = regexp.MustCompile(`(?i)^[-_=*>\s]*(?:forwarded (?:message|by)|begin forwarded message|(?:anfang der )?weitergeleitete[nr]? (?:nachricht|e-?mail)|(?:début du )?message (?:transféré|réexpédié|transmis)` +
		`|(?:inicio del )?mensaje reenviado|(?:inizio )?(?:del )?messaggio inoltrato|(?:início da )?mensagem (?:re)?encaminhada|(?:begin )?doorgestuurd bericht|vidarebefordrat meddelande|videresendt (?:meddelelse|melding)` +
		`|välitetty viesti|(?:początek )?wiadomoś(?:ć|ci) (?:przekazan[ae]j?|dalej)|přeposlaná zpráva|továbbított (?:üzenet|levél)|mesaj redirecționat|iletilen (?:ileti|mesaj)|yönlendirilen mesaj` +
		`|пересылаемое сообщение|пересланное сообщение|начало переадресованного сообщения|转发的?邮件|转发邮件信息|已转发邮件|轉寄的?郵件|転送(?:された)?メッセージ|전달된 메시지|전달된 메일)\b?[^.!?]{0,40}$`)
	mobileSignature = regexp.MustCompile(`(?i)^(?:sent from (?:my|outlook|yahoo|mail|proton|samsung)|get outlook for|von meinem .{1,40} gesendet|gesendet (?:von|mit)|diese nachricht wurde von meinem|envoyé (?:de|depuis)|enviado (?:desde|do|de) |inviato da|verstuurd vanaf|verzonden (?:vanaf|met)` +
		`|skickat från|sendt fra|lähetetty|wysłane z|odesláno z|отправлено с|iphone'umdan|发自我的|從我的|iphoneから送信|나의 iphone에서 보냄|virus-free|this (?:e-?mail|message) (?:and any|is (?:confidential|intended)))`)
	forwardSubject = regexp.MustCompile(`(?i)^\s*(?:fwd?|wg|tr|rv|enc|doorst|vb|vs|pd|i|továbbítás|ynt|ilt|転送|转发|轉寄)\s?[:：]`)
	replySubject   = regexp.MustCompile(`(?i)^\s*(?:re|aw|antw|antwort|sv|vs|odp|ref|rif|r|res|ynt|bls|回复|回覆|答复|返信|회신)(?:\[\d+\]|\(\d+\))?\s?[:：]`)
)

// introduces reports whether the text is what introduces a quotation.
func introduces(s string) bool {
	return len(s) < 600 && colon(s) && writes.MatchString(s) || dashed.MatchString(s)
}

// colon reports whether the text ends with a colon of any script.
func colon(s string) bool { return strings.HasSuffix(s, ":") || strings.HasSuffix(s, "：") }

// names reports whether the text names a writer by address, or a time, and
// ends with a colon: an introduction in a language that we do not know.
func names(s string) bool {
	return len(s) < 400 && colon(s) && (mailed.MatchString(s) || timed.MatchString(s))
}

func startsIntroduction(s string) bool { return begins.MatchString(s) }

// separator reports whether the line parts new text from history.
func separator(s string) bool {
	if len(s) > 300 {
		return false
	}
	return original.MatchString(s) || dashed.MatchString(s)
}

// introducesPlain reports whether the text introduces history that bears no
// marks. It must name a time, and say "wrote" in a language that we know, or
// begin with a day and name an address.
func introducesPlain(s string) bool {
	if !colon(s) && !dashed.MatchString(s) || !timed.MatchString(s) {
		return false
	}
	return introduces(s) && begins.MatchString(s) || len(s) < 300 && startsWithDay.MatchString(s) && mailed.MatchString(s)
}

var startsWithDay = regexp.MustCompile(`^(?:\pL{1,12}[.,]? ?){0,3}\d`)

// The labels of header lines, as mail programs write them above history.
var labels = func() map[string]int {
	m := map[string]int{}
	for kind, words := range []string{
		"from von de da van från fra lähettäjä od nadawca odesílatel від от отправитель kimden gönderen από feladó expéditeur mittente remitente remetente absender afzender 发件人 寄件者 寄件人 差出人 送信者 보낸사람 발신 من מאת",
		"sent date gesendet datum envoyé envoyéle enviado enviadoel fecha enviadaem enviadoem data inviato verzonden skickat sendt dato lähetetty päivämäärä wysłano odesláno отправлено дата gönderildi gönderilmetarihi tarih ημερομηνία elküldve dátum trimis 发送时间 发件时间 发送日期 日期 时间 寄件日期 傳送日期 送信日時 日時 日付 보낸날짜 날짜 التاريخ נשלח תאריך",
		"to an à a para aan till til vastaanottaja do komu adresat кому kime alıcı προς címzett către destinatario destinataire empfänger 收件人 收件者 宛先 받는사람 수신 إلى אל",
		"subject betreff objet asunto oggetto assunto onderwerp ämne emne aihe temat předmět тема konu θέμα tárgy subiect 主题 主旨 主題 件名 제목 الموضوع נושא",
	} {
		for w := range strings.FieldsSeq(words) {
			m[w] = kind + 1
		}
	}
	return m
}()

// labelOf returns which label the line begins with, 0 for none.
func labelOf(s string) int {
	s = strings.TrimLeft(strings.TrimSpace(s), "*_| ")
	i := strings.IndexAny(s, ":：")
	if i <= 0 || i > 40 {
		return 0
	}
	word := strings.ToLower(strings.NewReplacer("*", "", " ", "", "\u00a0", "", "_", "").Replace(s[:i]))
	return labels[word]
}

// headerBlock reports whether the lines begin with the header of an older
// message: three different labels close together, one of them a sender or a time.
func headerBlock(ls []line) bool {
	first := labelOf(ls[0].text)
	if first == 0 || first == 4 {
		return false
	}
	var seen [5]bool
	n := 0
	for i := 0; i < len(ls) && i < 12; i++ {
		if ls[i].depth > 0 {
			break
		}
		if k := labelOf(ls[i].text); k > 0 && !seen[k] {
			seen[k] = true
			n++
		}
	}
	return n >= 3 && seen[1] && seen[4]
}
