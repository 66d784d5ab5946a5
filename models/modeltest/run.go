package modeltest

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Run checks target against every case of the parts, reports each in order as soon as it and all before it have
// ended, and says whether none failed. A skip is no failure and has its reason in the result. It ends early, and is
// not ok, when ctx is done.
func Run(ctx context.Context, target Target, parts []string, report func(Result)) (ok bool) {
	cases := slices.DeleteFunc(Cases(), func(c Case) bool { return !c.within(parts) })
	results := make([]chan Result, len(cases)) // closed where a case is not begun any more
	for i := range results {
		results[i] = make(chan Result, 1)
	}
	atOnce := 1
	if target.Start != nil {
		atOnce = max(1, target.AtOnce)
	}
	var next atomic.Int32
	var all sync.WaitGroup
	endings := make([]string, atOnce)
	for w := range atOnce {
		all.Go(func() {
			s := newSuite(ctx, target)
			for i := int(next.Add(1)) - 1; i < len(cases); i = int(next.Add(1)) - 1 {
				if ctx.Err() == nil {
					results[i] <- s.check(cases[i])
				}
				close(results[i])
			}
			endings[w] = s.close()
		})
	}
	ok = true
	tell := func(r Result) {
		ok = ok && r.Outcome != Fail
		report(r)
	}
	for i := range cases {
		r, ran := <-results[i]
		if !ran || ctx.Err() != nil {
			ok = false
			break
		}
		tell(r)
	}
	all.Wait()
	endings = slices.DeleteFunc(endings, func(why string) bool { return why == "" })
	if len(endings) > 0 && ctx.Err() == nil { // who was interrupted while starting may end in any way
		tell(Result{Case: "shared-server", Outcome: Fail, Why: strings.Join(endings, "; ")})
	}
	return ok
}
