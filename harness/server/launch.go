package server

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"

	"cbench/harness/probe"
	"cbench/harness/server/cgroup"
)

// LaunchCommand is the hidden subcommand under which this executable must call Launch with the words that follow:
//
//	launch [--cpus=0-2] [--cgroup=DIR] -- server its arguments
//	launch --watchdog
const LaunchCommand = "launch"

// Launch is the step between fork and exec for which Go has no hook: it puts this process where the server is to be, and becomes
// the server. It returns on failure only (as a watchdog: when the harness is gone).
func Launch(args []string) error {
	flags := flag.NewFlagSet(LaunchCommand, flag.ContinueOnError)
	cpus := flags.String("cpus", "", "CPUs to run on")
	group := flags.String("cgroup", "", "control group to join")
	isWatchdog := flags.Bool("watchdog", false, "clean up after the harness")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *isWatchdog {
		signal.Ignore(unix.SIGINT, unix.SIGTERM, unix.SIGHUP) // it ends with the harness, and not before
		return watchdog(os.Stdin)
	}
	if flags.NArg() == 0 {
		return errors.New("no server to launch")
	}
	if *group != "" {
		if err := cgroup.Join(*group); err != nil {
			return err
		}
	}
	// exec keeps the calling thread alone, and so its CPUs are the server's.
	runtime.LockOSThread()
	if *cpus != "" {
		set, err := probe.ParseCPUs(*cpus)
		if err != nil {
			return err
		}
		if err := probe.SetAffinity(set); err != nil {
			return err
		}
	}
	if err := raiseFiles(); err != nil {
		return err
	}
	path, err := exec.LookPath(flags.Arg(0))
	if err != nil {
		return err
	}
	return &os.PathError{Op: "exec", Path: path, Err: syscall.Exec(path, flags.Args(), os.Environ())}
}

// raiseFiles lets the server hold as many descriptors as it may. A Go program raises its own limit at its start, and gives its
// children the old one back unless it has called syscall.Setrlimit itself (package syscall, rlimit.go).
func raiseFiles() error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("descriptor limit: %w", err)
	}
	limit.Cur = limit.Max
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("descriptor limit: %w", err)
	}
	return nil
}

// launchArgs is the words with which this executable launches args.
func launchArgs(cpus []int, group *cgroup.Group, args []string) []string {
	words := []string{LaunchCommand}
	if len(cpus) > 0 {
		words = append(words, "--cpus="+probe.FormatCPUs(cpus))
	}
	if group != nil {
		words = append(words, "--cgroup="+group.Dir)
	}
	return append(append(words, "--"), args...)
}
