package modeltest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

var allParts = Parts

func TestReferencePasses(t *testing.T) { Test(t, serveReference("")) }

// TestMain is, with the variable set, a server of its own: the reference with that fault.
func TestMain(m *testing.M) {
	fault, isServer := os.LookupEnv("MODELTEST_FAULT")
	if !isServer {
		flag.Parse()
		flag.Set("test.parallel", "16") // faulty servers are mostly waited for
		os.Exit(m.Run())
	}
	var cfg StartConfig
	fmt.Sscan(os.Getenv("MODELTEST_CONNS"), &cfg.MaxConns)
	l, err := net.FileListener(os.NewFile(3, "listener"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer cancel()
	if serveReference(fault)(ctx, l, cfg) != nil {
		os.Exit(1)
	}
}

// asCommand starts the reference as a process of its own, which is given its listener.
func asCommand(fault string) func(StartConfig) (*Server, error) {
	return func(cfg StartConfig) (*Server, error) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		file, err := l.(*net.TCPListener).File()
		if err != nil {
			return nil, err
		}
		defer file.Close()
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "MODELTEST_FAULT="+fault, fmt.Sprint("MODELTEST_CONNS=", cfg.MaxConns))
		cmd.ExtraFiles = []*os.File{file}
		if err := cmd.Start(); err != nil {
			return nil, err
		}
		return &Server{Addr: l.Addr().String(), Pid: cmd.Process.Pid, Stop: func() error {
			cmd.Process.Signal(syscall.SIGTERM)
			return cmd.Wait()
		}}, nil
	}
}

// checkAll runs every case and returns the results by case.
func checkAll(t *testing.T, target Target, parts []string) map[string]Result {
	t.Helper()
	results := map[string]Result{}
	ok := Run(context.Background(), target, parts, func(r Result) {
		if results[r.Case] = r; r.Outcome == Fail {
			t.Errorf("%s: %s", r.Case, r.Why)
		}
	})
	if ok == t.Failed() {
		t.Errorf("Run says %v", ok)
	}
	return results
}

func TestCommandPasses(t *testing.T) {
	t.Parallel()
	for name, r := range checkAll(t, Target{Start: asCommand("")}, allParts) {
		if r.Outcome != Pass {
			t.Errorf("%s: %s: %s", name, r.Outcome, r.Why)
		}
	}
}

// A server of which only the address is known can be checked, twice too, and what cannot be looked at is said.
func TestRunningServerPasses(t *testing.T) {
	t.Parallel()
	srv, err := InProcess(serveReference(""))(StartConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Stop()
	for range 2 {
		results := checkAll(t, Target{Addr: srv.Addr}, []string{Echo, Chat})
		for _, c := range Cases() {
			r, ran := results[c.Name]
			switch {
			case ran != c.within([]string{Echo, Chat}):
				t.Errorf("%s: ran: %v", c.Name, ran)
			case ran && c.Owns && (r.Outcome != Skip || r.Why == ""):
				t.Errorf("%s: %s %q, want a skip with its reason", c.Name, r.Outcome, r.Why)
			case ran && !c.Owns && r.Outcome != Pass:
				t.Errorf("%s: %s %q", c.Name, r.Outcome, r.Why)
			}
		}
		if r := results["echo/backpressure"]; r.Why == "" {
			t.Error("echo/backpressure does not say that it could not look at the server's memory")
		}
	}
	if parts := Probe(t.Context(), srv.Addr); !slices.Equal(parts, allParts) {
		t.Errorf("Probe: %v", parts)
	}
}

// A plain echo server speaks lines:echo, whole, and nothing else.
func TestPlainEcho(t *testing.T) {
	serve := func(ctx context.Context, l net.Listener, _ StartConfig) error {
		var conns sync.WaitGroup
		defer conns.Wait()
		defer context.AfterFunc(ctx, func() { l.Close() })()
		for {
			c, err := l.Accept()
			if err != nil {
				return nil
			}
			conns.Go(func() {
				defer c.Close()
				defer context.AfterFunc(ctx, func() { c.Close() })()
				io.Copy(struct{ io.Writer }{c}, struct{ io.Reader }{c}) // not splice
			})
		}
	}
	start := func(cfg StartConfig) (*Server, error) {
		if cfg.MaxConns != 0 {
			return nil, errors.ErrUnsupported
		}
		return InProcess(serve)(cfg)
	}
	for name, r := range checkAll(t, Target{Start: start}, []string{Echo}) {
		if (r.Outcome == Skip) != (name == "limit/connections") {
			t.Errorf("%s: %s: %s", name, r.Outcome, r.Why)
		}
	}
	srv, err := InProcess(serve)(StartConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Stop()
	if parts := Probe(t.Context(), srv.Addr); !slices.Equal(parts, []string{Echo}) {
		t.Errorf("Probe: %v", parts)
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	var last Result
	ok := Run(ctx, Target{Start: InProcess(serveReference(""))}, allParts, func(r Result) {
		last = r
		cancel()
	})
	if ok || last.Case != Cases()[0].Name {
		t.Errorf("ok is %v after an interrupt, the last case was %s", ok, last.Case)
	}
}

// proof is a way to be wrong, with the cases that must tell.
type proof struct{ fault, cases string }

// proofsAlone are faults that are seen in a whole process or its CPU time, so that nothing may run beside them.
var proofsAlone = []proof{
	{"owed-large", "echo/backpressure"},
	{"owed-unbounded", "echo/backpressure slow/speaker"},
	{"spin-sleeps", "block/spin-burns"},
	{"descriptor-left", "leak/restart"},
	{"reset-leaks", "leak/echo leak/chat leak/block leak/http leak/wait"},
	{"owed-large", "zip/slow-reader"},
	{"owed-unbounded", "http/backpressure zip/slow-reader"},
	{"parked-hoards", "wait/flooded"},
}

var proofs = []proof{
	{"echo-corrupts", "echo/one-byte"},
	{"echo-empty-refused", "echo/empty"},
	{"echo-ends-at-nul", "echo/binary"},
	{"echo-drops-cr", "echo/cr"},
	{"cut-requests-forgotten", "echo/split-everywhere echo/byte-by-byte"},
	{"one-request-a-packet", "echo/pipelined"},
	{"crossed", "echo/many-clients"},
	{"idle-timeout", "echo/idle"},
	{"fin-ignored", "echo/fin"},
	{"fin-forgets", "echo/half-close echo/half-close-unread fin/half-line fin/half-say block/half-close"},
	{"reset-closes-all", "echo/reset"},
	{"owed-unbounded", "slow/dropped"},
	{"owed-lost", "echo/backpressure echo/half-close-unread"},
	{"slow-echo-dropped", "echo/backpressure"},

	{"bad-ignored", "bad/unknown"},
	{"bad-stays-open", "bad/unknown bad/in-order"},
	{"bad-without-why", "bad/unknown"},
	{"bad-empty-ignored", "bad/empty-line"},
	{"bad-binary-silent", "bad/binary"},
	{"bad-closes-all", "bad/others-served"},
	{"long-accepted", "long/line long/unfinished"},
	{"long-waits-for-lf", "long/unfinished"},
	{"long-silent", "long/line"},
	{"long-by-one", "echo/longest-line long/other-requests"},
	{"cr-kept", "cr/ignored"},
	{"quit-silent", "quit/bye"},
	{"quit-stays-open", "quit/bye quit/last-word"},
	{"quit-hears-on", "room/coming-and-going"},
	{"quit-forgets", "quit/in-order quit/flushes quit/member"},
	{"half-line-answered", "fin/half-line fin/half-say"},
	{"half-line-said-at-reset", "room/reset-in-mid-line"},
	{"stats-more", "stats/shape"},
	{"stats-text", "stats/shape"},
	{"stats-conns-ever", "stats/conns"},
	{"stats-rooms-members", "stats/rooms"},
	{"own-message-late", "order/mixed"},

	{"head-one-more", "join/new-room"},
	{"lobby-reserved", "join/lobby"},
	{"names-short", "join/names"},
	{"names-unchecked", "join/bad-names"},
	{"names-unbounded", "join/bad-names"},
	{"join-lenient", "join/arguments"},
	{"join-twice", "join/twice"},
	{"join-replays", "join/head"},
	{"join-misses-next", "join/head room/coming-and-going"},
	{"names-unique", "join/same-name"},
	{"not-joined-closes", "say/not-joined"},
	{"speaker-not-told", "say/everyone"},
	{"text-trimmed", "say/verbatim"},
	{"text-ascii", "say/verbatim"},
	{"text-short", "say/longest"},
	{"text-in-runes", "say/too-long"},
	{"text-unbounded", "say/too-long"},
	{"text-empty", "say/empty"},
	{"text-controls", "say/controls"},
	{"text-any-bytes", "say/not-utf8"},
	{"ids-of-all-rooms", "room/own-ids"},
	{"rooms-fold-case", "room/own-ids"},
	{"rooms-die", "room/outlives-members"},
	{"ids-of-ring", "room/more-than-the-ring"},
	{"head-of-ring", "room/more-than-the-ring"},
	{"order-differs", "room/total-order"},
	{"leaving-loses", "room/coming-and-going"},
	{"members-stay", "room/leave leak/chat"},

	{"slow-waited-for", "slow/dropped"},
	{"slow-skipped", "slow/dropped"},
	{"slow-counted-twice", "slow/dropped"},
	{"slow-uncounted", "slow/dropped"},
	{"slow-costs-others", "slow/dropped"},
	{"owed-small", "slow/within-bounds"},

	{"blocked-without-ms", "block/answers"},
	{"block-hurries", "block/takes-its-time"},
	{"block-unchecked", "block/bad"},
	{"block-overtaken", "block/in-order block/later-packet block/quit block/bad-behind block/say-behind"},
	{"offload-stalls", "block/offload-serves-on"},
	{"offload-unlimited", "block/queue"},
	{"offload-refuses", "block/queue"},
	{"offload-places-leak", "block/reset"},

	{"limit-ignored", "limit/connections"},
	{"limit-exits", "limit/connections"},
	{"goroutines-leak", "leak/echo leak/chat leak/block"},
	{"listener-left-open", "shutdown/idle"},
	{"ends-in-disorder", "shutdown/idle"},
	{"shutdown-keeps-connections", "shutdown/idle shutdown/members"},
	{"shutdown-waits", "shutdown/unread shutdown/block"},
	{"shutdown-says", "shutdown/members"},
	{"shutdown-cuts", "shutdown/flushes"},
	{"shutdown-forgets", "shutdown/behind-block shutdown/behind-member"},
	{"closes-at-once", "shutdown/sends-on end/sends-on"},
	{"failed-send-stays", "end/send-fails"},
	{"rooms-unbounded", "rooms/most-lines"},
	{"full-stays-open", "rooms/most-lines"},
	{"deep-hurries", "block/deep"},
}

var httpProofs = []proof{
	{"http-echo-corrupts", "http/echo"},
	{"bodies-short", "http/sizes"},
	{"http-echo-drops-cr", "http/binary"},
	{"chunk-extensions-refused", "http/chunks"},
	{"fields-case-sensitive", "http/fields"},
	{"never-kept", "http/keep-alive"},
	{"close-ignored", "http/close"},
	{"http10-kept", "http/1.0"},
	{"http10-never-kept", "http/1.0"},
	{"pipelined-lost", "http/pipelined http/half-close"},
	{"cut-requests-forgotten", "http/split-everywhere http/byte-by-byte"},
	{"continue-silent", "http/continue"},
	{"fin-ignored", "http/half-close"},
	{"idle-timeout", "http/idle"},
	{"crossed", "http/many-clients"},
	{"slow-echo-dropped", "http/backpressure"},
	{"owed-lost", "http/backpressure"},
	{"detect-first-packet", "http/detected"},

	{"unknown-path-page", "http/not-found"},
	{"not-found-closes", "http/not-found"},
	{"errors-without-why", "http/not-found http/malformed"},
	{"any-method", "http/method"},
	{"allow-missing", "http/method"},
	{"malformed-taken", "http/malformed"},
	{"malformed-stays-open", "http/malformed http/malformed-behind"},
	{"malformed-silent", "http/malformed http/not-lines"},
	{"hostless-taken", "http/malformed"},
	{"two-lengths-taken", "http/two-lengths"},
	{"both-lengths-taken", "http/two-lengths"},
	{"bare-lf-taken", "http/bare-lf"},
	{"space-before-colon-taken", "http/space-before-colon"},
	{"chunk-lf-taken", "http/bad-chunk"},
	{"heads-short", "http/longest-head"},
	{"heads-unbounded", "http/head-too-long"},
	{"bodies-unbounded", "http/body-too-long"},
	{"long-body-stays-open", "http/body-too-long"},
	{"slow-request-kept", "http/unfinished"},
	{"slow-request-cut", "http/unfinished"},
	{"slow-request-hurried", "http/unfinished"},
	{"slow-request-trickles", "http/unfinished"},
	{"idle-http-closed", "http/unfinished"},
	{"stats-more", "http/stats"},
	{"stats-text", "http/stats"},
	{"page-assets", "http/page"},
	{"page-text", "http/page"},
	{"block-hurries", "http/block"},
	{"blocked-without-ms", "http/block"},
	{"block-unchecked", "http/block-bad"},
	{"offload-stalls", "http/block-serves-on"},

	{"head-with-body", "http/head-only"},
	{"trace-reflects", "http/options"},
	{"absolute-unknown", "http/absolute"},
	{"escapes-kept", "http/absolute"},
	{"chunks-taken-old", "http/chunked-1.0"},
	{"continue-first", "http/continue-refused"},
	{"continue-old", "http/continue-refused"},
	{"trailers-heeded", "http/trailers"},
	{"pipelined-lost", "wait/malformed-behind"},
	{"gone-parked-late", "wait/gone-at-once"},
	{"gone-parked-kept", "wait/gone-at-once"},
	{"gone-flooded-kept", "wait/gone-flooded"},

	{"sent-without-id", "send/ids"},
	{"ids-of-all-rooms", "send/ids"},
	{"pipelined-lost", "send/pipelined"},
	{"send-nobody", "send/anon"},
	{"no-default-room", "send/lobby"},
	{"text-trimmed", "send/verbatim"},
	{"text-ascii", "send/verbatim"},
	{"text-escaped", "send/verbatim"},
	{"text-short", "send/longest"},
	{"text-unbounded", "send/longest"},
	{"send-any-json", "send/bad-json"},
	{"text-empty", "send/no-text"},
	{"text-controls", "send/controls"},
	{"http-names-unchecked", "send/bad-names"},

	{"next-is-head", "wait/at-most-100"},
	{"news-descend", "wait/at-once"},
	{"news-unlimited", "wait/at-most-100"},
	{"missed-untold", "wait/missed"},
	{"ring-unlimited", "wait/missed"},
	{"now-is-the-start", "wait/now"},
	{"ahead-parks", "wait/ahead"},
	{"ahead-without-head", "wait/ahead"},
	{"next-zero", "wait/timeout"},
	{"news-null", "wait/timeout"},
	{"wait-hurries", "wait/timeout wait/timeouts wait/pipelined-waits"},
	{"wait-unchecked", "wait/bad"},
	{"wakes-nobody", "wait/wakes"},
	{"one-woken", "wait/wakes"},
	{"wakes-all-rooms", "wait/wakes"},
	{"few-woken", "wait/wakes-500"},
	{"wrong-id-to-some", "wait/wakes-500"},
	{"news-repeated", "wait/herd"},
	{"wait-overtaken", "wait/pipelined"},
	{"close-ignored", "wait/1.0"},
	{"gone-parked-kept", "wait/gone"},
	{"fin-parked-ignored", "wait/gone"},
	{"waiters-uncounted", "wait/counted"},

	{"say-wakes-nobody", "shared/say-wakes"},
	{"send-tells-no-member", "shared/send-tells"},
	{"say-unlogged", "shared/history"},
	{"waiters-told-otherwise", "shared/total-order"},

	{"zip-cut", "zip/valid"},
	{"zip-few", "zip/sizes"},
	{"zip-closes", "zip/keep-alive"},
	{"zip-chunks-old", "zip/1.0"},
	{"zip-unchecked", "zip/bad"},
	{"zip-made-first", "zip/largest"},
	{"slow-echo-dropped", "zip/slow-reader"},
	{"owed-lost", "zip/slow-reader"},
	{"zip-left-stays", "zip/left leak/zip"},

	{"goroutines-leak", "leak/http leak/wait leak/zip"},
	{"shutdown-cuts-waiters", "shutdown/waiters"},
	{"shutdown-keeps-connections", "shutdown/waiters shutdown/http"},
	{"shutdown-waits", "shutdown/zip"},
	{"shutdown-forgets", "shutdown/behind-wait"},
	{"closes-at-once", "shutdown/zip-sends-on end/http-sends-on"},
	{"origin-ignored", "send/origin"},
	{"origin-refused", "send/origin"},
	{"rooms-unbounded", "rooms/most"},
	{"deep-hurries", "http/block-deep"},
}

// check holds the cases against a server that is wrong in the way they are for.
func (p proof) check(t *testing.T, start func(StartConfig) (*Server, error), parallel bool) {
	for name := range strings.FieldsSeq(p.cases) {
		i := slices.IndexFunc(Cases(), func(c Case) bool { return c.Name == name })
		if i < 0 {
			t.Fatalf("%s: no such case as %s", p.fault, name)
		}
		t.Run(p.fault+"/"+name, func(t *testing.T) {
			if parallel {
				t.Parallel()
			}
			var r Result
			for range 10 { // on a busy machine the kernel takes, every other time, what the server was to lose
				s := newSuite(t.Context(), Target{Start: start, Patience: time.Second})
				r = s.check(Cases()[i])
				s.close()
				if r.Outcome == Fail {
					t.Log(r.Why)
					return
				}
			}
			t.Errorf("%s %s", r.Outcome, r.Why)
		})
	}
}

func TestFaultsAreCaughtAlone(t *testing.T) {
	for _, p := range proofsAlone {
		p.check(t, InProcess(serveReference(p.fault)), false)
	}
	proof{"limit-spins", "limit/connections"}.check(t, asCommand("limit-spins"), false)
}

func TestFaultsAreCaught(t *testing.T) {
	t.Parallel()
	for _, p := range slices.Concat(proofs, httpProofs) {
		p.check(t, InProcess(serveReference(p.fault)), true)
	}
}

// A case that no faulty server fails is a case that may not be able to.
func TestEveryCaseIsProved(t *testing.T) {
	proved := map[string]bool{}
	for _, p := range slices.Concat(proofs, httpProofs, proofsAlone) {
		for name := range strings.FieldsSeq(p.cases) {
			proved[name] = true
		}
	}
	for _, c := range Cases() {
		if !proved[c.Name] {
			t.Errorf("no fault proves that %s can fail", c.Name)
		}
	}
}
