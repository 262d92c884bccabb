package importexport

// The groups of address columns. A file with several addresses has one of
// them read (see chooseAddress).
const (
	workAddress  = "work"
	homeAddress  = "home"
	otherAddress = "other"
)

// addressHeaders are the parts of one address whose headers do not say which
// one it is; those that do are composed (see vocabularies).
var addressHeaders = []spelling{
	{target{field: "street"}, `Street|Street Address|Street Name|Address|Postal Address|Mailing Address|Address Line|Address Line #|Address #|Street #|Addr|Addr #|Address: Street
		|Straße|Strasse|Straße und Hausnummer|Straße Hausnummer|Straße Nr.|Straße / Nr.|Anschrift|Adresse|Adresszeile #|Adresszusatz|Adresse #|Rue|Adresse postale|Adresse ligne #|N° et rue|Complément d'adresse
		|Calle|Dirección|Domicilio|Dirección postal|Dirección #|Calle y número|Via|Indirizzo|Indirizzo #|Via e numero|Rua|Endereço|Morada|Logradouro|Endereço #|Straat|Straatnaam|Straat en huisnummer|Adres|Adresregel #
		|Ulica|Ulica i numer|Ulica i nr|Ulice|Adresa|Adresa #|Utca|Cím|Gata|Gatuadress|Adress|Gateadresse|Gade|Vej|Katuosoite|Osoite|Sokak|Cadde|Strada|Улица|Адрес|Вулиця|Адреса|Οδός|Διεύθυνση|רחוב|כתובת|الشارع|العنوان|عنوان|آدرس
		|住所|番地|住所#|丁目番地|建物名|地址|街道|街道地址|详细地址|詳細地址|주소|도로명주소|पता|ที่อยู่|Alamat|Địa chỉ`},
	{target{field: "street", role: weakRole}, `Full Address|Formatted Address|Complete Address|Vollständige Adresse|Adresse complète|Dirección completa|Indirizzo completo|Endereço completo|Address # - Formatted`},
	{target{field: "city"}, `City|Town|City/Town|Town/City|Locality|City Name|Suburb|Municipality|Address: City|Ort|Stadt|Wohnort|Ville|Commune|Localité|Ciudad|Población|Localidad|Municipio|Città|Comune|Località|Cidade|Localidade|Município|Stad|Plaats|Woonplaats|Gemeente|Miasto|Miejscowość|Město|Obec|Mesto|Város|Település|Stad/ort|Postort|By|Poststed|Kaupunki|Postitoimipaikka|Şehir|İl|Oraș|Localitate|Miestas|Pilsēta|Linn|Grad
		|Город|Населенный пункт|Місто|Град|Πόλη|עיר|المدينة|مدينة|شهر|市区町村|市|市町村|城市|市县|도시|시|시군구|शहर|เมือง|อำเภอ|Kota|Thành phố`},
	{target{field: "region"}, `Region|Province|State/Region|State/Province|State / Province|Province/State|County|State or Province|State or Region|State Code|State Name|Prefecture|Canton|Address: State|Bundesland|Kanton|Région|Province/État|Département|Dép/Région|Provincia|Provincia o estado|Comunidad autónoma|Estado/Provincia|Regione|Região|Distrito|UF|Provincie|Województwo|Kraj/Region administracyjny|Megye|Län|Fylke|Maakunta|İlçe|Județ
		|Область|Регион|Край|Регіон|Περιφέρεια|Νομός|מחוז|المنطقة|المحافظة|الولاية|都道府県|省|省份|州|省/自治区|도|시도|राज्य|จังหวัด|Provinsi|Tỉnh`},
	{target{field: "region", role: stateRole}, `State|Estado|Stato|État|Staat|Stan`},
	{target{field: "postal_code"}, `Postal Code|Postcode|Post Code|Zip|Zip Code|Zipcode|ZIP/Postal Code|Postal/Zip Code|Zip/Postcode|Postal|Pincode|PIN Code|Eircode|Address: Zip|PLZ|Postleitzahl|Code postal|CP|Código postal|C.P.|Cod. postal|CAP|Codice postale|Código Postal (CEP)|CEP|Postcodenummer|Kod pocztowy|PSČ|Poštovní směrovací číslo|Irányítószám|Irsz.|Postnummer|Postnr|Postinumero|Posta kodu|Cod poștal|Pašto kodas|Pasta indekss|Sihtnumber|Poštanski broj|Poštna številka
		|Индекс|Почтовый индекс|Поштовий індекс|Пощенски код|Τ.Κ.|Ταχυδρομικός κώδικας|מיקוד|الرمز البريدي|صندوق البريد|کد پستی|郵便番号|邮编|邮政编码|郵遞區號|우편번호|पिन कोड|รหัสไปรษณีย์|Kode pos|Mã bưu điện`},
	{target{field: "country"}, `Country|Country/Region|Country Name|Country or Region|Nation|Country ISO|ISO Country|Address: Country|Land|Land/Region|Länderkennzeichen|Pays|Pays/Région|País|País o región|País/Región|Paese|Paese/area geografica|Nazione|País/Região|Kraj|Kraj/Region|Země|Stát|Krajina|Ország|Maa|Ülke|Țara|Țară|Šalis|Valsts|Riik|Država
		|Страна|Країна|Държава|Χώρα|מדינה|ארץ|الدولة|البلد|دولة|کشور|国|国名|国家|国家/地区|國家|國家/地區|국가|나라|देश|ประเทศ|Negara|Quốc gia`},
	{target{field: "country", role: countryRole}, `Country Code|Countrycode|CC|Ländercode|Code pays|Código de país|Codice paese|Landcode|Kod kraju|Код страны|国コード|国家代码`},
	{target{field: "street", group: "address"}, `Address # - Street|Address # - Extended Address|Address # - PO Box`},
	{target{field: "city", group: "address"}, `Address # - City`},
	{target{field: "region", group: "address"}, `Address # - Region`},
	{target{field: "postal_code", group: "address"}, `Address # - Postal Code`},
	{target{field: "country", group: "address"}, `Address # - Country`},
}
