package server

import (
	"fmt"
	"strings"

	"github.com/mattn/go-shellwords"
)

// SplitCommand splits a command line into words as a shell would, quotes and backslashes honoured, but runs no shell:
// variables, wildcards and backticks stay as they are written, and pipes, redirections and lists are refused.
func SplitCommand(line string) ([]string, error) {
	parser := shellwords.NewParser()
	parser.ParseEnv, parser.ParseBacktick = false, false
	words, err := parser.Parse(line)
	switch {
	case err != nil:
		return nil, fmt.Errorf("command %q: %w", line, err)
	case parser.Position >= 0:
		at := []rune(line)[parser.Position:]
		return nil, fmt.Errorf("command %q: no shell runs it, so %q means nothing: quote it, or wrap the command: sh -c '…'",
			line, string(at[:1]))
	case len(words) == 0:
		return nil, fmt.Errorf("command %q: empty", line)
	}
	return words, nil
}

// substitute is the words with {addr} filled in.
func substitute(words []string, addr string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = strings.ReplaceAll(w, "{addr}", addr)
	}
	return out
}
