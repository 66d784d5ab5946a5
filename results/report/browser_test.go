package report

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"cbench/internal/browser"
)

// tab is a report in the browser.
type tab struct{ *browser.Tab }

func open(t *testing.T, page string) tab {
	t.Helper()
	p := tab{browser.Start(t).Open(t, "file://"+page)}
	browser.Get[bool](p.Tab, helpers)
	return p
}

// mustBeCalm fails the test if anything went wrong in the page, or if it asked for anything.
func (p tab) mustBeCalm() {
	p.T.Helper()
	p.MustBeCalm(false)
	asked := p.Requested()
	if len(asked) == 0 {
		p.T.Error("not even the page itself was asked for: does the browser still tell?")
	}
	for _, url := range asked {
		if !strings.HasSuffix(url, File) && !strings.Contains(url, File+"#") && !strings.HasPrefix(url, "data:,") {
			p.T.Errorf("the page asks for %s", url)
		}
	}
}

// is checks that a JavaScript expression is true, or becomes so: a chart draws a moment after it is told to.
func (p tab) is(what, expression string) {
	p.T.Helper()
	if !p.Becomes(expression) {
		p.T.Errorf("%s: not so: %s", what, expression)
	}
}

// ink counts the points of a chart that are of about that colour.
const ink = `window.ink = (card, hex) => {
	const canvas = card.querySelector("canvas"), want = [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16));
	const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
	let n = 0;
	for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 200 && want.every((v, k) => Math.abs(data[i + k] - v) < 24)) n++;
	return n;
}, window.shownCards = () => [...document.querySelectorAll(".card:has(.plot)")].filter(c => c.checkVisibility()), true`

const helpers = ink + `, window.inSight = (e, height) => { const b = e.getBoundingClientRect(); return b.height > 0 && b.top >= 0 && b.bottom <= height; }, true`

func TestPageInABrowser(t *testing.T) {
	p := open(t, written(t, made(t)))
	p.Wait(`document.querySelector("canvas")`)
	t.Run("draws", func(t *testing.T) { p.within(t).draws() })
	t.Run("legend", func(t *testing.T) { p.within(t).legend() })
	t.Run("keys", func(t *testing.T) { p.within(t).keys() })
	t.Run("sorts", func(t *testing.T) { p.within(t).sorts() })
	t.Run("copies", func(t *testing.T) { p.within(t).copies() })
	t.Run("anchors", func(t *testing.T) { p.within(t).anchors() })
	t.Run("themes", func(t *testing.T) { p.within(t).themes() })
	p.fits("made")
	p.mustBeCalm()
}

// within is the tab in a test of its own.
func (p tab) within(t *testing.T) tab { return tab{p.Within(t)} }

func (p tab) draws() {
	p.is("every chart that is shown has a canvas", `shownCards().length > 2 && shownCards().every(c => c.querySelector("canvas"))`)
	for _, hex := range []string{"#0072B2", "#E69F00", "#D55E00"} {
		p.is("the models are drawn in their colours", fmt.Sprintf(`ink(shownCards()[0], %q) > 20`, hex))
	}
	p.is("no name became mark-up", `document.querySelectorAll("script").length === 3 && ![...document.querySelectorAll("b")].some(b => b.textContent === "&")`)
}

func (p tab) legend() {
	p.Do(chromedp.Focus(chromedp.CSS(`[data-model=goroutine]`)), chromedp.KeyEvent(kb.Enter))
	p.is("a model can be left out", `document.querySelector("[data-model=goroutine]").ariaPressed === "false" && ink(shownCards()[0], "#0072B2") < 5`)
	p.Do(chromedp.KeyEvent(" "))
	p.is("and shown again", `ink(shownCards()[0], "#0072B2") > 20`)
}

func (p tab) keys() {
	p.Do(chromedp.Focus(chromedp.CSS(`#memory .plot`)), chromedp.KeyEvent(kb.ArrowRight))
	p.is("the figures are read", `said.textContent.startsWith("N = 100: ") && said.textContent.includes("goroutine ")`)
	p.Do(chromedp.KeyEvent(kb.ArrowRight))
	p.is("along N", `said.textContent.startsWith("N = 1,000: ") && !document.querySelector("#memory .tip").hidden`)
}

func (p tab) sorts() {
	const column = `[...document.querySelector("#models tbody").rows].map(r => Number(r.cells[1].dataset.value))`
	p.Do(chromedp.Click(chromedp.CSS(`#models th:nth-child(2) button`)))
	p.is("upwards", column+`.every((v, i, all) => !i || v >= all[i - 1])`)
	p.is("and says so", `document.querySelector("#models th:nth-child(2)").ariaSort === "ascending" && said.textContent.includes("ascending")`)
	p.Do(chromedp.Focus(chromedp.CSS(`#models th:nth-child(2) button`)), chromedp.KeyEvent(kb.Enter))
	p.is("downwards", column+`.every((v, i, all) => !i || v <= all[i - 1])`)
	p.Do(chromedp.Click(chromedp.CSS(`#models th:nth-child(1) button`)))
	p.is("by name, and by one column only", `document.querySelectorAll("#models [aria-sort]").length === 1 &&
		document.querySelector("#models tbody td").textContent.trim() === "floor"`)
}

// copies takes both ways to a clipboard: the page's own, and that of a browser that gives a page none.
func (p tab) copies() {
	const own = `Object.defineProperty(navigator, "clipboard", { configurable: true, value: { writeText: async text => { window.copied = text; } } })`
	const none = `Object.defineProperty(navigator, "clipboard", { configurable: true, value: undefined })`
	browser.Get[bool](p.Tab, `(`+own+`, addEventListener("copy", () => { window.copied = String(document.activeElement.value); }), true)`)
	for _, clipboard := range []string{own, none} {
		browser.Get[bool](p.Tab, `(window.copied = "", `+clipboard+`, true)`)
		p.Do(chromedp.Click(chromedp.CSS(`#memory [data-copy=cite]`)))
		p.is("a citation is copied", `copied === document.querySelector("#memory cite").textContent && /0123abc, go1.26.0, AMD EPYC 7B13, 2025-03-14/.test(copied)`)
		p.is("and that is said", `said.textContent === "Copied" && document.activeElement.dataset.copy === "cite"`)
		p.Do(chromedp.Click(chromedp.CSS(`#models [data-copy=rows]`)))
		p.is("rows are copied", `(() => {
			const rows = copied.trimEnd().split(/\r?\n/), table = document.querySelector("#models table");
			return rows.length === table.rows.length && rows[0].startsWith("model,") && rows.slice(1).some(r => /^pool,[0-9.]+,/.test(r));
		})()`)
		p.is("a name with quotes is quoted", `copied.includes('"x""')`)
	}
}

func (p tab) anchors() {
	links := browser.Get[[]string](p.Tab, `[...document.querySelectorAll("a[href^='#']")].map(a => a.hash.slice(1))`)
	if len(links) < 8 {
		p.T.Errorf("links %q", links)
	}
	for _, id := range links {
		browser.Get[bool](p.Tab, fmt.Sprintf(`(location.hash = %q, true)`, id))
		p.is("a link leads to what can be seen: "+id, fmt.Sprintf(`(() => {
			const e = document.getElementById(%q), b = e && e.getBoundingClientRect();
			return e && e.open !== false && b.top < innerHeight && b.bottom > 0;
		})()`, id))
	}
	p.is("what folded open draws its charts", `shownCards().every(c => c.querySelector("canvas"))`)
}

func (p tab) themes() {
	const paper = `getComputedStyle(document.body).backgroundColor`
	p.Scheme("light")
	p.Wait(paper + ` === "rgb(251, 250, 247)"`)
	p.Do(chromedp.Click(chromedp.CSS(`#theme`)))
	p.Wait(paper + ` === "rgb(20, 23, 27)" && document.querySelector("#theme").textContent === "Light"`)
	p.is("the charts are drawn anew", `ink(shownCards()[0], getComputedStyle(document.documentElement).getPropertyValue("--m0").trim()) > 20`)
	p.Do(chromedp.Click(chromedp.CSS(`#theme`)))
	p.Wait(paper + ` === "rgb(251, 250, 247)"`)
	browser.Get[bool](p.Tab, `(localStorage.clear(), delete document.documentElement.dataset.theme, true)`)
	p.Scheme("dark")
	p.Wait(paper + ` === "rgb(20, 23, 27)"`)
	p.Scheme("light")
}

// fits looks at the page on a phone and on a desk: nothing sticks out.
func (p tab) fits(name string) {
	p.T.Helper()
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int{390, 1280} {
			p.Scheme(scheme)
			p.Resize(width)
			p.Wait(fmt.Sprintf(`innerWidth === %d && shownCards().every(c => c.querySelector("canvas")?.offsetWidth <= c.clientWidth)`, width))
			browser.Get[bool](p.Tab, `(scrollTo({ top: 0, behavior: "instant" }), true)`)
			picture := fmt.Sprintf("report-%s-%s-%d", name, scheme, width)
			p.Fits(width, picture)
			p.Whole(picture + "-whole")
		}
	}
}

// What a person sees for a few seconds: the table of the models and the pictures on a desk, the table and the first headline
// on a phone.
func TestFirstScreen(t *testing.T) {
	p := open(t, written(t, answered(t, "reference")))
	p.Wait(`document.querySelector("canvas")`)
	p.Do(chromedp.EmulateViewport(1280, 800))
	p.is("table and three pictures, a headline each", `(() => {
		const leads = [...document.querySelectorAll(".lead-card")];
		return inSight(document.querySelector("#models .scroll"), 800) && leads.length === 3 && leads.every(l => inSight(l, 800) && inSight(l.querySelector("h2"), 800));
	})()`)
	p.is("the whole table", `(() => { const box = document.querySelector("#models .scroll"); return box.scrollHeight <= box.clientHeight && box.scrollWidth <= box.clientWidth; })()`)
	p.is("a chart does not move when it is drawn", `[...document.querySelectorAll(".plot")].filter(p => p.checkVisibility()).every(p => p.clientHeight >= 250)`)
	for _, want := range []string{"10,000 idle connections", "1,000 busy connections"} {
		p.is("a headline for "+want, fmt.Sprintf(`[...document.querySelectorAll(".lead-card h2")].some(h => h.textContent.startsWith(%q))`, want))
	}
	p.is("what is best is said by more than a colour", `[...document.querySelectorAll("#models td.good > span")].some(s => getComputedStyle(s, "::before").content.includes("✓"))`)
	p.Do(chromedp.EmulateViewport(390, 844))
	p.is("table and headline within two screens of a phone", `inSight(document.querySelector("#models .scroll"), 844) && inSight(document.querySelector(".lead-card h2"), 1688)`)
	p.is("a wide table scrolls in its own box", `(() => { const b = document.querySelector("#models .scroll"); return b.scrollWidth > b.clientWidth && getComputedStyle(b).overflowX === "auto"; })()`)
	p.fits("reference")
	p.mustBeCalm()
}

var numbers = regexp.MustCompile(`\d[\d,]*(?:\.\d+)?`)

// Every number that the page shows stands in an answer: the page computes none but the sums at the ends of bars.
func TestEveryNumberIsOfAnAnswer(t *testing.T) {
	for _, dir := range []string{"reference", "reference/originals", "reference/capacity"} {
		a := answered(t, dir)
		known := map[string]bool{"1.6.32": true}
		e := a.Run.Environment
		for _, n := range numbers.FindAllString(everything(a)+" uPlot 1.6.32 p95% "+newPage(a).When+" "+e.Commit()+" "+e.GoVersion+" "+a.Run.Started.UTC().Format("2006-01-02"), -1) {
			known[strings.TrimRight(n, ",")] = true
		}
		p := open(t, written(t, a))
		p.Wait(`document.querySelector("#answers")`)
		text := browser.Get[string](p.Tab, `(() => {
			for (const d of document.querySelectorAll("details")) d.open = true;
			for (const d of document.querySelectorAll("[data-shows]")) d.hidden = false;
			const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), all = [];
			while (walk.nextNode()) if (!walk.currentNode.parentElement.closest("script, .ticks, canvas, .tip, .bars .words")) all.push(walk.currentNode.data);
			return all.join(" ");
		})()`)
		shown := numbers.FindAllString(text, -1)
		if len(shown) < 200 && dir == "reference" {
			t.Errorf("%s: only %d numbers", dir, len(shown))
		}
		for _, n := range shown {
			if n = strings.TrimRight(n, ","); !known[n] {
				t.Errorf("%s: %s is on the page, and in no answer", dir, n)
			}
		}
	}
}

// Runs of other kinds: originals, searches, and next to nothing.
func TestOtherRunsInABrowser(t *testing.T) {
	for name, path := range map[string]string{
		"originals": written(t, answered(t, "reference/originals")), "capacity": written(t, answered(t, "reference/capacity")), "tiny": written(t, tiny(t)),
	} {
		p := open(t, path)
		p.Wait(`document.querySelector("#answers")`)
		p.fits(name)
		p.mustBeCalm()
	}
}
