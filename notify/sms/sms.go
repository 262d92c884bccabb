// Package sms sends text messages by Twilio's Messages API, or by any service
// that takes a number and a text as JSON.
package sms

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/notify"
	"github.com/deskfolk/desk/notify/httpsend"
)

// maxBody is how many characters Twilio takes.
const maxBody = 1600

// Twilio names the account that messages come from.
type Twilio struct {
	// AccountSID and AuthToken sign in. APIKey, if it is set, does so in place of
	// the account's own sid.
	AccountSID, AuthToken, APIKey string
	// From is a number in E.164 or a sender's name; ServiceSID a messaging
	// service. One of the two is needed.
	From, ServiceSID string
	// Endpoint is empty for https://api.twilio.com.
	Endpoint string
	// Client is empty for one that follows no redirects.
	Client *http.Client
}

// TwilioSender sends text messages by Twilio. It is safe for concurrent use.
type TwilioSender struct {
	c      Twilio
	url    string
	client *http.Client
}

var _ notify.Sender = (*TwilioSender)(nil)

// NewTwilio returns a sender.
func NewTwilio(c Twilio) (*TwilioSender, error) {
	if c.Endpoint == "" {
		c.Endpoint = "https://api.twilio.com"
	}
	base, err := httpsend.Endpoint("sms", c.Endpoint)
	if err != nil {
		return nil, err
	}
	if c.AccountSID == "" || strings.Trim(c.AccountSID, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") != "" || c.AuthToken == "" || (c.From == "") == (c.ServiceSID == "") {
		return nil, desk.Errorf(desk.Invalid, "sms", "Twilio needs an account, its token, and a number or a messaging service to send from.")
	}
	return &TwilioSender{c: c, url: base + "/2010-04-01/Accounts/" + c.AccountSID + "/Messages.json", client: httpsend.Client(c.Client)}, nil
}

// Send sends the message's text to its number.
func (s *TwilioSender) Send(ctx context.Context, m notify.Message) (notify.Receipt, error) {
	if n := len([]rune(m.Text)); n == 0 || n > maxBody {
		return notify.Receipt{}, &notify.Permanent{Message: "A text message has 1 to 1,600 characters."}
	}
	form := url.Values{"To": {m.Number}, "Body": {m.Text}}
	if s.c.ServiceSID != "" {
		form.Set("MessagingServiceSid", s.c.ServiceSID)
	} else {
		form.Set("From", s.c.From)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, strings.NewReader(form.Encode()))
	if err != nil {
		return notify.Receipt{}, &notify.Permanent{Message: "The request cannot be made."}
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	user := s.c.AccountSID
	if s.c.APIKey != "" {
		user = s.c.APIKey
	}
	r.SetBasicAuth(user, s.c.AuthToken)
	answer, err := httpsend.Do(ctx, s.client, r, "Twilio", s.c.AuthToken, refusal)
	if err != nil {
		return notify.Receipt{}, err
	}
	var said struct {
		SID string `json:"sid"`
	}
	if err := json.Unmarshal(answer, &said); err != nil || said.SID == "" {
		// It was taken: sending it again would be a second message.
		return notify.Receipt{ID: "accepted"}, nil //nolint:nilerr // see above
	}
	return notify.Receipt{ID: said.SID}, nil
}

// refusal reads Twilio's error. What is wrong with the account (20003 and its
// like, 401 and 403) can be mended; what is wrong with the number or the text
// cannot.
func refusal(status int, body []byte) (string, bool) {
	var f struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	}
	if err := json.Unmarshal(body, &f); err != nil {
		return "", false
	}
	return strconv.Itoa(f.Code) + " " + f.Message, status == http.StatusBadRequest && f.Code/1000 == 21
}

// Service is any service that takes a message as JSON: POST to URL of
// {"id", "to", "from", "text"}, answered by a code of 200 to 299 and perhaps {"id"}. A code
// of 400, 404, 409 or 422 is a refusal for good, any other is tried again. The
// id is the same each time a message is sent; it is in the header
// Idempotency-Key too.
type Service struct {
	URL, From string
	// Token goes into the header Authorization, behind "Bearer", if it is set.
	Token string
	// Client is empty for one that follows no redirects.
	Client *http.Client
}

// ServiceSender sends text messages by a [Service]. It is safe for concurrent use.
type ServiceSender struct {
	c      Service
	client *http.Client
}

var _ notify.Sender = (*ServiceSender)(nil)

// NewService returns a sender.
func NewService(c Service) (*ServiceSender, error) {
	var err error
	if c.URL, err = httpsend.Endpoint("sms", c.URL); err != nil {
		return nil, err
	}
	return &ServiceSender{c: c, client: httpsend.Client(c.Client)}, nil
}

// Send sends the message's text to its number.
func (s *ServiceSender) Send(ctx context.Context, m notify.Message) (notify.Receipt, error) {
	text, err := json.Marshal(map[string]string{"id": string(m.ID), "to": m.Number, "from": s.c.From, "text": m.Text})
	if err != nil {
		return notify.Receipt{}, &notify.Permanent{Message: "The message cannot be written.", Err: err}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.c.URL, bytes.NewReader(text))
	if err != nil {
		return notify.Receipt{}, &notify.Permanent{Message: "The request cannot be made."}
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", string(m.ID))
	if s.c.Token != "" {
		r.Header.Set("Authorization", "Bearer "+s.c.Token)
	}
	answer, err := httpsend.Do(ctx, s.client, r, "The SMS service", s.c.Token, func(status int, _ []byte) (string, bool) {
		return "", status == http.StatusBadRequest || status == http.StatusNotFound || status == http.StatusConflict || status == http.StatusUnprocessableEntity
	})
	if err != nil {
		return notify.Receipt{}, err
	}
	var said struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(answer, &said)
	return notify.Receipt{ID: said.ID}, nil
}
