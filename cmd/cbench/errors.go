package main

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"cbench/results/words"
)

// Errors that cobra words for those who wrote the flags, for those who use them.
var reworded = []struct {
	found *regexp.Regexp
	words string
}{
	{regexp.MustCompile(`^if any flags in the group \[[^]]*\] are set none of the others can be; \[([^]]*)\] were all set$`),
		"%s: one of them at a time"},
	{regexp.MustCompile(`^at least one of the flags in the group \[([^]]*)\] is required$`), "want one of %s"},
	{regexp.MustCompile(`^required flag\(s\) "([^"]*)" not set$`), "want %s; --help says what it may be"},
	{regexp.MustCompile(`^accepts (?:1|between 1 and 2) arg\(s\), received 0$`), "want the directory of a run, such as out/mine"},
	{regexp.MustCompile(`^accepts between 1 and 2 arg\(s\), received \d+$`), "want the directory of a run, and one question at most"},
	{regexp.MustCompile(`^accepts 2 arg\(s\), received \d+$`), "want the directories of two runs, such as out/before out/after"},
}

// unread is a flag's value that its type does not take, as pflag says it.
var unread = regexp.MustCompile(`^invalid argument (".*") for "(?:-., )?--([a-z-]+)" flag: (time|strconv\.(?:Parse[A-Za-z]+|Atoi)): `)

// wanted is what a flag's type takes, by who refused.
var wanted = map[string]string{
	"time":               "a duration with its unit, such as 3s or 500ms",
	"strconv.ParseInt":   "a whole number",
	"strconv.Atoi":       "a whole number",
	"strconv.ParseUint":  "a whole number from 0",
	"strconv.ParseFloat": "a number",
	"strconv.ParseBool":  "true or false",
}

// inWords is an error in cbench's own words.
func inWords(err error) string {
	text := strings.ReplaceAll(strings.TrimSpace(err.Error()), "\n", " ")
	if m := unread.FindStringSubmatch(text); m != nil && wanted[m[3]] != "" {
		return fmt.Sprintf("--%s %s: must be %s", m[2], m[1], wanted[m[3]])
	}
	for _, r := range reworded {
		if m := r.found.FindStringSubmatch(text); m != nil {
			if len(m) < 2 {
				return r.words
			}
			return fmt.Sprintf(r.words, "--"+strings.ReplaceAll(m[1], " ", ", --"))
		}
	}
	if strings.HasPrefix(text, "unknown command") {
		if word, err := strconv.QuotedPrefix(strings.TrimPrefix(text, "unknown command ")); err == nil {
			text += mendOf(strings.Trim(word, `"`), commandNames())
		}
	}
	if strings.HasPrefix(text, "unknown shorthand") {
		text += mendOf("", nil)
	}
	return text
}

// mendOf is what to do about a word that there is not.
func mendOf(word string, names []string) string {
	if meant := words.Meant(word, names); meant != "" {
		return "; " + meant
	}
	return "; --help lists what there is"
}

func commandNames() (names []string) {
	for _, c := range newRoot().Commands() {
		if !c.Hidden {
			names = append(names, c.Name())
		}
	}
	return append(names, "completion", "help")
}

// unknownFlag says which flag of the command was meant.
func unknownFlag(cmd *cobra.Command, err error) error {
	word, is := strings.CutPrefix(err.Error(), "unknown flag: --")
	if !is {
		return err
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if meant := words.Meant(word, names); meant != "" {
		return fmt.Errorf("%s: unknown flag: --%s; did you mean --%s", cmd.Name(), word, strings.TrimPrefix(meant,
			"did you mean "))
	}
	return fmt.Errorf("%s: unknown flag: --%s; --help lists what there is", cmd.Name(), word)
}

// usageError is an error of what was asked for, found before anything was begun.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// misuse is err as one of usage, behind the name of the command.
func misuse(command string, err error) error {
	return usageError{fmt.Errorf("%s: %w", command, err)}
}

// givenTwice refuses a flag that takes one value and is given two: the first would be lost in silence.
func givenTwice(root *cobra.Command, args []string) error {
	cmd, rest, err := root.Find(args)
	if err != nil || cmd.DisableFlagParsing {
		return nil // cobra says why
	}
	cmd.InitDefaultHelpFlag()
	said := map[string]string{}
	var twice error
	cmd.Flags().ParseAll(rest, func(f *pflag.Flag, value string) error {
		was, before := said[f.Name]
		said[f.Name] = value
		if _, list := f.Value.(pflag.SliceValue); !list && before && was != value && twice == nil {
			twice = fmt.Errorf("%s: --%s is given twice, as %q and as %q: it takes one value", cmd.Name(), f.Name, was, value)
		}
		return nil
	})
	return twice
}

// mayBeEmpty is the flags to which an empty word is an answer, or that say themselves what they want.
var mayBeEmpty = map[string]bool{"gate": true}

// saysSomething refuses flags that were given and say nothing, as --model="$MODEL" does where the variable is not set: all models
// are not what was asked for.
func saysSomething(cmd *cobra.Command) (err error) {
	if cmd.Hidden { // not for people
		return nil
	}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		empty := f.Value.String() == ""
		if list, is := f.Value.(pflag.SliceValue); is {
			empty = strings.Join(list.GetSlice(), "") == ""
		}
		if empty && !mayBeEmpty[f.Name] && err == nil {
			err = fmt.Errorf("%s: --%s says nothing: give it a value, or leave it out", cmd.Name(), f.Name)
		}
	})
	return err
}

// strictTopics has help and completion fail where they have nothing to tell, which cobra's do not.
func strictTopics(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		switch c.Name() {
		case "help":
			c.Run, c.RunE = nil, func(_ *cobra.Command, args []string) error {
				found, rest, err := root.Find(args)
				if err == nil && len(rest) > 0 {
					err = fmt.Errorf("unknown command %q for %q", rest[0], found.CommandPath())
				}
				if err != nil {
					return err
				}
				found.InitDefaultHelpFlag()
				return found.Help()
			}
		case "completion":
			c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
		}
	}
}

// withMend says behind an error of the network's what to do about it.
func withMend(err error, of syscall.Errno, mend string) error {
	if errors.Is(err, of) {
		return fmt.Errorf("%w: %s", err, mend)
	}
	return err
}
