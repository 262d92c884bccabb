package importexport

import (
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// flagWords are yes and no as people and programs write them, folded.
var flagWords = wordTable(map[bool]string{
	true: `true|yes|y|1|t|on|x|active|enabled|checked|✓|✔|☑|ja|j|wahr|an|aktiv|oui|o|vrai|actif|active|si|s|verdadero|activo|activa|sim|verdadeiro|ativo|ativa|vero|v|attivo|attiva|waar|actief|aan|tak|prawda|aktywny|aktywna
		|да|д|истина|активен|активна|так|yes.|є|是|真|有|启用|啟用|有効|はい|オン|예|네|참|활성|نعم|صحيح|نشط|evet|doğru|ano|áno|pravda|igen|igaz|sant|sann|kyllä|ναι|כן|हाँ|ใช่|có|ya|da|adevărat`,
	false: `false|no|n|0|f|off|inactive|disabled|unchecked|nein|falsch|aus|inaktiv|non|faux|inactif|falso|inactivo|inactiva|não|inativo|inativa|inattivo|inattiva|nee|onwaar|inactief|uit|nie|fałsz|nieaktywny|nieaktywna
		|нет|ложь|неактивен|неактивна|ні|не|否|假|无|無|停用|禁用|無効|いいえ|オフ|아니요|아니오|거짓|비활성|لا|خطأ|غير نشط|hayır|yanlış|ne|nepravda|nem|hamis|nej|nei|falskt|usant|ei|όχι|לא|नहीं|ไม่|không|tidak|nu|fals`,
})

// wordTable turns lists of words, parted by bars, into a table from each
// folded word to what it stands for.
func wordTable[T comparable](lists map[T]string) map[string]T {
	m := map[string]T{}
	for v, list := range lists {
		for w := range strings.SplitSeq(list, "|") {
			m[contacts.Fold(w)] = v
		}
	}
	return m
}

// parseFlag reads yes and no as people and programs write them.
func parseFlag(field, value string) (bool, error) {
	if yes, ok := flagWords[contacts.Fold(value)]; ok {
		return yes, nil
	}
	return false, desk.Errorf(desk.Invalid, field, "The column %s holds %s, which is neither yes nor no.", field, quote(value))
}

// kindWords are the kinds of contacts in other words and languages, folded.
var kindWords = wordTable(map[contacts.Kind]string{
	contacts.Customer:   `customer|client|end user|end-user|kunde|kundin|client(e)|cliente|clienta|klant|klient|klientka|клиент|клієнт|zákazník|ügyfél|kund|asiakas|müşteri|顧客|お客様|客户|客戶|고객|عميل|πελάτης|לקוח`,
	contacts.Contractor: `contractor|freelancer|subcontractor|auftragnehmer|dienstleister|freiberufler|prestataire|sous-traitant|contratista|autónomo|appaltatore|contratado|aannemer|zzp'er|wykonawca|podwykonawca|подрядчик|請負業者|承包商|계약자|مقاول`,
	contacts.Vendor:     `vendor|supplier|lieferant|fournisseur|proveedor|fornitore|fornecedor|leverancier|dostawca|поставщик|dodavatel|beszállító|leverantör|leverandør|toimittaja|tedarikçi|仕入先|供应商|供應商|공급업체|مورد`,
	contacts.Partner:    `partner|partnerin|partenaire|socio|socia|aliado|parceiro|parceira|партнер|партнёр|パートナー|合作伙伴|파트너|شريك`,
	contacts.Other:      `other|sonstige|sonstiges|andere|autre|otro|otra|altro|outro|overig|anders|inny|inne|другое|другой|その他|其他|기타|أخرى|آخر`,
})

func isKind(s string) bool { return kindWords[contacts.Fold(s)] != "" }

// parseKind reads a kind; what is none is left for the rules to refuse.
func parseKind(value string) contacts.Kind {
	if k := kindWords[contacts.Fold(value)]; k != "" {
		return k
	}
	return contacts.Kind(strings.TrimSpace(value))
}
