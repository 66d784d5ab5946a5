// Package foreign finds servers of other makes, which are measured beside our own models: a folder each, with its source and a
// manifest. Adding one needs no Go code: README.md says what a manifest holds.
package foreign

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Server is a manifest.
type Server struct {
	Name       string   `json:"name"`
	Doc        string   `json:"doc"`         // one line, for lists
	OriginalOf string   `json:"original_of"` // our model that imitates it; empty: none does
	Language   string   `json:"language"`    // what it is written for, with what runs it where there are several: "CPython", "PyPy"
	Needs      Needs    `json:"needs"`
	Version    []string `json:"version"` // a command that prints it in a line, and fails where the server cannot run
	Serve      []Serve  `json:"serve"`

	Dir string `json:"-"` // where the manifest lies

	family string // the folder that holds Dir and others of its kind, with what they share; "": it has none
}

// Needs is what must be there beside this repository.
type Needs struct {
	Apt   []string `json:"apt"`   // packages of Debian
	Build []string `json:"build"` // a command that is run once, in Dir
}

// Serve is one way to run it: a system may have one library for HTTP and another for lines.
type Serve struct {
	Command  []string          `json:"command"`  // {addr}: where it is to listen; {dir}: Dir
	Speaks   []string          `json:"speaks"`   // parts of the workload
	Deviates map[string]string `json:"deviates"` // conformance cases of these that it does not pass: by name, why
}

// AtTimes begins the reason for a deviation that depends on how packets fall: that the case passes does not prove it gone.
const AtTimes = "at times: "

// Manifest is the file's name.
const Manifest = "manifest.json"

// DirEnv names the folder with the servers where it is not found from the working directory or the executable upwards.
const DirEnv = "CBENCH_FOREIGN"

// Dir is the folder that holds the servers: "" if there is none.
func Dir() string {
	if dir := os.Getenv(DirEnv); dir != "" {
		return dir
	}
	var starts []string
	if wd, err := os.Getwd(); err == nil {
		starts = append(starts, wd)
	}
	if exe, err := os.Executable(); err == nil {
		starts = append(starts, filepath.Dir(exe))
	}
	for _, at := range starts {
		for ; ; at = filepath.Dir(at) {
			dir := filepath.Join(at, "models", "foreign")
			if found, _ := filepath.Glob(filepath.Join(dir, "*", Manifest)); len(found) > 0 {
				return dir
			}
			if at == filepath.Dir(at) {
				break
			}
		}
	}
	return ""
}

// All is every server in dir, by name. A folder without a manifest is none.
func All(dir string) ([]Server, error) {
	if dir == "" {
		return nil, nil
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*", Manifest))
	if err != nil {
		return nil, err
	}
	engines, err := filepath.Glob(filepath.Join(dir, "*", "*", Manifest))
	if err != nil {
		return nil, err
	}
	var all []Server
	for _, path := range append(paths, engines...) {
		s, err := read(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if slices.Contains(engines, path) {
			s.family = filepath.Dir(s.Dir)
		}
		if i := slices.IndexFunc(all, func(o Server) bool { return o.Name == s.Name }); i >= 0 {
			return nil, fmt.Errorf("%s: name %q: it is that of %s too", path, s.Name, all[i].Dir)
		}
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b Server) int { return cmp.Compare(a.Name, b.Name) })
	return all, nil
}

func read(path string) (s Server, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return s, err
	}
	strict := json.NewDecoder(bytes.NewReader(b))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&s); err != nil {
		return s, err
	}
	if _, err := strict.Token(); !errors.Is(err, io.EOF) {
		return s, errors.New("there is more behind the manifest")
	}
	if s.Dir, err = filepath.Abs(filepath.Dir(path)); err != nil {
		return s, err
	}
	return s, s.check()
}

var name = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,31}$`)

func (s *Server) check() error {
	switch {
	case !name.MatchString(s.Name):
		return fmt.Errorf("name %q: must be 1 to 32 of a-z 0-9 . -", s.Name)
	case s.Doc == "":
		return errors.New("doc: there must be a line that says what it is")
	case s.Language == "":
		return errors.New(`language: there must be what it is written for, such as "CPython" or "Go"`)
	case len(s.Version) == 0:
		return errors.New("version: there must be a command that prints it")
	case len(s.Serve) == 0:
		return errors.New("serve: there must be a way to run it")
	}
	for i, how := range s.Serve {
		switch {
		case len(how.Command) == 0:
			return fmt.Errorf("serve %d: command: there is none", i+1)
		case len(how.Speaks) == 0:
			return fmt.Errorf("serve %d: speaks: nothing", i+1)
		}
		for c, why := range how.Deviates {
			if why == "" {
				return fmt.Errorf("serve %d: deviates %q: it must say why", i+1, c)
			}
		}
	}
	return nil
}

// Words is a command of the manifest with its folder put in; {addr} stays.
func (s *Server) Words(command []string) []string {
	words := slices.Clone(command)
	for i := range words {
		words[i] = strings.ReplaceAll(words[i], "{dir}", s.Dir)
	}
	return words
}

// probeTimeout is generous: some of these runtimes take a second to start.
const probeTimeout = 20 * time.Second

// Probe is the version of the server as it is installed here. The error says that it is not, or why it cannot run.
func (s *Server) Probe(ctx context.Context) (version string, err error) {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	words := s.Words(s.Version)
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Dir = s.Dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	version = strings.TrimSpace(string(out))
	switch {
	case errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("not installed: %s", s.Mend())
	case err != nil:
		lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
		return "", fmt.Errorf("cannot run: %s: %s", cmp.Or(lines[len(lines)-1], err.Error()), s.Mend())
	case version == "" || strings.Contains(version, "\n"):
		return "", fmt.Errorf("version: the command must print one line, and printed %q", version)
	}
	if newer := s.outdated(words[0]); newer != "" {
		return "", fmt.Errorf("built before %s was changed: %s", newer, s.Mend())
	}
	return version, nil
}

// outdated is a file of the server's source, or of what its family shares, that is newer than the program built of it; "" if
// there is none, or if nothing is built. Without it yesterday's program would be measured under today's source. The manifest is
// no source: most of it says what is known of the server, and who changes how it is built builds it.
func (s *Server) outdated(program string) (newer string) {
	built, err := os.Stat(program)
	if err != nil || len(s.Needs.Build) == 0 {
		return ""
	}
	root := cmp.Or(s.family, s.Dir)
	filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || newer != "":
			return fs.SkipAll
		case d.IsDir() && (d.Name() == "bin" || path != root && path != s.Dir && isServer(path)):
			return fs.SkipDir
		case !d.Type().IsRegular() || d.Name() == Manifest || notSource.MatchString(d.Name()):
			return nil
		}
		if info, err := d.Info(); err == nil && info.ModTime().After(built.ModTime()) {
			newer, _ = filepath.Rel(root, path)
		}
		return nil
	})
	return newer
}

// notSource is what lies beside sources, and what editors leave there.
var notSource = regexp.MustCompile(`^\.|~$|\.md$|_test\.go$`)

// isServer reports whether a server of its own lies in dir.
func isServer(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, Manifest))
	return err == nil
}

// Mend is the one command that installs what is missing. Packages alone build nothing.
func (s *Server) Mend() string {
	if len(s.Needs.Apt) > 0 && len(s.Needs.Build) == 0 {
		return "apt-get install -y --no-install-recommends " + strings.Join(s.Needs.Apt, " ")
	}
	return "make originals"
}
