package record

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Holds reports whether there is a run in dir, or what is left of one.
func Holds(dir string) bool {
	for _, name := range []string{RunFile, CellsFile} {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil && info.Mode().IsRegular() {
			return true
		}
	}
	return false
}

// WriteOutput writes what a command was asked to write, whole or not at all: to a new file that takes the place of an old one, so
// that another name of the old one keeps what it holds. What is no file, such as /dev/stdout, is written to as it is. It
// refuses a run's own files, by whatever name, those of the runs in dirs above all.
func WriteOutput(path string, b []byte, dirs ...string) error {
	if err := NotOwn(path, dirs...); err != nil {
		return err
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		if info.IsDir() {
			return fmt.Errorf("%s is a directory: name a file in it", path)
		}
		return os.WriteFile(path, b, 0o644)
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // what a link points to is meant, not the link
	}
	return replaceFile(path, b)
}

// NotOwn refuses path where a run's own files stand: run.json and cells.jsonl of any run, what they are linked to, and the
// charts. Upper case is no excuse: a file system may not tell it.
func NotOwn(path string, dirs ...string) error {
	refused := func(what string) error {
		return fmt.Errorf("%s is %s, and nothing else may be written there: choose another name", path, what)
	}
	if target, err := os.Stat(path); err == nil {
		for _, dir := range dirs {
			for _, name := range []string{RunFile, CellsFile} {
				if own, err := os.Stat(filepath.Join(dir, name)); err == nil && os.SameFile(own, target) {
					return refused(name + " of the run in " + dir)
				}
			}
		}
	}
	real := resolved(path)
	parent, base := filepath.Split(real)
	parent = filepath.Clean(parent)
	for _, name := range []string{RunFile, CellsFile} {
		if strings.EqualFold(base, name) && Holds(parent) {
			return refused(name + " of the run in " + parent)
		}
	}
	for ; parent != filepath.Dir(parent); parent = filepath.Dir(parent) {
		if strings.EqualFold(filepath.Base(parent), ChartsDir) && Holds(filepath.Dir(parent)) {
			return refused("among the charts of the run in " + filepath.Dir(parent))
		}
	}
	return nil
}

// resolved is where path leads, whether or not there is a file at its end yet.
func resolved(path string) string {
	for range 40 { // links, as many as the kernel follows (path_resolution(7))
		if real, err := filepath.EvalSymlinks(path); err == nil {
			path = real
			break
		}
		to, err := os.Readlink(path) // one that leads nowhere yet
		if err != nil {
			if dir, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
				path = filepath.Join(dir, filepath.Base(path))
			}
			break
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		path = to
	}
	if whole, err := filepath.Abs(path); err == nil {
		return whole
	}
	return path
}

// WriteChart is WriteOutput of a chart into the charts of a run: a file of that name that is a link is replaced, not followed.
func WriteChart(path string, b []byte) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return errors.New(path + " is a directory: remove it")
	}
	return replaceFile(path, b)
}
