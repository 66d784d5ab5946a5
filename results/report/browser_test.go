package report

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"cbench/results"
)

// patience is how long anything in the browser may take.
const patience = 30 * time.Second

// tab is a page in a real browser that has no network.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu      sync.Mutex
	wrong   []string // guarded by mu: exceptions, errors of the console, what the policy refused
	fetched []string // guarded by mu: whatever was asked for beside the page
}

func open(t *testing.T, page string) *tab {
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
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()),
		chromedp.NoSandbox, // root has none, and the page is our own
		chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("proxy-server", "127.0.0.1:9"), // nobody listens there: there is no network
	)
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	p := &tab{t: t}
	ctx, cancel := chromedp.NewContext(allocator, chromedp.WithListener(p.listen))
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("%s does not start: %v", path, err)
	}
	t.Cleanup(func() { chromedp.Cancel(ctx) }) // waits for the browser's end: only then can its directory go
	p.ctx = ctx
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	p.scheme("light")
	p.do(chromedp.Navigate("file://" + page))
	return p
}

func (p *tab) listen(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		p.wrong = append(p.wrong, fmt.Sprint(e.ExceptionDetails.Text, " ", e.ExceptionDetails.Exception))
	case *runtime.EventConsoleAPICalled:
		p.wrong = append(p.wrong, fmt.Sprint("console: ", e.Type, " ", e.Args))
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			p.wrong = append(p.wrong, e.Entry.Text)
		}
	case *network.EventRequestWillBeSent:
		if url := e.Request.URL; !strings.HasSuffix(url, File) && !strings.HasPrefix(url, "data:,") {
			p.fetched = append(p.fetched, url)
		}
	}
}

// mustBeCalm fails the test if anything went wrong in the page, or if it asked for anything.
func (p *tab) mustBeCalm() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.wrong)+len(p.fetched) > 0 {
		p.t.Errorf("the page complains of %q and asks for %q", p.wrong, p.fetched)
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
	if !p.becomes(expression) {
		p.t.Fatalf("waited in vain for %s", expression)
	}
}

func (p *tab) becomes(expression string) bool {
	p.t.Helper()
	return get[bool](p, fmt.Sprintf(`new Promise(done => {
		const end = performance.now() + %d;
		const look = () => (%s) ? done(true) : performance.now() > end ? done(false) : setTimeout(look, 20);
		look();
	})`, (patience/2).Milliseconds(), expression))
}

// is checks that a JavaScript expression is true, or becomes so: a chart draws a moment after it is told to.
func (p *tab) is(what, expression string) {
	p.t.Helper()
	if !p.becomes(expression) {
		p.t.Errorf("%s: not so: %s", what, expression)
	}
}

// ink counts the points of a chart that are of about that colour.
const ink = `window.ink = (card, hex) => {
	const canvas = card.querySelector("canvas"), want = [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16));
	const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
	let n = 0;
	for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 200 && want.every((v, k) => Math.abs(data[i + k] - v) < 24)) n++;
	return n;
}, window.shownCards = () => [...document.querySelectorAll(".card")].filter(c => c.offsetParent), true`

func TestPageInABrowser(t *testing.T) {
	path := filepath.Join(t.TempDir(), File)
	if err := WriteFile(path, made(t)); err != nil {
		t.Fatal(err)
	}
	p := open(t, path)
	p.wait(`document.querySelector("canvas")`)
	get[bool](p, ink)
	t.Run("draws", func(t *testing.T) { p.within(t).draws() })
	t.Run("legend", func(t *testing.T) { p.within(t).legend() })
	t.Run("keys", func(t *testing.T) { p.within(t).keys() })
	t.Run("mouse", func(t *testing.T) { p.within(t).mouse() })
	t.Run("sorts", func(t *testing.T) { p.within(t).sorts() })
	t.Run("loads", func(t *testing.T) { p.within(t).loads() })
	t.Run("themes", func(t *testing.T) { p.within(t).themes() })
	p.fits("made")
	p.mustBeCalm()
}

// within is the tab in a test of its own.
func (p *tab) within(t *testing.T) *tab {
	return &tab{t: t, ctx: p.ctx}
}

func (p *tab) draws() {
	p.is("every chart that is shown has a canvas", `shownCards().length > 4 && shownCards().every(c => c.querySelector("canvas"))`)
	for _, hex := range []string{"#0072B2", "#E69F00", "#D55E00"} {
		p.is("the models are drawn in their colours", fmt.Sprintf(`ink(shownCards()[0], %q) > 20`, hex))
	}
	p.is("no name became mark-up", `document.querySelectorAll("script").length === 3 && ![...document.querySelectorAll("b")].some(b => b.textContent === "&")`)
}

func (p *tab) legend() {
	p.do(chromedp.Focus(chromedp.CSS(`[data-model=goroutine]`)), chromedp.KeyEvent(kb.Enter))
	p.is("a model can be left out", `document.querySelector("[data-model=goroutine]").ariaPressed === "false" && ink(shownCards()[0], "#0072B2") < 5`)
	p.do(chromedp.KeyEvent(" "))
	p.is("and shown again", `ink(shownCards()[0], "#0072B2") > 20`)
}

func (p *tab) keys() {
	p.do(chromedp.Focus(chromedp.CSS(`#chart-1 .plot`)), chromedp.KeyEvent(kb.ArrowRight))
	p.is("the figures are read", `said.textContent.startsWith("N = 100: ") && said.textContent.includes("goroutine 3.")`)
	p.do(chromedp.KeyEvent(kb.ArrowRight))
	p.is("along N", `said.textContent.startsWith("N = 1,000: ") && !document.querySelector("#chart-1 .tip").hidden`)
	p.do(chromedp.KeyEvent("+"))
	p.wait(`!document.querySelector("#chart-1 [data-zoom=all]").disabled`)
	p.do(chromedp.KeyEvent("0"))
	p.wait(`document.querySelector("#chart-1 [data-zoom=all]").disabled`)
	p.do(chromedp.Focus(chromedp.CSS(`#chart-1 [data-variant="1"]`)), chromedp.KeyEvent(kb.Enter), chromedp.Focus(chromedp.CSS(`#chart-1 .plot`)),
		chromedp.KeyEvent(kb.ArrowRight))
	p.is("the other drawing", `said.textContent.includes("thread 11.7 KiB")`)
}

// mouse hovers over a chart and drags a part of it large.
func (p *tab) mouse() {
	get[bool](p, `(() => {
		const over = document.querySelector("#chart-2 .u-over");
		over.scrollIntoView({ block: "center", behavior: "instant" });
		window.at = (type, x, y) => {
			const box = over.getBoundingClientRect();
			(type === "mousemove" || type === "mousedown" || type === "mouseenter" ? over : document).dispatchEvent(new MouseEvent(type, { bubbles: true, button: 0,
				clientX: box.left + x * box.width, clientY: box.top + y * box.height, movementX: 9, movementY: 9, view: window }));
		};
		at("mouseenter", .5, .5);
		at("mousemove", .5, .5);
		return true;
	})()`)
	p.wait(`!document.querySelector("#chart-2 .tip").hidden && document.querySelector("#chart-2 .tip").textContent.includes("N = 1,000")`)
	get[bool](p, `(at("mousedown", .3, .3), at("mousemove", .7, .6), at("mouseup", .7, .6), true)`)
	p.wait(`!document.querySelector("#chart-2 [data-zoom=all]").disabled`)
	p.do(chromedp.Click(chromedp.CSS(`#chart-2 [data-zoom=all]`)))
	p.wait(`document.querySelector("#chart-2 [data-zoom=all]").disabled`)
}

func (p *tab) sorts() {
	const column = `[...document.querySelector("#memory .scroll tbody").rows].map(r => Number(r.cells[1].dataset.value))`
	p.do(chromedp.Click(chromedp.CSS(`#memory .scroll th:nth-child(2) button`)))
	p.is("upwards", column+`.every((v, i, all) => !i || v >= all[i - 1])`)
	p.is("and says so", `document.querySelector("#memory .scroll table th:nth-child(2)").ariaSort === "ascending" && said.textContent.includes("ascending")`)
	p.do(chromedp.Focus(chromedp.CSS(`#memory .scroll th:nth-child(2) button`)), chromedp.KeyEvent(kb.Enter))
	p.is("downwards", column+`.every((v, i, all) => !i || v <= all[i - 1])`)
	p.do(chromedp.Click(chromedp.CSS(`#memory .scroll th:nth-child(1) button`)))
	p.is("by name, and by one column only", `document.querySelectorAll("#memory .scroll table")[0].querySelectorAll("[aria-sort]").length === 1 &&
		document.querySelector("#memory .scroll table tbody td").textContent === "floor"`)
}

func (p *tab) loads() {
	p.is("one load is shown", `[...document.querySelectorAll(".load")].filter(l => !l.hidden).length === 1`)
	p.do(chromedp.Focus(chromedp.CSS(`.picker input:checked`)), chromedp.KeyEvent(kb.ArrowRight))
	p.wait(`!document.querySelector("#load-2").hidden && document.querySelector("#load-1").hidden`)
	p.wait(`[...document.querySelectorAll("#load-2 .plot")].every(c => c.querySelector("canvas"))`)
	p.do(chromedp.KeyEvent(kb.ArrowRight))
	p.wait(`document.querySelector("#load-3 canvas") && ink(document.querySelector("#load-3 .card"), "#0072B2") > 20`) // latency against load
	p.do(chromedp.KeyEvent(kb.ArrowLeft), chromedp.KeyEvent(kb.ArrowLeft))
	p.wait(`!document.querySelector("#load-1").hidden`)
}

func (p *tab) themes() {
	const paper = `getComputedStyle(document.body).backgroundColor`
	p.scheme("light")
	p.wait(paper + ` === "rgb(251, 250, 247)"`)
	p.do(chromedp.Click(chromedp.CSS(`#theme`)))
	p.wait(paper + ` === "rgb(20, 23, 27)" && document.querySelector("#theme").textContent === "Light"`)
	p.is("the charts are drawn anew", `ink(shownCards()[1], getComputedStyle(document.documentElement).getPropertyValue("--m0").trim()) > 20`)
	p.do(chromedp.Click(chromedp.CSS(`#theme`)))
	p.wait(paper + ` === "rgb(251, 250, 247)"`)
	get[bool](p, `(localStorage.clear(), delete document.documentElement.dataset.theme, true)`)
	p.scheme("dark")
	p.wait(paper + ` === "rgb(20, 23, 27)"`)
	p.scheme("light")
}

func (p *tab) scheme(name string) {
	p.t.Helper()
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: name},
		{Name: "prefers-reduced-motion", Value: "reduce"}, // no smooth scrolling below a click
	}}
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, media); err != nil {
		p.t.Fatal(err)
	}
}

// fits checks that nothing sticks out, on a phone and on a desk, and takes pictures for people: CBENCH_SCREENSHOTS names a directory to
// keep them in.
func (p *tab) fits(name string) {
	p.t.Helper()
	dir, kept := os.LookupEnv("CBENCH_SCREENSHOTS")
	if !kept {
		dir = p.t.TempDir()
	}
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{390, 1280} {
			p.scheme(scheme)
			p.do(chromedp.EmulateViewport(width, 844))
			p.wait(fmt.Sprintf(`innerWidth === %d && shownCards().every(c => c.querySelector("canvas")?.offsetWidth <= c.clientWidth)`, width))
			if over := get[int](p, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
				p.t.Errorf("at %d pixels the page sticks out by %d", width, over)
			}
			get[bool](p, `(scrollTo({ top: 0, behavior: "instant" }), true)`)
			ctx, cancel := context.WithTimeout(p.ctx, patience)
			file := filepath.Join(dir, fmt.Sprintf("report-%s-%s-%d", name, scheme, width))
			p.picture(ctx, file, width, false)
			if kept {
				p.picture(ctx, file, width, true)
			}
			cancel()
		}
	}
}

func (p *tab) picture(ctx context.Context, file string, width int64, whole bool) {
	p.t.Helper()
	take := chromedp.CaptureScreenshot()
	if whole {
		file += "-whole"
		take = chromedp.FullScreenshot(100)
	}
	shot, err := chromedp.Run(ctx, take)
	if err != nil {
		p.t.Fatal(err)
	}
	if !whole {
		picture, err := png.DecodeConfig(bytes.NewReader(shot))
		if err != nil || picture.Width != int(width) {
			p.t.Errorf("the picture is %d wide, not %d: %v", picture.Width, width, err)
		}
	}
	if err := os.WriteFile(file+".png", shot, 0o644); err != nil {
		p.t.Error(err)
	}
}

func TestReferenceInABrowser(t *testing.T) {
	dir := filepath.Join("..", "reference")
	run, err := results.ReadRun(dir)
	if err != nil {
		t.Fatal(err)
	}
	cells, warnings, err := results.ReadCells(dir)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), File)
	if err := WriteFile(path, Source{Run: run, Cells: cells, Warnings: warnings, Comparisons: results.Comparisons(cells, "")}); err != nil {
		t.Fatal(err)
	}
	p := open(t, path)
	p.wait(`document.querySelector("canvas")`)
	get[bool](p, ink)
	p.do(chromedp.EmulateViewport(1280, 900))
	p.is("which model for 10,000 mostly idle connections, and why, stands on the first screen", `(() => {
		const answer = [...document.querySelectorAll(".answers li")].find(l => l.textContent.includes("10,000 mostly idle connections"));
		return answer && answer.getBoundingClientRect().bottom <= innerHeight && answer.querySelector(".choice b") && /[KM]iB/.test(answer.textContent);
	})()`)
	p.fits("reference")
	p.mustBeCalm()
}
