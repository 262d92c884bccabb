package desk

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// Cursor says where a list goes on. It is opaque, signed, and bound to the
// workspace, the kind of actor, the filter and the order it was made for;
// anything else that is put in its place is refused as [Expired].
type Cursor string

// Page is what a caller asks of a list. The zero value is the first page of
// the default length.
type Page struct {
	// Limit is the number of rows, 1 to 1,000; 0 is 50.
	Limit int
	// Cursor is the Next or Prev of an earlier page.
	Cursor Cursor
}

// MaxPage is the greatest number of rows a page can have.
const MaxPage = 1000

// Size returns the number of rows the page asks for.
func (p Page) Size() (int, error) {
	switch {
	case p.Limit == 0:
		return 50, nil
	case p.Limit < 0 || p.Limit > MaxPage:
		return 0, Errorf(Invalid, "limit", "A page has 1 to %d rows.", MaxPage)
	}
	return p.Limit, nil
}

// CursorKeys sign cursors. The first key signs; all of them are accepted, so
// that a key can be replaced without breaking the lists people have open.
type CursorKeys [][]byte

// Sign makes a cursor of the payload for the scope.
func (k CursorKeys) Sign(scope string, payload []byte) (Cursor, error) {
	if len(k) == 0 || len(k[0]) < 16 {
		return "", &Error{Kind: Internal, Message: "No key of 16 bytes or more is set for cursors."}
	}
	return Cursor(base64.RawURLEncoding.EncodeToString(append(seal(k[0], scope, payload), payload...))), nil
}

// Open returns the payload of a cursor that one of the keys signed for the
// scope. Anything else is an [Expired] error.
func (k CursorKeys) Open(scope string, c Cursor) ([]byte, error) {
	expired := &Error{Kind: Expired, Field: "cursor", Message: "This page of the list can no longer be opened. Start again from its first page."}
	if len(c) > 4096 {
		return nil, expired
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(strings.TrimSpace(string(c)))
	if err != nil || len(raw) < cursorMAC {
		return nil, expired
	}
	for _, key := range k {
		if len(key) >= 16 && hmac.Equal(raw[:cursorMAC], seal(key, scope, raw[cursorMAC:])) {
			return raw[cursorMAC:], nil
		}
	}
	return nil, expired
}

// cursorMAC is how many bytes of the MAC a cursor carries: 128 bits.
const cursorMAC = 16

func seal(key []byte, scope string, payload []byte) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(scope))
	m.Write([]byte{0})
	m.Write(payload)
	return m.Sum(nil)[:cursorMAC]
}
