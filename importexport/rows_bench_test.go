package importexport

import (
	"io"
	"os"
	"strings"
	"testing"
)

// benchBuild measures what making rows for contacts costs for each row.
func benchBuild(b *testing.B, file string) {
	r, err := Open(strings.NewReader(file), ReadOptions{})
	if err != nil {
		b.Fatal(err)
	}
	var rows []Record
	for {
		rec, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			b.Fatal(err)
		}
		rows = append(rows, rec)
	}
	m, err := matchColumns(r.Header().Cells, rows, nil, nil, matchOptions{})
	if err != nil {
		b.Fatal(err)
	}
	build, i := newBuilder(m, "import"), 0
	b.ReportAllocs()
	for b.Loop() {
		_, _ = build.build(rows[i%len(rows)])
		i++
	}
}

// BenchmarkBuild is rows under our own headers.
func BenchmarkBuild(b *testing.B) {
	raw, err := os.ReadFile("testdata/people.csv")
	if err != nil {
		b.Fatal(err)
	}
	benchBuild(b, string(raw))
}
