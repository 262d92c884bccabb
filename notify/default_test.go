package notify

import (
	"strings"
	"testing"

	"github.com/matryer/is"
)

// The default words of each type can be used, with all data and with none, and
// leave nothing of the template behind.
func TestDefaultTemplates(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	for _, ty := range Builtin() {
		if ty.Class == Direct {
			continue
		}
		c, err := compile(&ty.Default)
		is.NoErr(err)
		for _, d := range []Data{SampleData(), {}} {
			w, err := c.run(&d)
			is.NoErr(err)
			is.True(w.subject != "")
			if strings.Contains(w.subject+w.text+w.html, "{{") || strings.Contains(w.text, "\n\n\n") || strings.Contains(w.text+w.html, "no value") {
				t.Errorf("%s: %q", ty.Name, w)
			}
		}
	}
}

// A decision does not allocate.
func TestDecideAllocatesNothing(t *testing.T) { // not parallel: it counts the program's allocations
	ty := Builtin()[0]
	set, p := Settings{Rules: map[string]bool{TypeCreated: true}}, Preferences{Types: map[string]bool{TypeCreated: false}}
	open := false
	n := testing.AllocsPerRun(1000, func() {
		f := Facts{Rule: set.On(&ty), Wanted: p.On(&ty), Class: ty.Class, Channel: Email, There: true, Active: true, Part: FullPart, Reachable: true}
		open = open || Decide(f).Allowed
	})
	if n != 0 || open {
		t.Errorf("%v allocations, allowed %v", n, open)
	}
}

// BenchmarkDecide is one decision: rule, preference and participation.
func BenchmarkDecide(b *testing.B) {
	ty := Builtin()[0]
	set, p := Settings{Rules: map[string]bool{TypeClosed: true}}, Preferences{Types: map[string]bool{TypeUpdated: false}}
	b.ReportAllocs()
	for b.Loop() {
		f := Facts{Rule: set.On(&ty), Wanted: p.On(&ty), Class: ty.Class, Channel: Email, There: true, Active: true, Part: FullPart, Reachable: true}
		if !Decide(f).Allowed {
			b.Fatal("kept back")
		}
	}
}
