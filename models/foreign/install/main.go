// Command install installs what the servers of other makes need: packages of Debian, where we are root, and what is to be built.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"

	"cbench/models/foreign"
)

func main() {
	if err := install(foreign.Dir()); err != nil {
		fmt.Fprintln(os.Stderr, "originals:", err)
		os.Exit(1)
	}
}

func install(dir string) error {
	all, err := foreign.All(dir)
	if err != nil {
		return err
	}
	var missing []string
	for _, s := range all {
		for _, pkg := range s.Needs.Apt {
			if !slices.Contains(missing, pkg) && !installed(pkg) {
				missing = append(missing, pkg)
			}
		}
	}
	var failed error
	if len(missing) > 0 {
		failed = apt(missing)
	}
	for _, s := range all { // what can be built is, whatever could not be installed
		if len(s.Needs.Build) == 0 {
			continue
		}
		words := s.Words(s.Needs.Build)
		if err := command(s.Dir, words[0], words[1:]...); err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %s: %w", s.Name, strings.Join(words, " "), err))
		}
	}
	return failed
}

func installed(pkg string) bool {
	out, err := exec.Command("dpkg-query", "-W", "-f=${db:Status-Status}", pkg).Output()
	return err == nil && string(out) == "installed"
}

func apt(packages []string) error {
	if os.Getuid() != 0 {
		return fmt.Errorf("not root: apt-get install -y --no-install-recommends %s", strings.Join(packages, " "))
	}
	if err := command("", "apt-get", "update", "-qq"); err != nil {
		return err
	}
	return command("", "apt-get", append([]string{"install", "-y", "-qq", "--no-install-recommends"}, packages...)...)
}

func command(dir, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, os.Stderr, os.Stderr
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	return cmd.Run()
}
