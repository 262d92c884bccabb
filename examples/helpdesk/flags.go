package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// newFlags returns a flag set with the flags that all commands have.
func (c *call) newFlags(cmd command) *flag.FlagSet {
	f := flag.NewFlagSet("helpdesk "+cmd.name, flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&c.db, "db", "sqlite:helpdesk.db", "the database: sqlite:PATH or postgres://…")
	f.StringVar(&c.workspace, "workspace", "demo", "the workspace's name")
	f.BoolVar(&c.json, "json", false, "write results as JSON")
	f.Usage = func() {} // the package calls it for every mistake
	return f
}

// parse reads the flags, which may stand before, between and behind the
// arguments, and checks the number of arguments (most < 0: any).
func (c *call) parse(least, most int) error {
	flags, rest, err := permute(c.flags, c.args)
	if err != nil {
		return err
	}
	if err := c.flags.Parse(flags); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			c.usage()
			return err
		}
		return wrongUse("%s.", err)
	}
	c.args = rest
	switch {
	case len(rest) < least:
		return wrongUse("an argument is missing.")
	case most >= 0 && len(rest) > most:
		return wrongUse("%q is one argument too many.", rest[most])
	}
	return nil
}

// usage prints what the command takes.
func (c *call) usage() {
	for _, cmd := range commands() {
		if cmd.name == c.name {
			fmt.Fprintf(c.stdout, "Usage: helpdesk %s %s\n\n  %s\n\nFlags:\n", cmd.name, cmd.args, cmd.summary)
		}
	}
	c.flags.SetOutput(c.stdout)
	c.flags.PrintDefaults()
}

// permute parts flags and arguments. Behind "--" all are arguments; a single
// dash is an argument too.
func permute(f *flag.FlagSet, args []string) (flags, rest []string, err error) {
	for i := 0; i < len(args); i++ {
		a := args[i]
		if a == "--" {
			return flags, append(rest, args[i+1:]...), nil
		}
		if len(a) < 2 || a[0] != '-' {
			rest = append(rest, a)
			continue
		}
		flags = append(flags, a)
		name, _, set := strings.Cut(strings.TrimLeft(a, "-"), "=")
		known := f.Lookup(name)
		if set || known == nil || isBool(known) {
			continue
		}
		if i++; i == len(args) {
			return nil, nil, wrongUse("the flag %s needs a value.", a)
		}
		flags[len(flags)-1] = "--" + name + "=" + args[i]
	}
	return flags, rest, nil
}

func isBool(f *flag.Flag) bool {
	b, ok := f.Value.(interface{ IsBoolFlag() bool })
	return ok && b.IsBoolFlag()
}

// pairs is a flag that can be given several times, each a name and a value.
type pairs struct {
	names, values []string
	// first cuts at the first "=" instead of the last: headers may have one
	// and names of fields have none, for filters it is the other way round.
	first bool
}

func (p *pairs) String() string { return "" }

// Set takes one pair.
func (p *pairs) Set(s string) error {
	i := strings.LastIndexByte(s, '=')
	if p.first {
		i = strings.IndexByte(s, '=')
	}
	if i <= 0 {
		return errors.New("it must look like name=value")
	}
	p.names = append(p.names, s[:i])
	p.values = append(p.values, s[i+1:])
	return nil
}

// printJSON writes a value as one line of JSON.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// printIndented writes a value as JSON for people to read.
func printIndented(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
