package smtp_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	server "github.com/emersion/go-smtp"
)

// received is a mail as the server got it.
type received struct {
	from, user string
	to         []string
	raw        []byte
	tls        bool
}

// fake is a mail server of a test.
type fake struct {
	mu       sync.Mutex
	all      []received
	sessions int
	// answer, if set, decides about a recipient.
	answer func(to string) error
	addr   string
	roots  *x509.CertPool
}

func (f *fake) NewSession(c *server.Conn) (server.Session, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sessions++
	return &session{f: f, c: c}, nil
}

type session struct {
	f   *fake
	c   *server.Conn
	now received
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "robin" || password != "secret" {
			return server.ErrAuthFailed
		}
		s.now.user = user
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *server.MailOptions) error {
	s.now.from, s.now.to = from, nil
	return nil
}

func (s *session) Rcpt(to string, _ *server.RcptOptions) error {
	s.f.mu.Lock()
	answer := s.f.answer
	s.f.mu.Unlock()
	if answer != nil {
		if err := answer(to); err != nil {
			return err
		}
	}
	s.now.to = append(s.now.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.f.mu.Lock()
	defer s.f.mu.Unlock()
	got := s.now
	got.raw = raw
	_, got.tls = s.c.TLSConnectionState()
	s.f.all = append(s.f.all, got)
	return nil
}

func (s *session) Reset() {}

func (s *session) Logout() error { return nil }

func (f *fake) take() []received {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := f.all
	f.all = nil
	return all
}

// start starts a server on loopback; implicit says that TLS comes first.
func start(t testing.TB, implicit, plain bool) *fake {
	t.Helper()
	f := &fake{roots: x509.NewCertPool()}
	s := server.NewServer(f)
	s.Domain, s.AllowInsecureAuth, s.MaxRecipients = "mail.test", false, 5
	s.EnableSMTPUTF8 = true
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f.addr = l.Addr().String()
	if !plain {
		s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate(t, f.roots)}}
	}
	if implicit {
		l = tls.NewListener(l, s.TLSConfig)
	}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return f
}

func certificate(t testing.TB, roots *x509.CertPool) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
