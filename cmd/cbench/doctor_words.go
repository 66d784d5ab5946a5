package main

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"cbench/harness/probe"
	"cbench/results/words"
)

// severities from what matters most.
var severities = []probe.Severity{probe.Bad, probe.Note, probe.OK}

// inSentences is the findings in lines of at most so many columns, the worst first, and last the verdict.
func inSentences(findings []probe.Finding, conns int, listened bool, width int) string {
	sorted := slices.Clone(findings)
	slices.SortStableFunc(sorted, func(a, b probe.Finding) int {
		return slices.Index(severities, a.Severity) - slices.Index(severities, b.Severity)
	})
	names := 0
	for _, f := range sorted {
		names = max(names, utf8.RuneCountInString(f.Name))
	}
	var out strings.Builder
	say := func(severity probe.Severity, name, text string) {
		for i, line := range words.Wrap(text, max(20, width-names-10)) {
			if i > 0 {
				severity, name, line = "", "", "  "+line
			}
			fmt.Fprintf(&out, "%-4s  %-*s  %s\n", severity, names, name, line)
		}
	}
	for _, f := range sorted {
		say(f.Severity, f.Name, f.Value)
		if f.Spoils != "" {
			say("", "", "spoils: "+f.Spoils)
		}
		if f.Mend != "" {
			say("", "", "mend: "+f.Mend)
		}
	}
	fmt.Fprintf(&out, "\nmost connections a run can have here: %s\n", words.Number(float64(conns)))
	fmt.Fprintln(&out, strings.Join(words.Wrap(verdict(sorted, listened), width-2), "\n  "))
	return out.String()
}

// verdict is whether the machine is fit to measure, and the first thing that speaks against it. The findings are sorted, the
// worst first.
func verdict(sorted []probe.Finding, listened bool) string {
	answer, reason := "yes", ""
	if len(sorted) > 0 && sorted[0].Severity != probe.OK {
		worst := sorted[0]
		answer = map[probe.Severity]string{probe.Bad: "no: ", probe.Note: "yes, but "}[worst.Severity]
		var alike []string
		for _, f := range sorted {
			if f.Severity == worst.Severity {
				alike = append(alike, f.Name)
			}
		}
		reason = fmt.Sprintf("%s (%s)", worst.Spoils, strings.Join(alike, ", "))
		if worst.Mend != "" {
			reason += "; first: " + worst.Mend
		}
	}
	if !listened {
		reason += "; how noisy it is was not looked at (--seconds)"
	}
	return "fit to measure: " + answer + reason
}
