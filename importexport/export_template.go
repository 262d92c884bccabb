package importexport

import (
	"io"

	"github.com/deskfolk/desk/contacts"
)

// Template writes a file to be filled in: the columns that an import reads,
// and one row as an example. The format is FormatCSV or FormatXLSX; empty: CSV.
func Template(to io.Writer, format string) error {
	var fields, example []string
	for _, f := range contacts.FieldNames {
		if _, ok := setters[f]; ok && f != "id" {
			fields = append(fields, f)
			example = append(example, templateRow[f])
		}
	}
	w, err := newRowWriter(format, to, fields)
	if err != nil {
		return err
	}
	if err := w.write(example); err != nil {
		return exportFault(err, "")
	}
	return exportFault(w.end(), "")
}

var templateRow = map[string]string{
	"first_name": "Ada", "last_name": "Example", "email": "ada@company.example",
	"emails": "home:ada@home.example; billing:invoices@company.example",
	"phone":  "+44 20 7946 0958", "phones": "work:+44 20 7946 0958; mobile:+44 7700 900123",
	"company": "Example Company", "job_title": "Engineer", "street": "1 Example Street", "city": "London",
	"postal_code": "N1 1AA", "country": "GB", "kind": "customer", "active": "yes", "marketing_opt_out": "no",
	"time_zone": "Europe/London", "language": "en-GB", "notes": "Delete this row before you import.",
}
