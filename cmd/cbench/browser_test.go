package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"cbench/internal/browser"
	"cbench/models"
)

// Every model's chat page in a real browser.
func TestChatInABrowser(t *testing.T) {
	b := browser.Start(t)
	for _, m := range models.All {
		if !slices.Contains(m.Speaks, models.HTTPComet) {
			continue
		}
		t.Run(m.Name, func(t *testing.T) {
			server := serve(t, m.Name)
			ann, bob := open(t, b, server.addr, "talk"), open(t, b, server.addr, "talk")
			ann.call("ann")
			bob.call("bob")
			twoTalk(ann, bob)
			textIsText(ann, bob)
			ann.MustBeCalm(false)
			bob.MustBeCalm(false)
			historyIsShown(t, b, server)
			restartIsSurvived(t, server, ann, bob)
		})
	}
}

func twoTalk(ann, bob tab) {
	ann.T.Helper()
	ann.Wait(`document.querySelector("#model").textContent !== ""`)
	for i := range 3 {
		hello, answer := fmt.Sprintf("hello %d", i), fmt.Sprintf("grüß dich, %d  日本 🙂", i)
		ann.say(hello)
		bob.hears("ann", hello)
		bob.say(answer)
		ann.hears("bob", answer)
	}
	if a, b := fmt.Sprint(ann.texts()), fmt.Sprint(bob.texts()); a != b {
		ann.T.Errorf("one shows %s, the other %s", a, b)
	}
	if mine := browser.Get[int](ann.Tab, `document.querySelectorAll(".mine").length`); mine != 3 {
		ann.T.Errorf("%d messages are shown as my own, not 3", mine)
	}
}

func textIsText(ann, bob tab) {
	bob.T.Helper()
	for _, text := range []string{
		`<script>window.broken = 1</script><img src=x onerror="window.broken = 1"><b>bold</b>`,
		`</span></li><svg onload="window.broken = 1"> &lt;i&gt; "quoted" \ 'n' ${window.broken = 1}`,
	} {
		ann.say(text)
		for _, p := range []tab{ann, bob} {
			p.hears("ann", text)
			if n := browser.Get[int](p.Tab, `document.querySelectorAll(".text *").length`); n != 0 {
				p.T.Errorf("%q became %d elements", text, n)
			}
			if browser.Get[bool](p.Tab, `"broken" in window`) {
				p.T.Errorf("%q was run", text)
			}
		}
	}
}

func historyIsShown(t *testing.T, b *browser.Browser, server *served) {
	t.Helper()
	for i := range 300 {
		post(t, server.addr, "old", "ann", fmt.Sprint("message ", i+1))
	}
	p := open(t, b, server.addr, "old")
	p.showsNote("100 older messages are gone")
	p.hears("ann", "message 300")
	all := p.texts()
	for i, text := range all {
		if want := fmt.Sprint("message ", 101+i); text != want {
			t.Fatalf("message %d shown is %q, not %q", i+1, text, want)
		}
	}
	if len(all) != 200 {
		t.Errorf("%d messages of the history are shown, not 200", len(all))
	}
	p.Wait(`atEnd()`)
	p.MustBeCalm(false)
}

func restartIsSurvived(t *testing.T, server *served, ann, bob tab) {
	t.Helper()
	server.kill()
	for _, p := range []tab{ann, bob} {
		p.Wait(`document.querySelector("#status").textContent.startsWith("Offline")`)
	}
	server.start(t)
	for _, p := range []tab{ann, bob} {
		p.Wait(`document.querySelector("#status").textContent === "Back online"`)
		p.showsNote("The server was restarted")
	}
	ann.say("are you there?")
	bob.hears("ann", "are you there?")
	bob.say("I am")
	ann.hears("bob", "I am")
	ann.MustBeCalm(true)
	bob.MustBeCalm(true)
}

// A page tells a server it has lost sight of from a restarted one, also when the new server's ids have grown past the old ones.
func TestChatPageKnowsAnotherHistory(t *testing.T) {
	b := browser.Start(t)
	before, after := serve(t, "reactor"), serve(t, "reactor")
	var target atomic.Pointer[served]
	target.Store(before)
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite:  func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: target.Load().addr}) },
		ErrorLog: log.New(io.Discard, "", 0),
	})
	t.Cleanup(proxy.Close)
	t.Cleanup(proxy.CloseClientConnections) // a tab that waits would keep it open

	post(t, before.addr, "r", "ann", "one")
	post(t, before.addr, "r", "ann", "two")
	p := open(t, b, strings.TrimPrefix(proxy.URL, "http://"), "r")
	p.hears("ann", "two")

	browser.Get[bool](p.Tab, `dispatchEvent(new Event("offline"))`) // as when a cable is pulled: the page makes sure
	p.Wait(`document.querySelector("#log").ariaBusy === "false"`)
	post(t, before.addr, "r", "ann", "three")
	p.hears("ann", "three")
	if got := fmt.Sprint(p.texts()); got != "[one two three]" {
		t.Errorf("after asking again the page shows %s", got)
	}

	for i := range 5 {
		post(t, after.addr, "r", "bob", fmt.Sprint("new ", i+1))
	}
	someoneWaits(t, before.addr) // or its next poll would find the new server, and nothing would have told it that the old one ended
	target.Store(after)
	before.kill()
	p.hears("bob", "new 5")
	p.showsNote("The server was restarted")
	if got := fmt.Sprint(p.texts()); got != "[one two three new 1 new 2 new 3 new 4 new 5]" {
		t.Errorf("after a restart the page shows %s", got)
	}
	p.MustBeCalm(true)
}

func TestChatPageWithItsReader(t *testing.T) {
	b := browser.Start(t)
	server := serve(t, "reactor")
	for i := range 60 {
		post(t, server.addr, "long", "ann", fmt.Sprint("message ", i+1))
	}
	p := open(t, b, server.addr, "long")
	p.call("bob")
	p.hears("ann", "message 60")

	p.Do(chromedp.Focus(chromedp.CSS("#log")), chromedp.KeyEvent(kb.Home))
	p.Wait(`log.scrollTop === 0 && !follows`)
	post(t, server.addr, "long", "ann", "news")
	p.Wait(`document.querySelector("#more").textContent.startsWith("1 new message ")`)
	if top := browser.Get[float64](p.Tab, `log.scrollTop`); top != 0 {
		t.Errorf("the reader was scrolled away to %v", top)
	}
	p.Do(chromedp.Click(chromedp.CSS("#more")))
	p.Wait(`atEnd() && document.querySelector("#more").hidden`)

	p.enter("#room", "other")
	p.Wait(`location.hash === "#other" && document.querySelectorAll(".message").length === 0 && document.title.includes("#other")`)
	p.say("alone")
	p.hears("bob", "alone")
	p.Do(chromedp.Reload())
	p.hears("bob", "alone") // room and name are kept
	p.Wait(`document.querySelector("#name").value === "bob" && document.querySelectorAll(".mine").length === 1`)
	p.MustBeCalm(false)
}

func TestChatPageSaysWhatIsWrong(t *testing.T) {
	b := browser.Start(t)
	server := serve(t, "reactor")
	p := open(t, b, server.addr, "errors")
	p.call("ann")
	fill := func(text string) {
		browser.Get[bool](p.Tab, fmt.Sprintf(`(text.value = %s, text.dispatchEvent(new Event("input")))`, quote(text)))
	}
	problem := func(words string) {
		t.Helper()
		p.Wait(fmt.Sprintf(`document.querySelector("#problem").textContent.includes(%s)`, quote(words)))
	}

	fill(strings.Repeat("é", 2048))
	p.Wait(`document.querySelector("#bytes").textContent === "0 bytes left"`)
	fill(strings.Repeat("é", 2049))
	p.Wait(`document.querySelector("#bytes").textContent === "2 bytes too long" && document.querySelector("#send").disabled`)
	p.Do(chromedp.SendKeys(chromedp.CSS("#text"), kb.Enter))
	problem("at most 4096 bytes")
	fill(strings.Repeat(`"`, 4096)) // twice as long in JSON: more than a body may be
	p.Do(chromedp.SendKeys(chromedp.CSS("#text"), kb.Enter))
	problem("Not sent: the body is too large")
	fill("two\nlines\tand a tab")
	p.Do(chromedp.SendKeys(chromedp.CSS("#text"), kb.Enter))
	p.hears("ann", "two lines and a tab")

	p.enter("#name", "an n")
	problem("A name is 1 to 32")
	p.enter("#room", "no/room")
	problem("A room is 1 to 64")
	p.MustBeCalm(true)
	server.kill()
	p.Do(chromedp.SendKeys(chromedp.CSS("#text"), "lost?"+kb.Enter))
	problem("No answer from the server")
	if kept := browser.Get[string](p.Tab, `text.value`); kept != "lost?" {
		t.Errorf("what was not sent is now %q", kept)
	}
	p.MustBeCalm(true)
}

// The pictures are for people; that nothing sticks out of the page is for the test.
func TestChatPageFits(t *testing.T) {
	b := browser.Start(t)
	server := serve(t, "reactor")
	for _, m := range []struct{ from, text string }{
		{"zoe", "Morning! Is the reactor still on one thread?"},
		{"zoe", "I would like to see it with 19,000 waiters."},
		{"max.power", "One thread, one epoll. It idles at nothing."},
		{"ann", "It does. I parked them over lunch and nothing happened, which is the point."},
		{"kenji", "了解です 🙂"},
		{"zoe", "And a long word: " + strings.Repeat("Donaudampfschifffahrtsgesellschaft", 6)},
		{"ann", "Wrapped, and `<b>not bold</b>`."},
	} {
		post(t, server.addr, "show", m.from, m.text)
	}
	p := open(t, b, server.addr, "show")
	p.call("ann")
	p.Do(chromedp.Reload())
	p.hears("ann", "Wrapped, and `<b>not bold</b>`.")
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int{390, 1280} {
			p.look(scheme, width, "")
		}
	}
	p.MustBeCalm(false)
	server.kill()
	p.Wait(`document.querySelector("#status").dataset.state === "offline"`)
	p.look("light", 390, "-offline")
}

// look looks at the page in those colours, in a window so wide.
func (p tab) look(scheme string, width int, suffix string) {
	p.T.Helper()
	p.Resize(width)
	p.Scheme(scheme)
	p.Wait(fmt.Sprintf(`innerWidth === %d && atEnd()`, width))
	p.Fits(width, fmt.Sprintf("chat-%s-%d%s", scheme, width, suffix))
}

var visitor = http.Client{Timeout: 10 * time.Second}

// someoneWaits waits until somebody's long poll is.
func someoneWaits(t *testing.T, addr string) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		r, err := visitor.Get("http://" + addr + "/stats")
		if err != nil {
			t.Fatal(err)
		}
		var told struct{ Waiters int }
		err = json.NewDecoder(r.Body).Decode(&told)
		r.Body.Close()
		switch {
		case err != nil:
			t.Fatal(err)
		case told.Waiters > 0:
			return
		case time.Now().After(deadline):
			t.Fatal("nobody waits")
		}
	}
}

// post sends a message as any HTTP tool would.
func post(t *testing.T, addr, room, from, text string) {
	t.Helper()
	body := fmt.Sprintf(`{"from":%s,"text":%s}`, quote(from), quote(text))
	r, err := visitor.Post("http://"+addr+"/send?room="+room, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var answer bytes.Buffer
	if _, err := answer.ReadFrom(r.Body); err != nil || r.StatusCode != 200 {
		t.Fatalf("send: status %d, %s, %v", r.StatusCode, &answer, err)
	}
}
