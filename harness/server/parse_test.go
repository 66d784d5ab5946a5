package server

import (
	"slices"
	"strings"
	"testing"
)

func TestSplitCommand(t *testing.T) {
	for _, test := range []struct {
		line string
		want []string
		err  string
	}{
		{line: `./server {addr}`, want: []string{"./server", "{addr}"}},
		{line: `  python3   -u 'my server.py'  --listen="{addr}"`, want: []string{"python3", "-u", "my server.py", "--listen={addr}"}},
		{line: `a b\ c ""`, want: []string{"a", "b c", ""}},
		{line: `sh -c 'a | b; c && d > e'`, want: []string{"sh", "-c", "a | b; c && d > e"}},
		{line: `a $HOME *.go`, want: []string{"a", "$HOME", "*.go"}},
		{line: `a | b`, err: `"|" means nothing`},
		{line: `a;b`, err: `";" means nothing`},
		{line: `a && b`, err: `"&" means nothing`},
		{line: `a 2>log`, err: `means nothing`},
		{line: `é > b`, err: `">" means nothing`},
		{line: `a "b`, err: `a \"b`},
		{line: ``, err: `empty`},
		{line: `  `, err: `empty`},
	} {
		got, err := SplitCommand(test.line)
		if test.err != "" {
			if err == nil || !strings.Contains(err.Error(), test.err) {
				t.Errorf("%q: got %q, %v; want an error with %q", test.line, got, err, test.err)
			}
			continue
		}
		if err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%q: got %q, %v; want %q", test.line, got, err, test.want)
		}
	}
}

func TestSubstitute(t *testing.T) {
	got := substitute([]string{"s", "--at=tcp://{addr}/", "{addr}"}, "127.0.0.1:80")
	if want := []string{"s", "--at=tcp://127.0.0.1:80/", "127.0.0.1:80"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestParseListeners(t *testing.T) {
	const heading = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
	const rest = " 00000000:00000000 00:00000000 00000000     0        0 "
	table := heading +
		"   0: 0100007F:1F90 00000000:0000 0A" + rest + "4711 1 0 100 0 0 10 0\n" +
		"   1: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A" + rest + "4712 1 0 100 0 0 10 0\n" +
		"   2: 0000000000000000FFFF00000100007F:0017 00000000000000000000000000000000:0000 0A" + rest + "4713 1 0 100 0 0 10 0\n" +
		"   3: 0100007F:1F90 0100007F:9999 01" + rest + "4714 1 0 100 0 0 10 0\n" +
		"   4: 0100007F:1F91 00000000:0000 0A" + rest + "4715 1 0 100 0 0 10 0\n"
	got, err := parseListeners(strings.NewReader(table))
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, l := range got {
		said = append(said, l.addr.String())
	}
	want := []string{"127.0.0.1:8080", "[::]:22", "127.0.0.1:23"} // and it stops at the first connection
	if !slices.Equal(said, want) || got[0].inode != 4711 {
		t.Errorf("got %v, want %v", said, want)
	}
	for _, bad := range []string{"x\n", "0: 0100007F 0:0 0A" + rest + "1\n", "0: 01:1F90 0:0 0A" + rest + "1\n", "0: 0100007F:1F90 0:0 0A" + rest + "x\n"} {
		if _, err := parseListeners(strings.NewReader(heading + bad)); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}
