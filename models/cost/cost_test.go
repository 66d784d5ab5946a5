package cost

import (
	"io/fs"
	"testing"
	"testing/fstest"
)

const one = `// Package one is an example.
package one

import (
	"iter"
	"sync"
)

/* A comment
over two lines. */
type box[T any] struct {
	mu sync.RWMutex // a comment behind code
	c  chan T

}

const text = ` + "`a raw string\n\n// not a comment`" + `

func (b *box[T]) take(all []T) (n int) {
	// a comment
	b.mu.Lock()
	defer b.mu.Unlock()

	for _, v := range all {
		if n > 2 && n < 9 {
			b.c <- v
		}
		n++
	}
	return n
}

func (b box[T]) start(group *sync.WaitGroup, seq iter.Seq[T]) {
	b.mu.RLock()
	group.Go(func() { <-b.c })
	go func() {
		select {
		case b.c <- *new(T):
		case v := <-b.c:
			_ = v
		}
	}()
	_, stop := iter.Pull(seq)
	defer stop()
}
`

const two = `package one

type player int

func (p *player) ping()                { p.pong() }
func (p *player) pong()                { p.ping() }
func (p *player) listen(c chan player) { for range c { } }
`

func example() fs.FS {
	return fstest.MapFS{
		"one/one.go": {Data: []byte(one)}, "one/two.go": {Data: []byte(two)},
		"one/one_test.go": {Data: []byte("package one\nfunc f() { go f() }\n")},
		"one/notes.txt":   {Data: []byte("no Go")},
		"bad/bad.go":      {Data: []byte("package bad\nfunc {\n")},
		"only/a_test.go":  {Data: []byte("package only\n")},
	}
}

func TestOf(t *testing.T) {
	got, err := Of(example(), "one")
	if err != nil {
		t.Fatal(err)
	}
	want := Cost{
		Lines:      1 + 4 + 4 + 3 + 11 + 13 + 5, // package, import, type, text, take, start, two.go
		Functions:  5,
		Largest:    Function{Name: "box.start", File: "one.go", Line: 35, Lines: 13},
		Cyclomatic: Complexity{Sum: 4 + 3 + 4, Most: 4, Complex: "box.take"}, // for, if, && and one; two cases and one; for and ones
		// for 1, nested if 2, && 1; nested select 2; ping and pong call themselves by way of the other; for 1
		Cognitive: Complexity{Sum: 4 + 2 + 2 + 1, Most: 4, Complex: "box.take"},
		Locks:     2, Channels: 5, Goroutines: 2, Coroutines: 1,
	}
	if got != want {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
}

func TestOfWhatCannotBeRead(t *testing.T) {
	for _, dir := range []string{"bad", "only", "none"} {
		if c, err := Of(example(), dir); err == nil {
			t.Errorf("%s: %+v, want an error", dir, c)
		}
	}
}
