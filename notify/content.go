package notify

import (
	"encoding/json"

	"github.com/deskfolk/desk"
)

// content is what an agent chose to send, as it is kept with the entry.
type content struct {
	Template string   `json:"template,omitempty"`
	Language string   `json:"language,omitempty"`
	Params   []string `json:"params,omitempty"`
	Text     string   `json:"text,omitempty"`
	Title    string   `json:"title,omitempty"`
	Path     string   `json:"path,omitempty"`
}

func (c content) encode() (string, error) {
	b, err := json.Marshal(c)
	if err != nil {
		return "", &desk.Error{Kind: desk.Internal, Message: "A message cannot be written.", Err: err}
	}
	return string(b), nil
}

func decodeContent(s string) (content, error) {
	var c content
	if s == "" {
		return c, nil
	}
	if err := json.Unmarshal([]byte(s), &c); err != nil {
		return c, &Permanent{Message: "What was to be sent cannot be read.", Err: err}
	}
	return c, nil
}
