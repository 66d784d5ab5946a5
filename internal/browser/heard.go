package browser

import (
	"fmt"
	"slices"
	"sync"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
)

// heard is what a tab told of itself.
type heard struct {
	mu        sync.Mutex
	wrong     []string // guarded by mu: exceptions, whatever the console was told, what the page's policy refused
	failed    []string // guarded by mu: requests
	requested []string // guarded by mu: addresses
}

func (h *heard) listen(event any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		h.wrong = append(h.wrong, fmt.Sprint(e.ExceptionDetails.Text, " ", e.ExceptionDetails.Exception))
	case *runtime.EventConsoleAPICalled:
		h.wrong = append(h.wrong, fmt.Sprint("console: ", e.Type, " ", e.Args))
	case *log.EventEntryAdded:
		switch {
		case e.Entry.Level != log.EntryLevelError:
		case e.Entry.Source == log.EntrySourceNetwork:
			h.failed = append(h.failed, e.Entry.Text+" "+e.Entry.URL)
		default:
			h.wrong = append(h.wrong, e.Entry.Text)
		}
	case *network.EventRequestWillBeSent:
		h.requested = append(h.requested, e.Request.URL)
	}
}

// MustBeCalm fails the test if anything went wrong in the page, but for failed requests where they were to be expected.
func (p *Tab) MustBeCalm(requestsMayFail bool) {
	p.T.Helper()
	p.heard.mu.Lock()
	defer p.heard.mu.Unlock()
	if len(p.heard.wrong) > 0 {
		p.T.Errorf("the page complains: %q", p.heard.wrong)
	}
	if len(p.heard.failed) > 0 && !requestsMayFail {
		p.T.Errorf("requests failed: %q", p.heard.failed)
	}
}

// Requested is the addresses of all that was asked for, the page's own among them, in that order.
func (p *Tab) Requested() []string {
	p.heard.mu.Lock()
	defer p.heard.mu.Unlock()
	return slices.Clone(p.heard.requested)
}
