package callback

// Deferred is a result that may not be there yet, with what is to be done once it is: a chain of links, each a callback for
// success or an errback for failure, as in Twisted's twisted.internet.defer. A link gets what the link before it
// returned; an error it returns sends the rest of the chain down the errbacks, and an errback that returns none brings
// it back to the callbacks. A link that returns a *Deferred pauses the chain until that one has its result.
//
// A Deferred belongs to one loop; it has no lock.
type Deferred struct {
	links   []link
	first   [2]link // where links begin, so that a short chain costs no allocation of its own
	value   any
	err     error
	fails   *Failures
	fired   bool // the result was given
	running bool // links are being called: those that are added meanwhile come in turn
	waiting bool // for an inner Deferred
	failed  bool // on the list of fails
}

type link struct {
	ok   func(any) (any, error)
	fail func(error) (any, error)
}

// Failures collects the Deferreds whose chain ended in an error that no errback took. An errback may still be added in
// the same turn of the loop; after that the error is reported: to lose it silently would be worst.
type Failures struct {
	list []*Deferred
	free []*Deferred // to be used again
}

// Deferred makes one that has no result yet.
func (f *Failures) Deferred() *Deferred {
	d := new(Deferred)
	if n := len(f.free); n > 0 {
		d, f.free = f.free[n-1], f.free[:n-1]
	}
	d.fails = f
	d.links = d.first[:0]
	return d
}

// Forget has a Deferred used again if it is through: fired, every link called, and nothing failed. Whoever calls it must
// hold the only reference. It saves the garbage collector a Deferred for each message; nothing else depends on it.
func (f *Failures) Forget(d *Deferred) {
	if d.fired && len(d.links) == 0 && !d.waiting && !d.running && !d.failed && len(f.free) < 64 {
		*d = Deferred{}
		f.free = append(f.free, d)
	}
}

// Succeed makes a Deferred that has its result already.
func (f *Failures) Succeed(value any) *Deferred {
	d := f.Deferred()
	d.Callback(value)
	return d
}

// Fail makes a Deferred that has failed already.
func (f *Failures) Fail(err error) *Deferred {
	d := f.Deferred()
	d.Errback(err)
	return d
}

// Report calls report with every error that nobody handled since the last Report.
func (f *Failures) Report(report func(error)) {
	for _, d := range f.list {
		d.failed = false
		if d.err != nil {
			report(d.err)
		}
	}
	clear(f.list)
	f.list = f.list[:0]
}

// Callback gives the result, which is no Deferred. To give it twice is a programmer's error, and panics.
func (d *Deferred) Callback(value any) { d.fire(value, nil) }

// Errback gives the failure. To give it twice is a programmer's error, and panics.
func (d *Deferred) Errback(err error) { d.fire(nil, err) }

func (d *Deferred) fire(value any, err error) {
	if d.fired {
		panic("callback: Deferred fired twice")
	}
	if _, is := value.(*Deferred); is {
		panic("callback: Deferred fired with a Deferred; return it from a callback instead")
	}
	d.fired, d.value, d.err = true, value, err
	d.run()
}

// AddCallback adds a link for success. A failure passes it by.
func (d *Deferred) AddCallback(ok func(any) (any, error)) *Deferred {
	return d.add(link{ok: ok})
}

// AddErrback adds a link for failure. A success passes it by.
func (d *Deferred) AddErrback(fail func(error) (any, error)) *Deferred {
	return d.add(link{fail: fail})
}

// AddCallbacks adds one link with both: the errback is for failures before it, not for one of its own callback.
func (d *Deferred) AddCallbacks(ok func(any) (any, error), fail func(error) (any, error)) *Deferred {
	return d.add(link{ok, fail})
}

// AddBoth adds a link that is called either way.
func (d *Deferred) AddBoth(both func(any, error) (any, error)) *Deferred {
	return d.add(link{
		ok:   func(v any) (any, error) { return both(v, nil) },
		fail: func(err error) (any, error) { return both(nil, err) },
	})
}

func (d *Deferred) add(l link) *Deferred {
	d.links = append(d.links, l)
	d.run()
	return d
}

// run calls the links there are, as far as the results go.
func (d *Deferred) run() {
	if !d.fired || d.running || d.waiting {
		return
	}
	d.running = true
	for len(d.links) > 0 && !d.waiting {
		l := d.links[0]
		d.links[0] = link{} // called once: what it refers to may go
		d.links = d.links[1:]
		switch {
		case d.err == nil && l.ok != nil:
			d.value, d.err = l.ok(d.value)
		case d.err != nil && l.fail != nil:
			d.value, d.err = l.fail(d.err)
		}
		if inner, chained := d.value.(*Deferred); chained && d.err == nil {
			d.await(inner)
		}
	}
	d.running = false
	if d.err != nil && !d.failed {
		d.failed = true
		d.fails.list = append(d.fails.list, d)
	}
}

// await pauses the chain until inner has a result, which it takes over; inner is left with none.
func (d *Deferred) await(inner *Deferred) {
	d.waiting, d.value = true, nil
	inner.AddBoth(func(v any, err error) (any, error) {
		d.waiting, d.value, d.err = false, v, err
		d.run() // does nothing while run, below us, is the caller
		return nil, nil
	})
}
