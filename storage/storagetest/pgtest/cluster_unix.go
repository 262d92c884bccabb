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
const watch = `"$0" -D "$1/data" -k "$1" -h "" -c "fsync=$2" -c max_connections=300 -c autovacuum=on -c wal_writer_delay=10ms >>"$1/log" 2>&1 &
server=$!
read -r end
kill -INT $server
wait $server
rm -rf "$1"`

// cluster is a cluster in a temporary folder, whose server listens on a Unix
// socket there.
type cluster struct {
	bin, dir string
	as       *syscall.SysProcAttr
	// server is the shell that watches over the server. Its standard input is
	// never closed, and kept here lest the collector does it.
	server   *exec.Cmd
	lifeline io.Closer
}

// shared is the cluster of this process.
var shared *cluster //nolint:unused // nobody reads it

// startCluster makes the cluster of this process and starts it.
func startCluster() (string, error) {
	c, err := newCluster()
	if err != nil {
		return "", err
	}
	shared = c
	return c.address(), c.start()
}

// newCluster makes a cluster.
func newCluster() (*cluster, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "desk-pg-")
	if err != nil {
		return nil, err
	}
	as, err := serverUser(dir)
	if err != nil {
		return nil, err
	}
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", filepath.Join(dir, "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	initdb.SysProcAttr, initdb.Dir = as, dir
	if out, err := initdb.CombinedOutput(); err != nil {
		_ = os.RemoveAll(dir)
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	return &cluster{bin: bin, dir: dir, as: as}, nil
}

func (c *cluster) address() string {
	return "postgres:///postgres?" + url.Values{"host": {c.dir}, "user": {"postgres"}, "sslmode": {"disable"}}.Encode()
}

// start starts the server. DESK_TEST_FSYNC=on has it write through to the disk.
func (c *cluster) start() (err error) {
	fsync := "off"
	if v := os.Getenv("DESK_TEST_FSYNC"); v != "" {
		fsync = v
	}
	c.server = exec.Command("/bin/sh", "-c", watch, filepath.Join(c.bin, "postgres"), c.dir, fsync)
	c.server.SysProcAttr, c.server.Dir = c.as, c.dir
	if c.lifeline, err = c.server.StdinPipe(); err != nil {
		return err
	}
	if err := c.server.Start(); err != nil {
		return err
	}
	if err := await(c.address()); err != nil {
		log, _ := os.ReadFile(filepath.Join(c.dir, "log"))
		return fmt.Errorf("%w; its log ends with: %s", err, log[max(0, len(log)-1000):])
	}
	return nil
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
