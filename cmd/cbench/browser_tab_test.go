package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// patience is how long anything in the browser may take.
const patience = 20 * time.Second

// newBrowser starts a headless browser that ends with the test.
func newBrowser(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("no Chromium here: make chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.NoSandbox, // root has none, and the pages are our own
		chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("no-proxy-server", true),
	)
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	browser, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	if err := chromedp.Do(browser); err != nil {
		t.Fatalf("%s does not start: %v", path, err)
	}
	// Cancel waits for the browser's end: only then can its directory go.
	t.Cleanup(func() { chromedp.Cancel(browser) })
	return browser
}

// served is one model as a process that can be killed and started again on its port.
type served struct {
	model, addr string
	cmd         *exec.Cmd
}

func serve(t *testing.T, model string) *served {
	t.Helper()
	s := &served{model: model, addr: "127.0.0.1:0"}
	s.start(t)
	t.Cleanup(s.kill)
	return s
}

func (s *served) start(t *testing.T) {
	t.Helper()
	s.cmd = process("serve", "--model="+s.model, "--addr="+s.addr)
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said, err := bufio.NewReader(out).ReadString('\n')
	_, addr, ok := strings.Cut(strings.TrimSpace(said), "listens on http://")
	if !ok {
		s.kill()
		t.Fatalf("%s says %q on its start: %v", s.model, said, err)
	}
	s.addr = addr
}

func (s *served) kill() {
	s.cmd.Process.Kill()
	s.cmd.Wait()
}

// tab is one chat page in the browser.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu      sync.Mutex
	errors  []string // guarded by mu: exceptions and what the console calls an error
	network []string // guarded by mu: requests that failed
}

// open opens a room in a new tab.
func open(t *testing.T, browser context.Context, addr, room string) *tab {
	t.Helper()
	p := &tab{t: t}
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithListener(p.listen))
	t.Cleanup(cancel)
	p.ctx = ctx
	if err := chromedp.Do(ctx); err != nil { // the tab lives as long as the context it was first used with
		t.Fatalf("browser: %v", err)
	}
	p.do(chromedp.Navigate("http://" + addr + "/#" + room))
	p.wait(`document.querySelector("#status").dataset.state === "live"`)
	return p
}

// listen hears of everything that goes wrong in the page.
func (p *tab) listen(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		p.errors = append(p.errors, fmt.Sprint(e.ExceptionDetails.Text, " ", e.ExceptionDetails.Exception))
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
			p.errors = append(p.errors, fmt.Sprint("console: ", e.Args))
		}
	case *log.EventEntryAdded:
		switch {
		case e.Entry.Level != log.EntryLevelError:
		case e.Entry.Source == log.EntrySourceNetwork:
			p.network = append(p.network, e.Entry.Text+" "+e.Entry.URL)
		default:
			p.errors = append(p.errors, e.Entry.Text)
		}
	}
}

// mustBeCalm fails the test if anything went wrong in the page, but for failed requests where they were to be expected.
func (p *tab) mustBeCalm(requestsMayFail bool) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.errors) > 0 {
		p.t.Errorf("errors in the page: %q", p.errors)
	}
	if len(p.network) > 0 && !requestsMayFail {
		p.t.Errorf("requests failed: %q", p.network)
	}
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatalf("browser: %v", err)
	}
}

// get is the value of a JavaScript expression.
func get[T any](p *tab, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("browser: %s: %v", expression, err)
	}
	return v
}

// wait waits until a JavaScript expression is true.
func (p *tab) wait(expression string) {
	p.t.Helper()
	seen := get[string](p, fmt.Sprintf(`new Promise(done => {
		const end = performance.now() + %d;
		const look = () => {
			if (%s) done("");
			else if (performance.now() > end) done(document.body.innerText.slice(-500));
			else setTimeout(look, 10);
		};
		look();
	})`, (patience/2).Milliseconds(), expression))
	if seen != "" {
		p.t.Fatalf("waited in vain for %s; the page shows: %s", expression, seen)
	}
}

// enter replaces what a field holds, as a person does: by the keyboard, with Enter.
func (p *tab) enter(field, text string) {
	p.t.Helper()
	get[bool](p, fmt.Sprintf(`(e => { e.focus(); e.select(); return true; })(document.querySelector(%s))`, quote(field)))
	p.do(chromedp.SendKeys(chromedp.CSS(field), text+kb.Enter))
}

// call says who speaks.
func (p *tab) call(name string) {
	p.t.Helper()
	p.enter("#name", name)
	p.wait(`myName === ` + quote(name))
}

func (p *tab) say(text string) {
	p.t.Helper()
	p.do(chromedp.SendKeys(chromedp.CSS("#text"), text+kb.Enter))
	p.wait(`document.querySelector("#text").value === ""`)
}

// hears waits until the newest message is this one.
func (p *tab) hears(from, text string) {
	p.t.Helper()
	p.wait(fmt.Sprintf(`(m => m && m.dataset.from === %s && m.querySelector(".text").textContent === %s)([...document.querySelectorAll(".message")].at(-1))`,
		quote(from), quote(text)))
}

// showsNote waits for a line that is nobody's.
func (p *tab) showsNote(words string) {
	p.t.Helper()
	p.wait(fmt.Sprintf(`[...document.querySelectorAll(".note")].some(n => n.textContent.includes(%s))`, quote(words)))
}

// texts is what the page shows, oldest first.
func (p *tab) texts() []string {
	p.t.Helper()
	return get[[]string](p, `[...document.querySelectorAll(".text")].map(e => e.textContent)`)
}

// quote makes a JavaScript string of s.
func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // no string fails
	}
	return string(b)
}
