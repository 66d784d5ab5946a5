package foreign

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func write(t *testing.T, manifest string) string {
	t.Helper()
	dir := t.TempDir()
	place := filepath.Join(dir, "some")
	if err := os.MkdirAll(place, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(place, Manifest), []byte(manifest), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

const right = `{"name":"some","doc":"a server","language":"sh","version":["sh","-c","echo some 1.2"],` +
	`"serve":[{"speaks":["lines:echo"],"command":["sh","{dir}/s.sh","{addr}"]}]}`

func TestAll(t *testing.T) {
	dir := write(t, right)
	all, err := All(dir)
	if err != nil || len(all) != 1 {
		t.Fatalf("%d servers, %v", len(all), err)
	}
	s := all[0]
	if words := s.Words(s.Serve[0].Command); words[1] != filepath.Join(dir, "some", "s.sh") || words[2] != "{addr}" {
		t.Errorf("command %q", words)
	}
	if v, err := s.Probe(t.Context()); v != "some 1.2" || err != nil {
		t.Errorf("version %q, %v", v, err)
	}
}

// A program that is older than its source, or than what its family shares, is not run under that source's name; a neighbour's
// is none of it.
func TestOutdated(t *testing.T) {
	dir := t.TempDir()
	built := `{"name":"some","doc":"a server","language":"sh","needs":{"build":["make"]},` +
		`"version":["{dir}/bin/some"],"serve":[{"speaks":["lines:echo"],"command":["{dir}/bin/some","{addr}"]}]}`
	then := time.Now().Add(-time.Hour)
	for path, text := range map[string]string{
		"family/some/bin/some":    "#!/bin/sh\necho some 1.2\n",
		"family/some/" + Manifest: built,
		"family/some/main.c":      "",
		"family/shared/rooms.c":   "",
		"family/go.sum":           "",
		"family/README.md":        "", "family/some/.main.c.swp": "",
		"family/other/other.c":            "",
		"family/other/" + Manifest:        strings.ReplaceAll(built, "some", "other"),
		"family/some/deeper/main_test.go": "",
	} {
		path = filepath.Join(dir, path)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o755),
			os.Chtimes(path, then, then)); err != nil {
			t.Fatal(err)
		}
	}
	all, err := All(dir)
	if err != nil || len(all) != 2 {
		t.Fatalf("%d servers, %v", len(all), err)
	}
	some := all[1]
	for path, source := range map[string]bool{
		"some/main.c": true, "shared/rooms.c": true, "go.sum": true,
		"some/" + Manifest: false, "other/other.c": false, "some/deeper/main_test.go": false,
		"README.md": false, "some/.main.c.swp": false,
	} {
		at := filepath.Join(dir, "family", path)
		os.Chtimes(at, time.Time{}, then.Add(time.Minute))
		v, err := some.Probe(t.Context())
		if source && (err == nil || !strings.Contains(err.Error(), path)) || !source && (err != nil || v != "some 1.2") {
			t.Errorf("%s is newer: %q, %v", path, v, err)
		}
		os.Chtimes(at, time.Time{}, then)
	}
}

func TestManifestErrors(t *testing.T) {
	for name, c := range map[string]struct{ from, to, want string }{
		"unknown key": {`"doc"`, `"dok"`, "dok"},
		"name":        {`"name":"some"`, `"name":"Some One"`, "name"},
		"no doc":      {`"doc":"a server",`, ``, "doc"},
		"no language": {`"language":"sh",`, ``, "language"},
		"no version":  {`["sh","-c","echo some 1.2"]`, `[]`, "version"},
		"no command":  {`["sh","{dir}/s.sh","{addr}"]`, `[]`, "command"},
		"no speech":   {`["lines:echo"]`, `[]`, "speaks"},
		"no reason":   {`"speaks"`, `"deviates":{"echo/fin":""},"speaks"`, "why"},
		"more":        {`}]}`, `}]} {}`, "more"},
	} {
		manifest := strings.Replace(right, c.from, c.to, 1)
		if manifest == right {
			t.Fatalf("%s: nothing was spoilt", name)
		}
		if _, err := All(write(t, manifest)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestProbeFails(t *testing.T) {
	for name, c := range map[string]struct{ version, want string }{
		"not there": {`["/nowhere/at/all"]`, "not installed"},
		"fails":     {`["sh","-c","echo no module >&2; exit 1"]`, "no module"},
		"silent":    {`["true"]`, "must print one line"},
	} {
		all, err := All(write(t, strings.Replace(right, `["sh","-c","echo some 1.2"]`, c.version, 1)))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := all[0].Probe(t.Context()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whoever does what is said has the server then: packages alone build nothing.
func TestMend(t *testing.T) {
	for name, c := range map[string]struct {
		needs Needs
		want  string
	}{
		"packages":               {Needs{Apt: []string{"erlang", "node"}}, "apt-get install -y --no-install-recommends erlang node"},
		"a build":                {Needs{Build: []string{"go", "build"}}, "make originals"},
		"packages, then a build": {Needs{Apt: []string{"gcc"}, Build: []string{"gcc"}}, "make originals"},
	} {
		s := Server{Needs: c.needs}
		if got := s.Mend(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// The manifests that are here are right, and every command's file is there.
func TestOurs(t *testing.T) {
	all, err := All(".")
	if err != nil || len(all) == 0 {
		t.Fatalf("%d servers, %v", len(all), err)
	}
	for _, s := range all {
		for _, how := range s.Serve {
			for _, word := range s.Words(how.Command) {
				if strings.HasPrefix(word, s.Dir) && len(s.Needs.Build) == 0 {
					if _, err := os.Stat(word); err != nil {
						t.Errorf("%s: %v", s.Name, err)
					}
				}
			}
		}
	}
}
