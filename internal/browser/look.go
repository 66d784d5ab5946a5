package browser

import (
	"bytes"
	"context"
	"image/png"
	"os"
	"path/filepath"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Scheme has the page asked for its light or its dark colours.
func (p *Tab) Scheme(name string) {
	p.T.Helper()
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: name},
		{Name: "prefers-reduced-motion", Value: "reduce"}, // no smooth scrolling below a click
	}}
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, media); err != nil {
		p.T.Fatal(err)
	}
}

// Resize makes the window so wide, in CSS pixels, and as high as a phone.
func (p *Tab) Resize(width int) { p.Do(chromedp.EmulateViewport(int64(width), 844)) }

// Fits checks that nothing sticks out of a window so wide, and takes a picture for people: CBENCH_SCREENSHOTS names a directory
// to keep it in.
func (p *Tab) Fits(width int, name string) {
	p.T.Helper()
	if over := Get[int](p, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
		p.T.Errorf("at %d pixels the page sticks out by %d", width, over)
	}
	shot := p.take(chromedp.CaptureScreenshot())
	if picture, err := png.DecodeConfig(bytes.NewReader(shot)); err != nil || picture.Width != width {
		p.T.Errorf("the picture is %d wide, not %d: %v", picture.Width, width, err)
	}
	p.keep(shot, name)
}

// Whole takes a picture of all of the page, where pictures are kept: see Fits.
func (p *Tab) Whole(name string) {
	p.T.Helper()
	if os.Getenv("CBENCH_SCREENSHOTS") != "" {
		p.keep(p.take(chromedp.FullScreenshot(100)), name)
	}
}

func (p *Tab) take(picture chromedp.Action[[]byte]) []byte {
	p.T.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	shot, err := chromedp.Run(ctx, picture)
	if err != nil {
		p.T.Fatal(err)
	}
	return shot
}

func (p *Tab) keep(shot []byte, name string) {
	p.T.Helper()
	dir := os.Getenv("CBENCH_SCREENSHOTS")
	if dir == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), shot, 0o644); err != nil {
		p.T.Error(err)
	}
}
