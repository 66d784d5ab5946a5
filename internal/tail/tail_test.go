package tail

import (
	"strings"
	"testing"
)

func TestReason(t *testing.T) {
	for said, want := range map[string]string{
		"":                      "",
		"a\nb\n\n":              "b",
		"panic: x\n\ngoroutine": "panic: x",
		"fatal error: y\nstack": "fatal error: y",
	} {
		var last Tail
		last.Write([]byte(said))
		if got := last.Reason(); got != want {
			t.Errorf("%q: got %q, want %q", said, got, want)
		}
	}
}

func TestNewestIsKept(t *testing.T) {
	var last Tail
	for range 100 {
		last.Write([]byte(strings.Repeat("x", 999) + "\n"))
	}
	last.Write([]byte("the end\n"))
	if got := last.String(); len(got) != Size || !strings.HasSuffix(got, "x\nthe end\n") {
		t.Errorf("%d bytes are kept, ending in %q", len(got), got[len(got)-20:])
	}
}

func TestReasons(t *testing.T) {
	for _, c := range []struct{ name, said, want string }{
		{"nothing", "", ""},
		{"Node", "/x/p.js:1\nthrow new Error('no database')\n^\n\nError: no database\n    at Object.<anonymous> (/x/p.js:1:7)\n    at Module._compile (node:internal:1)\n\nNode.js v20.20.2\n", "Error: no database"},
		{"Node's own", "node:events:497\n      throw er; // Unhandled 'error' event\n      ^\n\nError: listen EADDRINUSE: address already in use 127.0.0.1:1\n    at Server.setupListenHandle [as _listen2] (node:net:1817:16)\n  code: 'EADDRINUSE',\n  port: 1\n}\n\nNode.js v20.20.2\n", "Error: listen EADDRINUSE: address already in use 127.0.0.1:1"},
		{"Node, a code", "node:internal/modules/cjs/loader:1\n  throw err;\n  ^\n\nTypeError [ERR_INVALID_ARG_TYPE]: The port\n    at x\n{\n  code: 'X'\n}\n\nNode.js v20.20.2\n", "TypeError [ERR_INVALID_ARG_TYPE]: The port"},
		{"Python", "Traceback (most recent call last):\n  File \"/x.py\", line 1, in <module>\n    import nothing\nModuleNotFoundError: No module named 'nothing'\n", "ModuleNotFoundError: No module named 'nothing'"},
		{"Python, one after the other", "Traceback (most recent call last):\n  File \"a\"\nKeyError: 1\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File \"b\"\n    x\n    ^^^\nmine.Odd: two\nand more\n", "mine.Odd: two"},
		{"Go", "2026/01/01 starting\npanic: runtime error: index out of range [1] with length 0\n\ngoroutine 1 [running]:\nmain.main()\n\t/x.go:3 +0x1d\nexit status 2\n", "panic: runtime error: index out of range [1] with length 0"},
		{"Go's runtime", "fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [select (no cases)]:\nmain.main()\n", "fatal error: all goroutines are asleep - deadlock!"},
		{"Go's log", "2026/01/01 00:00:00 listen tcp 127.0.0.1:1: bind: permission denied\n", "2026/01/01 00:00:00 listen tcp 127.0.0.1:1: bind: permission denied"},
		{"Go's flags", "flag provided but not defined: -x\nUsage of server:\n  -addr string\n    \twhere to listen\n", "flag provided but not defined: -x"},
		{"Rust", "\nthread 'main' panicked at src/main.rs:2:5:\nno database\nnote: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n", "thread 'main' panicked at src/main.rs:2:5: no database"},
		{"Rust with a backtrace", "thread 'main' (77) panicked at src/main.rs:2:5:\nno database\nstack backtrace:\n   0: rust_begin_unwind\n             at /rustc/x\n", "thread 'main' (77) panicked at src/main.rs:2:5: no database"},
		{"Rust's result", "Error: Os { code: 98, kind: AddrInUse, message: \"Address already in use\" }\n", "Error: Os { code: 98, kind: AddrInUse, message: \"Address already in use\" }"},
		{"Java", "Exception in thread \"main\" java.lang.IllegalStateException: no database\n\tat X.main(X.java:3)\nCaused by: java.io.IOException: disk\n\t... 1 more\n", "Exception in thread \"main\" java.lang.IllegalStateException: no database"},
		{"Java's launcher", "Error: Unable to access jarfile x.jar\n", "Error: Unable to access jarfile x.jar"},
		{"Ruby", "x.rb:1:in `<main>': no database (RuntimeError)\n\tfrom x.rb:2:in `block'\n", "x.rb:1:in `<main>': no database (RuntimeError)"},
		{".NET", "Unhandled exception. System.Exception: no database\n   at Program.Main()\n", "Unhandled exception. System.Exception: no database"},
		{"PHP", "PHP Fatal error:  Uncaught Exception: no database in /x.php:1\nStack trace:\n#0 {main}\n  thrown in /x.php on line 1\n", "PHP Fatal error:  Uncaught Exception: no database in /x.php:1"},
		{"C++", "terminate called after throwing an instance of 'std::runtime_error'\n  what():  no database\n", "terminate called after throwing an instance of 'std::runtime_error' what():  no database"},
		{"colours", "\x1b[1;31merror\x1b[0m: \x1b]0;title\x07no \x07database\x1b[K\r\n", "error: no database"},
		{"a shell", "sh: 1: nothing: not found\n", "sh: 1: nothing: not found"},
		{"a log", "INFO starting\nERROR could not bind: permission denied\nINFO shutting down\nINFO bye\n", "ERROR could not bind: permission denied"},
		{"a log with times", "2026-12-01 01:02:03,004 [main] ERROR db - no route\n2026-12-01 01:02:03,005 [main] INFO db - bye\n", "2026-12-01 01:02:03,004 [main] ERROR db - no route"},
		{"uvicorn's log", "INFO:     Started server process [1]\nERROR:    [Errno 98] address already in use\nINFO:     Waiting\n", "ERROR:    [Errno 98] address already in use"},
		{"nginx's log", "nginx: [emerg] bind() to 0.0.0.0:80 failed\nnginx: configuration file test failed\n", "nginx: [emerg] bind() to 0.0.0.0:80 failed"},
		{"slog's text", "time=2026-12-01T01:02:03Z level=ERROR msg=\"no disk\"\ntime=2026-12-01T01:02:04Z level=INFO msg=bye\n", "time=2026-12-01T01:02:03Z level=ERROR msg=\"no disk\""},
		{"slog's JSON", "{\"time\":\"x\",\"level\":\"ERROR\",\"msg\":\"no disk\"}\n{\"level\":\"INFO\",\"msg\":\"bye\"}\n", "{\"time\":\"x\",\"level\":\"ERROR\",\"msg\":\"no disk\"}"},
		{"a log without an error", "INFO starting\nINFO no ERROR seen\n", "INFO no ERROR seen"},
		{"Perl", "Can't locate Nothing.pm in @INC (@INC entries checked: /x) at -e line 1.\nBEGIN failed--compilation aborted at -e line 1.\n", "Can't locate Nothing.pm in @INC (@INC entries checked: /x) at -e line 1."},
		{"frames alone", "    at x\n    at y\n", "at y"},
	} {
		var tail Tail
		for _, b := range []byte(c.said) {
			tail.Write([]byte{b})
		}
		if got := tail.Reason(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// A dump of all goroutines is longer than what is kept.
func TestReasonOfALongDump(t *testing.T) {
	var tail Tail
	tail.Write([]byte("starting\npanic: out of rooms\n\ngoroutine 1 [running]:\n"))
	for range 10_000 {
		tail.Write([]byte("goroutine 7 [select]:\nmain.serve()\n\t/x.go:3 +0x1d\n\n"))
	}
	if got := tail.Reason(); got != "panic: out of rooms" {
		t.Errorf("%q", got)
	}
	if n := len(tail.String()); n > Size {
		t.Errorf("%d bytes are kept", n)
	}
	var endless Tail
	for range 100 {
		endless.Write([]byte(strings.Repeat("x", 1000)))
	}
	if n := len(endless.Reason()); n > 310 || n < 300 {
		t.Errorf("%d bytes of a line without an end", n)
	}
}
