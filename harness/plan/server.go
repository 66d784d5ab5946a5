package plan

import (
	"runtime"
	"slices"
	"strconv"
	"strings"

	"cbench/results/record"
)

// Server is a program that can be measured.
type Server struct {
	Name   string
	Args   []string // its command line; "{addr}" stands for the address to listen on, "{procs}" for Procs
	Speaks []string // parts of the workload
	Own    bool     // one of cbench's own, which tells of its Go runtime
	Procs  int      // GOMAXPROCS that it was told; 0: not told
	TwinOf string   // the server that this one is, under another name; "": it is itself

	Also    []Way  // command lines for what the first does not speak: a system may have one library for HTTP and another for lines
	Version string // as the server tells it; "": not known, or cbench's own

	Original record.Original // of a server of another make that came with cbench
}

// Way is a way to start a server.
type Way struct {
	Args   []string
	Speaks []string
}

// Speaking is the server, started so that it speaks all of that; else missing is a part of it that it does not.
func (s Server) Speaking(needs []string) (fit Server, missing string) {
	for _, way := range append([]Way{{s.Args, s.Speaks}}, s.Also...) {
		lacked := ""
		for _, part := range needs {
			if !slices.Contains(way.Speaks, part) {
				lacked = part
			}
		}
		if lacked == "" {
			s.Args, s.Speaks, s.Also = way.Args, way.Speaks, nil
			return s, ""
		}
		missing = lacked
	}
	return s, missing
}

// TwinSuffix makes the name of a server that is another once more: an A/A control.
const TwinSuffix = "-twin"

func (s Server) Twin() Server {
	s.TwinOf, s.Name = s.Name, s.Name+TwinSuffix
	return s
}

// Told is the server's command line with the number of threads that it is told to use.
func (s Server) Told() []string {
	words := slices.Clone(s.Args)
	for i, word := range words {
		words[i] = strings.ReplaceAll(word, "{procs}", strconv.Itoa(s.Procs))
	}
	return words
}

// Commands is all that it is started by.
func (s Server) Commands() string {
	words := strings.Join(s.Args, " ")
	for _, way := range s.Also {
		words += "; " + strings.Join(way.Args, " ")
	}
	return words
}

// CPUs is how many CPUs a server can use of those it has.
func (s Server) CPUs(has []int) float64 {
	n := float64(len(has))
	if n == 0 {
		n = float64(runtime.NumCPU())
	}
	if s.Procs > 0 {
		n = min(n, float64(s.Procs))
	}
	return n
}
