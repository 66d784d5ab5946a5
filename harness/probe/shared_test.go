package probe_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"cbench/harness/probe"
)

// A server that forks after it filled its memory (gunicorn, a shell) holds it once, though every process has it all.
func TestMemoryOfForkedProcesses(t *testing.T) {
	rollup, _ := os.ReadFile("/proc/self/smaps_rollup")
	if !strings.Contains(string(rollup), "\nPss_Anon:") {
		t.Skip("this kernel does not tell what forked processes share")
	}
	// The loop keeps the child a shell: in place of a lone command it would become that, with none of its parent's pages.
	parent := exec.Command("sh", "-c", `x=$(head -c 8000000 /dev/zero | tr '\0' a); (while :; do sleep 60; done) & wait`)
	parent.SysProcAttr = &unix.SysProcAttr{Setpgid: true}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	defer parent.Wait()
	defer unix.Kill(-parent.Process.Pid, unix.SIGKILL)

	pid, child := parent.Process.Pid, 0
	for deadline := time.Now().Add(20 * time.Second); child == 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("no child that has the memory of its parent")
		}
		children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
		for _, word := range strings.Fields(string(children)) {
			var at int
			fmt.Sscan(word, &at)
			if m, err := probe.ReadMemory([]int{at}); err == nil && m.Anon > 7_000_000 {
				child = at
			}
		}
	}
	alone, err := probe.ReadMemory([]int{pid})
	if err != nil {
		t.Fatal(err)
	}
	both, err := probe.ReadMemory([]int{pid, child})
	if err != nil {
		t.Fatal(err)
	}
	if both.Anon < alone.Anon || both.Anon > alone.Anon*3/2 {
		t.Errorf("two processes that share their memory hold %d bytes, and one of them %d", both.Anon, alone.Anon)
	}
}
