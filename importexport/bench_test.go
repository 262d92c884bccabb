package importexport_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/deskfolk/desk/importexport"
	"github.com/deskfolk/desk/storage/desktest"
)

// rowsFile is a CSV file of n rows of which no two are alike.
func rowsFile(n, from int) string {
	var b strings.Builder
	b.WriteString("first_name,last_name,email,phone,company,city,status,notes\n")
	for i := from; i < from+n; i++ {
		fmt.Fprintf(&b, "Zoë%d,Ångström,p%d@c%d.example,+49 30 %08d,Company %d,Köln,Active,\"Said \"\"hello\"\", twice\"\n", i%97, i, i%300, 10_000_000+i, i%300)
	}
	return b.String()
}

// BenchmarkRead is the reader alone.
func BenchmarkRead(b *testing.B) {
	in := rowsFile(10_000, 0)
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		r, err := importexport.Open(strings.NewReader(in), importexport.ReadOptions{})
		if err != nil {
			b.Fatal(err)
		}
		for {
			if _, err := r.Next(); err == io.EOF {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkImport is a whole import of new rows into an SQLite file.
func BenchmarkImport(b *testing.B) {
	const rows = 5_000
	for _, batch := range []int{250, 500, 1000, 2000} {
		b.Run(fmt.Sprint("batch=", batch), func(b *testing.B) {
			d := desktest.New(b)
			allowImport(b, d)
			s, n := importexport.New(d.Store.Imports(), d.Contacts, &importexport.Options{Batch: batch}), 0
			for b.Loop() {
				r, err := s.Import(b.Context(), d.Manager, strings.NewReader(rowsFile(rows, n)), importexport.ImportOptions{})
				if err != nil || r.Result.Created != rows {
					b.Fatal(r, err)
				}
				n += rows
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
