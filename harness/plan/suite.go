package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Suite is a named experiment: data, and nothing but data. What each measures is all there is to it.
type Suite struct {
	Name   string   `json:"name"`
	Doc    string   `json:"doc"`
	Noisy  bool     `json:"noisy"`  // its figures are no measurement: see the flag
	Models []string `json:"models"` // as --model, which goes before; none: all of ours
	Blocks []Spec   `json:"blocks"`
}

// DecodeSuites is one suite, or a list of them. Its errors say where.
func DecodeSuites(text []byte) (all []Suite, err error) {
	text = bytes.TrimPrefix(text, []byte("\xEF\xBB\xBF")) // which some editors put before a text
	if list := bytes.TrimSpace(text); len(list) == 0 || list[0] != '[' {
		s, err := decodeSuite(text)
		return []Suite{s}, err
	}
	var each []json.RawMessage
	err = json.Unmarshal(text, &each)
	if syntax := new(json.SyntaxError); errors.As(err, &syntax) {
		return nil, fmt.Errorf("line %d: %w", line(text, int(syntax.Offset)), err)
	}
	if len(each) == 0 {
		return nil, errors.New("it holds no suite")
	}
	for at, from := 0, 0; at < len(each); at++ {
		from += bytes.Index(text[from:], each[at])
		// Lines above are kept as such, so that an error says the line of the file.
		s, err := decodeSuite(append(bytes.Repeat([]byte("\n"), line(text, from)-1), each[at]...))
		if err != nil {
			return nil, fmt.Errorf("suite %d: %w", at+1, err)
		}
		all, from = append(all, s), from+len(each[at])
	}
	return all, nil
}

// decodeSuite takes no word that it does not know. Its errors say where.
func decodeSuite(text []byte) (s Suite, err error) {
	var in struct {
		Suite
		Blocks []json.RawMessage `json:"blocks"`
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	err = dec.Decode(&in)
	if syntax := new(json.SyntaxError); errors.As(err, &syntax) {
		return s, fmt.Errorf("line %d: %w", line(text, int(syntax.Offset)), err)
	}
	switch {
	case err != nil:
		return s, errors.New(strings.TrimPrefix(err.Error(), "json: "))
	case dec.More():
		return s, errors.New("something follows the suite's closing brace")
	case len(in.Blocks) == 0:
		return s, errors.New(`it has no blocks, such as ` +
			`{"name": "mine", "doc": "…", "blocks": [{"scenario": "echo", "conns": [100], "duration": "2s"}]}`)
	}
	s = in.Suite
	for i, text1 := range in.Blocks {
		blocks, err := Decode(text1)
		if err == nil && (blocks[0].Scenario == "" || len(blocks[0].Conns) == 0) {
			err = errors.New("scenario and conns must be there")
		}
		if err != nil {
			at := line(text, bytes.Index(text, text1))
			return s, fmt.Errorf("block %d (line %d): %s", i+1, at, strings.TrimPrefix(err.Error(), "json: "))
		}
		s.Blocks = append(s.Blocks, blocks...)
	}
	return s, nil
}

// line is that of the byte at an offset, from 1.
func line(text []byte, offset int) int {
	return 1 + bytes.Count(text[:max(0, min(offset, len(text)))], []byte("\n"))
}
