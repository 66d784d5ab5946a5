package workload

import (
	"cmp"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
)

// Address is where the program is told to listen. Asked for its -version instead, it prints that of the library of the import
// path (Go's own if it is empty), as it was linked, and ends. It runs Go on one processor unless GOMAXPROCS says otherwise: one
// thread is what these are compared by.
func Address(name, module string) string {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage:", os.Args[0], "host:port | -version")
		os.Exit(2)
	}
	if os.Args[1] == "-version" {
		fmt.Println(name, cmp.Or(linked(module), runtime.Version()))
		os.Exit(0)
	}
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(1)
	}
	return os.Args[1]
}

func linked(module string) string {
	info, _ := debug.ReadBuildInfo()
	for _, dep := range info.Deps {
		if dep.Path == module {
			return dep.Version + ", " + runtime.Version()
		}
	}
	return ""
}
