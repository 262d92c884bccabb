package importexport

import (
	"testing"
	"time"

	"github.com/matryer/is"

	"github.com/deskfolk/desk/contacts"
)

func TestFlags(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	for _, yes := range []string{"true", "TRUE", "Ja", "oui", "Sí", "si", "да", "是", "はい", "wahr", "VRAI", "tak", "sim", "예", "نعم", "x", " 1 ", "aktiv", "✓"} {
		got, err := parseFlag("active", yes)
		is.NoErr(err)
		is.True(got) // yes
	}
	for _, no := range []string{"false", "FALSCH", "nein", "non", "No", "нет", "否", "いいえ", "FAUX", "nie", "não", "아니요", "لا", "0", "inaktiv"} {
		got, err := parseFlag("active", no)
		is.NoErr(err)
		is.True(!got) // no
	}
	for _, odd := range []string{"perhaps", "2", "-", "yesno"} {
		_, err := parseFlag("active", odd)
		is.True(err != nil)
	}
}

func TestKinds(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	for in, want := range map[string]contacts.Kind{
		"Customer": contacts.Customer, "Kunde": contacts.Customer, "klient": contacts.Customer, "お客様": contacts.Customer, "Lieferant": contacts.Vendor, "Fournisseur": contacts.Vendor,
		"Supplier": contacts.Vendor, "Партнёр": contacts.Partner, "sous-traitant": contacts.Contractor, "Sonstige": contacts.Other, "robot": "robot",
	} {
		is.Equal(parseKind(in), want)
	}
}

func TestCountries(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	for in, want := range map[string]string{
		"DE": "DE", "Germany": "DE", "Deutschland": "DE", "allemagne": "DE", "ALEMANIA": "DE", "ドイツ": "DE", "Германия": "DE", "德国": "DE", "Niemcy": "DE",
		"United States": "US", "Vereinigte Staaten": "US", "États-Unis": "US", "EE. UU.": "US", "США": "US", "アメリカ合衆国": "US", "Vereinigtes Königreich": "GB", "Großbritannien": "GB",
		"Österreich": "AT", "Schweiz": "CH", "Suisse": "CH", "Svizzera": "CH", "España": "ES", "Magyarország": "HU", "日本": "JP", "中国": "CN", "대한민국": "KR", "भारत": "IN", "الإمارات العربية المتحدة": "AE",
		"Polska": "PL", "Россия": "RU", "Nederland": "NL", "Norge": "NO", "Suomi": "FI", "Éire": "IE", "Türkiye": "TR", "Ελλάδα": "GR", "ישראל": "IL", "Việt Nam": "VN", "Côte d’Ivoire": "CI", "Narnia": "Narnia",
	} {
		is.Equal(countryCode(in), want) // country
	}
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	for in, want := range map[string]string{
		"de": "de", "en-US": "en-US", "German": "de", "Deutsch": "de", "allemand": "de", "English": "en", "français": "fr", "日本語": "ja", "polski": "pl", "русский": "ru", "español": "es", "中文": "zh", "العربية": "ar",
		"English (United States)": "en-US", "Deutsch (Österreich)": "de-AT", "Portuguese - Brazil": "pt-BR", "Klingonese": "Klingonese",
	} {
		is.Equal(languageTag(in), want) // language
	}
}

func TestZones(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	for in, want := range map[string]string{
		"Europe/Berlin": "Europe/Berlin", "Singapore": "Singapore", "W. Europe Standard Time": "Europe/Berlin", "Eastern Time (US & Canada)": "America/New_York", "Tokyo": "Asia/Tokyo",
		"(UTC+01:00) Amsterdam, Berlin, Bern, Rome": "Europe/Amsterdam", "(GMT-05:00) Bogota": "America/Bogota", "us_slash_eastern": "US/Eastern", "america_slash_port_of_spain": "America/Port_of_Spain", "europe_slash_berlin": "Europe/Berlin", "America_slash_New_York": "America/New_York", "Nowhere": "Nowhere",
	} {
		is.Equal(zoneName(in), want) // time zone
	}
	for name, zone := range zoneNames() {
		_, err := time.LoadLocation(zone)
		is.NoErr(err) // zone exists
		is.Equal(zoneName(name), zone)
	}
}

func TestDates(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	for _, tt := range []struct {
		in    string
		order dayOrder
		want  string // "?" for unclear, "" for none
	}{
		{"2026-12-31", unknownDays, "2026-12-31"}, {"2026/1/5", unknownDays, "2026-01-05"}, {"2026-12-31T10:00:00Z", unknownDays, "2026-12-31"}, {"2026-12-31 08:15", unknownDays, "2026-12-31"},
		{"31.12.2026", unknownDays, "2026-12-31"}, {"1. 2. 2026", monthFirst, "2026-02-01"}, {"31/12/2026", unknownDays, "2026-12-31"}, {"12/31/2026", unknownDays, "2026-12-31"},
		{"01/02/2026", unknownDays, "?"}, {"01/02/2026", dayFirst, "2026-02-01"}, {"01/02/2026", monthFirst, "2026-01-02"}, {"02/02/2026", unknownDays, "2026-02-02"}, {"1-2-2026", dayFirst, "2026-02-01"},
		{"1/2/2026 10:22 AM", monthFirst, "2026-01-02"}, {"31 Dec 2026", unknownDays, "2026-12-31"}, {"Dec 31, 2026", unknownDays, "2026-12-31"}, {"31. Dezember 2026", unknownDays, "2026-12-31"},
		{"3 de mayo de 2026", unknownDays, "2026-05-03"}, {"1er août 2026", unknownDays, ""}, {"15 stycznia 2026", unknownDays, "2026-01-15"}, {"2026年12月31日", unknownDays, "2026-12-31"}, {"2026년 12월 31일", unknownDays, "2026-12-31"},
		{"30/02/2026", unknownDays, ""}, {"31.12.26", dayFirst, ""}, {"soon", unknownDays, ""}, {"", unknownDays, ""}, {"13/13/2026", unknownDays, ""}, {"1/2/3/4", dayFirst, ""},
	} {
		got, unclear, ok := parseDate(tt.in, tt.order)
		if unclear {
			got = "?"
		}
		is.Equal(got, tt.want) // date
		is.Equal(ok, tt.want != "" && tt.want != "?")
	}
	order, needed := daysOf([]string{"01/02/2026", "2026-01-01", "13/02/2026"})
	is.Equal(order, dayFirst)
	is.True(needed)
	order, _ = daysOf([]string{"01/02/2026", "02/13/2026"})
	is.Equal(order, monthFirst)
	order, _ = daysOf([]string{"13/02/2026", "02/13/2026"})
	is.Equal(order, unknownDays)
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	for _, tt := range []struct {
		in   string
		sign decimalSign
		want string
	}{
		{"12.5", unknownDecimal, "12.5"}, {"12,5", unknownDecimal, "12.5"}, {"1.234,56", unknownDecimal, "1234.56"}, {"1,234.56", unknownDecimal, "1234.56"}, {"1 234,56", unknownDecimal, "1234.56"}, {"1'234.50", unknownDecimal, "1234.5"},
		{"1,234", unknownDecimal, "?"}, {"1,234", decimalComma, "1.234"}, {"1,234", decimalPoint, "1234"}, {"1.234", unknownDecimal, "1.234"}, {"1.234", decimalComma, "1234"}, {"0,125", unknownDecimal, "0.125"},
		{"1,234,567", unknownDecimal, "1234567"}, {"1.234.567", unknownDecimal, "1234567"}, {"€ 12,50", unknownDecimal, "12.5"}, {"−3", unknownDecimal, "-3"}, {"12 %", unknownDecimal, "12"}, {"twelve", unknownDecimal, ""}, {"1,2,3", unknownDecimal, "123"},
	} {
		got, unclear, _ := parseNumber(tt.in, tt.sign)
		if unclear {
			got = "?"
		}
		is.Equal(got, tt.want) // number
	}
	sign, needed := decimalOf([]string{"1.234", "12,5", "7"})
	is.Equal(sign, decimalComma)
	is.True(needed)
	is.Equal(decimalIn("DE"), decimalComma)
	is.Equal(decimalIn("US"), decimalPoint)
	is.Equal(decimalIn(""), unknownDecimal)
}

// A date and a number in any form give what the field keeps, or nothing.
func FuzzValues(f *testing.F) {
	for _, s := range []string{"31.12.2026", "1,234.5", "2026年1月2日", "Dec 1 2026", "::::", "\x00", "٣", "1e5", "(UTC) x", "English ("} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, order := range []dayOrder{unknownDays, dayFirst, monthFirst} {
			if iso, unclear, ok := parseDate(s, order); ok && (unclear || len(iso) != 10) {
				t.Fatal(s, iso, unclear)
			}
		}
		for _, sign := range []decimalSign{unknownDecimal, decimalComma, decimalPoint} {
			if plain, unclear, ok := parseNumber(s, sign); ok && (unclear || plain == "") {
				t.Fatal(s, plain, unclear)
			}
		}
		countryCode(s)
		languageTag(s)
		zoneName(s)
		_ = parseKind(s)
		for _, e := range appendEntries(nil, s, s, true) {
			if len(e.value) > len(s) {
				t.Fatal(s, e)
			}
		}
	})
}
