package importexport

// phoneHeaders are phone numbers. What a product calls simply the phone is the
// primary one; others get what they are for as their label.
var phoneHeaders = []spelling{
	{target{field: "phone"}, `Phone|Phone Number|Phone No|Phone No.|Phone Num|Telephone|Telephone Number|Telephone No|Tel|Tel.|Tel No|Tel No.|Tel. No.|Tel Number|Primary Phone|Primary Phone Number|Main Phone|Main Phone Number|Default Phone|Contact Phone|Contact Number|Contact No|Customer Phone|Phonenumber|Phone_no|Telno|Call Number
		|Telefon|Telefonnummer|Telefon-Nr.|Telefonnr.|Tel.-Nr.|Tel.Nr.|Rufnummer|Haupttelefon|Festnetz|Haupttelefonnummer|Fon
		|Téléphone|Numéro de téléphone|N° de téléphone|No de téléphone|Tél|Tél.|Téléphone principal|Teléfono|Número de teléfono|Nº de teléfono|Teléfono principal|Telf|Telf.|Tfno
		|Telefono|Numero di telefono|N. telefono|Telefono principale|Telefone|Número de telefone|Telefone principal|Fone
		|Telefoon|Telefoonnummer|Tel.nr.|Hoofdtelefoon|Numer telefonu|Nr telefonu|Nr tel.|Telefon główny|Telefonní číslo|Tel. číslo|Telefónne číslo|Telefonszám|Telefonnummer till|Tlf|Tlf.|Telefonnr|Puhelin|Puhelinnumero|Puh.|Telefon numarası|Tel No|Număr de telefon|Nr. telefon|Telefonas|Tālrunis|Telefoninumber|Broj telefona|Telefonska številka
		|Телефон|Номер телефона|Тел.|Тел|Тел. номер|Основной телефон|Контактный телефон|Номер телефону|Телефонен номер|Τηλέφωνο|Αριθμός τηλεφώνου|Τηλ.|טלפון|מספר טלפון|الهاتف|رقم الهاتف|هاتف|تليفون|رقم التليفون|تلفن|شماره تلفن
		|電話番号|電話|TEL番号|お電話番号|电话|电话号码|联系电话|電話號碼|聯絡電話|전화|전화번호|연락처|फ़ोन|फोन|फ़ोन नंबर|โทรศัพท์|เบอร์โทรศัพท์|หมายเลขโทรศัพท์|Nomor telepon|Telepon|No. telp|Điện thoại|Số điện thoại|SĐT`},
	{target{field: "phones", group: "phone"}, `Phone # - Value`},
	{target{field: "phones", group: "phone", role: labelsRole}, `Phone # - Label|Phone # - Type`},
	{target{field: "phones"}, `Other Phone|Other Phone Number|Phone Other|Secondary Phone|Secondary Phone Number|Alternate Phone|Alternative Phone|Additional Phone|Additional Phones|Second Phone|Phones|Phone Numbers|All Phones|Callback|Radio Phone|Weiteres Telefon|Weitere Telefonnummer|Weitere Telefonnummern|Zweites Telefon|Rückmeldung|Funktelefon
		|Autre téléphone|Téléphone (autre)|Téléphone secondaire|Otro teléfono|Teléfono secundario|Teléfono adicional|Altro telefono|Outro telefone|Telefone secundário|Overige telefoon|Tweede telefoon|Inny telefon|Dodatkowy telefon|Другой телефон|Доп. телефон|Дополнительный телефон|其他电话|その他の電話番号`},
	{target{field: "phones", label: "mobile"}, `Mobile|Mobile Phone|Mobile Phone Number|Mobile Number|Mobile No|Mobile No.|Cell|Cell Phone|Cellphone|Cell Number|Cell Phone Number|Cellular|Cellular Phone|Mobilephone|Smartphone|GSM|Whatsapp Phone Number
		|Mobil|Mobiltelefon|Mobilnummer|Mobilfunk|Mobilfunknummer|Mobiltelefonnummer|Handy|Handynummer|Handy-Nr.|Natel
		|Portable|Téléphone portable|Tél. mobile|Tél mobile|Téléphone mobile|Mobile perso|Tél. portable|Numéro de portable|N° de portable|Móvil|Teléfono móvil|Celular|Teléfono celular|Nº móvil|Número de móvil
		|Cellulare|Telefono cellulare|Numero di cellulare|Tel. cellulare|Telemóvel|Telefone celular|Telefone móvel|Número de celular|Mobiele telefoon|Mobiel|Mobiel nummer|Mobiel telefoonnummer|GSM-nummer|Telefon komórkowy|Komórka|Tel. kom.|Numer komórkowy|Komórkowy
		|Mobilní telefon|Mobilný telefón|Mobiltelefonszám|Mobilszám|Mobiltelefon nr|Matkapuhelin|Kännykkä|Cep telefonu|Cep|Cep no|Telefon mobil|Мобильный|Мобильный телефон|Моб. телефон|Моб.|Сотовый|Сотовый телефон|Мобільний|Мобільний телефон|Мобилен телефон|Κινητό|Κινητό τηλέφωνο|נייד|טלפון נייד|الجوال|رقم الجوال|المحمول|الهاتف المحمول|الموبايل|موبايل|جوال
		|携帯|携帯電話|携帯電話番号|携帯番号|手机|手机号|手机号码|移动电话|手機|手機號碼|行動電話|휴대폰|휴대전화|휴대폰 번호|핸드폰|핸드폰번호|มือถือ|เบอร์มือถือ|Di động|Điện thoại di động|Nomor HP|No. HP|मोबाइल|मोबाइल नंबर`},
	{target{field: "phones", label: "work"}, `Direct Phone|Direct Dial|Direct Line|Work Direct|Durchwahl|Ligne directe|Ufficio|Tel. ufficio|Numer służbowy|会社電話番号|勤務先電話番号|办公电话|公司電話|직장 전화`},
	{target{field: "phones", label: "home"}, `Abitazione|自宅電話番号|自宅電話|家庭电话|住宅电话|집 전화`},
	{target{field: "phones", label: "company"}, `Company Main Phone|Company Phone|Company Phone Number|Telefon Firma|Téléphone société|Société - téléphone principal|Teléfono principal de la compañía|Telefono principale società|Hoofdtelefoon bedrijf|Telefon główny firmy`},
	{target{field: "phones", label: "car"}, `Car Phone|Autotelefon|Téléphone (voiture)|Téléphone voiture|Teléfono del automóvil|Telefono auto|Telefone do carro|Autotelefoon|Telefon w samochodzie`},
	{target{field: "phones", label: "fax"}, `Fax|Fax Number|Fax No|Fax No.|Facsimile|Other Fax|Faxnummer|Fax-Nr.|Weiteres Fax|Telefax|Télécopie|Télécopieur|Numéro de fax|Télécopie (autre)|Número de fax|Otro fax|Numero di fax|Altro fax|Outro fax|Overige fax|Faks|Numer faksu|Inny faks|Факс|Номер факса|Φαξ|فاكس|الفاكس|פקס|FAX番号|ファックス|ファクス|传真|传真号码|傳真|팩스|팩스번호`},
	{target{field: "phones", label: "pager"}, `Pager|Beeper|Récepteur de radiomessagerie|Localizador|Buscapersonas|Cercapersone|Semafoon|Пейджер`},
	{target{field: "phones", label: "assistant"}, `Assistant's Phone|Assistant Phone|Asst. Phone|Asst Phone|Telefon Assistent|Telefon Assistentin|Téléphone de l'assistant(e)|Teléfono del ayudante|Telefono assistente|Telefone do assistente|Telefoon assistent|Telefon asystenta`},
	{target{field: "phones", label: "isdn"}, `ISDN|RNIS`},
	{target{field: "phones", label: "tty"}, `TTY/TDD Phone|TTY|Texttelefon|Telefon für Hörbehinderte|Téléphone TDD/TTY`},
}
