package requests

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/deskfolk/desk"
)

// The limits of JSON that is read, in bytes.
const (
	maxDefinitionJSON = 1 << 20
	maxAnswersJSON    = 4 << 20
)

// ParseDefinition reads a definition from JSON, as encoding/json writes
// [Definition], and cleans it. JSON of more than 1 MiB, with names that a
// definition does not have, or with anything behind it is refused. The errors
// are those of [Definition.Clean]; what is no JSON at all blames "definition".
func ParseDefinition(data []byte) (Definition, error) {
	var d Definition
	if err := readJSON("definition", data, maxDefinitionJSON, &d); err != nil {
		return Definition{}, err
	}
	return d.Clean()
}

// ParseAnswers reads answers from a JSON object whose values are texts,
// numbers, true, false, null, or arrays of these. Numbers are taken as they
// are written. JSON of more than 4 MiB is refused; the error is desk.Invalid
// with the field "answers". Whether they fit a form is for
// [Definition.Validate] to say.
func ParseAnswers(data []byte) (Answers, error) {
	var raw map[string]json.RawMessage
	if err := readJSON("answers", data, maxAnswersJSON, &raw); err != nil {
		return nil, err
	}
	answers := make(Answers, len(raw))
	for key, v := range raw {
		if !desk.IsKey(key) {
			return nil, invalid("answers", "The key of an answer has 1 to 40 of a-z, 0-9 and _, and begins with a letter.")
		}
		values, ok := answerValues(v)
		if !ok {
			return nil, invalid("answers", "An answer is a text, a number, true, false, or a list of these.")
		}
		if len(values) > 0 {
			answers[key] = values
		}
	}
	return answers, nil
}

// readJSON reads one JSON value that must be all there is.
func readJSON(field string, data []byte, limit int, to any) error {
	if len(data) > limit {
		return desk.Errorf(desk.Limited, field, "The JSON is larger than %d bytes.", limit)
	}
	if !utf8.Valid(data) {
		return invalid(field, "The JSON is not valid UTF-8.")
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	err := dec.Decode(to)
	if err == nil {
		if _, more := dec.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("there is more behind the value")
		}
	}
	if err != nil {
		e := desk.Errorf(desk.Invalid, field, "This is not JSON of the form that is asked for.")
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) && kind.Field != "" {
			e.Message = "The JSON has a value of the wrong type at " + desk.Cut(desk.OneLine(kind.Field), 100) + "."
		}
		return e
	}
	return nil
}

// answerValues reads one answer.
func answerValues(raw json.RawMessage) ([]string, bool) {
	if text := bytes.TrimSpace(raw); len(text) > 0 && text[0] == '[' {
		var list []json.RawMessage
		if json.Unmarshal(text, &list) != nil || len(list) > 2*maxChoices {
			return nil, false
		}
		var all []string
		for _, item := range list {
			v, ok := answerValue(item)
			if !ok {
				return nil, false
			}
			all = append(all, v)
		}
		return slices.DeleteFunc(all, func(s string) bool { return s == "" }), true
	}
	v, ok := answerValue(raw)
	if v == "" {
		return nil, ok
	}
	return []string{v}, ok
}

func answerValue(raw json.RawMessage) (string, bool) {
	s := strings.TrimSpace(string(raw))
	switch {
	case s == "null":
		return "", true
	case s == "true", s == "false":
		return s, true
	case strings.HasPrefix(s, `"`):
		var text string
		err := json.Unmarshal(raw, &text)
		return text, err == nil
	case s != "" && s[0] != '{' && s[0] != '[':
		return s, true
	}
	return "", false
}
