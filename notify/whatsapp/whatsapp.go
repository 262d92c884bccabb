// Package whatsapp sends template messages by Meta's WhatsApp Cloud API: POST
// /VERSION/PHONE_NUMBER_ID/messages with a bearer token.
package whatsapp

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/notify"
	"github.com/deskfolk/desk/notify/httpsend"
)

// Config names the account that messages come from.
type Config struct {
	// PhoneNumberID is the id of the sending number; Token the access token.
	PhoneNumberID, Token string
	// Endpoint is empty for https://graph.facebook.com, Version for "v23.0".
	Endpoint, Version string
	// Client is empty for one that follows no redirects.
	Client *http.Client
}

// Sender sends template messages. It is safe for concurrent use.
type Sender struct {
	url, token string
	client     *http.Client
}

var _ notify.Sender = (*Sender)(nil)

// New returns a sender.
func New(c Config) (*Sender, error) {
	if c.Endpoint == "" {
		c.Endpoint = "https://graph.facebook.com"
	}
	if c.Version == "" {
		c.Version = "v23.0"
	}
	base, err := httpsend.Endpoint("whatsapp", c.Endpoint)
	if err != nil {
		return nil, err
	}
	if c.Token == "" || strings.ContainsAny(c.Token, "\r\n") || c.PhoneNumberID == "" || strings.Trim(c.PhoneNumberID, "0123456789") != "" {
		return nil, desk.Errorf(desk.Invalid, "whatsapp", "WhatsApp needs the id of the sending number, which is digits, and an access token.")
	}
	return &Sender{url: base + "/" + c.Version + "/" + c.PhoneNumberID + "/messages", token: c.Token, client: httpsend.Client(c.Client)}, nil
}

// The request, as the API documents it.
type (
	request struct {
		Product       string   `json:"messaging_product"`
		RecipientType string   `json:"recipient_type"`
		To            string   `json:"to"`
		Type          string   `json:"type"`
		Template      template `json:"template"`
		// Opaque comes back with the message's status.
		Opaque string `json:"biz_opaque_callback_data,omitempty"`
	}
	template struct {
		Name       string      `json:"name"`
		Language   language    `json:"language"`
		Components []component `json:"components,omitempty"`
	}
	language struct {
		Code string `json:"code"`
	}
	component struct {
		Type       string      `json:"type"`
		Parameters []parameter `json:"parameters"`
	}
	parameter struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}
	response struct {
		Messages []struct {
			ID     string `json:"id"`
			Status string `json:"message_status"`
		} `json:"messages"`
	}
	failure struct {
		Error struct {
			Message string `json:"message"`
			Code    int    `json:"code"`
		} `json:"error"`
	}
)

// Send sends the message's template to its number.
func (s *Sender) Send(ctx context.Context, m notify.Message) (notify.Receipt, error) {
	body := request{
		Product: "whatsapp", RecipientType: "individual", To: strings.TrimPrefix(m.Number, "+"), Type: "template", Opaque: string(m.ID),
		Template: template{Name: m.Template.Name, Language: language{strings.ReplaceAll(m.Template.Language, "-", "_")}},
	}
	if len(m.Template.Params) > 0 {
		c := component{Type: "body"}
		for _, p := range m.Template.Params {
			c.Parameters = append(c.Parameters, parameter{"text", p})
		}
		body.Template.Components = []component{c}
	}
	text, err := json.Marshal(body)
	if err != nil {
		return notify.Receipt{}, &notify.Permanent{Message: "The message cannot be written.", Err: err}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(text))
	if err != nil {
		return notify.Receipt{}, &notify.Permanent{Message: "The request cannot be made."}
	}
	r.Header.Set("Authorization", "Bearer "+s.token)
	r.Header.Set("Content-Type", "application/json")
	answer, err := httpsend.Do(ctx, s.client, r, "WhatsApp", s.token, refusal)
	if err != nil {
		return notify.Receipt{}, err
	}
	var said response
	if err := json.Unmarshal(answer, &said); err != nil || len(said.Messages) == 0 {
		// It was taken: sending it again would be a second message.
		return notify.Receipt{ID: "accepted"}, nil //nolint:nilerr // see above
	}
	return notify.Receipt{ID: said.Messages[0].ID}, nil
}

// temporary are codes of the API that pass: limits, maintenance, an account or
// a token that someone has to mend.
var temporary = map[int]bool{0: true, 1: true, 2: true, 3: true, 4: true, 10: true, 190: true, 80007: true, 130429: true, 131000: true, 131005: true,
	131016: true, 131031: true, 131042: true, 131048: true, 131056: true, 131057: true, 133004: true, 368: true}

// refusal reads the API's error.
func refusal(_ int, body []byte) (string, bool) {
	var f failure
	if err := json.Unmarshal(body, &f); err != nil || f.Error.Code == 0 && f.Error.Message == "" {
		return "", false
	}
	return f.Error.Message, !temporary[f.Error.Code]
}
