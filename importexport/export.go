package importexport

import (
	"context"
	"io"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// ExportOptions are the choices of an export. The zero value writes all
// fields of all contacts as CSV.
type ExportOptions struct {
	// Format is FormatCSV or FormatXLSX; empty: CSV.
	Format string
	// Fields are the columns, by the names of [Fields] or "custom." and a key;
	// nil is all that the actor may see, custom fields included.
	Fields []string
	// Query selects and orders the contacts; IDs in its filter are the
	// selected rows. Without an order they come in whichever is quickest.
	Query contacts.Query
	// Progress, if not nil, is called with the number of rows now and then.
	Progress func(rows int)
}

// Export writes the contacts that the query selects, page by page, in constant
// memory, and returns how many. The first row has the names of the fields.
//
// CSV is as RFC 4180 has it and as [Reader] reads it: UTF-8 without a mark,
// commas, CRLF behind each record. An Excel workbook (ECMA-376) has every cell
// as text, so that no number, date or formula is made of it; behind
// [MaxSheetRows] rows it goes on in a further sheet. A text that is too long
// for a cell of a workbook ([MaxSheetCell]) is not cut: the export ends with a
// [desk.Limited] error that names the contact, and what was written is not
// complete.
//
// In both a cell that a spreadsheet could take for a formula, which begins with
// one of = + - @ (also in full width), a tab or a line break, has one
// apostrophe in front. Import takes exactly that one away: importing an export
// changes nothing.
//
// The actor needs contacts.MayExport, and the export is noted as a compliance
// event. Fields hidden from it are left out, and refused when they are asked
// for. See [contacts.Service.All] for selected contacts.
func (s *Service) Export(ctx context.Context, a desk.Actor, to io.Writer, o ExportOptions) (int, error) {
	n, err := s.export(ctx, a, to, o)
	return n, desk.In("importexport.Export", err)
}

func (s *Service) export(ctx context.Context, a desk.Actor, to io.Writer, o ExportOptions) (int, error) {
	fields, err := s.exportFields(ctx, a, o.Fields)
	if err != nil {
		return 0, err
	}
	w, err := newRowWriter(o.Format, to, fields)
	if err != nil {
		return 0, err
	}
	rows, read, cells := 0, gettersOf(fields), make([]string, len(fields))
	for c, err := range s.contacts.All(ctx, a, o.Query, neededFor(fields)...) {
		if err != nil {
			return rows, err
		}
		for i, get := range read {
			cells[i] = get(&c)
		}
		if err := w.write(cells); err != nil {
			return rows, exportFault(err, c.ID)
		}
		if rows++; rows%500 == 0 && o.Progress != nil {
			o.Progress(rows)
		}
	}
	return rows, exportFault(w.end(), "")
}

// newRowWriter begins a file with its header. Nothing reaches the writer
// before the first row or the end.
func newRowWriter(format string, to io.Writer, header []string) (rowWriter, error) {
	switch format {
	case "", FormatCSV:
		w := newCSVWriter(to)
		return w, w.write(header)
	case FormatXLSX:
		return newXLSXWriter(to, header), nil
	}
	return nil, desk.Errorf(desk.Invalid, "format", "The format %s cannot be written. Give csv or xlsx.", quote(format))
}

// exportFault gives a sentence to what kept a file from being written.
func exportFault(err error, id desk.ContactID) error {
	if err == nil {
		return nil
	}
	if long, ok := err.(*longCell); ok { //nolint:errorlint // it is not wrapped
		return desk.Errorf(desk.Limited, long.column, "The field %s of the contact %s has %d characters, and a cell of an Excel workbook holds %d. Export as CSV, or leave this field out.",
			long.column, id, long.size, MaxSheetCell)
	}
	return &desk.Error{Kind: desk.Unavailable, Message: "The export could not be written to its end.", Err: err}
}
