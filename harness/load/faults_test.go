package load

import (
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"
)

// every spoils each 50th line.
func every(spoil func(line []byte) []byte) func(int, []byte) []byte {
	return func(n int, line []byte) []byte {
		if n%50 != 0 {
			return line
		}
		return spoil(slices.Clone(line))
	}
}

func TestFaults(t *testing.T) {
	type kinds = map[string]bool
	var first []byte
	cases := []struct {
		name  string
		spoil func(n int, line []byte) []byte
		kinds kinds // of fault: all that must be found, and none else
	}{
		{"drops", every(func([]byte) []byte { return nil }), kinds{"lost": true}},
		{"corrupts", every(func(l []byte) []byte { l[len(l)/2] ^= 1; return l }), kinds{"corrupted": true}},
		{"corrupts the LF", every(func(l []byte) []byte { l[len(l)-1] = 'x'; return l }), kinds{"corrupted": true}},
		{"doubles", every(func(l []byte) []byte { return append(l, l...) }), kinds{"duplicated": true}},
		{"reorders", func(n int, line []byte) []byte {
			switch n % 50 {
			case 0:
				first = slices.Clone(line)
				return nil
			case 1:
				if first != nil {
					line = append(slices.Clone(line), first...)
					first = nil
				}
			}
			return line
		}, kinds{"reordered": true}},
		{"says too much", every(func(l []byte) []byte { return append(l, "and more\n"...) }), kinds{"surplus": true, "corrupted": true}},
	}
	for _, c := range cases {
		for _, scenario := range []string{"echo", "chat"} {
			t.Run(c.name+"/"+scenario, func(t *testing.T) {
				p := plan("", scenario, 1) // one connection: what is held back goes to whom it belongs
				p.Params.RoomSize = 1
				p.Timeout = 200 * time.Millisecond
				p.Addr = serve(t, c.spoil).addr()
				r, err := open(t, p).Drive(t.Context(), Drive{Rate: 1000, Duration: 320 * time.Millisecond}, Watch{})
				if err != nil {
					t.Fatal(err)
				}
				v, found := r.Verify, kinds{}
				for kind, n := range map[string]int64{"lost": v.Lost, "duplicated": v.Duplicated, "reordered": v.Reordered, "corrupted": v.Corrupted, "surplus": v.Surplus} {
					if n > 0 {
						found[kind] = true
					}
				}
				total := v.Lost + v.Duplicated + v.Reordered + v.Corrupted + v.Surplus
				if !subset(found, c.kinds) || total < 5 || total > 7 { // of 320 lines each 50th
					t.Errorf("found %+v, want %v", v, c.kinds)
				}
				if r.Received+v.Lost+v.Reordered+v.Corrupted != r.Expected {
					t.Errorf("expected %d, received %d, faults %+v", r.Expected, r.Received, v)
				}
			})
		}
	}
}

func subset(found, allowed map[string]bool) bool {
	for kind := range found {
		if !allowed[kind] {
			return false
		}
	}
	return len(found) > 0
}

// A server that stops for 300 ms each second is charged for it in an open loop.
func TestStall(t *testing.T) {
	s := serve(t, nil)
	clients := open(t, plan(s.addr(), "echo", 10))
	r, err := clients.Drive(t.Context(), Drive{Rate: 500, Duration: time.Second}, Watch{Window: func(start bool) {
		if start {
			s.pause.Lock()
			time.AfterFunc(300*time.Millisecond, s.pause.Unlock)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if r.Latency.P99 < int64(150*time.Millisecond) || r.Received != r.Expected || r.Received < 490 {
		t.Errorf("p99 %v, received %d of %d", time.Duration(r.Latency.P99), r.Received, r.Expected)
	}
}

func TestServerDies(t *testing.T) {
	for _, drive := range []Drive{{}, {Rate: 1000}} {
		for _, threads := range []int{1, 2} {
			s := serve(t, nil)
			p := plan(s.addr(), "echo", 20)
			p.Threads = threads
			clients := open(t, p)
			drive.Duration = time.Hour
			r, err := clients.Drive(t.Context(), drive, Watch{Window: func(start bool) {
				if start {
					s.die()
				}
			}})
			if err != nil {
				t.Fatal(err)
			}
			if n := r.Errors["reset"] + r.Errors["closed"]; n != 20 {
				t.Errorf("errors %v", r.Errors)
			}
			if _, err := clients.Drive(t.Context(), drive, Watch{}); err == nil {
				t.Error("a drive without connections succeeds")
			}
		}
	}
}

func TestServerStopsReading(t *testing.T) {
	s := serve(t, nil)
	p := plan(s.addr(), "echo", 1)
	p.Params.Payload, p.Timeout = 60000, 100*time.Millisecond
	clients := open(t, p)
	s.pause.Lock()
	t.Cleanup(s.pause.Unlock)
	r, err := clients.Drive(t.Context(), Drive{Rate: 2000, Duration: time.Hour}, Watch{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Errors["stalled"] != 1 || r.Verify.Lost == 0 {
		t.Errorf("errors %v, faults %+v", r.Errors, r.Verify)
	}
}

func TestOpenFails(t *testing.T) {
	mute, err := net.Listen("tcp", "127.0.0.1:0") // connects, and never answers
	if err != nil {
		t.Fatal(err)
	}
	defer mute.Close()
	deaf, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	deaf.Close() // refuses
	rude := serve(t, func(int, []byte) []byte { return []byte("go away\n") })
	endless := serve(t, func(int, []byte) []byte { return make([]byte, 70<<10) })
	for _, c := range []struct{ name, addr, kind, words string }{
		{"never answers", mute.Addr().String(), "timeout", `none of 400 connections was established: 400 connections timed out: wanted "ECHO 000`},
		{"refuses", deaf.Addr().String(), "refused", "none of 400 connections was established: 400 connections were refused"},
		{"answers something else", rude.addr(), "wrong", `400 connections got a wrong first reply: wanted "ECHO 000`},
		{"answers something else", rude.addr(), "wrong", `, got "go away\n"`},
	} {
		p := plan(c.addr, "echo", 400)
		p.ConnectTimeout = time.Minute // only what never answers is waited for
		if c.kind == "timeout" {
			p.ConnectTimeout = 300 * time.Millisecond
		}
		_, report, err := Open(t.Context(), p)
		if err == nil || !strings.Contains(err.Error(), c.words) || report.Errors[c.kind] != 400 || report.Established != 0 {
			t.Errorf("%s: %v, %+v", c.name, err, report)
		}
	}
	p := plan(endless.addr(), "chat", 1)
	p.ConnectTimeout = 300 * time.Millisecond
	p.Scenario = "echo"
	if _, report, err := Open(t.Context(), p); err == nil || report.Verify.Corrupted+report.Verify.Surplus == 0 {
		t.Errorf("endless junk: %v, %+v", err, report)
	}
}

func TestOpenPartly(t *testing.T) {
	s := serve(t, nil)
	full, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	go func() {
		for n := 0; ; n++ {
			c, err := full.Accept()
			if err != nil {
				return
			}
			if n >= 5 {
				c.Close()
				continue
			}
			back, err := net.Dial("tcp", s.addr())
			if err != nil {
				c.Close()
				continue
			}
			go func() { io.Copy(back, c); back.(*net.TCPConn).CloseWrite() }()
			go func() { io.Copy(c, back); c.Close() }()
		}
	}()
	clients, report, err := Open(t.Context(), plan(full.Addr().String(), "echo", 8))
	if err != nil || report.Established != 5 || report.Errors["closed"]+report.Errors["reset"] != 3 {
		t.Fatalf("%v, %+v", err, report)
	}
	drive := Drive{Rate: 500, Duration: 100 * time.Millisecond}
	r, err := clients.Drive(t.Context(), drive, Watch{})
	if err != nil {
		t.Fatal(err)
	}
	check(t, drive, 1, r)
	if end, err := clients.Close(); err != nil || end.Closed != 5 {
		t.Errorf("closed %+v, %v", end, err)
	}
}
