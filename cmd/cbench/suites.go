package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"cbench/harness/plan"
	"cbench/results/record"
	"cbench/results/words"
)

// suite is a named experiment: data, and nothing but data. What each measures is all there is to it.
type suite struct {
	Name   string      `json:"name"`
	Doc    string      `json:"doc"`
	Noisy  bool        `json:"noisy"`  // its figures are no measurement: see the flag
	Models []string    `json:"models"` // as --model, which goes before; none: all of ours
	Blocks []plan.Spec `json:"blocks"`
}

//go:embed suites.json
var suitesJSON []byte

// readySuites is those that come with cbench.
func readySuites() []suite {
	all, err := decodeSuites(suitesJSON)
	if err != nil {
		panic("suites.json: " + err.Error()) // a test reads it
	}
	return all
}

// findSuites is one that comes with cbench, or those of a file of the user's own: all that it holds, or of FILE:NAME that one.
func findSuites(name string) ([]suite, error) {
	ready := readySuites()
	if at := slices.IndexFunc(ready, func(s suite) bool { return s.Name == name }); at >= 0 {
		return ready[at : at+1], nil
	}
	if strings.HasSuffix(name, ".json") {
		return readSuites(name)
	}
	at := strings.LastIndex(name, ".json:")
	if at < 0 {
		return nil, fmt.Errorf("%s, and files of your own that end in .json", words.NoneOf("suite", name, suiteNames()))
	}
	path, one := name[:at+len(".json")], name[at+len(".json:"):]
	all, err := readSuites(path)
	if err != nil {
		return nil, err
	}
	chosen := slices.DeleteFunc(slices.Clone(all), func(s suite) bool { return s.Name != one })
	if len(chosen) == 0 {
		return nil, fmt.Errorf("suite %s: %s", path, words.NoneOf("suite", one, namesOf(all)))
	}
	return chosen, nil
}

// readSuites reads a file that holds a suite, or a list of them.
func readSuites(path string) (all []suite, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("suite: %w", err)
	}
	if all, err = decodeSuites(text); err != nil {
		return nil, fmt.Errorf("suite %s: %w", path, err)
	}
	return all, nil
}

// decodeSuites is one suite, or a list of them. Its errors say where.
func decodeSuites(text []byte) (all []suite, err error) {
	text = bytes.TrimPrefix(text, []byte("\xEF\xBB\xBF")) // which some editors put before a text
	if list := bytes.TrimSpace(text); len(list) == 0 || list[0] != '[' {
		s, err := decodeSuite(text)
		return []suite{s}, err
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

// modelsOfSuites is the models of all of them, each once.
func modelsOfSuites(suites []suite) (names []string) {
	for _, s := range suites {
		for _, name := range s.models() {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// models is those of the suite: all of ours where it names none.
func (s suite) models() []string {
	if len(s.Models) == 0 {
		return []string{allModels}
	}
	return s.Models
}

// blocksOfSuites is the blocks of all of them. Where there are several, each keeps to its own models among the servers, unless
// others were chosen.
func blocksOfSuites(suites []suite, servers []plan.Server, chosen bool) (blocks []plan.Spec) {
	for _, s := range suites {
		names := withoutAll(s.models())
		var own []string
		for _, server := range servers {
			original := server.Original != record.Original{} && slices.Contains(names, originals)
			if original || slices.Contains(names, server.Name) {
				own = append(own, server.Name)
			}
		}
		for _, b := range s.Blocks {
			if len(suites) > 1 && !chosen && len(b.Models) == 0 {
				b.Models = own
			}
			blocks = append(blocks, b)
		}
	}
	return blocks
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
		blocks, err := plan.Decode(text1)
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

func suiteNames() []string { return namesOf(readySuites()) }

func namesOf(suites []suite) (names []string) {
	for _, s := range suites {
		names = append(names, s.Name)
	}
	return names
}
