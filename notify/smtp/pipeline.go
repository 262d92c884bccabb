package smtp

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/textproto"
	"strconv"
	"strings"

	"github.com/emersion/go-smtp"
)

// pipeline sends the commands of a message in one piece and its contents in
// another (RFC 2920): it waits twice for the server, where the library's client,
// which has greeted and signed in on the same connection, waits four times.
type pipeline struct {
	conn net.Conn
	in   *textproto.Reader
	// left is how much the server may still say about the message.
	left *io.LimitedReader
	// body and sized say whether the server knows BODY and SIZE.
	body, sized bool
	out         bytes.Buffer
}

// maxSaid bounds what a server says about one message.
const maxSaid = 64 << 10

func newPipeline(conn net.Conn, client *smtp.Client) *pipeline {
	p := &pipeline{conn: conn, left: &io.LimitedReader{R: conn}}
	p.in = textproto.NewReader(bufio.NewReader(p.left))
	p.body, _ = client.Extension("8BITMIME")
	p.sized, _ = client.Extension("SIZE")
	return p
}

// send gives one message to the server, and returns what it said.
func (p *pipeline) send(from, to string, utf8 bool, raw []byte) (string, *failure) {
	p.left.N = maxSaid
	p.commands(from, to, utf8, len(raw))
	if _, err := p.conn.Write(p.out.Bytes()); err != nil {
		return "", refusedSender(err)
	}
	if f := p.taken(); f != nil {
		return "", f
	}
	p.contents(raw)
	if _, err := p.conn.Write(p.out.Bytes()); err != nil {
		return "", lost(err)
	}
	said, err := p.answer(250)
	if err != nil {
		return "", refused("The mail server refused the message", err)
	}
	return said, nil
}

// commands writes the three commands of a message.
func (p *pipeline) commands(from, to string, utf8 bool, size int) {
	p.out.Reset()
	p.out.WriteString("MAIL FROM:<" + from + ">")
	if p.body {
		p.out.WriteString(" BODY=8BITMIME")
	}
	if p.sized {
		p.out.WriteString(" SIZE=" + strconv.Itoa(size))
	}
	if utf8 {
		p.out.WriteString(" SMTPUTF8")
	}
	p.out.WriteString("\r\nRCPT TO:<" + to + ">\r\nDATA\r\n")
}

// taken reads the answers to the commands. Each of them is answered, also
// when one before it was refused.
func (p *pipeline) taken() *failure {
	_, sender := p.answer(250)
	if !said(sender) {
		return refusedSender(sender)
	}
	_, recipient := p.answer(25)
	_, contents := p.answer(354)
	var f *failure
	switch {
	case sender != nil:
		f = refusedSender(sender)
	case recipient != nil:
		f = refused("The mail server refused the recipient", recipient)
	case contents != nil:
		f = refused("The mail server refused the message", contents)
	default:
		return nil
	}
	f.ended = !said(recipient) || !said(contents)
	if contents == nil {
		// It waits for a message that nobody would get: it gets an empty one.
		_, err := p.conn.Write([]byte(".\r\n"))
		if err == nil {
			_, err = p.answer(250)
		}
		f.ended = f.ended || !said(err)
	}
	return f
}

// contents writes the message, with a second dot where a line begins with one,
// and the dot that ends it.
func (p *pipeline) contents(raw []byte) {
	p.out.Reset()
	p.out.Grow(len(raw) + 64)
	for line := range bytes.SplitAfterSeq(raw, []byte("\r\n.")) {
		p.out.Write(line)
		p.out.WriteByte('.')
	}
	p.out.Truncate(p.out.Len() - 1)
	p.out.WriteString(".\r\n")
}

// answer reads one answer. What the server refuses is an [smtp.SMTPError].
func (p *pipeline) answer(expected int) (string, error) {
	_, text, err := p.in.ReadResponse(expected)
	var no *textproto.Error
	if !errors.As(err, &no) {
		return text, err
	}
	e := &smtp.SMTPError{Code: no.Code, Message: no.Msg}
	if code, rest, ok := strings.Cut(no.Msg, " "); ok && strings.Count(code, ".") == 2 && strings.Trim(code, "0123456789.") == "" {
		e.Message = rest
	}
	return text, e
}

// said reports whether the server has answered, be it with a refusal.
func said(err error) bool {
	var no *smtp.SMTPError
	return err == nil || errors.As(err, &no)
}

// lost is a connection that ended while the message went over it.
func lost(err error) *failure {
	return &failure{stage: "The connection to the mail server was lost", err: err}
}
