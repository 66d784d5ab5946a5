package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"

	"cbench/results/words"
)

// The files of a run, inside its directory.
const (
	RunFile   = "run.json"
	CellsFile = "cells.jsonl"
	ChartsDir = "charts"
)

// Run is what was to be measured, where and how: the whole of run.json.
type Run struct {
	Schema      int         `json:"schema"`
	Name        string      `json:"name"`
	Started     time.Time   `json:"started"`
	Ended       *time.Time  `json:"ended"`   // null while the run goes on, and after a crash
	Command     []string    `json:"command"` // the command line that made the run, word by word
	Environment Environment `json:"environment"`

	// Servers is the command line of every model that is a program of somebody else's, by the model's name.
	Servers map[string]string `json:"servers,omitempty"`
	// Versions is what those of them said of themselves that could be asked.
	Versions map[string]string `json:"versions,omitempty"`
	// Originals is what those are that came with cbench.
	Originals map[string]Original `json:"originals,omitempty"`

	Plan []Planned `json:"plan"` // in the order it runs
}

// Original is what a server of another make is beside ours.
type Original struct {
	Of       string `json:"of,omitempty"` // the model of ours that imitates it; empty: none does
	Language string `json:"language"`     // what it is written for: "CPython", "Go"
}

// Planned is one repetition that is to be measured.
type Planned struct {
	Order    int    `json:"order"` // place in the plan, from 1
	Model    string `json:"model"`
	Scenario string `json:"scenario"`
	Conns    int    `json:"conns"`
	Rep      int    `json:"rep"` // 1, 2, 3 …
	Seed     uint64 `json:"seed"`
	Params   Params `json:"params"`

	// Not of what tells cells apart:
	Diagnose bool   `json:"diagnose,omitempty"`  // look into the server after the measured window
	LingerNS *int64 `json:"linger_ns,omitempty"` // watch so long what the server gives back in the end; null: as long as the command says
}

// Environment is what a figure depends on beside the program measured. What a machine will not tell is left empty.
type Environment struct {
	CPUModel    string `json:"cpu_model"`
	Cores       int    `json:"cores"` // logical CPUs this process may use
	MemoryBytes int64  `json:"memory_bytes"`
	Virtualised *bool  `json:"virtualised"` // null where it cannot be told
	Kernel      string `json:"kernel"`      // release, as uname -r
	Distro      string `json:"distro"`

	NofileSoft uint64            `json:"nofile_soft"` // descriptors a process may open, as the run began
	NofileHard uint64            `json:"nofile_hard"`
	Sysctls    map[string]string `json:"sysctls"` // by name, such as net.core.somaxconn

	GoVersion   string  `json:"go_version"`
	BuildCommit *string `json:"build_commit"` // as the program itself tells (go version -m); null where it was built without
	GOGC        string  `json:"gogc"`         // the variable as set; empty: Go's default
	GOMEMLIMIT  string  `json:"gomemlimit"`
	GOMAXPROCS  string  `json:"gomaxprocs"`

	ServerCPUs string `json:"server_cpus"` // a list such as "0,2-3"; empty: not pinned
	ClientCPUs string `json:"client_cpus"`
}

// Differences names every field in which e and o differ and which changes what a figure means, with both values. A run
// resumed on another machine, kernel or build mixes two experiments: whoever resumes says so.
func (e Environment) Differences(o Environment) []string {
	var differ []string
	for _, f := range []struct {
		name     string
		was, now any
	}{
		{"CPU", e.CPUModel, o.CPUModel},
		{"cores", e.Cores, o.Cores},
		{"kernel", e.Kernel, o.Kernel},
		{"Go version", e.GoVersion, o.GoVersion},
		{"GOGC", e.GOGC, o.GOGC},
		{"GOMEMLIMIT", e.GOMEMLIMIT, o.GOMEMLIMIT},
		{"GOMAXPROCS", e.GOMAXPROCS, o.GOMAXPROCS},
		{"server CPUs", e.ServerCPUs, o.ServerCPUs},
		{"client CPUs", e.ClientCPUs, o.ClientCPUs},
	} {
		if f.was != f.now {
			differ = append(differ, fmt.Sprintf("%s: was %v, is %v", f.name, f.was, f.now))
		}
	}
	if was, now := e.Commit(), o.Commit(); was != now && was != "" && now != "" { // what is not known may be the same
		differ = append(differ, fmt.Sprintf("build commit: was %s, is %s", was, now))
	}
	return differ
}

// Commit is the commit that was measured; empty where it is not known.
func (e Environment) Commit() string {
	if e.BuildCommit == nil {
		return ""
	}
	return *e.BuildCommit
}

// WriteRun writes run.json into dir, which it makes if need be. A reader, and whoever looks after a crash, finds the old file or
// the new one whole, never half of one.
func WriteRun(dir string, r *Run) error {
	whole := *r
	whole.Schema = Schema
	b, err := json.MarshalIndent(&whole, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", RunFile, err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write %s: %w", RunFile, err)
	}
	if err := replaceFile(filepath.Join(dir, RunFile), append(b, '\n')); err != nil {
		return fmt.Errorf("write %s: %w", RunFile, err)
	}
	return nil
}

// ReadRun reads run.json of dir. The error is fs.ErrNotExist where there is none.
func ReadRun(dir string) (*Run, error) {
	path := filepath.Join(dir, RunFile)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, noRun{dir}
	}
	if err != nil {
		return nil, fmt.Errorf("read run: %w", err)
	}
	var r Run
	if err := json.Unmarshal(bytes.TrimPrefix(b, byteOrderMark), &r); err != nil {
		return nil, &CutRun{dir, path, wrongWith(b, err)}
	}
	switch err := checkSchema(r.Schema); {
	case errors.As(err, new(newerSchema)):
		return nil, fmt.Errorf("read run: %s: %w", path, err)
	case err != nil:
		return nil, &CutRun{dir, path, err.Error()}
	}
	return &r, nil
}

// CutRun is the error of a run.json that is damaged: its plan is lost, and so the run cannot go on. The cells are not.
type CutRun struct{ dir, path, what string }

func (e *CutRun) Error() string {
	return fmt.Sprintf("%s: %s, so the plan of this run is lost: put a copy of it back, or measure anew in another --out; "+
		"cbench export %s gives what is in %s",
		e.path, e.what, words.Shell(e.dir), CellsFile)
}

// noRun is the error of a directory that holds none.
type noRun struct{ dir string }

func (e noRun) Error() string {
	return fmt.Sprintf("%s: there is no run in it (no %s); cbench run --out=%s makes one", e.dir, RunFile, words.Shell(e.dir))
}

func (e noRun) Is(target error) bool { return target == fs.ErrNotExist }

// newerSchema is the error of a file that a newer cbench wrote.
type newerSchema int

func (e newerSchema) Error() string {
	return fmt.Sprintf("schema %d was written by a newer cbench: read it with that one (this one reads schema %d)", int(e), Schema)
}

func checkSchema(got int) error {
	switch {
	case got == Schema:
		return nil
	case got > Schema:
		return newerSchema(got)
	}
	return errors.New("no schema, which cbench writes into every file")
}

// replaceFile puts b in place of the file at path: written beside it, synced, renamed over it, and the directory synced, since
// a rename is on disk only when its directory is (rename(2), fsync(2)).
func replaceFile(path string, b []byte) (err error) {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+"-*")
	if err != nil {
		if cause := new(fs.PathError); errors.As(err, &cause) {
			return fmt.Errorf("%s: %w", path, cause.Err) // the name beside it is nobody's concern
		}
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	_, err = f.Write(b)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err == nil {
		err = syncDir(dir)
	}
	return err
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// OtherMachine names what makes two runs those of unlike machines, with both values: a change between them is the machine's,
// or not only the program's. Memory may differ by 2%: what the kernel keeps for itself is no other machine.
func (e Environment) OtherMachine(o Environment) (differ []string) {
	for _, f := range []struct {
		name     string
		same     bool
		was, now any
	}{
		{"CPU", e.CPUModel == o.CPUModel, e.CPUModel, o.CPUModel},
		{"cores", e.Cores == o.Cores, e.Cores, o.Cores},
		{"memory", math.Abs(float64(e.MemoryBytes-o.MemoryBytes)) <= 0.02*float64(e.MemoryBytes),
			words.Bytes(float64(e.MemoryBytes)), words.Bytes(float64(o.MemoryBytes))},
		{"kernel", e.Kernel == o.Kernel, e.Kernel, o.Kernel},
	} {
		if !f.same {
			differ = append(differ, fmt.Sprintf("%s: was %v, is %v", f.name, f.was, f.now))
		}
	}
	return differ
}
