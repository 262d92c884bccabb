package smtp

import (
	"context"
	"crypto/tls"
	"net"

	"github.com/emersion/go-smtp"
)

// secure makes the client of a connection, under TLS as configured. It returns
// what the client reads and writes, or nil: with STARTTLS the library keeps that
// to itself.
func (s *Sender) secure(ctx context.Context, c *connection) (under net.Conn, err error) {
	switch s.c.Security {
	case TLS:
		protected := tls.Client(c.net, s.c.TLSConfig)
		if err := protected.HandshakeContext(ctx); err != nil {
			return nil, err
		}
		c.client = smtp.NewClient(protected)
		return protected, nil
	case Plain:
		c.client = smtp.NewClient(c.net)
		return c.net, nil
	}
	c.client, err = smtp.NewClientStartTLS(c.net, s.c.TLSConfig)
	return nil, err
}
