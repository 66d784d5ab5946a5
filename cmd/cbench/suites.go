package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"cbench/harness"
)

// suite is a named experiment: data, and nothing but data. What each measures is all there is to it.
type suite struct {
	Name   string          `json:"name"`
	Doc    string          `json:"doc"`
	Noisy  bool            `json:"noisy"`  // its figures are no measurement: see the flag
	Models []string        `json:"models"` // as --model, which goes before; none: all of ours
	Blocks []harness.Block `json:"blocks"`
}

//go:embed suites.json
var suitesJSON []byte

// readySuites is those that come with cbench.
func readySuites() (all []suite) {
	var texts []json.RawMessage
	if err := json.Unmarshal(suitesJSON, &texts); err != nil {
		panic("suites.json: " + err.Error()) // a test reads it
	}
	for _, text := range texts {
		s, err := decodeSuite(text)
		if err != nil {
			panic("suites.json: " + err.Error())
		}
		all = append(all, s)
	}
	return all
}

// findSuite is one that comes with cbench, or one of the user's own, where the name is a file's.
func findSuite(name string) (suite, error) {
	for _, s := range readySuites() {
		if s.Name == name {
			return s, nil
		}
	}
	if !strings.HasSuffix(name, ".json") {
		return suite{}, fmt.Errorf("suite %q: there is none of that name; there are %s, and files of your own that end in .json",
			name, strings.Join(suiteNames(), ", "))
	}
	return readSuite(name)
}

// readSuite reads a suite out of a file.
func readSuite(path string) (s suite, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return s, fmt.Errorf("suite: %w", err)
	}
	if s, err = decodeSuite(text); err != nil {
		return s, fmt.Errorf("suite %s: %w", path, err)
	}
	return s, nil
}

// decodeSuite takes no word that it does not know. Its errors say where.
func decodeSuite(text []byte) (s suite, err error) {
	var in struct {
		suite
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
		return s, errors.New(`it has no blocks, such as {"name": "mine", "doc": "…", "blocks": [{"scenario": "echo", "conns": [100], "duration": "2s"}]}`)
	}
	s = in.suite
	for i, text1 := range in.Blocks {
		blocks, err := harness.DecodeBlock(text1)
		if err == nil && (blocks[0].Scenario == "" || len(blocks[0].Conns) == 0) {
			err = errors.New("scenario and conns must be there")
		}
		if err != nil {
			return s, fmt.Errorf("block %d (line %d): %s", i+1, line(text, bytes.Index(text, text1)), strings.TrimPrefix(err.Error(), "json: "))
		}
		s.Blocks = append(s.Blocks, blocks...)
	}
	return s, nil
}

// line is that of the byte at an offset, from 1.
func line(text []byte, offset int) int {
	return 1 + bytes.Count(text[:max(0, min(offset, len(text)))], []byte("\n"))
}

func suiteNames() []string {
	var names []string
	for _, s := range readySuites() {
		names = append(names, s.Name)
	}
	return names
}
