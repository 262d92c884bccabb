package smtp

import (
	"context"
	"crypto/tls"
	"net"

	"github.com/emersion/go-smtp"
)

// secure makes a client on a connection, under TLS as configured.
func (s *Sender) secure(ctx context.Context, raw net.Conn) (*smtp.Client, error) {
	switch s.c.Security {
	case TLS:
		under := tls.Client(raw, s.c.TLSConfig)
		if err := under.HandshakeContext(ctx); err != nil {
			return nil, err
		}
		return smtp.NewClient(under), nil
	case Plain:
		return smtp.NewClient(raw), nil
	}
	return smtp.NewClientStartTLS(raw, s.c.TLSConfig)
}
