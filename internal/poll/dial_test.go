package poll

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// await is the first event of a poller, with its tag.
func await(t *testing.T, p *Poller) Event {
	t.Helper()
	for limit := time.Now().Add(10 * time.Second); time.Now().Before(limit); {
		events, err := p.Wait(time.Second)
		if err != nil {
			t.Fatal(err)
		}
		if len(events) > 0 {
			return events[0]
		}
	}
	t.Fatal("no event in 10 s")
	return Event{}
}

func TestDial(t *testing.T) {
	p, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for _, c := range []struct{ listen, from, want string }{
		{"127.0.0.1:0", "", "127.0.0.1"},
		{"127.0.0.1:0", "127.0.0.77", "127.0.0.77"},
		{"[::1]:0", "", "::1"},
	} {
		l, err := net.Listen("tcp", c.listen)
		if err != nil && c.want == "::1" {
			continue // no IPv6 here
		} else if err != nil {
			t.Fatal(err)
		}
		var from netip.Addr
		if c.from != "" {
			from = netip.MustParseAddr(c.from)
		}
		fd, err := Dial(l.Addr().(*net.TCPAddr).AddrPort(), from)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.AddAs(fd, 42, Out); err != nil {
			t.Fatal(err)
		}
		if e := await(t, p); e.Fd != 42 || e.Events&Out == 0 {
			t.Errorf("event %+v", e)
		}
		if err := Dialed(fd); err != nil {
			t.Errorf("%s: %v", c.listen, err)
		}
		served, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if got := served.RemoteAddr().(*net.TCPAddr).IP.String(); got != c.want {
			t.Errorf("comes from %s, want %s", got, c.want)
		}
		if err := p.ModifyAs(fd, 43, In); err != nil {
			t.Fatal(err)
		}
		served.Close()
		if e := await(t, p); e.Fd != 43 || e.Events&In == 0 {
			t.Errorf("event %+v", e)
		}
		unix.Close(fd)
		l.Close()
	}
}

func TestDialRefused(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	to := l.Addr().(*net.TCPAddr).AddrPort()
	l.Close()
	p, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	fd, err := Dial(to, netip.Addr{})
	if err == nil {
		defer unix.Close(fd)
		if err := p.AddAs(fd, 1, Out); err != nil {
			t.Fatal(err)
		}
		await(t, p)
		err = Dialed(fd)
	}
	if err != unix.ECONNREFUSED {
		t.Errorf("connect: %v", err)
	}
}

func TestFinishAndAbort(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, abort := range []bool{false, true} {
		fd, err := Dial(l.Addr().(*net.TCPAddr).AddrPort(), netip.Addr{})
		if err != nil {
			t.Fatal(err)
		}
		served, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if abort {
			Abort(fd)
		} else if err := Finish(fd); err != nil {
			t.Fatal(err)
		}
		served.SetReadDeadline(time.Now().Add(10 * time.Second))
		_, err = served.Read(make([]byte, 1))
		if reset := err != nil && err.Error() != "EOF"; reset != abort {
			t.Errorf("abort %v: the peer reads %v", abort, err)
		}
		served.Close()
		if !abort {
			unix.Close(fd)
		}
	}
}
