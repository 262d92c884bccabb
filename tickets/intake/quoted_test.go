package intake_test

import (
	"strings"
	"testing"
)

// TestIntroductionsOfManyPrograms tries what mail programs write in front of
// history, with marks behind it and, where programs leave them out, without.
func TestIntroductionsOfManyPrograms(t *testing.T) {
	t.Parallel()
	marked := []string{
		"On Mon, May 6, 2024 at 5:30 PM Support <support@desk.test> wrote:",
		"On Mon, May 6, 2024 at 5:30 PM Support with a rather long name of a team <\nsupport@desk.test> wrote:",
		"On 6 May 2024, at 17:30, Support <support@desk.test> wrote:",
		"On 06/05/2024 17:30, Support wrote:",
		"On Monday, 6 May 2024 at 17:30:00 CEST, Support <support@desk.test> wrote:",
		"Support <support@desk.test> writes:",
		"Support wrote on 5/6/24 5:30 PM:",
		"> On May 6, 2024, at 5:30 PM, Support <support@desk.test> wrote:",
		"Am Mo., 6. Mai 2024 um 17:30 Uhr schrieb Support <support@desk.test>:",
		"Am 06.05.2024 um 17:30 schrieb Support:",
		"Am 06.05.24 um 17:30 schrieb Support mit einem langen Namen\n<support@desk.test>:",
		"Support schrieb am 06.05.2024 um 17:30:",
		"Le lun. 6 mai 2024 à 17:30, Support <support@desk.test> a écrit :",
		"Le 6 mai 2024 à 17:30, Support <support@desk.test> a écrit :",
		"Le 06/05/2024 à 17:30, Support a écrit :",
		"El lun, 6 may 2024 a las 17:30, Support (<support@desk.test>) escribió:",
		"El 06/05/2024 a las 17:30, Support escribió:",
		"Il giorno lun 6 mag 2024 alle ore 17:30 Support <support@desk.test> ha scritto:",
		"Il 06/05/2024 17:30, Support ha scritto:",
		"Em seg., 6 de mai. de 2024 às 17:30, Support <support@desk.test> escreveu:",
		"Em 06/05/2024 17:30, Support escreveu:",
		"A segunda, 6/05/2024, 17:30, Support <support@desk.test> escreveu:",
		"Op ma 6 mei 2024 om 17:30 schreef Support <support@desk.test>:",
		"Op 06-05-2024 om 17:30 schreef Support:",
		"Den mån 6 maj 2024 kl 17:30 skrev Support <support@desk.test>:",
		"Den man. 6. maj 2024 kl. 17.30 skrev Support <support@desk.test>:",
		"man. 6. mai 2024 kl. 17:30 skrev Support <support@desk.test>:",
		"ma 6. toukok. 2024 klo 17.30 Support (support@desk.test) kirjoitti:",
		"pon., 6 maj 2024 o 17:30 Support <support@desk.test> napisał(a):",
		"W dniu 06.05.2024 o 17:30, Support pisze:",
		"po 6. 5. 2024 v 17:30 odesílatel Support <support@desk.test> napsal:",
		"Dne 06.05.2024 v 17:30 Support napsal(a):",
		"Support <support@desk.test> ezt írta (időpont: 2024. máj. 6., H, 17:30):",
		"Pe lun., 6 mai 2024 la 17:30, Support <support@desk.test> a scris:",
		"Support <support@desk.test>, 6 May 2024 Pzt, 17:30 tarihinde şunu yazdı:",
		"пн, 6 мая 2024 г. в 17:30, Support <support@desk.test>:",
		"06.05.2024 17:30, Support пишет:",
		"пн, 6 трав. 2024 р. о 17:30 Support <support@desk.test> пише:",
		"Στις Δευ 6 Μαΐ 2024 στις 5:30 μ.μ., ο χρήστης Support <support@desk.test> έγραψε:",
		"Support <support@desk.test> 于2024年5月6日周一 17:30写道：",
		"在 2024年5月6日，17:30，Support <support@desk.test> 写道：",
		"Support <support@desk.test> 於 2024年5月6日 週一 下午5:30寫道：",
		"2024年5月6日(月) 17:30 Support <support@desk.test>:",
		"2024/05/06 17:30、Support <support@desk.test>のメール:",
		"2024년 5월 6일 (월) 오후 5:30, Support <support@desk.test>님이 작성:",
		"في الاثنين، 6 مايو 2024 في 5:30 م تمت كتابة ما يلي بواسطة Support <support@desk.test>:",
		"\u202bבתאריך יום ב׳, 6 במאי 2024 ב-17:30 מאת \u202aSupport\u202c\u200f <\u202asupport@desk.test\u202c\u200f>:\u202c",
		"Vào Th 2, 6 thg 5, 2024 vào lúc 17:30 Support <support@desk.test> đã viết:",
		"Pada Sen, 6 Mei 2024 pukul 17.30 Support <support@desk.test> menulis:",
		"Nyadilo: 6 Blurb 2024 17:30 Support <support@desk.test> zblorgi:",
	}
	for _, intro := range marked {
		body := "My answer\n\n" + intro + "\n\n> old text\n> more\n>\n"
		if got := answer(t, body); got != "My answer" {
			t.Errorf("%s\n%q", intro, got)
		}
	}
	plain := []string{
		"From: Support <support@desk.test>\nSent: Monday, May 6, 2024 5:30 PM\nTo: Jane\nSubject: Help\n\nold text",
		"*From:* Support <support@desk.test>\n*Sent:* Monday, May 6, 2024 5:30 PM\n*To:* Jane\n*Subject:* Help\n\nold text",
		"________________________________\nFrom: Support\nSent: Monday\nTo: Jane\nSubject: Help\n\nold text",
		"Von: Support\nGesendet: Montag, 6. Mai 2024 17:30\nAn: Jane\nBetreff: Hilfe\n\nold text",
		"De : Support\nEnvoyé : lundi 6 mai 2024 17:30\nÀ : Jane\nObjet : Aide\n\nold text",
		"De: Support\nEnviado el: lunes, 6 de mayo de 2024 17:30\nPara: Jane\nAsunto: Ayuda\n\nold text",
		"De: Support\nEnviada em: segunda-feira, 6 de maio de 2024 17:30\nPara: Jane\nAssunto: Ajuda\n\nold text",
		"Da: Support\nInviato: lunedì 6 maggio 2024 17:30\nA: Jane\nOggetto: Aiuto\n\nold text",
		"Van: Support\nVerzonden: maandag 6 mei 2024 17:30\nAan: Jane\nOnderwerp: Hulp\n\nold text",
		"Från: Support\nSkickat: den 6 maj 2024 17:30\nTill: Jane\nÄmne: Hjälp\n\nold text",
		"Od: Support\nWysłano: poniedziałek, 6 maja 2024 17:30\nDo: Jane\nTemat: Pomoc\n\nold text",
		"От: Support\nОтправлено: 6 мая 2024 г. 17:30\nКому: Jane\nТема: Помощь\n\nold text",
		"发件人: Support\n发送时间: 2024年5月6日 17:30\n收件人: Jane\n主题: 帮助\n\nold text",
		"差出人: Support\n送信日時: 2024年5月6日 17:30\n宛先: Jane\n件名: 助け\n\nold text",
		"보낸 사람: Support\n보낸 날짜: 2024년 5월 6일\n받는 사람: Jane\n제목: 도움\n\nold text",
		"-----Original Message-----\nFrom: Support\n\nold text",
		"-----Ursprüngliche Nachricht-----\nVon: Support\n\nold text",
		"-------- Message d'origine --------\nDe : Support\n\nold text",
		"-----Mensaje original-----\nold text",
		"-------- Messaggio originale --------\nold text",
		"-----Mensagem Original-----\nold text",
		"-----Oorspronkelijk bericht-----\nold text",
		"------------------ 原始邮件 ------------------\nold text",
		"On Monday, May 6, 2024 at 05:30:00 PM GMT+2, Support <support@desk.test> wrote:  \n \n old text",
		"Am Montag, 6. Mai 2024 um 17:30:00 MESZ hat Support <support@desk.test> Folgendes geschrieben:\n\nold text",
		"##- Please type your reply above this line -##\n\nold text",
		"-------- Original message --------\nFrom: Support\nDate: 5/6/24 5:30 PM (GMT+01:00)\n\nold text",
		"Sent from Outlook for iOS<https://aka.ms/x>\n________________________________\nFrom: Support\nSent: Monday\nTo: Jane\nSubject: x\n\nold text",
	}
	for _, history := range plain {
		got := answer(t, "My answer\n\n"+history+"\n\nmore old text\n")
		if got != "My answer" && !strings.HasPrefix(got, "My answer\n\nSent from") {
			t.Errorf("%s\n%q", history, got)
		}
	}
}

func answer(t *testing.T, body string) string {
	t.Helper()
	return parse(t, message("From: jane@acme.test\nTo: support@desk.test\nSubject: Re: Help\nContent-Type: text/plain; charset=utf-8", body)).Text
}

// TestTextThatIsNoHistory keeps what only looks like it.
func TestTextThatIsNoHistory(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		"Please write to me:\njane@acme.test",
		"I tried this:\n\n1. open\n2. close\n\nOn Monday it worked.",
		"The error is at 10:30:\n\npanic: nil",
		"From: Berlin\nTo: Hamburg\nWe travel on Monday.",
		"My boss wrote:\nyou must pay",
		"Dear team,\n\n> this line I quote\n\nand this is what I think of it.\n\n> and this\n\nno.",
		"Hello\n\n-- \nJane Doe\nAcme",
		"a > b\nb < c",
		"-----BEGIN PGP PUBLIC KEY BLOCK-----\nabc\n-----END PGP PUBLIC KEY BLOCK-----",
		"---\n\nA rule above.",
	} {
		if got := answer(t, body); got != body {
			t.Errorf("%q became %q", body, got)
		}
	}
}

func TestHTMLOfManyPrograms(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]string{
		"apple":        `<html><body>My answer<br><div><br><blockquote type="cite"><div>On 6 May 2024, at 17:30, Support wrote:</div><br><div>old text</div></blockquote></div></body></html>`,
		"apple ios":    `<body dir="auto">My answer<br><br><div dir="ltr"></div><div dir="ltr"><br><blockquote type="cite">Am 06.05.2024 um 17:30 schrieb Support:<br><br></blockquote></div><blockquote type="cite"><div>old text</div></blockquote></body>`,
		"thunderbird":  `<body><p>My answer</p><div class="moz-cite-prefix">Am 06.05.24 um 17:30 schrieb Support:<br></div><blockquote type="cite" cite="mid:x"><p>old text</p></blockquote></body>`,
		"yahoo":        `<div>My answer</div><div id="yahoo_quoted_1" class="yahoo_quoted"><div>On Monday, Support wrote:</div><div>old text</div></div>`,
		"outlook web":  `<div>My answer</div><div id="appendonsend"></div><hr tabindex="-1"><div id="divRplyFwdMsg"><b>Odesílatel:</b> Support</div><div>old text</div>`,
		"outlook mob":  `<div>My answer</div><div id="ms-outlook-mobile-signature"></div><div id="mail-editor-reference-message-container"><hr><div><b>From:</b> Support</div><div>old text</div></div>`,
		"outlook desk": `<p class=MsoNormal>My answer</p><div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal><b>Fra:</b> Support</p></div></div><p class=MsoNormal>old text</p>`,
		"gmx":          `<div>My answer<div><div name="quote" style="border-left:2px solid"><div><b>Gesendet:</b> Montag</div>old text</div></div></div>`,
		"proton":       `<div>My answer</div><div class="protonmail_quote">On Monday, May 6th, 2024 at 5:30 PM, Support &lt;s@desk.test&gt; wrote:<br><blockquote class="protonmail_quote" type="cite">old text</blockquote></div>`,
		"zoho":         `<div>My answer</div><div class="zmail_extra" id="x">---- On Mon, 06 May 2024 17:30 <b>s@desk.test</b> wrote ----<br><blockquote>old text</blockquote></div>`,
		"roundcube":    `<p>My answer</p><p id="reply-intro">On 2024-05-06 17:30, Support wrote:</p><blockquote type="cite" style="border-left: #1010ff 2px solid">old text</blockquote>`,
		"gmail":        `<div dir="ltr">My answer</div><br><div class="gmail_quote"><div class="gmail_attr">On Mon Support wrote:<br></div><blockquote class="gmail_quote">old text</blockquote></div>`,
		"samsung":      `<div>My answer</div><div style="font-size:100%"><div>-------- Original message --------</div><div>From: Support</div></div><div>old text</div>`,
	} {
		m := parse(t, message("From: jane@acme.test\nTo: support@desk.test\nSubject: Re: Help\nIn-Reply-To: <x@desk.test>\nContent-Type: text/html; charset=utf-8", c))
		if m.Text != "My answer" {
			t.Errorf("%s: %q", name, m.Text)
		}
		if strings.Contains(m.HTML, "old text") {
			t.Errorf("%s: the history is in the HTML: %s", name, m.HTML)
		}
	}
	indented := parse(t, message("From: a@x.test\nContent-Type: text/html", `<p>See</p><blockquote style="margin:0 0 0 40px;border:none"><p>my list</p></blockquote><p>Bye</p>`))
	if indented.Text != "See\n\nmy list\n\nBye" {
		t.Errorf("an indented paragraph: %q", indented.Text)
	}
}
