package question

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"cbench/results/record"
	"cbench/results/show"
	"cbench/results/words"
)

// setup is the machine, and how to do it again.
func (e *evidence) setup() []Answer {
	r := e.run
	a := Answer{ID: "setup", Title: "Machine and command", Headline: shortest(Machine(r.Environment),
		fmt.Sprintf("%s, Linux %s, %s", words.Plural(r.Environment.Cores, "core"), r.Environment.Kernel,
			r.Environment.GoVersion)),
		How: []string{"To do it again: " + CommandLine(r.Command)}}
	a.Tables = []show.Table{pairs("Environment", environment(r.Environment))}
	for _, of := range []struct {
		title string
		all   map[string]string
	}{{"Kernel settings", r.Environment.Sysctls}, {"Servers of other makes", r.Servers}, {"Their versions", r.Versions}} {
		var rows [][2]string
		for _, name := range slices.Sorted(maps.Keys(of.all)) {
			rows = append(rows, [2]string{name, of.all[name]})
		}
		if len(rows) > 0 {
			a.Tables = append(a.Tables, pairs(of.title, rows))
		}
	}
	return []Answer{a}
}

func pairs(title string, rows [][2]string) show.Table {
	t := show.Table{Title: title, Columns: heads("Name", "Value")}
	t.Columns[1].Left = true
	for _, r := range rows {
		t.Rows = append(t.Rows, []show.Cell{text(r[0]), text(r[1])})
	}
	return t
}

func environment(e record.Environment) [][2]string {
	virtual := "not known"
	if e.Virtualised != nil {
		virtual = map[bool]string{true: "yes", false: "no"}[*e.Virtualised]
	}
	return [][2]string{
		{"CPU", orSaid(e.CPUModel, "not known")}, {"Cores", words.Whole(e.Cores)}, {"Memory",
			words.Bytes(float64(e.MemoryBytes))}, {"Virtual machine", virtual},
		{"Kernel", orSaid(e.Kernel, "not known")}, {"System", orSaid(e.Distro, "not known")},
		{"Open files, soft and hard limit", fmt.Sprintf("%s, %s", words.Number(float64(e.NofileSoft)),
			words.Number(float64(e.NofileHard)))},
		{"Server's CPUs", orSaid(e.ServerCPUs, "not pinned")}, {"Load's CPUs", orSaid(e.ClientCPUs, "not pinned")}, {"Go",
			orSaid(e.GoVersion, "not known")},
		{"cbench", orSaid(e.Commit(), "not known")}, {"GOGC", orSaid(e.GOGC, "Go's default")}, {"GOMEMLIMIT",
			orSaid(e.GOMEMLIMIT, "none")},
		{"GOMAXPROCS", orSaid(e.GOMAXPROCS, "as each cell says")},
	}
}

// Machine is the machine in a line.
func Machine(e record.Environment) string {
	inWords := []string{fmt.Sprintf("%s of %s", words.Plural(e.Cores, "core"), e.CPUModel)}
	if e.Virtualised != nil && *e.Virtualised {
		inWords[0] += " (virtual)"
	}
	if e.MemoryBytes > 0 {
		inWords = append(inWords, words.Bytes(float64(e.MemoryBytes)))
	}
	inWords = append(inWords, "Linux "+e.Kernel, e.GoVersion)
	if e.ServerCPUs != "" {
		inWords = append(inWords, fmt.Sprintf("server on CPU %s, load on %s", e.ServerCPUs, e.ClientCPUs))
	}
	return words.Printable(strings.Join(inWords, " · "))
}

// CommandLine is words as a shell takes them.
func CommandLine(command []string) string {
	var quoted []string
	for _, w := range command {
		quoted = append(quoted, words.Shell(w))
	}
	return strings.Join(quoted, " ")
}
