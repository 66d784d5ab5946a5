package callback

import (
	"errors"
	"slices"
	"testing"
)

var errPlanted = errors.New("planted")

// trace returns links that write down that they were called, and with what.
type trace struct{ calls []string }

func (t *trace) ok(name string) func(any) (any, error) {
	return func(v any) (any, error) {
		t.calls = append(t.calls, name)
		return v, nil
	}
}

func (t *trace) fails(name string) func(any) (any, error) {
	return func(any) (any, error) {
		t.calls = append(t.calls, name)
		return nil, errPlanted
	}
}

func (t *trace) recovers(name string) func(error) (any, error) {
	return func(error) (any, error) {
		t.calls = append(t.calls, name)
		return "recovered", nil
	}
}

func (t *trace) passesOn(name string) func(error) (any, error) {
	return func(err error) (any, error) {
		t.calls = append(t.calls, name)
		return nil, err
	}
}

// report is what is reported as unhandled at the end of a turn.
func report(f *Failures) (reported []error) {
	f.Report(func(err error) { reported = append(reported, err) })
	return reported
}

func TestDeferredOrder(t *testing.T) {
	tests := []struct {
		name  string
		build func(*trace, *Deferred)
		fire  func(*Deferred)
		want  []string
		left  []error // reported as unhandled
	}{
		{"callbacks in the order added", func(tr *trace, d *Deferred) {
			d.AddCallback(tr.ok("a")).AddCallback(tr.ok("b")).AddCallback(tr.ok("c")).AddCallback(tr.ok("d"))
		}, succeed, []string{"a", "b", "c", "d"}, nil},
		{"success passes errbacks by", func(tr *trace, d *Deferred) {
			d.AddErrback(tr.recovers("e")).AddCallback(tr.ok("a"))
		}, succeed, []string{"a"}, nil},
		{"failure passes callbacks by", func(tr *trace, d *Deferred) {
			d.AddCallback(tr.ok("a")).AddErrback(tr.recovers("e"))
		}, fail, []string{"e"}, nil},
		{"an error from a callback goes to the next errback", func(tr *trace, d *Deferred) {
			d.AddCallback(tr.fails("a")).AddCallback(tr.ok("b")).AddErrback(tr.recovers("e"))
		}, succeed, []string{"a", "e"}, nil},
		{"an errback recovers", func(tr *trace, d *Deferred) {
			d.AddErrback(tr.recovers("e")).AddCallback(tr.ok("a")).AddErrback(tr.recovers("f"))
		}, fail, []string{"e", "a"}, nil},
		{"an errback passes on", func(tr *trace, d *Deferred) {
			d.AddErrback(tr.passesOn("e")).AddCallback(tr.ok("a")).AddErrback(tr.recovers("f"))
		}, fail, []string{"e", "f"}, nil},
		{"of a pair, the errback does not take its callback's error", func(tr *trace, d *Deferred) {
			d.AddCallbacks(tr.fails("a"), tr.recovers("e")).AddErrback(tr.recovers("f"))
		}, succeed, []string{"a", "f"}, nil},
		{"of a pair, the errback takes an earlier error", func(tr *trace, d *Deferred) {
			d.AddCallbacks(tr.ok("a"), tr.recovers("e")).AddErrback(tr.recovers("f"))
		}, fail, []string{"e"}, nil},
		{"both is called either way", func(tr *trace, d *Deferred) {
			d.AddBoth(func(any, error) (any, error) {
				tr.calls = append(tr.calls, "both")
				return nil, nil
			}).AddCallback(tr.ok("a"))
		}, fail, []string{"both", "a"}, nil},
		{"nobody handles it", func(tr *trace, d *Deferred) {
			d.AddCallback(tr.ok("a")).AddErrback(tr.passesOn("e"))
		}, fail, []string{"e"}, []error{errPlanted}},
		{"nobody is there", func(*trace, *Deferred) {}, fail, nil, []error{errPlanted}},
	}
	for _, tt := range tests {
		// The same whether the chain stood before the result or came after it.
		for _, early := range []bool{true, false} {
			var f Failures
			var tr trace
			d := f.Deferred()
			if early {
				tt.build(&tr, d)
				tt.fire(d)
			} else {
				tt.fire(d)
				tt.build(&tr, d)
			}
			if !slices.Equal(tr.calls, tt.want) {
				t.Errorf("%s (chain first: %v): called %v, want %v", tt.name, early, tr.calls, tt.want)
			}
			if left := report(&f); !slices.Equal(left, tt.left) {
				t.Errorf("%s (chain first: %v): reported %v, want %v", tt.name, early, left, tt.left)
			}
			if again := report(&f); again != nil {
				t.Errorf("%s (chain first: %v): reported twice: %v", tt.name, early, again)
			}
		}
	}
}

func succeed(d *Deferred) { d.Callback("value") }
func fail(d *Deferred)    { d.Errback(errPlanted) }

func TestDeferredPassesValuesOn(t *testing.T) {
	var f Failures
	var got any
	f.Succeed(1).
		AddCallback(func(v any) (any, error) { return v.(int) + 1, nil }).
		AddCallback(func(v any) (any, error) { got = v; return nil, nil })
	if got != 2 {
		t.Errorf("second callback got %v, want 2", got)
	}
}

func TestDeferredInsideDeferred(t *testing.T) {
	for _, fired := range []bool{true, false} { // the inner one: before it is returned, or later
		for _, result := range []error{nil, errPlanted} {
			var f Failures
			var tr trace
			inner := f.Deferred()
			fire := func() { inner.fire("inner", result) }
			if fired {
				fire()
			}
			var got any
			f.Succeed("outer").
				AddCallback(func(any) (any, error) { return inner, nil }).
				AddCallback(func(v any) (any, error) { got = v; return tr.ok("next")(v) }).
				AddErrback(tr.recovers("errback"))
			if !fired {
				if tr.calls != nil {
					t.Fatalf("went on with %v before the inner one had its result", tr.calls)
				}
				fire()
			}
			want, value := []string{"next"}, any("inner")
			if result != nil {
				want, value = []string{"errback"}, nil
			}
			if !slices.Equal(tr.calls, want) || got != value {
				t.Errorf("inner fired first %v, with error %v: called %v with %v, want %v with %v",
					fired, result, tr.calls, got, want, value)
			}
			if left := report(&f); left != nil {
				t.Errorf("reported %v though it was handled", left)
			}
		}
	}
}

func TestDeferredChainGrowsWhileItRuns(t *testing.T) {
	var f Failures
	var tr trace
	d := f.Deferred()
	d.AddCallback(func(v any) (any, error) {
		d.AddCallback(tr.ok("added meanwhile"))
		return tr.ok("first")(v)
	}).AddCallback(tr.ok("second"))
	d.Callback(nil)
	if want := []string{"first", "second", "added meanwhile"}; !slices.Equal(tr.calls, want) {
		t.Errorf("called %v, want %v", tr.calls, want)
	}
}

func TestDeferredMisuse(t *testing.T) {
	tests := []struct {
		name string
		do   func(*Failures)
	}{
		{"fired twice", func(f *Failures) { d := f.Deferred(); d.Callback(1); d.Callback(2) }},
		{"failed after it fired", func(f *Failures) { d := f.Deferred(); d.Callback(1); d.Errback(errPlanted) }},
		{"fired with a Deferred", func(f *Failures) { f.Deferred().Callback(f.Deferred()) }},
	}
	for _, tt := range tests {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", tt.name)
				}
			}()
			tt.do(new(Failures))
		}()
	}
}

func TestDeferredIsUsedAgainOnlyWhenThrough(t *testing.T) {
	var f Failures
	pending, failed, waiting := f.Deferred(), f.Fail(errPlanted), f.Succeed(1)
	inner := f.Deferred()
	waiting.AddCallback(func(any) (any, error) { return inner, nil })
	for _, d := range []*Deferred{pending, failed, waiting, inner} {
		f.Forget(d)
	}
	if len(f.free) != 0 {
		t.Errorf("%d Deferreds that are not through would be used again", len(f.free))
	}
	through := f.Succeed(1).AddCallback(func(v any) (any, error) { return v, nil })
	f.Forget(through)
	if again := f.Deferred(); again != through || again.fired || len(again.links) != 0 {
		t.Errorf("one that is through was not made new: %+v", again)
	}
}
