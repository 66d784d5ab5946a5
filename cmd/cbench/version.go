package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"cbench/harness/probe"
)

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
	commit := "not known"
	if known := probe.BuildCommit(); known != nil {
		commit = *known
	}
	return fmt.Sprintf("commit %s, %s %s/%s", commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
