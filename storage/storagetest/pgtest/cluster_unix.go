//go:build unix

package pgtest

import (
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// watch runs the server until its standard input ends, which it does with the
// test process however that ends; then it stops it and removes its files.
const watch = `"$0" -D "$1/data" -k "$1" -h "" -c "fsync=$2" -c max_connections=300 -c autovacuum=on >"$1/log" 2>&1 &
server=$!
read -r end
kill -INT $server
wait $server
rm -rf "$1"`

// lifeline is the server's standard input. It is never closed, and kept here
// lest the collector does it.
var lifeline io.Closer //nolint:unused // nobody reads it

// startCluster makes a cluster in a temporary folder and starts it on a Unix
// socket there. DESK_TEST_FSYNC=on has it write through to the disk.
func startCluster() (address string, err error) {
	bin, err := programs()
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "desk-pg-")
	if err != nil {
		return "", err
	}
	as, err := serverUser(dir)
	if err != nil {
		return "", err
	}
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", filepath.Join(dir, "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	initdb.SysProcAttr, initdb.Dir = as, dir
	if out, err := initdb.CombinedOutput(); err != nil {
		_ = os.RemoveAll(dir)
		return "", fmt.Errorf("initdb: %w: %s", err, out)
	}
	fsync := "off"
	if v := os.Getenv("DESK_TEST_FSYNC"); v != "" {
		fsync = v
	}
	cmd := exec.Command("/bin/sh", "-c", watch, filepath.Join(bin, "postgres"), dir, fsync)
	cmd.SysProcAttr, cmd.Dir = as, dir
	if lifeline, err = cmd.StdinPipe(); err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	address = "postgres:///postgres?" + url.Values{"host": {dir}, "user": {"postgres"}, "sslmode": {"disable"}}.Encode()
	return address, await(address)
}

// programs finds the folder of the server's programs.
func programs() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	more, _ := filepath.Glob("/opt/homebrew/opt/postgresql*/bin/postgres")
	found = append(found, more...)
	if p, err := exec.LookPath("postgres"); err == nil {
		found = append(found, p)
	}
	slices.Sort(found)
	for _, p := range slices.Backward(found) {
		dir := filepath.Dir(p)
		if _, err := os.Stat(filepath.Join(dir, "initdb")); err == nil {
			return dir, nil
		}
	}
	return "", errors.New("set DESK_TEST_POSTGRES, or install the PostgreSQL server (initdb and postgres)")
}

// serverUser says as whom the server runs: PostgreSQL refuses to be root.
func serverUser(dir string) (*syscall.SysProcAttr, error) {
	as := &syscall.SysProcAttr{Setpgid: true} // an interrupt at the keyboard is not for it
	if os.Getuid() != 0 {
		return as, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			return nil, err
		}
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return nil, err
	}
	as.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return as, os.Chown(dir, uid, gid)
}

// await waits until the server answers.
func await(address string) error {
	db, err := sql.Open("pgx", address)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	for until := time.Now().Add(30 * time.Second); ; {
		if err = db.Ping(); err == nil || time.Now().After(until) {
			return err
		}
		time.Sleep(20 * time.Millisecond) //nolint:forbidigo // a server that starts has nothing else to wait on
	}
}
