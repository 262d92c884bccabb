package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"golang.org/x/term"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
)

func agents(ctx context.Context, c *call) error {
	var name, role string
	c.flags.StringVar(&name, "name", "", "the agent's name (default: the address)")
	c.flags.StringVar(&role, "role", string(accounts.Viewer), "manager, importer or viewer")
	if err := c.parse(1, 2); err != nil {
		return err
	}
	do, one := c.args[0], len(c.args) == 2
	if !accounts.Role(role).Known() {
		return wrongUse("--role is manager, agent, importer or viewer, not %q.", role)
	}
	switch {
	case do == "list" && !one, (do == "add" || do == "password") && one:
	case do == "list" || do == "add" || do == "password":
		return wrongUse("it is: agent add EMAIL, agent list, or agent password EMAIL.")
	default:
		return wrongUse("there is no agent %q.", do)
	}
	db, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer db.close()
	switch do {
	case "add":
		return addAgent(ctx, c, db, c.args[1], name, accounts.Role(role))
	case "password":
		return setPassword(ctx, c, db, c.args[1])
	}
	return listAgents(ctx, c, db)
}

func addAgent(ctx context.Context, c *call, db *database, email, name string, role accounts.Role) error {
	password, err := readPassword(c)
	if err != nil {
		return err
	}
	if name == "" {
		name = email
	}
	a, err := db.accounts.Create(ctx, desk.WorkspaceID(c.workspace), email, name, role, password)
	if err != nil {
		return err
	}
	if c.json {
		return printJSON(c.stdout, jsonAgent(a))
	}
	_, err = fmt.Fprintf(c.stdout, "Added %s (%s) as %s.\n", plain(a.Name), plain(a.Email), a.Role)
	return err
}

func setPassword(ctx context.Context, c *call, db *database, email string) error {
	password, err := readPassword(c)
	if err != nil {
		return err
	}
	if err := db.accounts.SetPassword(ctx, desk.WorkspaceID(c.workspace), email, password); err != nil {
		return err
	}
	if c.json {
		return printJSON(c.stdout, map[string]string{"email": email})
	}
	_, err = fmt.Fprintf(c.stdout, "The password of %s is set; all sessions have ended.\n", plain(email))
	return err
}

func listAgents(ctx context.Context, c *call, db *database) error {
	all, err := db.accounts.Agents(ctx, desk.WorkspaceID(c.workspace))
	if err != nil {
		return err
	}
	if c.json {
		out := []map[string]any{}
		for _, a := range all {
			out = append(out, jsonAgent(a))
		}
		return printJSON(c.stdout, map[string]any{"agents": out})
	}
	w := tabwriter.NewWriter(c.stdout, 0, 4, 2, ' ', 0)
	for _, a := range all {
		fmt.Fprintf(w, "%s\t%s\t%s\n", plain(a.Email), plain(a.Name), a.Role)
	}
	return w.Flush()
}

func jsonAgent(a accounts.Agent) map[string]any {
	return map[string]any{"id": a.ID, "email": a.Email, "name": a.Name, "role": a.Role}
}

// readPassword asks for a password on the terminal, twice and unseen, or reads
// one line of the standard input.
func readPassword(c *call) (string, error) {
	f, ok := c.stdin.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		line, err := bufio.NewReader(io.LimitReader(c.stdin, 4096)).ReadString('\n')
		if line = strings.TrimRight(line, "\r\n"); line == "" {
			return "", desk.Errorf(desk.Invalid, "password", "Give the password as one line on the standard input.")
		}
		if err == io.EOF {
			err = nil
		}
		return line, err
	}
	first, err := ask(c, f, "Password: ")
	if err != nil {
		return "", err
	}
	again, err := ask(c, f, "Again: ")
	if err == nil && again != first {
		err = desk.Errorf(desk.Invalid, "password", "The two passwords differ. Nothing was changed.")
	}
	return first, err
}

func ask(c *call, f *os.File, prompt string) (string, error) {
	fmt.Fprint(c.stderr, prompt)
	p, err := term.ReadPassword(int(f.Fd()))
	fmt.Fprintln(c.stderr)
	return string(p), err
}
