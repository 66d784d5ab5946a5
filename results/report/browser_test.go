package report

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"cbench/internal/browser"
	"cbench/results/question"
	"cbench/results/record"
)

// tab is a report in the browser.
type tab struct{ *browser.Tab }

func open(t *testing.T, page string) tab {
	t.Helper()
	return tab{browser.Start(t).Open(t, "file://"+page)}
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
		if !strings.HasSuffix(url, File) && !strings.HasPrefix(url, "data:,") {
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
}, window.shownCards = () => [...document.querySelectorAll(".card:has(.plot)")].filter(c => c.offsetParent), true`

func TestPageInABrowser(t *testing.T) {
	path := filepath.Join(t.TempDir(), File)
	if err := WriteFile(path, made(t)); err != nil {
		t.Fatal(err)
	}
	p := open(t, path)
	p.Wait(`document.querySelector("canvas")`)
	browser.Get[bool](p.Tab, ink)
	t.Run("draws", func(t *testing.T) { p.within(t).draws() })
	t.Run("legend", func(t *testing.T) { p.within(t).legend() })
	t.Run("keys", func(t *testing.T) { p.within(t).keys() })
	t.Run("mouse", func(t *testing.T) { p.within(t).mouse() })
	t.Run("sorts", func(t *testing.T) { p.within(t).sorts() })
	t.Run("themes", func(t *testing.T) { p.within(t).themes() })
	p.fits("made")
	p.mustBeCalm()
}

// within is the tab in a test of its own.
func (p tab) within(t *testing.T) tab { return tab{p.Within(t)} }

func (p tab) draws() {
	p.is("every chart that is shown has a canvas", `shownCards().length > 3 && shownCards().filter(c => c.querySelector(".plot")).every(c => c.querySelector("canvas"))`)
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
	p.Do(chromedp.Focus(chromedp.CSS(`#chart-memory-per-connection .plot`)), chromedp.KeyEvent(kb.ArrowRight))
	p.is("the figures are read", `said.textContent.startsWith("N = 100: ") && said.textContent.includes("goroutine 3.")`)
	p.Do(chromedp.KeyEvent(kb.ArrowRight))
	p.is("along N", `said.textContent.startsWith("N = 1,000: ") && !document.querySelector("#chart-memory-per-connection .tip").hidden`)
	p.Do(chromedp.KeyEvent("+"))
	p.Wait(`!document.querySelector("#chart-memory-per-connection [data-zoom=all]").disabled`)
	p.Do(chromedp.KeyEvent("0"))
	p.Wait(`document.querySelector("#chart-memory-per-connection [data-zoom=all]").disabled`)
	p.Do(chromedp.Focus(chromedp.CSS(`#chart-memory-per-connection [data-panel="1"]`)), chromedp.KeyEvent(kb.Enter), chromedp.Focus(chromedp.CSS(`#chart-memory-per-connection .plot`)),
		chromedp.KeyEvent(kb.ArrowRight))
	p.is("the other drawing", `said.textContent.includes("thread 11.7 KiB")`)
}

// mouse hovers over a chart and drags a part of it large.
func (p tab) mouse() {
	browser.Get[bool](p.Tab, `(() => {
		const over = document.querySelector("#chart-cpu-over-connections .u-over");
		document.querySelector("#chart-cpu-over-connections").scrollIntoView({ block: "start", behavior: "instant" });
		window.at = (type, x, y) => {
			const box = over.getBoundingClientRect();
			(type === "mousemove" || type === "mousedown" || type === "mouseenter" ? over : document).dispatchEvent(new MouseEvent(type, { bubbles: true, button: 0,
				clientX: box.left + x * box.width, clientY: box.top + y * box.height, movementX: 9, movementY: 9, view: window }));
		};
		at("mouseenter", .5, .5);
		at("mousemove", .5, .5);
		return true;
	})()`)
	p.Wait(`!document.querySelector("#chart-cpu-over-connections .tip").hidden && document.querySelector("#chart-cpu-over-connections .tip").textContent.includes("N = 1,000")`)
	browser.Get[bool](p.Tab, `(at("mousedown", .3, .3), at("mousemove", .7, .6), at("mouseup", .7, .6), true)`)
	p.Wait(`!document.querySelector("#chart-cpu-over-connections [data-zoom=all]").disabled`)
	p.Do(chromedp.Click(chromedp.CSS(`#chart-cpu-over-connections [data-zoom=all]`)))
	p.Wait(`document.querySelector("#chart-cpu-over-connections [data-zoom=all]").disabled`)
}

func (p tab) sorts() {
	const column = `[...document.querySelector("#answer .scroll tbody").rows].map(r => Number(r.cells[1].dataset.value))`
	p.Do(chromedp.Click(chromedp.CSS(`#answer .scroll th:nth-child(2) button`)))
	p.is("upwards", column+`.every((v, i, all) => !i || v >= all[i - 1])`)
	p.is("and says so", `document.querySelector("#answer .scroll table th:nth-child(2)").ariaSort === "ascending" && said.textContent.includes("ascending")`)
	p.Do(chromedp.Focus(chromedp.CSS(`#answer .scroll th:nth-child(2) button`)), chromedp.KeyEvent(kb.Enter))
	p.is("downwards", column+`.every((v, i, all) => !i || v <= all[i - 1])`)
	p.Do(chromedp.Click(chromedp.CSS(`#answer .scroll th:nth-child(1) button`)))
	p.is("by name, and by one column only", `document.querySelectorAll("#answer .scroll table")[0].querySelectorAll("[aria-sort]").length === 1 &&
		document.querySelector("#answer .scroll table tbody td").textContent === "floor"`)
}

func (p tab) themes() {
	const paper = `getComputedStyle(document.body).backgroundColor`
	p.Scheme("light")
	p.Wait(paper + ` === "rgb(251, 250, 247)"`)
	p.Do(chromedp.Click(chromedp.CSS(`#theme`)))
	p.Wait(paper + ` === "rgb(20, 23, 27)" && document.querySelector("#theme").textContent === "Light"`)
	browser.Get[bool](p.Tab, `(document.querySelector("#chart-cpu-over-connections").scrollIntoView({ block: "start", behavior: "instant" }), true)`)
	p.is("the charts are drawn anew", `ink(document.querySelector("#chart-cpu-over-connections"), getComputedStyle(document.documentElement).getPropertyValue("--m0").trim()) > 20`)
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

func TestReferenceInABrowser(t *testing.T) {
	dir := filepath.Join("..", "reference")
	run, err := record.ReadRun(dir)
	if err != nil {
		t.Fatal(err)
	}
	cells, warnings, err := record.ReadCells(dir)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), File)
	if err := WriteFile(path, question.Of(run, cells, warnings)); err != nil {
		t.Fatal(err)
	}
	p := open(t, path)
	p.Wait(`document.querySelector("canvas")`)
	browser.Get[bool](p.Tab, ink)
	p.Do(chromedp.EmulateViewport(1280, 900))
	p.is("which model for 10,000 mostly idle connections stands on the first screen", `(() => {
		const answer = document.querySelector("#answer dd");
		return answer && answer.getBoundingClientRect().top <= innerHeight && answer.textContent.startsWith("10,000 idle connections") && /[KM]iB/.test(answer.textContent);
	})()`)
	p.fits("reference")
	p.mustBeCalm()
}
