package smtp

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/deskfolk/desk"
)

// Security says how the connection is protected.
type Security string

// The kinds of security.
const (
	// StartTLS begins in plain text and goes on under TLS; a server that does not
	// offer it is not used. It is what the zero value means.
	StartTLS Security = "starttls"
	// TLS is TLS from the first byte, mostly on port 465.
	TLS Security = "tls"
	// Plain is no protection: for a server on the same machine.
	Plain Security = "plain"
)

// Config says which server is used, and how.
type Config struct {
	// Addr is the server's host and port.
	Addr     string
	Security Security
	// Username and Password sign in, if there is a Username. They are not sent over a
	// connection without TLS, except to a loopback address.
	Username, Password string
	// TLSConfig is used for TLS; nil: the system's roots and the host of Addr.
	TLSConfig *tls.Config
	// LocalName is what this machine calls itself; empty: "localhost".
	LocalName string
	// Connections is how many connections are kept open; 0 is 4. More are made
	// when more messages are sent at once.
	Connections int
	// PerConnection is after how many messages a connection is closed; 0 is 500.
	PerConnection int
	// IdleTime is after how long a connection that is not used is not trusted any
	// more; 0 is 30 s. DialTime limits connecting; 0 is 10 s.
	IdleTime, DialTime time.Duration
	// DKIM signs messages; nil: they are not signed.
	DKIM *DKIM
	// Now is the clock for the Date field; nil is time.Now.
	Now func() time.Time
}

// DKIM is a key that signs messages. Its public half is published in the DNS,
// at SELECTOR._domainkey.DOMAIN.
type DKIM struct {
	Domain, Selector string
	// Key is an RSA key of 2048 bits or more, or an Ed25519 one.
	Key crypto.Signer
}

// Parse reads a server's address such as smtp://user:pass@mail.example.com:587
// (STARTTLS), smtps://mail.example.com (TLS) or smtp+plain://localhost:25. The
// error does not repeat the address: there may be a password in it.
func Parse(address string) (Config, error) {
	bad := desk.Errorf(desk.Invalid, "smtp", "This is not the address of a mail server. Write it like smtp://user@mail.example.com:587, or with smtps:// or smtp+plain://.")
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "" {
		return Config{}, bad
	}
	var c Config
	port := u.Port()
	switch u.Scheme {
	case "smtp":
		c.Security, port = StartTLS, or(port, "587")
	case "smtps":
		c.Security, port = TLS, or(port, "465")
	case "smtp+plain":
		c.Security, port = Plain, or(port, "25")
	default:
		return Config{}, bad
	}
	c.Addr = net.JoinHostPort(u.Hostname(), port)
	if u.User != nil {
		c.Username = u.User.Username()
		c.Password, _ = u.User.Password()
	}
	return c, nil
}

func or(s, instead string) string {
	if s == "" {
		return instead
	}
	return s
}

// ParseKey reads a private key for DKIM in PEM: PKCS #8, or PKCS #1 for RSA.
func ParseKey(text []byte) (crypto.Signer, error) {
	bad := func(err error) error {
		return &desk.Error{Kind: desk.Invalid, Field: "dkim", Message: "This is not a private key for DKIM: it must be RSA of 2048 bits or more, or Ed25519, in PEM.", Err: err}
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, bad(nil)
	}
	var key any
	var err error
	if block.Type == "RSA PRIVATE KEY" {
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	} else {
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	}
	if err != nil {
		return nil, bad(err)
	}
	switch k := key.(type) {
	case *rsa.PrivateKey:
		if k.N.BitLen() < 2048 {
			return nil, bad(nil)
		}
		return k, nil
	case ed25519.PrivateKey:
		return k, nil
	}
	return nil, bad(nil)
}

// check completes a configuration, or says what is wrong with it.
func (c *Config) check() error {
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil || host == "" {
		return desk.Errorf(desk.Invalid, "smtp", "The mail server's address needs a host and a port.")
	}
	if c.Security == "" {
		c.Security = StartTLS
	}
	if c.Security != StartTLS && c.Security != TLS && c.Security != Plain {
		return desk.Errorf(desk.Invalid, "smtp", "There is no such way to protect a connection.")
	}
	if c.Username != "" && c.Security == Plain && !loopback(host) {
		return desk.Errorf(desk.Invalid, "smtp", "A password is not sent over a connection without TLS. Use smtp:// or smtps://.")
	}
	if d := c.DKIM; d != nil && (d.Domain == "" || d.Selector == "" || d.Key == nil) {
		return desk.Errorf(desk.Invalid, "dkim", "A DKIM signature needs a domain, a selector and a key.")
	}
	c.fill(host)
	return nil
}

// fill puts what is usual in place of what is not given.
func (c *Config) fill(host string) {
	if c.TLSConfig == nil {
		c.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	} else {
		c.TLSConfig = c.TLSConfig.Clone()
	}
	if c.TLSConfig.ServerName == "" {
		c.TLSConfig.ServerName = host
	}
	if c.LocalName == "" {
		c.LocalName = "localhost"
	}
	if c.Connections <= 0 {
		c.Connections = 4
	}
	if c.PerConnection <= 0 {
		c.PerConnection = 500
	}
	if c.IdleTime <= 0 {
		c.IdleTime = 30 * time.Second
	}
	if c.DialTime <= 0 {
		c.DialTime = 10 * time.Second
	}
	if c.Now == nil {
		c.Now = time.Now
	}
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
