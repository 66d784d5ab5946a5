package report

import (
	"fmt"
	"path/filepath"
	"testing"

	"cbench/internal/browser"
)

// On a phone as on a desk each pair is a line from a filled point to a hollow one, in its own colour, inside its card, and no row's words run out of it.
func TestOriginalsInABrowser(t *testing.T) {
	path := filepath.Join(t.TempDir(), File)
	if err := WriteFile(path, madeBeside(t)); err != nil {
		t.Fatal(err)
	}
	p := open(t, path)
	p.Wait(`document.querySelector("canvas")`)
	browser.Get[bool](p.Tab, ink)
	for _, width := range []int{390, 1280} {
		p.Resize(width)
		p.Wait(fmt.Sprintf(`innerWidth === %d`, width))
		p.is(fmt.Sprintf("points and words are inside their cards at %d pixels", width), `(() => {
			const parts = [...document.querySelectorAll("#originals .bell circle, #originals .bell .who, #originals .bell > span:last-child")];
			return parts.length > 20 && parts.every(e => {
				const in_ = e.closest("figure").getBoundingClientRect(), at = e.getBoundingClientRect();
				return at.left >= in_.left && at.right <= in_.right && e.scrollWidth <= e.clientWidth + 1;
			});
		})()`)
	}
	p.is("ours is filled and the original is not", `(() => {
		const bell = [...document.querySelectorAll(".bell")].find(b => b.textContent.includes("twisted"));
		const [ours, original] = [...bell.querySelectorAll("circle")].map(c => getComputedStyle(c));
		return ours.fill === ours.stroke && original.fill !== original.stroke && ours.stroke === original.stroke;
	})()`)
	p.fits("originals")
	p.mustBeCalm()
}
