package main

import (
	_ "embed"
	"fmt"
	"os"
	"slices"
	"strings"

	"cbench/harness/plan"
	"cbench/results/record"
	"cbench/results/words"
)

//go:embed suites.json
var suitesJSON []byte

// readySuites is those that come with cbench.
func readySuites() []plan.Suite {
	all, err := plan.DecodeSuites(suitesJSON)
	if err != nil {
		panic("suites.json: " + err.Error()) // a test reads it
	}
	return all
}

// findSuites is one that comes with cbench, or those of a file of the user's own: all that it holds, or of FILE:NAME that one.
func findSuites(name string) ([]plan.Suite, error) {
	ready := readySuites()
	if at := slices.IndexFunc(ready, func(s plan.Suite) bool { return s.Name == name }); at >= 0 {
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
	chosen := slices.DeleteFunc(slices.Clone(all), func(s plan.Suite) bool { return s.Name != one })
	if len(chosen) == 0 {
		return nil, fmt.Errorf("suite %s: %s", path, words.NoneOf("suite", one, namesOf(all)))
	}
	return chosen, nil
}

// readSuites reads a file that holds a suite, or a list of them.
func readSuites(path string) (all []plan.Suite, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("suite: %w", err)
	}
	if all, err = plan.DecodeSuites(text); err != nil {
		return nil, fmt.Errorf("suite %s: %w", path, err)
	}
	return all, nil
}

// modelsOfSuites is the models of all of them, each once.
func modelsOfSuites(suites []plan.Suite) (names []string) {
	for _, s := range suites {
		for _, name := range suiteModels(s) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// suiteModels is those of a suite: all of ours where it names none.
func suiteModels(s plan.Suite) []string {
	if len(s.Models) == 0 {
		return []string{allModels}
	}
	return s.Models
}

// blocksOfSuites is the blocks of all of them. Where there are several, each keeps to its own models among the servers, unless
// others were chosen.
func blocksOfSuites(suites []plan.Suite, servers []plan.Server, chosen bool) (blocks []plan.Spec) {
	for _, s := range suites {
		names := withoutAll(suiteModels(s))
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

func suiteNames() []string { return namesOf(readySuites()) }

func namesOf(suites []plan.Suite) (names []string) {
	for _, s := range suites {
		names = append(names, s.Name)
	}
	return names
}
