package importexport_test

import (
	"fmt"
	"os"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/importexport"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
)

func TestProf(t *testing.T) {
	n := 40000
	for _, name := range []string{"sqlite", "postgres"} {
		var d *desktest.Desk
		if name == "sqlite" {
			d = desktest.New(t)
		} else {
			d = pgtest.Desk(t)
		}
		allowImport(t, d)
		people := contacts.New(d.Store, nil)
		s := importexport.New(d.Store.Imports(), people, nil)
		file := rowsFile(n, 0)
		t0 := time.Now()
		i, err := s.Receive(t.Context(), d.Manager, "x", strings.NewReader(file), importexport.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		t1 := time.Now()
		f, _ := os.Create("/tmp/prof/plan-" + name)
		pprof.StartCPUProfile(f)
		i, err = s.Plan(t.Context(), d.Manager, i.ID, importexport.Choices{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		pprof.StopCPUProfile()
		t2 := time.Now()
		f, _ = os.Create("/tmp/prof/apply-" + name)
		pprof.StartCPUProfile(f)
		i, err = s.Apply(t.Context(), d.Manager, i.ID, importexport.ApplyOptions{})
		if err != nil {
			t.Fatal(err)
		}
		pprof.StopCPUProfile()
		t3 := time.Now()
		fmt.Println(name, "receive", t1.Sub(t0), "plan", t2.Sub(t1), float64(n)/t2.Sub(t1).Seconds(), "apply", t3.Sub(t2), float64(n)/t3.Sub(t2).Seconds(), i.Plan, i.Result)
		t0 = time.Now()
		i, _ = s.Receive(t.Context(), d.Manager, "x", strings.NewReader(file+"\n"), importexport.ReadOptions{})
		t1 = time.Now()
		i, err = s.Plan(t.Context(), d.Manager, i.ID, importexport.Choices{OnDuplicate: "update"}, nil)
		t2 = time.Now()
		fmt.Println(name, "again plan", float64(n)/t2.Sub(t1).Seconds(), i.Plan, err)
	}
}
