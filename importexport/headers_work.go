package importexport

// workHeaders are the company and what the contact does there.
var workHeaders = []spelling{
	{target{field: "company"}, `Company|Company Name|Companyname|Organization|Organisation|Organization Name|Organisation Name|Org|Org Name|Account|Account Name|Employer|Business|Business Name|Associated Company|Primary Company|Firm|Customer Company|Client Company|Workplace|Organization # - Name
		|Firma|Firmenname|Unternehmen|Unternehmensname|Betrieb|Arbeitgeber|Firmenbezeichnung|Gesellschaft|Société|Entreprise|Nom de l'entreprise|Nom de la société|Raison sociale|Employeur|Compagnie
		|Empresa|Compañía|Organización|Nombre de la empresa|Nombre de empresa|Razón social|Azienda|Società|Ditta|Nome azienda|Ragione sociale|Organizzazione|Nome da empresa|Companhia|Organização|Razão social
		|Bedrijf|Bedrijfsnaam|Organisatie|Werkgever|Nazwa firmy|Przedsiębiorstwo|Organizacja|Společnost|Spoločnosť|Cég|Cégnév|Företag|Företagsnamn|Selskap|Bedrift|Virksomhed|Firmanavn|Yritys|Yrityksen nimi|Şirket|Şirket adı|Companie|Įmonė|Uzņēmums|Ettevõte|Tvrtka|Podjetje
		|Компания|Организация|Название компании|Фирма|Наименование организации|Юр. лицо|Компанія|Організація|Εταιρεία|Επωνυμία|חברה|שם חברה|الشركة|اسم الشركة|شركة|المؤسسة|شرکت
		|会社|会社名|企業名|御社名|貴社名|法人名|勤務先|公司|公司名称|企业|企业名称|单位|公司名稱|單位|회사|회사명|상호|기업명|कंपनी|कंपनी का नाम|บริษัท|ชื่อบริษัท|Perusahaan|Nama perusahaan|Công ty|Tên công ty`},
	{target{field: "job_title"}, `Job Title|Jobtitle|Job|Position|Role Title|Job Position|Job Role|Designation|Organization Title|Organization # - Title|Work Title|Function
		|Stellenbezeichnung|Berufsbezeichnung|Funktion|Stelle|Jobtitel|Tätigkeit|Poste|Fonction|Intitulé du poste|Intitulé de poste|Titre du poste|Métier|Emploi|Cargo|Puesto|Puesto de trabajo|Título profesional
		|Posizione|Mansione|Qualifica|Ruolo|Posizione lavorativa|Função|Título do cargo|Functie|Functietitel|Stanowisko|Stanowisko pracy|Funkcja|Pozice|Funkce|Pracovní pozice|Pracovná pozícia|Beosztás|Munkakör|Befattning|Yrkestitel|Stilling|Stillingsbetegnelse|Tehtävänimike|Unvan|Ünvan|Görev|Funcție
		|Должность|Посада|Длъжност|Θέση|תפקיד|المسمى الوظيفي|الوظيفة|المنصب|役職|肩書き|役職名|职位|职务|职称|職位|職稱|직책|직위|직함|पद|ตำแหน่ง|Jabatan|Chức vụ|Chức danh`},
	{target{field: "job_title", role: weakRole}, `Occupation|Profession|Beruf|Profesión|Ocupación|Professione|Profissão|Beroep|Zawód|Профессия|Ammatti|Επάγγελμα|職種`},
	{target{field: "division", role: serviceRole}, `Service`},
	{target{field: "division"}, `Division|Department|Dept|Dept.|Business Unit|Organization Department|Organization # - Department|Team Name
		|Abteilung|Bereich|Geschäftsbereich|Sparte|Service (département)|Département (entreprise)|Departamento|División|Área|Reparto|Dipartimento|Divisione|Setor|Afdeling|Divisie|Dział|Oddział|Wydział|Oddělení|Oddelenie|Osztály|Avdelning|Avdeling|Osasto|Bölüm|Departman|Departament
		|Отдел|Подразделение|Департамент|Відділ|Отделение|Τμήμα|מחלקה|القسم|الإدارة|部署|部署名|部門|所属|部门|所属部门|部門名稱|부서|부서명|विभाग|แผนก|Departemen|Phòng ban|Bộ phận`},
	{target{field: "kind", role: kindRole}, `Type|Contact Type|Customer Type|Person Type|Kind|Category|Relationship|Record Type|Typ|Kontakttyp|Art|Kontaktart|Kategorie|Tipo|Tipo de contacto|Tipo di contatto|Tipo de contato|Type de contact|Soort|Type contact|Rodzaj|Typ kontaktu|Тип|Тип контакта|種別|类型|類型|유형`},
	{target{field: "status"}, `Status|Contact Status|Customer Status|Lead Status|Kontaktstatus|Statut|Estado del contacto|Estatus|Stato contatto|Situação|Статус|Статус контакта|ステータス|状态|狀態|상태|الحالة`},
	{target{field: "active"}, `Active|Is Active|Enabled|Is Enabled|Aktiv|Actif|Activo|Attivo|Ativo|Actief|Aktywny|Активен|Активный|有効|启用|활성|نشط`},
	{target{field: "owner", role: foreignRole}, `Owner|Contact Owner|Record Owner|Account Owner|Owner ID|Owner Name|HubSpot Owner|Assigned To|Account Manager|Besitzer|Kontaktinhaber|Zuständig|Betreuer|Propriétaire|Propriétaire du contact|Propietario|Propietario del contacto|Proprietario|Proprietário|Eigenaar|Właściciel|Владелец|Ответственный|担当者（社内）|所有者|负责人|소유자`},
}
