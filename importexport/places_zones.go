package importexport

import (
	"strings"
	"sync"

	"github.com/deskfolk/desk/contacts"
)

// zoneNames maps folded names of time zones to those of IANA.
var zoneNames = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	for line := range strings.Lines(foreignZones) {
		iana, names, _ := strings.Cut(strings.TrimSpace(line), "|")
		for name := range strings.SplitSeq(names, "|") {
			if name != "" {
				m[contacts.Fold(name)] = iana
			}
		}
	}
	return m
})

// foreignZones has for each IANA zone what Windows (CLDR's windowsZones, the
// zone of territory 001) and Rails call it. Names that IANA has too, such as
// Singapore, are not among them.
const foreignZones = `Etc/GMT+12|Dateline Standard Time|International Date Line West
Pacific/Pago_Pago|American Samoa|Midway Island
Etc/GMT+11|UTC-11
Pacific/Honolulu|Hawaiian Standard Time|Hawaii
America/Anchorage|Alaskan Standard Time|Alaska
America/Los_Angeles|Pacific Standard Time|Pacific Time (US & Canada)|Pacific Time|PST
America/Tijuana|Pacific Standard Time (Mexico)|Tijuana
America/Denver|Mountain Standard Time|Mountain Time (US & Canada)|Mountain Time
America/Phoenix|US Mountain Standard Time|Arizona
America/Mazatlan|Mountain Standard Time (Mexico)|Mazatlan|Chihuahua
America/Chicago|Central Standard Time|Central Time (US & Canada)|Central Time
America/Guatemala|Central America Standard Time|Central America
America/Regina|Canada Central Standard Time|Saskatchewan
America/Mexico_City|Central Standard Time (Mexico)|Mexico City|Guadalajara
America/Monterrey|Monterrey
America/New_York|Eastern Standard Time|Eastern Time (US & Canada)|Eastern Time
America/Indiana/Indianapolis|US Eastern Standard Time|Indiana (East)
America/Bogota|SA Pacific Standard Time|Bogota
America/Lima|Lima|Quito
America/Caracas|Venezuela Standard Time|Caracas
America/Halifax|Atlantic Standard Time|Atlantic Time (Canada)
America/La_Paz|SA Western Standard Time|La Paz
America/Santiago|Pacific SA Standard Time|Santiago
America/St_Johns|Newfoundland Standard Time|Newfoundland
America/Sao_Paulo|E. South America Standard Time|Brasilia
America/Argentina/Buenos_Aires|Argentina Standard Time|Buenos Aires
America/Montevideo|Montevideo Standard Time|Montevideo
America/Godthab|Greenland Standard Time|Greenland
Atlantic/Azores|Azores Standard Time|Azores
Atlantic/Cape_Verde|Cape Verde Standard Time|Cape Verde Is.
UTC|Coordinated Universal Time
Europe/London|GMT Standard Time|London|Edinburgh
Europe/Dublin|Dublin
Europe/Lisbon|Lisbon
Africa/Casablanca|Morocco Standard Time|Casablanca
Africa/Monrovia|Monrovia
Atlantic/Reykjavik|Greenwich Standard Time
Europe/Berlin|W. Europe Standard Time|Berlin
Europe/Amsterdam|Amsterdam
Europe/Zurich|Zurich|Bern
Europe/Vienna|Vienna
Europe/Rome|Rome
Europe/Stockholm|Stockholm
Europe/Copenhagen|Copenhagen
Europe/Paris|Romance Standard Time|Paris
Europe/Brussels|Brussels
Europe/Madrid|Madrid
Europe/Budapest|Central Europe Standard Time|Budapest|Belgrade
Europe/Prague|Prague
Europe/Bratislava|Bratislava
Europe/Ljubljana|Ljubljana
Europe/Warsaw|Central European Standard Time|Warsaw
Europe/Zagreb|Zagreb
Europe/Sarajevo|Sarajevo
Europe/Skopje|Skopje
Africa/Lagos|W. Central Africa Standard Time|West Central Africa
Europe/Bucharest|GTB Standard Time|Bucharest
Europe/Athens|Athens
Europe/Kiev|FLE Standard Time|Kyiv|Kiev
Europe/Helsinki|Helsinki
Europe/Riga|Riga
Europe/Sofia|Sofia
Europe/Tallinn|Tallinn
Europe/Vilnius|Vilnius
Europe/Istanbul|Turkey Standard Time|Istanbul
Africa/Cairo|Egypt Standard Time|Cairo
Africa/Johannesburg|South Africa Standard Time|Pretoria
Africa/Harare|Harare
Asia/Jerusalem|Israel Standard Time|Jerusalem
Asia/Amman|Jordan Standard Time
Asia/Beirut|Middle East Standard Time
Asia/Baghdad|Arabic Standard Time|Baghdad
Asia/Kuwait|Kuwait
Asia/Riyadh|Arab Standard Time|Riyadh
Africa/Nairobi|E. Africa Standard Time|Nairobi
Europe/Moscow|Russian Standard Time|Moscow|St. Petersburg
Europe/Minsk|Belarus Standard Time|Minsk
Europe/Samara|Russia Time Zone 3|Samara
Asia/Tehran|Iran Standard Time|Tehran
Asia/Dubai|Arabian Standard Time|Abu Dhabi
Asia/Muscat|Muscat
Asia/Baku|Azerbaijan Standard Time|Baku
Asia/Tbilisi|Georgian Standard Time|Tbilisi
Asia/Yerevan|Caucasus Standard Time|Yerevan
Asia/Kabul|Afghanistan Standard Time|Kabul
Asia/Yekaterinburg|Ekaterinburg Standard Time|Ekaterinburg
Asia/Karachi|Pakistan Standard Time|Karachi|Islamabad
Asia/Tashkent|West Asia Standard Time|Tashkent
Asia/Kolkata|India Standard Time|Kolkata|Mumbai|New Delhi|Chennai
Asia/Colombo|Sri Lanka Standard Time|Sri Jayawardenepura
Asia/Kathmandu|Nepal Standard Time|Kathmandu
Asia/Almaty|Central Asia Standard Time|Almaty
Asia/Dhaka|Bangladesh Standard Time|Dhaka
Asia/Yangon|Myanmar Standard Time|Rangoon
Asia/Bangkok|SE Asia Standard Time|Bangkok
Asia/Ho_Chi_Minh|Hanoi
Asia/Jakarta|Jakarta
Asia/Novosibirsk|N. Central Asia Standard Time|Novosibirsk
Asia/Krasnoyarsk|North Asia Standard Time|Krasnoyarsk
Asia/Irkutsk|North Asia East Standard Time|Irkutsk
Asia/Shanghai|China Standard Time|Beijing
Asia/Chongqing|Chongqing
Asia/Hong_Kong|Hong Kong
Asia/Taipei|Taipei Standard Time|Taipei
Asia/Singapore|Singapore Standard Time
Asia/Kuala_Lumpur|Kuala Lumpur
Asia/Manila|Manila
Asia/Ulaanbaatar|Ulaanbaatar Standard Time|Ulaanbaatar
Australia/Perth|W. Australia Standard Time|Perth
Asia/Tokyo|Tokyo Standard Time|Tokyo|Osaka|Sapporo
Asia/Seoul|Korea Standard Time|Seoul
Asia/Yakutsk|Yakutsk Standard Time|Yakutsk
Australia/Darwin|AUS Central Standard Time|Darwin
Australia/Adelaide|Cen. Australia Standard Time|Adelaide
Australia/Brisbane|E. Australia Standard Time|Brisbane
Australia/Sydney|AUS Eastern Standard Time|Sydney|Canberra
Australia/Melbourne|Melbourne
Australia/Hobart|Tasmania Standard Time|Hobart
Asia/Vladivostok|Vladivostok Standard Time|Vladivostok
Pacific/Guam|West Pacific Standard Time|Guam
Pacific/Port_Moresby|Port Moresby
Asia/Magadan|Magadan Standard Time|Magadan
Pacific/Noumea|New Caledonia
Pacific/Guadalcanal|Central Pacific Standard Time|Solomon Is.
Pacific/Auckland|New Zealand Standard Time|Auckland|Wellington
Pacific/Fiji|Fiji Standard Time|Fiji
Pacific/Tongatapu|Tonga Standard Time|Nuku'alofa
Pacific/Apia|Samoa Standard Time|Samoa
`
