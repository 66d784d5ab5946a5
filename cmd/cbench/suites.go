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
	Noisy  bool            `json:"noisy"` // its figures are no measurement: see the flag
	Blocks []harness.Block `json:"blocks"`
}

//go:embed suites.json
var suitesJSON []byte

// readySuites is those that come with cbench.
func readySuites() []suite {
	var all []suite
	if err := decodeStrictly(suitesJSON, &all); err != nil {
		panic("suites.json: " + err.Error()) // a test reads it
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
	if err := decodeStrictly(text, &s); err != nil {
		return s, fmt.Errorf("suite %s: %w", path, err)
	}
	if len(s.Blocks) == 0 {
		return s, fmt.Errorf("suite %s: it has no blocks: {\"name\": …, \"doc\": …, \"blocks\": [{\"scenario\": \"echo\", \"conns\": [100], \"duration\": \"2s\"}]}", path)
	}
	for i, b := range s.Blocks {
		if b.Scenario == "" || len(b.Conns) == 0 {
			return s, fmt.Errorf("suite %s: block %d: scenario and conns must be there", path, i+1)
		}
	}
	return s, nil
}

// decodeStrictly decodes the whole text and no word that to does not know; errors say the line.
func decodeStrictly(text []byte, to any) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	err := dec.Decode(to)
	if err == nil && dec.More() {
		err = errors.New("something follows the suite")
	}
	if err == nil {
		return nil
	}
	at := dec.InputOffset()
	if syntax := new(json.SyntaxError); errors.As(err, &syntax) {
		at = syntax.Offset
	}
	// A decoder stops behind what it could not take.
	return fmt.Errorf("line %d: %s", 1+bytes.Count(text[:min(at, int64(len(text)))], []byte("\n")), strings.TrimPrefix(err.Error(), "json: "))
}

func suiteNames() []string {
	var names []string
	for _, s := range readySuites() {
		names = append(names, s.Name)
	}
	return names
}
