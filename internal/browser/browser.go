// Package browser is what tests of our pages share: a real browser without a network, its tabs, and what goes wrong in them. Only
// tests import it.
package browser

import (
	"context"
	"fmt"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// patience is how long anything in the browser may take.
const patience = 30 * time.Second

// Browser is a headless one that ends with the test.
type Browser struct{ ctx context.Context }

// Start starts one, and skips the test where none is installed. Pages reach what listens on loopback, and nothing else.
func Start(t *testing.T) *Browser {
	t.Helper()
	path := installed()
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
		chromedp.Flag("proxy-server", "127.0.0.1:9"), // nobody listens there; loopback needs no proxy
	)
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("%s does not start: %v", path, err)
	}
	// Cancel waits for the browser's end: only then can its directory go.
	t.Cleanup(func() { chromedp.Cancel(ctx) })
	return &Browser{ctx}
}

// installed is the path of the browser here, or "".
func installed() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// Open opens a page in a new tab, in its light colours.
func (b *Browser) Open(t *testing.T, url string) *Tab {
	t.Helper()
	p := &Tab{T: t, heard: &heard{}}
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithListener(p.heard.listen))
	t.Cleanup(cancel)
	p.ctx = ctx
	if err := chromedp.Do(ctx); err != nil { // the tab lives as long as the context it was first used with
		t.Fatalf("browser: %v", err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	p.Scheme("light")
	p.Do(chromedp.Navigate(url))
	return p
}

// Tab is a page in the browser.
type Tab struct {
	T *testing.T // that fails where the page does

	ctx   context.Context
	heard *heard
}

// Within is the tab in a test of its own.
func (p *Tab) Within(t *testing.T) *Tab { return &Tab{T: t, ctx: p.ctx, heard: p.heard} }

// Do does what a person would.
func (p *Tab) Do(steps ...chromedp.Action[chromedp.Void]) {
	p.T.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.T.Fatalf("browser: %v", err)
	}
}

// Get is the value of a JavaScript expression.
func Get[T any](p *Tab, expression string) T {
	p.T.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.T.Fatalf("browser: %s: %v", expression, err)
	}
	return v
}

// Becomes reports whether a JavaScript expression is true, or becomes so in half of all patience.
func (p *Tab) Becomes(expression string) bool {
	p.T.Helper()
	return Get[bool](p, fmt.Sprintf(`new Promise(done => {
		const end = performance.now() + %d;
		const look = () => (%s) ? done(true) : performance.now() > end ? done(false) : setTimeout(look, 10);
		look();
	})`, (patience/2).Milliseconds(), expression))
}

// Wait waits until a JavaScript expression is true.
func (p *Tab) Wait(expression string) {
	p.T.Helper()
	if !p.Becomes(expression) {
		p.T.Fatalf("waited in vain for %s; the page ends in: %s", expression, Get[string](p, `document.body.innerText.slice(-500)`))
	}
}
