package contacts

import "strings"

// freeMail are domains that give addresses to everyone: an address there says
// nothing about a company. The national domains of the large ones are found
// by their first label; see isFreeMail.
var freeMail = func() map[string]bool {
	m := map[string]bool{}
	for d := range strings.FieldsSeq(`
		gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com rocketmail.com
		icloud.com me.com mac.com aol.com aim.com proton.me protonmail.com protonmail.ch pm.me tutanota.com
		tutanota.de tuta.io tuta.com gmx.com gmx.de gmx.net gmx.at gmx.ch gmx.fr web.de freenet.de t-online.de
		mail.de posteo.de posteo.net mailbox.org arcor.de email.de mail.com mail.ru inbox.ru list.ru bk.ru
		yandex.ru yandex.com ya.ru rambler.ru qq.com foxmail.com 163.com 126.com yeah.net sina.com sina.cn
		sohu.com 139.com 189.cn aliyun.com naver.com hanmail.net daum.net nate.com docomo.ne.jp ezweb.ne.jp
		softbank.ne.jp orange.fr wanadoo.fr free.fr laposte.net sfr.fr neuf.fr libero.it virgilio.it alice.it
		tiscali.it tin.it poste.it wp.pl o2.pl onet.pl interia.pl op.pl seznam.cz email.cz centrum.cz
		abv.bg ukr.net i.ua btinternet.com sky.com talktalk.net virginmedia.com ntlworld.com comcast.net
		verizon.net att.net sbcglobal.net cox.net bellsouth.net charter.net earthlink.net juno.com
		rediffmail.com uol.com.br bol.com.br terra.com.br ig.com.br fastmail.com fastmail.fm hey.com
		zoho.com zohomail.com hushmail.com mailinator.com yopmail.com guerrillamail.com telenet.be skynet.be
		ziggo.nl kpnmail.nl planet.nl home.nl xs4all.nl bluewin.ch telia.com online.no bigpond.com
		optusnet.com.au shaw.ca rogers.com sympatico.ca walla.com walla.co.il duck.com privaterelay.appleid.com`) {
		m[d] = true
	}
	return m
}()

// isFreeMail reports whether the domain gives addresses to everyone.
func isFreeMail(domain string) bool {
	if freeMail[domain] {
		return true
	}
	first, rest, _ := strings.Cut(domain, ".")
	switch first {
	case "yahoo", "hotmail", "outlook", "live", "ymail":
		// yahoo.co.uk, hotmail.fr, live.com.mx: the large ones in their countries.
		return len(rest) <= 6
	}
	return false
}
