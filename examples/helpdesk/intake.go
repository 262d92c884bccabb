package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/tickets/intake"
)

// takenMail is what became of a message, as JSON.
type takenMail struct {
	File        string              `json:"file"`
	Outcome     intake.Outcome      `json:"outcome"`
	Reason      string              `json:"reason"`
	ContactID   desk.ContactID      `json:"contact_id"`
	TicketID    desk.TicketID       `json:"ticket_id"`
	SenderEmail string              `json:"sender_email"`
	SenderName  string              `json:"sender_name"`
	Subject     string              `json:"subject"`
	AutoReply   bool                `json:"auto_reply"`
	Bounce      bool                `json:"bounce"`
	List        bool                `json:"list"`
	Text        string              `json:"text"`
	Attachments []intake.Attachment `json:"attachments"`
}

// intakeFiles takes messages in from files, and prints one line of JSON for
// each. A message that is rejected is a result; a file that cannot be read
// ends the command.
func intakeFiles(ctx context.Context, c *call) error {
	var mailbox string
	c.flags.StringVar(&mailbox, "mailbox", "", "the workspace's `ADDRESS` that the messages are for (default: found from each)")
	if err := c.parse(1, -1); err != nil {
		return err
	}
	db, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer db.close()
	out := json.NewEncoder(c.stdout)
	out.SetEscapeHTML(false)
	for _, name := range c.args {
		line, err := c.takeFile(ctx, db, name, mailbox)
		if err != nil {
			return err
		}
		if err := out.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

// takeFile takes one message in.
func (c *call) takeFile(ctx context.Context, db *database, name, mailbox string) (takenMail, error) {
	in, err := openMail(c, name)
	if err != nil {
		return takenMail{}, err
	}
	defer func() { _ = in.Close() }()
	res, err := db.intake.Take(ctx, c.system(), intake.Delivery{Raw: in, Mailbox: mailbox})
	if err != nil {
		return takenMail{}, err
	}
	line := takenMail{
		File: name, Outcome: res.Outcome, Reason: res.Reason, ContactID: res.Contact, TicketID: res.Ticket,
		SenderEmail: res.Sender, SenderName: res.SenderName, Subject: res.Subject,
		AutoReply: res.AutoReply, Bounce: res.Bounce, List: res.List, Attachments: []intake.Attachment{},
	}
	if m := res.Mail; m != nil {
		line.SenderEmail, line.SenderName, line.Subject, line.Text = m.From.Email, m.From.Name, m.Subject, m.Text
		line.Attachments = append(line.Attachments, m.Attachments...)
	}
	if res.Again {
		line.Outcome, line.Reason = intake.Ignored, "The same message was taken in before ("+string(res.Outcome)+"). Nothing was made."
	}
	return line, nil
}

// openMail opens the file of a message; "-" is the standard input.
func openMail(c *call, name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(c.stdin), nil
	}
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, desk.Errorf(desk.NotFound, "", "There is no file %s.", name)
	case err == nil && info.IsDir():
		return nil, desk.Errorf(desk.Invalid, "", "%s is a directory, not a file.", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, desk.Errorf(desk.Unavailable, "", "The file %s cannot be opened.", name)
	}
	return f, nil
}
