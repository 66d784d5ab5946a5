package main

import (
	"fmt"
	"regexp"
	"strings"
)

// Errors that cobra words for those who wrote the flags, for those who use them.
var reworded = []struct {
	found *regexp.Regexp
	words string
}{
	{regexp.MustCompile(`^if any flags in the group \[[^]]*\] are set none of the others can be; \[([^]]*)\] were all set$`), "%s: one of them at a time"},
	{regexp.MustCompile(`^at least one of the flags in the group \[([^]]*)\] is required$`), "want one of %s"},
	{regexp.MustCompile(`^accepts 1 arg\(s\), received 0$`), "want the directory of a run, such as out/mine"},
	{regexp.MustCompile(`^accepts 2 arg\(s\), received \d+$`), "want the directories of two runs, such as out/before out/after"},
}

// inWords is an error in cbench's own words.
func inWords(err error) string {
	text := strings.ReplaceAll(strings.TrimSpace(err.Error()), "\n", " ")
	for _, r := range reworded {
		if m := r.found.FindStringSubmatch(text); m != nil {
			if len(m) < 2 {
				return r.words
			}
			return fmt.Sprintf(r.words, "--"+strings.ReplaceAll(m[1], " ", ", --"))
		}
	}
	if strings.HasPrefix(text, "unknown flag") || strings.HasPrefix(text, "unknown command") || strings.HasPrefix(text, "unknown shorthand") {
		text += "; --help lists what there is"
	}
	return text
}
