package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"cbench/internal/browser"
)

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
type tab struct{ *browser.Tab }

// open opens a room in a new tab.
func open(t *testing.T, b *browser.Browser, addr, room string) tab {
	t.Helper()
	p := tab{b.Open(t, "http://"+addr+"/#"+room)}
	p.Wait(`document.querySelector("#status").dataset.state === "live"`)
	return p
}

// enter replaces what a field holds, as a person does: by the keyboard, with Enter.
func (p tab) enter(field, text string) {
	p.T.Helper()
	browser.Get[bool](p.Tab, fmt.Sprintf(`(e => { e.focus(); e.select(); return true; })(document.querySelector(%s))`, quote(field)))
	p.Do(chromedp.SendKeys(chromedp.CSS(field), text+kb.Enter))
}

// call says who speaks.
func (p tab) call(name string) {
	p.T.Helper()
	p.enter("#name", name)
	p.Wait(`myName === ` + quote(name))
}

func (p tab) say(text string) {
	p.T.Helper()
	p.Do(chromedp.SendKeys(chromedp.CSS("#text"), text+kb.Enter))
	p.Wait(`document.querySelector("#text").value === ""`)
}

// hears waits until the newest message is this one.
func (p tab) hears(from, text string) {
	p.T.Helper()
	p.Wait(fmt.Sprintf(`(m => m && m.dataset.from === %s && m.querySelector(".text").textContent === %s)([...document.querySelectorAll(".message")].at(-1))`,
		quote(from), quote(text)))
}

// showsNote waits for a line that is nobody's.
func (p tab) showsNote(words string) {
	p.T.Helper()
	p.Wait(fmt.Sprintf(`[...document.querySelectorAll(".note")].some(n => n.textContent.includes(%s))`, quote(words)))
}

// texts is what the page shows, oldest first.
func (p tab) texts() []string {
	p.T.Helper()
	return browser.Get[[]string](p.Tab, `[...document.querySelectorAll(".text")].map(e => e.textContent)`)
}

// quote makes a JavaScript string of s.
func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // no string fails
	}
	return string(b)
}
