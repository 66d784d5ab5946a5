package main

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"cbench/harness/plan"
	"cbench/results/record"
	"cbench/results/words"
)

// notOfThePlan is the flags of cbench run that say how to go about it, not what is measured: they may differ each time.
var notOfThePlan = []string{"out", "resume", "strict", "start-timeout", "help"}

// recall takes over the run that is to be gone on with: its plan is in its file, and the flags are those of its command line.
// What is typed beside --resume may repeat them, and contradict none.
func (f *runFlags) recall(cmd *cobra.Command) error {
	if !f.resume {
		return nil
	}
	if f.out == "" {
		return errors.New("resume: --out must say which run to go on with")
	}
	old, err := record.ReadRun(f.out)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("resume: there is no run in %s; without --resume one begins there", f.out)
	}
	if err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	var recalled runFlags
	again := &cobra.Command{}
	recalled.addTo(again)
	recalled.noisy = false // whatever the environment says today
	if len(old.Command) < 2 {
		return fmt.Errorf("resume: %s does not say how it was run: choose another --out", f.out)
	}
	if err := again.ParseFlags(old.Command[2:]); err != nil {
		return fmt.Errorf("resume: the command of %s: %w", f.out, err)
	}
	if err := contradicts(cmd.Flags(), again.Flags(), f.out); err != nil {
		return err
	}
	recalled.resume, recalled.out, recalled.strict, recalled.plan = true, f.out, f.strict, old.Plan
	recalled.models = modelsOf(old.Plan, recalled.foreign)
	if cmd.Flags().Changed("start-timeout") { // a server that did not start may get longer
		recalled.startTimeout = f.startTimeout
	}
	*f = recalled
	return nil
}

// contradicts says which of the flags typed is not what the run was planned with.
func contradicts(typed, planned *pflag.FlagSet, dir string) (err error) {
	suite := planned.Lookup("suite").Value.String()
	typed.Visit(func(flag *pflag.Flag) {
		was := planned.Lookup(flag.Name)
		bySuite := suite != "" && slices.Contains(notWithSuite, flag.Name)
		if err != nil || slices.Contains(notOfThePlan, flag.Name) || was == nil || !bySuite && sameValue(flag, was) {
			return
		}
		how := fmt.Sprintf("with %s", said(was))
		switch {
		case bySuite:
			how = "with --suite=" + suite
		case !was.Changed:
			how = "without it"
		}
		err = fmt.Errorf("%s: the run in %s was planned %s; leave it out or choose another --out", said(flag), dir, how)
	})
	return err
}

// sameValue reports whether two flags say the same: of lists the order does not matter.
func sameValue(a, b *pflag.Flag) bool {
	list, is := a.Value.(pflag.SliceValue)
	other, are := b.Value.(pflag.SliceValue)
	if !is || !are {
		return a.Value.String() == b.Value.String()
	}
	sorted := func(all []string) []string {
		if a.Name == "model" {
			all = withoutAll(all)
		}
		return slices.Sorted(slices.Values(all))
	}
	if a.Value.Type() == inPairs { // each belongs to another flag's
		return slices.Equal(list.GetSlice(), other.GetSlice())
	}
	return slices.Equal(sorted(list.GetSlice()), sorted(other.GetSlice()))
}

// said is a flag as it is typed: "--reps=3", "--noisy".
func said(flag *pflag.Flag) string {
	value := strings.Join(values(flag), ",")
	if flag.Value.Type() == "bool" && value == "true" {
		return "--" + flag.Name
	}
	return "--" + flag.Name + "=" + words.Shell(value)
}

// modelsOf is the models of a plan that are to be found by their names: no twins, and no server of the user's own.
func modelsOf(planned []record.Planned, of foreign) (names []string) {
	own, _ := of.servers() // an error is met again
	all := map[string]bool{}
	for i := range planned {
		all[planned[i].Model] = true
	}
	for i := range planned {
		name := planned[i].Model
		base, twin := strings.CutSuffix(name, plan.TwinSuffix)
		isOwn := slices.ContainsFunc(own, func(s plan.Server) bool { return s.Name == name })
		if !isOwn && !(twin && all[base]) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// commandLine is the command as it was given, its flags in full and in the order of their names, but for --resume.
func commandLine(cmd *cobra.Command) []string {
	line := []string{"cbench", cmd.Name()}
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		if flag.Name == "resume" {
			return
		}
		all := values(flag)
		if flag.Value.Type() != inPairs {
			all = []string{strings.Join(all, ",")}
		}
		for _, value := range all {
			line = append(line, "--"+flag.Name+"="+value)
		}
	})
	return line
}

// inPairs is the type of flags that are given once for each of their values.
const inPairs = "stringArray"

// values is a flag's value, or its values.
func values(flag *pflag.Flag) []string {
	if list, is := flag.Value.(pflag.SliceValue); is {
		return list.GetSlice()
	}
	return []string{flag.Value.String()}
}
