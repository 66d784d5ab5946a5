package control

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const generous = 30 * time.Second

// pair is a client, and the descriptor of the server's end, which blocks.
func pair(t *testing.T) (*Client, int) {
	t.Helper()
	client, theirs, err := Pair()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	fd, err := unix.Dup(int(theirs.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	theirs.Close()
	return client, fd
}

func TestAsk(t *testing.T) {
	client, fd := pair(t)
	served := make(chan error, 1)
	go func() { served <- Serve(fd) }()
	first, err := client.Runtime(false, generous)
	if err != nil {
		t.Fatal(err)
	}
	if first.Heap <= 0 || first.Stack <= 0 || first.Procs < 1 || first.Goroutines < 1 {
		t.Errorf("implausible: %+v", first)
	}
	// A request in pieces.
	for _, piece := range []string{`{"gc"`, `:true`, "}\n"} {
		if _, err := client.file.WriteString(piece); err != nil {
			t.Fatal(err)
		}
	}
	line, err := client.reader.ReadString('\n')
	if err != nil || !strings.Contains(line, `"gc_cycles":`) {
		t.Errorf("got %q, %v", line, err)
	}
	after, err := client.Runtime(false, generous)
	if err != nil || after.GCCycles <= first.GCCycles {
		t.Errorf("%d collections, and before %d; %v", after.GCCycles, first.GCCycles, err)
	}
	client.Close()
	if err := <-served; err != nil {
		t.Errorf("at the end: %v", err)
	}
}

func TestNonsense(t *testing.T) {
	client, fd := pair(t)
	client.file.WriteString("hello\n")
	if err := Serve(fd); err == nil {
		t.Error("no error")
	}
	if _, err := client.Runtime(false, generous); err == nil {
		t.Error("nobody is there, and no error")
	}
}

// A server that does not answer in time is not asked again: its answer would be taken for that to another question.
func TestNoAnswer(t *testing.T) {
	client, fd := pair(t)
	defer unix.Close(fd)
	_, first := client.Runtime(false, time.Millisecond)
	if first == nil || !errors.Is(first, os.ErrDeadlineExceeded) {
		t.Fatalf("got %v", first)
	}
	unix.Write(fd, []byte("{}\n"))
	if _, second := client.Runtime(false, generous); second != first {
		t.Errorf("asked again: %v", second)
	}
}

func TestAnswerWithoutHarness(t *testing.T) {
	t.Setenv(FdEnv, "")
	Answer() // must do nothing, and not read descriptor 0
	t.Setenv(FdEnv, "1")
	Answer()
	if _, set := os.LookupEnv(FdEnv); set {
		t.Error("the variable is left to children")
	}
}
