package importexport

// emailHeaders are email addresses. The numbered ones of Google, Outlook and
// people are "email" here; all but the first go to the list.
var emailHeaders = []spelling{
	{target{field: "email"}, `Email|E-mail|Mail|Email Address|E-mail Address|Mail Address|Primary Email|Primary E-mail|Primary Email Address|Main Email|Main E-mail|Default Email|Preferred Email|Contact Email|Customer Email|User Email|Person Email|Requester Email|Email ID|Email 1|E-mail 1 Address|Emailaddress|Email Addr|EMAIL_ADDR
		|E-Mail-Adresse|Mailadresse|Emailadresse|E-Mail Adresse|Haupt-E-Mail|Primäre E-Mail|Primäre E-Mail-Adresse|Elektronische Post
		|Courriel|Adresse e-mail|Adresse email|Adresse mail|Adresse de messagerie|Adresse électronique|Adresse courriel|Courrier électronique|Mél|E-mail principal
		|Correo electrónico|Correo|Dirección de correo electrónico|Dirección de correo|Dirección de email|E-mail primario|Correo electrónico principal|Correo principal
		|Posta elettronica|Indirizzo e-mail|Indirizzo email|Indirizzo posta elettronica|Indirizzo di posta elettronica|E-mail principale
		|Endereço de e-mail|Endereço de email|Endereço de correio eletrónico|Endereço de correio eletrônico|Correio eletrónico|Correio eletrônico|Email principal
		|E-mailadres|Emailadres|Mailadres|Hoofd e-mailadres|Adres e-mail|Adres email|Adres poczty elektronicznej|Poczta elektroniczna|Główny e-mail
		|E-mailová adresa|Emailová adresa|E-postadress|E-post|Epost|E-postadresse|Mailadresse|Sähköposti|Sähköpostiosoite|E-posta|E-posta adresi|E-mail cím|E-mail-cím|Adresă de e-mail|Adresa e-mail|El. paštas|E-pasts|E-mail aadress|El. pošta
		|Эл. почта|Электронная почта|Эл. адрес|Адрес электронной почты|Почта|Е-мейл|Емейл|Имейл|Емайл|Электронный адрес|Електронна пошта|Ел. пошта|Електронна адреса|Имейл адрес
		|Ηλεκτρονικό ταχυδρομείο|Διεύθυνση email|Ηλ. ταχυδρομείο|דוא"ל|דואר אלקטרוני|אימייל|כתובת דוא"ל|מייל|البريد الإلكتروني|البريد الالكتروني|بريد إلكتروني|الإيميل|ايميل|عنوان البريد الإلكتروني|ایمیل
		|メールアドレス|メール|電子メール|Eメール|E-mailアドレス|電子メールアドレス|邮箱|电子邮箱|电子邮件|邮箱地址|电子邮件地址|邮件|電子郵件|電子信箱|電郵|電郵地址|信箱|이메일|이메일 주소|메일|전자우편|ईमेल|ईमेल पता|อีเมล|ที่อยู่อีเมล|Alamat email|Địa chỉ email|Thư điện tử`},
	{target{field: "email", group: "email"}, `E-mail # - Value|Email # - Value`},
	{target{field: "emails", group: "email", role: labelsRole}, `E-mail # - Label|E-mail # - Type|Email # - Label|Email # - Type`},
	{target{field: "email"}, `E-mail # Address|Email Address #|E-mail Address #|Email #|E-Mail #: Adresse|E-Mail-Adresse #|E-Mail # Adresse|Adresse de messagerie #|Dirección del correo electrónico #|Dirección de correo electrónico #|Indirizzo posta elettronica #|E-mailadres #|Endereço de correio eletrónico #|Endereço de email #|Adres e-mail #|Correo electrónico #`},
	{target{field: "emails"}, `Secondary Email|Secondary E-mail|Secondary Email Address|Alternate Email|Alternative Email|Alternate Email Address|Additional Email|Additional Emails|Additional Email Addresses|Other Email|Other Emails|Other E-mail|Second Email|Emails|E-mails|All Emails|Further Emails|Email Addresses|CC Emails|Backup Email|Secondary Emails|Alternate Emails|Alternative Emails|Secondary Email Addresses
		|Weitere E-Mail|Weitere E-Mail-Adressen|Weitere E-Mail-Adresse|Zweite E-Mail|Alternative E-Mail|Sekundäre E-Mail|E-Mail-Adressen|E-mail secondaire|Autre e-mail|Autres e-mails|Adresses e-mail|Correo secundario|Correo electrónico secundario|Correo alternativo|Otro correo|Correos electrónicos
		|E-mail secondaria|Altra email|Email alternativa|E-mail secundário|Outro e-mail|Email alternativo|Tweede e-mail|Alternatief e-mailadres|E-mailadressen|Dodatkowy e-mail|Drugi e-mail|Дополнительная почта|Доп. почта|その他のメールアドレス|备用邮箱|其他邮箱`},
	{target{field: "emails", label: "work"}, `Work Email Address|Corporate Email|Professional Email|Correo corporativo|E-mail professionnel|Email pro|仕事用メールアドレス|会社メール|工作邮箱|公司邮箱`},
	{target{field: "emails", label: "home"}, `Home Email Address|Personal Email|Personal Email Address|Personal E-mail|Private Email Address|Correo personal|E-mail personnel|Email perso|個人メールアドレス|个人邮箱|私人邮箱`},
	{target{field: "emails", label: "billing"}, `Billing Email|Billing Email Address|Invoice Email|Rechnungs-E-Mail|E-Mail Rechnung|E-mail de facturation|Correo de facturación|Email fatturazione|E-mail factuur`},
}
