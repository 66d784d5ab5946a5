package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	others "cbench/models/foreign"
)

// A manifest that excuses what a server passes would hide the day on which it does not.
func TestCheckTellsStaleDeviations(t *testing.T) {
	tests := map[string]struct {
		deviates string
		status   int
		says     []string
	}{
		"passes":  {`"echo/half-close":"it is said to"`, 1, []string{"deviates no longer: some  echo/half-close\n", " 0 failed"}},
		"unknown": {`"echo/no-such-case":"it is said to"`, 1, []string{"deviates no longer: some  echo/no-such-case\n"}},
		"chance":  {`"echo/half-close":"at times: it is said to"`, 0, []string{" 0 failed"}},
		"none":    {``, 0, []string{" 0 failed"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			manifest := `{"name":"some","doc":"a server","language":"Go","version":["echo","1"],"serve":[{"speaks":["lines:echo"],
				"command":["/proc/self/exe","serve","--model=floor","--addr={addr}"],"deviates":{` + test.deviates + `}}]}`
			place := filepath.Join(dir, "some", others.Manifest)
			if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(place, []byte(manifest), 0o644); err != nil {
				t.Fatal(err)
			}
			check := process("check", "--model=some") // of its own, for a process reads the manifests once
			check.Env = append(os.Environ(), others.DirEnv+"="+dir)
			out, _ := check.CombinedOutput()
			if got := check.ProcessState.ExitCode(); got != test.status {
				t.Errorf("status %d, want %d", got, test.status)
			}
			for _, want := range test.says {
				if !strings.Contains(string(out), want) {
					t.Errorf("it does not say %q:\n%s", want, out)
				}
			}
		})
	}
}
