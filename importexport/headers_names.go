package importexport

// nameHeaders are the names of people, as products and people head them.
// Words that mean a whole name in one file and half of one in another have
// the nameRole.
var nameHeaders = []spelling{
	{target{field: "first_name"}, `First Name|Given Name|Forename|Fname|Christian Name|First|Contact First Name|Customer First Name|Person First Name|User First Name|Name First
		|Vorname|Rufname|Vornamen|Prénom|Prénoms|Prénom usuel|Nombre de pila|Nombres|Primer nombre|Nome di battesimo|Primeiro nome|Nome próprio|Prenome
		|Voornaam|Imię|Imiona|Křestní jméno|Krstné meno|Keresztnév|Utónév|Prenume|Förnamn|Tilltalsnamn|Fornavn|Etunimi|Adı|İlk ad|Ön ad
		|Собственное имя|Ім'я|Имя контакта|Όνομα|Μικρό όνομα|שם פרטי|الاسم الأول|الاسم الاول|اسم الشخص
		|名|下の名前|名 (First Name)|이름 (First Name)|पहला नाम|प्रथम नाम|ชื่อจริง|Nama depan|Tên gọi|Vardas|Vārds|Eesnimi`},
	{target{field: "last_name"}, `Last Name|Family Name|Surname|Lname|Second Name|Last|Contact Last Name|Customer Last Name|Person Last Name|User Last Name|Name Last
		|Nachname|Familienname|Zuname|Nom de famille|Nom de naissance|Nom d'usage|Apellido|Apellidos|Primer apellido|Apellido(s)|Apellido paterno|Cognome|Cognomi
		|Sobrenome|Apelido|Apelidos|Último nome|Achternaam|Familienaam|Nazwisko|Nazwiska|Příjmení|Priezvisko|Vezetéknév|Családnév|Nume de familie
		|Efternamn|Etternavn|Efternavn|Sukunimi|Soyadı|Soyad|Фамилия|Прізвище|Фамилия контакта|Επώνυμο|Επίθετο|שם משפחה|اسم العائلة|الاسم الأخير|الاسم الاخير|اللقب العائلي|الكنية
		|姓|姓氏|名字 (姓)|苗字|名字（みょうじ）|성|성 (Last Name)|उपनाम|अंतिम नाम|นามสกุล|Nama belakang|Họ|Prezime|Priimek|Pavardė|Uzvārds|Perekonnanimi`},
	{target{field: "middle_name"}, `Middle Name|Middle Names|Additional Name|Additional Names|Middle|Second Given Name|Weitere Vornamen|Weiterer Vorname|Zweiter Vorname|Mittelname
		|Deuxième prénom|Autres prénoms|Segundo nombre|Secondo nome|Nome do meio|Segundo nome|Tweede naam|Middelste naam|Drugie imię|Отчество|По батькові|Prostřední jméno|Mellannamn|Mellomnavn|Mellemnavn|İkinci ad|الاسم الأوسط|ミドルネーム|中间名|中間名`},
	{target{field: "name_prefix"}, `Name Prefix|Prefix|Salutation|Honorific|Honorific Prefix|Courtesy Title|Personal Title|Anrede|Namenspräfix|Akademischer Titel|Titel (akademisch)
		|Civilité|Titre de civilité|Tratamiento|Trattamento|Appellativo|Tratamento|Aanhef|Forma grzecznościowa|Tytuł grzecznościowy|Обращение|Oslovení|敬称|称谓|稱謂|호칭|اللقب`},
	{target{field: "name_suffix"}, `Name Suffix|Suffix|Honorific Suffix|Generational Suffix|Namenssuffix|Namenszusatz|Suffixe|Sufijo|Sufixo|Suffisso|Achtervoegsel|Sufiks|Суффикс|Přípona`},
	{target{field: "full_name"}, `Full Name|Fullname|Complete Name|Contact Name|Contact Full Name|Person Name|Customer Name|Client Name|User Name (full)|Contact|Name of Contact|Contact Person|Person
		|Vollständiger Name|Vor- und Nachname|Vorname und Nachname|Vorname Nachname|Ansprechpartner|Ansprechpartnerin|Kontaktperson|Kontakt|Kontaktname|Personenname
		|Nom complet|Prénom et nom|Prénom Nom|Nom du contact|Interlocuteur|Nombre completo|Nombre y apellidos|Nombre y apellido|Nombre del contacto|Contacto
		|Nome completo|Nome e cognome|Nome e Sobrenome|Nome do contato|Nome do contacto|Nome contatto|Referente|Contatto|Volledige naam|Voor- en achternaam|Contactpersoon|Naam contactpersoon
		|Imię i nazwisko|Pełne imię i nazwisko|Osoba kontaktowa|Jméno a příjmení|Celé jméno|Meno a priezvisko|Nume complet|Fullständigt namn|Kontaktperson namn|Fullt navn|Fulde navn|Koko nimi|Adı Soyadı|Ad Soyad|Tam ad
		|Имя и фамилия|Полное имя|Контактное лицо|Контакт|Имя Фамилия|Повне ім'я|Ονοματεπώνυμο|Πλήρες όνομα|שם מלא|الاسم الكامل|الاسم بالكامل|पूरा नाम|ชื่อ-นามสกุล|ชื่อเต็ม|Nama lengkap|Ime i prezime`},
	{target{field: "full_name_family_first"}, `Last Name, First Name|Surname, First Name|Last Name First Name|Last First|Name, First Name|Nachname, Vorname|Nachname und Vorname|Nachname Vorname|Familienname, Vorname|Name, Vorname|Name Vorname
		|Nom Prénom|Nom et prénom|Nom, Prénom|Apellidos y nombre|Apellidos, Nombre|Apellidos y nombres|Cognome e nome|Cognome Nome|Nazwisko i imię|Nazwisko Imię|Příjmení a jméno|Примечание ФИО|ФИО|Ф.И.О.|ПІБ|Фамилия Имя Отчество|Фамилия и имя|Фамилия Имя
		|Teljes név|Név|姓名|全名|氏名|お名前|ご氏名|お客様名|担当者名|성명|고객명|담당자|Họ và tên|Họ tên`},
	{target{field: "full_name", role: nameRole}, `Name|Names|Nom|Nombre|Nome|Naam|Nazwa osoby|Имя|Имена|Namn|Navn|Nimi|Ad|İsim|Isim|الاسم|שם|名前|이름|नाम|Nama|Nume|名字|ชื่อ|Tên|Ime|Meno|Jméno`},
	{target{field: "display_name"}, `Display Name|Displayname|Anzeigename|Angezeigter Name|Nom affiché|Nom d'affichage|Nombre para mostrar|Nombre visible|Nome visualizzato|Nome de exibição|Nome a apresentar|Weergavenaam|Nazwa wyświetlana|Отображаемое имя|表示名|显示名称|顯示名稱|표시 이름`},
	{target{role: titleRole}, `Title|Titel|Titre|Título|Titolo|Tytuł|Титул|标题`},
}
