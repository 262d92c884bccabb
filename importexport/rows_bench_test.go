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

// BenchmarkBuildLayouts is rows of other programs.
func BenchmarkBuildLayouts(b *testing.B) {
	for _, name := range []string{"google_contacts", "outlook_de", "hubspot_full", "chatwoot_sample", "names"} {
		b.Run(name, func(b *testing.B) {
			raw, err := os.ReadFile("testdata/layouts/" + name + ".csv")
			if err != nil {
				b.Fatal(err)
			}
			benchBuild(b, string(raw))
		})
	}
}

// BenchmarkMatch is matching the columns of a wide file, with samples.
func BenchmarkMatch(b *testing.B) {
	raw, err := os.ReadFile("testdata/layouts/google_old.csv")
	if err != nil {
		b.Fatal(err)
	}
	r, err := Open(strings.NewReader(string(raw)), ReadOptions{})
	if err != nil {
		b.Fatal(err)
	}
	samples := readAhead(r.Next).samples()
	for b.Loop() {
		if _, err := matchColumns(r.Header().Cells, samples, nil, nil, matchOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}
