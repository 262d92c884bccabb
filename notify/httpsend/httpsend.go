// Package httpsend is what the senders by HTTP share: one request, a bounded
// answer, and errors without URLs and tokens.
package httpsend

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/notify"
)

// maxAnswer is how much of an answer is read.
const maxAnswer = 64 << 10

// Endpoint checks the address of a provider: https, or http to this machine.
func Endpoint(field, address string) (string, error) {
	u, err := url.Parse(address)
	local := err == nil && (u.Hostname() == "localhost" || strings.HasPrefix(u.Hostname(), "127.") || u.Hostname() == "::1")
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || u.Scheme != "https" && (u.Scheme != "http" || !local) {
		return "", desk.Errorf(desk.Invalid, field, "The provider's address must begin with https://.")
	}
	return strings.TrimRight(address, "/"), nil
}

// Client returns the client, or one that follows no redirects: a request with
// a token in it goes where it was meant to.
func Client(c *http.Client) *http.Client {
	if c != nil {
		return c
	}
	return &http.Client{
		Timeout:       time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Do makes the request and returns the body of a good answer. The function read
// looks at the body of a bad one and returns the provider's code and words for
// it, and whether another attempt would be in vain; 429 and codes from 500 are
// always temporary. The secret, if the provider repeats it, is left out.
func Do(ctx context.Context, c *http.Client, r *http.Request, name, secret string, read func(status int, body []byte) (words string, permanent bool)) ([]byte, error) {
	res, err := c.Do(r.WithContext(ctx))
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err // without the URL
		}
		return nil, &notify.Later{Message: name + " cannot be reached.", Err: err}
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return nil, &notify.Later{Message: name + " did not answer to the end.", Err: err}
	}
	if res.StatusCode/100 == 2 {
		return body, nil
	}
	words, permanent := read(res.StatusCode, body)
	if secret != "" {
		words = strings.ReplaceAll(words, secret, "[…]")
	}
	message := notify.Redact(fmt.Sprintf("%s refused the message (%d %s).", name, res.StatusCode, words))
	if permanent && res.StatusCode < 500 && res.StatusCode != http.StatusTooManyRequests {
		return nil, &notify.Permanent{Message: message}
	}
	return nil, &notify.Later{Message: message, After: retryAfter(res.Header.Get("Retry-After"))}
}

// retryAfter reads the header's seconds.
func retryAfter(s string) time.Duration {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0
	}
	return time.Duration(min(n, 86_400)) * time.Second
}
