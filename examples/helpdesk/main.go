// Command helpdesk is a help desk's contacts on one server: pages for agents,
// and commands for import, export, search and upkeep. It shows how a host
// embeds the library, and can be used as it is.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/deskfolk/desk"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// command is one of the program's commands.
type command struct {
	name, args, summary string
	run                 func(ctx context.Context, c *call) error
}

// commands lists the commands in the order in which help shows them. It is a
// function because help itself reads it.
func commands() []command {
	return []command{
		{"serve", "[--addr HOST:PORT] [--base-url URL] [--smtp URL --from ADDRESS]", "run the server (this is done when no command is given)", serve},
		{"migrate", "", "create or update the tables", migrate},
		{"import", "FILE | template | list | undo ID | resume ID", "import contacts from a CSV, Excel or vCard file (- is the standard input), or write a template;\n        list imports, take one back, or go on with one that was broken off", importFile},
		{"export", "[--format csv|xlsx] [--fields a,b] [--query Q] [--filter k=v] [--output FILE]", "write contacts as CSV or as an Excel workbook", exportFile},
		{"search", "TEXT [--filter k=v]… [--sort column] [--desc] [--limit N] [--cursor C]", "find contacts; an empty text lists all", search},
		{"intake", "FILE.eml…", "take email in (- is the standard input); one line of JSON for each message", intakeFiles},
		{"verify", "", "check the database: references, indexes, the activity log's chain", verify},
		{"bench", "[--contacts N]", "measure this machine with N contacts, in a new workspace", runBench},
		{"agent", "add EMAIL [--name N] [--role R] | list | password EMAIL", "manage the agents who sign in", agents},
	}
}

// call is one call of a command.
type call struct {
	name           string
	args           []string
	stdin          io.Reader
	stdout, stderr io.Writer
	db, workspace  string
	json           bool
	flags          *flag.FlagSet
}

// usageError is wrong use of the program: exit code 2.
type usageError struct{ message string }

func (e usageError) Error() string { return e.message }

func wrongUse(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }

// run is the program without its process: it returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	name := "serve"
	if len(args) > 0 && (args[0] == "" || args[0][0] != '-') {
		name, args = args[0], args[1:]
	} else if len(args) > 0 && (args[0] == "-h" || args[0] == "--help" || args[0] == "-help") {
		name = "help"
	}
	if name == "help" {
		help(stdout)
		return 0
	}
	for _, cmd := range commands() {
		if cmd.name == name {
			c := &call{name: name, args: args, stdin: stdin, stdout: stdout, stderr: stderr}
			c.flags = c.newFlags(cmd)
			return c.finish(cmd, cmd.run(ctx, c))
		}
	}
	fmt.Fprintf(stderr, "helpdesk: there is no command %q. See helpdesk help.\n", name)
	return 2
}

// finish turns the end of a command into messages and an exit code.
func (c *call) finish(cmd command, err error) int {
	var wrong usageError
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.As(err, &wrong):
		fmt.Fprintf(c.stderr, "helpdesk %s: %s\n", c.name, wrong.message)
		fmt.Fprintf(c.stderr, "Usage: helpdesk %s %s\nSee helpdesk %s --help.\n", cmd.name, cmd.args, cmd.name)
		return 2
	}
	message := desk.MessageOf(err)
	if desk.KindOf(err) == desk.Internal {
		message = err.Error()
	} else if field := desk.FieldOf(err); field != "" {
		message = field + ": " + message
	}
	fmt.Fprintf(c.stderr, "helpdesk %s: %s\n", c.name, message)
	if c.json {
		_ = printJSON(c.stdout, map[string]failure{"error": {desk.KindOf(err), desk.MessageOf(err), desk.FieldOf(err)}})
	}
	return 1
}

// failure is an error as JSON.
type failure struct {
	Kind    desk.Kind `json:"kind"`
	Message string    `json:"message"`
	Field   string    `json:"field"`
}

func help(w io.Writer) {
	fmt.Fprint(w, "helpdesk keeps the contacts of a help desk.\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  helpdesk %s %s\n        %s\n", c.name, c.args, c.summary)
	}
	fmt.Fprint(w, `
All commands take --db (sqlite:PATH or postgres://…; default sqlite:helpdesk.db),
--workspace NAME (default demo) and --json. Flags stand before or after the
arguments; -- ends them. Exit code 0: done; 1: not done; 2: wrong use.
`)
}
