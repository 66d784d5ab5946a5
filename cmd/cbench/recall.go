package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"cbench/results/record"
)

// recall takes the flags of the run that is to be gone on with, where nothing but that was said.
func (f *runFlags) recall(cmd *cobra.Command) error {
	said := 0
	cmd.Flags().Visit(func(*pflag.Flag) { said++ })
	if !f.resume || f.out == "" || said > 2 {
		return nil
	}
	old, err := record.ReadRun(f.out)
	if err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	var recalled runFlags
	again := &cobra.Command{}
	recalled.addTo(again)
	if len(old.Command) < 2 {
		return fmt.Errorf("resume: %s does not say how it was run: repeat its flags", f.out)
	}
	if err := again.ParseFlags(old.Command[2:]); err != nil {
		return fmt.Errorf("resume: the command of %s: %w", f.out, err)
	}
	recalled.resume, recalled.out = true, f.out
	*f = recalled
	return nil
}

// commandLine is the command as it was given, its flags in full and in the order of their names, but for --resume.
func commandLine(cmd *cobra.Command) []string {
	line := []string{"cbench", cmd.Name()}
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		value := flag.Value.String()
		if list, is := flag.Value.(pflag.SliceValue); is {
			value = strings.Join(list.GetSlice(), ",")
		}
		if flag.Name != "resume" {
			line = append(line, "--"+flag.Name+"="+value)
		}
	})
	return line
}
