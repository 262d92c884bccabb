package accounts

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"github.com/deskfolk/desk"
)

// The cost of a password's hash, as OWASP recommends for argon2id: 19 MiB,
// two passes, one lane. It is written into each hash, so that it can be
// raised without breaking those that are there.
const (
	hashMemory = 19 * 1024
	hashPasses = 2
	hashLanes  = 1
	hashBytes  = 32
	saltBytes  = 16
)

// MinPassword and MaxPassword bound a password's length in characters.
const (
	MinPassword = 10
	MaxPassword = 200
)

// checkPassword reports whether a password may be set.
func checkPassword(p string) error {
	switch n := utf8.RuneCountInString(p); {
	case !utf8.ValidString(p) || strings.ContainsRune(p, 0):
		return desk.Errorf(desk.Invalid, "password", "The password has characters that cannot be used.")
	case n < MinPassword:
		return desk.Errorf(desk.Invalid, "password", "A password needs %d characters or more.", MinPassword)
	case n > MaxPassword:
		return desk.Errorf(desk.Invalid, "password", "A password has at most %d characters.", MaxPassword)
	}
	return nil
}

// hash returns the password's hash as a PHC string. At most two are computed
// at a time: each takes 19 MiB, and a crowd at the door must not take them all.
func (s *Store) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	if _, err := io.ReadFull(s.opts.Rand, salt); err != nil {
		return "", err
	}
	key, err := s.derive(ctx, password, salt, hashPasses, hashMemory, hashLanes, hashBytes)
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashPasses, hashLanes,
		b64.EncodeToString(salt), b64.EncodeToString(key)), nil
}

// matches reports whether the password is the one that phc was made of. An
// empty or damaged hash matches nothing, but takes as long as a good one.
func (s *Store) matches(ctx context.Context, password, phc string) (bool, error) {
	var version, memory, passes, lanes int
	salt, key, known := make([]byte, saltBytes), make([]byte, hashBytes), false
	parts := strings.Split(phc, "$")
	if len(parts) == 6 && parts[1] == "argon2id" {
		_, e1 := fmt.Sscanf(parts[2], "v=%d", &version)
		_, e2 := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes)
		sa, e3 := base64.RawStdEncoding.DecodeString(parts[4])
		ke, e4 := base64.RawStdEncoding.DecodeString(parts[5])
		inBounds := memory >= 8 && memory <= 1<<20 && passes >= 1 && passes <= 16 && lanes >= 1 && lanes <= 16 && len(ke) >= 16
		if e1 == nil && e2 == nil && e3 == nil && e4 == nil && version == argon2.Version && inBounds {
			salt, key, known = sa, ke, true
		}
	}
	if !known {
		memory, passes, lanes = hashMemory, hashPasses, hashLanes
	}
	got, err := s.derive(ctx, password, salt, uint32(passes), uint32(memory), uint8(lanes), uint32(len(key)))
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, key) == 1 && known, nil
}

func (s *Store) derive(ctx context.Context, password string, salt []byte, passes, memory uint32, lanes uint8, n uint32) ([]byte, error) {
	select {
	case s.hashes <- struct{}{}:
		defer func() { <-s.hashes }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return argon2.IDKey([]byte(password), salt, passes, memory, lanes, n), nil
}
