package main

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"cbench/harness/probe"
)

// versionTemplate asks for the commit only when the version is asked for: it may take a call of git, and every server measured is a cbench.
const versionTemplate = "{{.Name}} {{.Version}}, {{builtFrom}}\n"

func init() { cobra.AddTemplateFunc("builtFrom", builtFrom) }

// moduleVersion is the version of the module that this program was built from.
func moduleVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// builtFrom is the commit that this program was built from, and what built it.
func builtFrom() string {
	return fmt.Sprintf("commit %s, %s %s/%s", cmp.Or(probe.BuildCommit(), "not known"), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
