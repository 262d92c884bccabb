package importexport

import "strings"

// vocabulary is what headers are composed of in one language: "Business" and
// "Street" in English, "Straße" and "geschäftlich" in German, as Outlook and
// others write them. Either word may come first. Words are parted by bars.
type vocabulary struct {
	work, home, other, mobile                   string
	email, phone, fax                           string
	street, city, region, postal, country, more string
}

var vocabularies = []vocabulary{
	{
		work: "Work|Business|Office|Company|Mailing|Billing|Organization", home: "Home|Personal|Private|Residential", other: "Other|Shipping|Alternate|Secondary", mobile: "Mobile|Cell",
		email: "Email|E-mail|Email Address|E-mail Address|Mail", phone: "Phone|Telephone|Phone Number|Tel|Phone No", fax: "Fax|Fax Number",
		street: "Street|Street Address|Address|Address Street|Address Line 1|Address Line", city: "City|Town|Address City", region: "State|Region|Province|County|State/Province|State/Region|Address State|Address State/Province|Address Region", postal: "Postal Code|Zip|Zip Code|Postcode|Zip/Postal Code|Address Postal Code|Address Zip",
		country: "Country|Country/Region|Country Code|Address Country", more: "PO Box|Address PO Box|Street 2|Street 3|Address Line 2|Address 2",
	},
	{
		work: "geschäftlich|Geschäft|Arbeit|beruflich|dienstlich|Büro|Firma|geschäftliche|berufliche", home: "privat|private|Privatanschrift|zu Hause", other: "weitere|weiterer|weiteres|andere|Sonstige", mobile: "mobil",
		email: "E-Mail|E-Mail-Adresse|Mail", phone: "Telefon|Telefonnummer|Tel.|Tel", fax: "Fax|Faxnummer|Telefax",
		street: "Straße|Strasse|Adresse|Anschrift", city: "Ort|Stadt", region: "Region|Bundesland|Bundesland/Kanton|Kanton", postal: "Postleitzahl|PLZ", country: "Land|Land/Region", more: "Postfach|Straße 2|Straße 3",
	},
	{
		work: "bureau|travail|professionnel|professionnelle|pro|entreprise|(au) bureau", home: "domicile|personnel|personnelle|perso|maison|privé", other: "autre", mobile: "mobile|portable",
		email: "E-mail|Email|Courriel|Mail|Adresse e-mail", phone: "Téléphone|Tél|Tél.", fax: "Télécopie|Fax",
		street: "Rue|Adresse", city: "Ville", region: "Dép/Région|Région|Département|Province", postal: "Code postal", country: "Pays|Pays/Région", more: "Boîte postale|Rue 2|Rue 3",
	},
	{
		work: "trabajo|del trabajo|de trabajo|laboral|oficina|de la oficina|empresa|comercial", home: "casa|particular|personal|del domicilio|de la casa|privado", other: "otro|otra|otros|alternativo", mobile: "móvil|celular",
		email: "Correo|Correo electrónico|E-mail|Email", phone: "Teléfono|Tel.", fax: "Fax|Número de fax",
		street: "Calle|Dirección", city: "Ciudad|Población", region: "Provincia o estado|Provincia|Estado|Región", postal: "Código postal|CP", country: "País o región|País|País/Región", more: "Apartado postal|Calle 2|Calle 3",
	},
	{
		work: "ufficio|uff.|(uff.)|lavoro|aziendale|di lavoro", home: "abitazione|ab.|(ab.)|casa|personale|privato", other: "altro|altra", mobile: "cellulare",
		email: "E-mail|Email|Posta elettronica|Indirizzo e-mail", phone: "Telefono|Tel.", fax: "Fax",
		street: "Via|Indirizzo", city: "Città", region: "Provincia|Regione", postal: "CAP|Codice postale", country: "Paese|Paese/area geografica|Nazione", more: "Casella postale|Via 2|Via 3",
	},
	{
		work: "werk|op werk|zakelijk|zakelijke|Werkadres|bedrijf|kantoor", home: "thuis|privé|privé-|Huisadres|woonadres", other: "overig|overige|ander|Ander adres", mobile: "mobiel",
		email: "E-mail|E-mailadres|Email", phone: "Telefoon|Telefoonnummer|Tel.", fax: "Fax|Faxnummer",
		street: "straat|adres", city: "plaats|stad", region: "provincie|regio", postal: "postcode", country: "land|land/regio", more: "postbus|straat 2|straat 3",
	},
	{
		work: "empresa|comercial|do trabalho|trabalho|do escritório|escritório|profissional|empresarial", home: "casa|residencial|da residência|residência|de casa|pessoal", other: "outro|outra", mobile: "celular|telemóvel",
		email: "E-mail|Email|Correio eletrónico", phone: "Telefone|Tel.", fax: "Fax",
		street: "Rua|Endereço|Morada", city: "Cidade|Localidade", region: "Estado|Distrito|Região|Província|Estado/Província", postal: "Código postal|CEP", country: "País|País/Região", more: "Caixa postal|Apartado|Rua 2|Rua 3",
	},
	{
		work: "służbowy|służbowa|Adres służbowy|praca|firmowy|do pracy|biuro", home: "domowy|domowa|Adres domowy|dom|prywatny|prywatna|do domu", other: "inny|inna|Inny adres", mobile: "komórkowy",
		email: "E-mail|Email|Adres e-mail", phone: "Telefon|Tel.|Numer telefonu", fax: "Faks|Fax",
		street: "ulica", city: "miejscowość|miasto", region: "województwo", postal: "kod pocztowy", country: "kraj|kraj/region", more: "skrytka pocztowa|ulica 2|ulica 3",
	},
	{
		work: "рабочий|рабочая|служебный|служебная|рабочего", home: "домашний|домашняя|личный|личная", other: "другой|другая|дополнительный", mobile: "мобильный",
		email: "E-mail|Email|Эл. почта|Почта|Адрес электронной почты|Электронная почта", phone: "Телефон|Тел.|Номер телефона", fax: "Факс",
		street: "улица|адрес", city: "город", region: "область|регион", postal: "почтовый индекс|индекс", country: "страна",
	},
	{work: "勤務先|会社|仕事用|仕事", home: "自宅|個人", other: "その他", mobile: "携帯", email: "メール|メールアドレス|E-mail", phone: "電話|電話番号|TEL", fax: "FAX|ファックス|FAX番号", street: "住所|番地", city: "市区町村", region: "都道府県", postal: "郵便番号", country: "国"},
	{work: "工作|公司|单位|办公|商务|公司的", home: "家庭|住宅|住家|个人|私人", other: "其他", mobile: "移动", email: "邮箱|邮件|电子邮件|電子郵件", phone: "电话|电话号码|電話", fax: "传真|傳真", street: "地址|街道", city: "城市|市", region: "省|省份|州", postal: "邮编|邮政编码", country: "国家|国家/地区"},
	{work: "직장|회사|업무", home: "집|자택|개인", other: "기타", mobile: "휴대", email: "이메일|메일", phone: "전화|전화번호", fax: "팩스", street: "주소", city: "도시|시", region: "도", postal: "우편번호", country: "국가"},
	{work: "العمل|عمل", home: "المنزل|منزل|الشخصي", other: "آخر", mobile: "المحمول", email: "البريد الإلكتروني|بريد", phone: "هاتف|الهاتف", fax: "فاكس", street: "عنوان|شارع", city: "مدينة", region: "منطقة", postal: "الرمز البريدي", country: "بلد|دولة"},
	{work: "arbete|jobb|arbejde|arbeid|työ", home: "hem|hjem|koti|privat", other: "annan|annen|anden|muu", mobile: "mobil", email: "E-post|E-mail|Email|Sähköposti", phone: "Telefon|Tlf|Puhelin", fax: "Fax|Faks|Faksi", street: "Gata|Adress|Adresse|Osoite", city: "Stad|Ort|By|Poststed|Kaupunki", region: "Län|Region|Fylke", postal: "Postnummer|Postnr|Postinumero", country: "Land|Maa"},
	{work: "iş|pracovní|pracovný|munkahelyi|üzleti|de serviciu", home: "ev|domů|domov|domácí|otthoni|acasă", other: "diğer|jiný|iný|egyéb|altul", mobile: "mobil", email: "E-posta|E-mail|Email", phone: "Telefon|Telefón", fax: "Faks|Fax", street: "Adres|Adresa|Ulice|Ulica|Utca|Cím", city: "Şehir|Město|Mesto|Város|Oraș", region: "İl|Kraj|Megye|Județ", postal: "Posta kodu|PSČ|Irányítószám|Cod poștal", country: "Ülke|Země|Krajina|Ország|Țara"},
}

// compose adds the headers of the language to the table, each place with each
// thing, in both orders.
func (v vocabulary) compose(table map[string]target) {
	for _, place := range []struct{ words, label string }{
		{v.work, workAddress}, {v.home, homeAddress}, {v.other, otherAddress},
	} {
		label := place.label
		if label == otherAddress {
			label = ""
		}
		fax := strings.TrimSpace(label + " fax")
		for _, thing := range []struct {
			words string
			to    target
		}{
			{v.email, target{field: "emails", label: label}},
			{v.phone, target{field: "phones", label: label}},
			{v.fax, target{field: "phones", label: fax}},
			{v.street, target{field: "street", group: place.label}},
			{v.more, target{field: "street", group: place.label}},
			{v.city, target{field: "city", group: place.label}},
			{v.region, target{field: "region", group: place.label}},
			{v.postal, target{field: "postal_code", group: place.label}},
			{v.country, target{field: "country", group: place.label}},
			{v.mobile, target{field: "phones", label: "mobile"}},
		} {
			composeWords(table, place.words, thing.words, thing.to)
		}
	}
	composeWords(table, v.mobile, v.phone, target{field: "phones", label: "mobile"})
	composeWords(table, v.mobile, v.fax, target{field: "phones", label: "fax"})
}

func composeWords(table map[string]target, a, b string, to target) {
	for x := range strings.SplitSeq(a, "|") {
		for y := range strings.SplitSeq(b, "|") {
			if x != "" && y != "" {
				addSpelling(table, x+y, to)
				addSpelling(table, y+x, to)
			}
		}
	}
}
