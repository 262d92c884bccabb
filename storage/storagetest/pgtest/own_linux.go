package pgtest

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// Server is a PostgreSQL server for one test alone, which may kill it.
type Server struct{ c *cluster }

// Own starts a server that ends with the test. It is started from the programs
// on this machine, whatever DESK_TEST_POSTGRES says.
func Own(t testing.TB) *Server {
	t.Helper()
	c, err := newCluster()
	if err == nil {
		err = c.start()
	}
	need(t, err)
	t.Cleanup(func() {
		_ = c.lifeline.Close()
		_ = c.server.Wait()
	})
	return &Server{c}
}

// URL is the address of the server's database, which is empty at first.
func (s *Server) URL() string { return s.c.address() }

// Kill ends the server with all its processes at once, as a failing machine
// does: none of them gets to write anything any more.
func (s *Server) Kill(t testing.TB) {
	t.Helper()
	pid, err := os.ReadFile(filepath.Join(s.c.dir, "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(pid), "\n")
	postmaster, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	_ = syscall.Kill(postmaster, syscall.SIGSTOP) // it makes no more processes
	for _, b := range append(children(first), postmaster, s.c.server.Process.Pid) {
		_ = syscall.Kill(b, syscall.SIGKILL)
	}
	_ = s.c.server.Wait()
	// Who is dead is there until somebody has asked after it: the server would
	// take itself for running.
	for _, lock := range []string{"data/postmaster.pid", ".s.PGSQL.5432.lock"} {
		_ = os.Remove(filepath.Join(s.c.dir, lock))
	}
}

// Start starts the server again.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	if err := s.c.start(); err != nil {
		t.Fatal(err)
	}
}

// children lists the processes that a process has started.
func children(of string) (pids []int) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		// The name in brackets may have anything in it; behind it are state and parent.
		behind := stat[strings.LastIndexByte(string(stat), ')')+1:]
		if f := strings.Fields(string(behind)); len(f) > 1 && f[1] == of {
			if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}
