package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"cbench/results/record"
)

// A made-up lesson: what it says is known by heart.
func says(t *testing.T, all []lessonPart, title string) []string {
	t.Helper()
	for _, l := range all {
		if strings.HasPrefix(l.Title, title) {
			return l.Says
		}
	}
	t.Fatalf("no lesson %q in %d", title, len(all))
	return nil
}

func lessonsOf(cells ...record.Cell) []lessonPart {
	s := Source{Run: &record.Run{}, Cells: cells}
	b := builder{facts: factsOf(&s)}
	return b.lessons()
}

func stormed(model string, n int, last, peak int64, kept ...record.Returned) record.Cell {
	perS := 1e9 * float64(n) / float64(last)
	return record.Cell{
		Model: model, Scenario: "storm", Conns: n, Rep: 1, Valid: true, Params: record.Params{Loop: "storm", PayloadBytes: 128, Pipeline: 1},
		Load:    record.Load{Sent: int64(n), ThroughputPerS: &perS},
		Latency: &record.Latency{Count: 1000, P50: last / 2, P99: last, Max: 2 * last}, Last: &record.Latency{Count: 10, P50: last},
		Memory: record.Memory{EmptyRSS: whole(10 << 20), PeakRSS: whole(float64(peak)), Returned: kept},
	}
}

func TestStormLesson(t *testing.T) {
	all := lessonsOf(
		stormed("goroutine", 1000, 40e6, 18<<20, record.Returned{AfterNS: 1e9, RSS: 18 << 20}, record.Returned{AfterNS: 30e9, RSS: 12 << 20}),
		stormed("reactor", 1000, 25e6, 11<<20, record.Returned{AfterNS: 1e9, RSS: 9 << 20}),
	)
	got := strings.Join(says(t, all, "A storm"), " ")
	for _, want := range []string{
		"When 1,000 connect at once, the last of them is answered after 25.0 ms in `reactor` and 40.0 ms in `goroutine`, in the median storm: 25,000 to 40,000 connections a second.",
		"8.00 MiB in `goroutine`, of which 2.00 MiB are kept after 30 s; 1.00 MiB in `reactor`, of which 0 B are kept after 1 s.",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nlacks %q", got, want)
		}
	}
	if len(all[0].Bars) != 1 || len(all[0].Bars[0].Rows) != 2 || all[0].Bars[0].Rows[0].Total != "8.00 MiB" {
		t.Errorf("bars %+v", all[0].Bars)
	}
	if row := texts(all[0].Tables[0].Rows[0]); !strings.Contains(row, "18.0 MiB|8.00 MiB|8.00 MiB|–|2.00 MiB") {
		t.Errorf("row %s", row)
	}
}

func texts(row []Datum) string {
	var all []string
	for _, d := range row {
		all = append(all, d.Text)
	}
	return strings.Join(all, "|")
}

func deafened(model string, held int64, dropped int64) record.Cell {
	c := record.Cell{
		Model: model, Scenario: "slow", Conns: 50, Rep: 1, Valid: true,
		Params:  record.Params{Loop: "open", RatePerS: 500, PayloadBytes: 4096, Pipeline: 1, RoomSize: 50, Share: 0.2},
		Latency: &record.Latency{Count: 1000, P50: 1e6, P99: 3e6},
		Deaf:    &record.Deaf{Members: 10, BoundBytes: 10 << 18, HeldAnon: &held, PeakAnon: &held, Buffers: whole(28 << 20), Dropped: &dropped},
	}
	if dropped > 0 {
		c.Deaf.FirstDropNS, c.Deaf.LastDropNS = whole(2.1e9), whole(2.2e9)
	}
	return c
}

func TestDeafLesson(t *testing.T) {
	quiet := deafened("reactor", 0, 0)
	quiet.Params.Share, quiet.Deaf.Members, quiet.Latency = 0, 0, &record.Latency{Count: 1000, P50: 1e6, P99: 2e6}
	all := lessonsOf(deafened("reactor", 2<<20, 5), deafened("goroutine", 5<<20, 0), quiet)
	got := says(t, all, "Members that do not read: 20%")
	for _, want := range []string{
		"Beside 50 healthy members of `reactor`, 10 that do not read cost it 2.00 MiB of at most 2.50 MiB, and the kernel's socket buffers held 28.0 MiB; " +
			"5 were dropped, after 2.10 s to 2.20 s. The healthy ones' p99 was 3.00 ms, and while all read 2.00 ms.",
		"cost it 5.00 MiB, more than the 2.50 MiB they may be owed; what the rest is is not known, and the kernel's socket buffers held 28.0 MiB; " +
			"none was dropped in that time. The healthy ones' p99 was 3.00 ms.",
	} {
		if !strings.Contains(strings.Join(got, " "), want) {
			t.Errorf("%q\nlacks %q", got, want)
		}
	}
	f := factsOf(&Source{Run: &record.Run{}, Cells: []record.Cell{deafened("reactor", 1<<20, 5), deafened("pool", 2<<20, 5)}})
	if want := "10 members that do not read, beside 50 that do, cost a server 1.00 MiB to 2.00 MiB of at most 2.50 MiB, and fill 28.0 MiB of the kernel's socket buffers; " +
		"5 of them are dropped. No healthy member loses a message; one delivery in 100 takes 3.00 ms or longer."; f.deafFinding() != want {
		t.Errorf("%s\nwant %s", f.deafFinding(), want)
	}
	lost := deafened("thread", 1<<20, 5)
	lost.Valid, lost.Void = false, []string{"12 lost"}
	f = factsOf(&Source{Run: &record.Run{}, Cells: []record.Cell{deafened("reactor", 1<<20, 5), deafened("pool", 30<<20, 5), lost}})
	for _, want := range []string{
		"1.00 MiB to 30.0 MiB (they may be owed 2.50 MiB; what is above that is not known)",
		"In what is valid no healthy member loses a message (void: 1 of 1 repetition of `thread`); one delivery",
	} {
		if !strings.Contains(f.deafFinding(), want) {
			t.Errorf("%s\nlacks %s", f.deafFinding(), want)
		}
	}
}

// One model on several numbers of threads is named with each.
func TestStormsByThreads(t *testing.T) {
	one, two := stormed("goroutine", 1000, 40e6, 18<<20), stormed("goroutine", 1000, 25e6, 11<<20)
	one.Params.Procs, two.Params.Procs = 1, 2
	got := strings.Join(says(t, lessonsOf(one, two), "A storm"), " ")
	for _, want := range []string{"25.0 ms in `goroutine x2` and 40.0 ms in `goroutine x1`", "8.00 MiB in `goroutine x1`", "1.00 MiB in `goroutine x2`"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nlacks %q", got, want)
		}
	}
}

func roomed(model string, n int, kept bool) record.Cell {
	offered := 10 * float64(n)
	c := record.Cell{
		Model: model, Scenario: "fanout", Conns: n, Rep: 1, Valid: kept, Params: record.Params{Loop: "open", RatePerS: 10, PayloadBytes: 128, Pipeline: 1},
		Load:    record.Load{Sent: 10, ThroughputPerS: &offered},
		Latency: &record.Latency{Count: 1000, P50: 1e6, P99: 3e6}, Spread: &record.Latency{Count: 100, P50: 1e6, P99: 2e6},
	}
	if !kept {
		c.Void, c.Load.Behind = []string{"fell behind"}, &record.Behind{OfferedPerS: offered, AchievedPerS: 0.62 * offered}
	}
	return c
}

func TestRoomLesson(t *testing.T) {
	all := lessonsOf(roomed("reactor", 1000, true), roomed("reactor", 10_000, true), roomed("pool", 10_000, true), roomed("thread", 1000, true), roomed("thread", 10_000, false))
	got := says(t, all, "One room")
	want := []string{
		"With 10 messages a second to everybody in one room, `pool` and `reactor` keep up with 10,000 members, the most there were: 100,000 deliveries a second.",
		"With 10 messages a second to everybody in one room, `thread` falls behind at 10,000 members: 62,000 of 100,000 deliveries/s; it keeps up with 1,000.",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%q\nwant %q", got, want)
	}
	found := false
	for _, row := range all[0].Tables[0].Rows {
		if row[0].Text == "thread" && row[1].Text == "10,000" {
			found = true
			if r := texts(row); !strings.Contains(r, "|no|1,000|0/1") {
				t.Errorf("row %s", r)
			}
		}
	}
	if !found {
		t.Error("the model that fell behind is missing from the table")
	}
}

// What was void for another reason, or ended by the client, tells nothing of how far a room may grow.
func TestRoomNotKnown(t *testing.T) {
	disturbed, client := roomed("pool", 10_000, true), roomed("thread", 10_000, false)
	disturbed.Valid, disturbed.Void = false, []string{"the client was at its end"}
	client.Load.Behind.Client = true
	all := lessonsOf(roomed("pool", 1000, true), disturbed, roomed("thread", 1000, true), client)
	want := []string{
		"With 10 messages a second to everybody in one room, `pool` keeps up with 1,000 members, and with more it is not known: 10,000 deliveries a second.",
		"With 10 messages a second to everybody in one room of 10,000, `thread` brings 62,000 of 100,000 deliveries/s, all that the client can do: " +
			"what the server can is not known; it keeps up with 1,000.",
	}
	if got := says(t, all, "One room"); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%q\nwant %q", got, want)
	}
	for _, row := range all[0].Tables[0].Rows {
		if r := texts(row); row[1].Text == "10,000" && !strings.Contains(r, "|not known|≥ 1,000|0/1") {
			t.Errorf("row %s", r)
		}
	}
}

func TestCrossingLesson(t *testing.T) {
	slow := func(model string, share float64, p99 int64) record.Cell {
		return blocked(model, "inline", share, p99, true)
	}
	handed := func(share float64, p50 int64) record.Cell {
		c := blocked("reactor", "offload", share, 1e6, true)
		c.Params.RatePerS, c.Aside = 10_000, &record.Latency{Count: 1000, P50: p50, P99: p50}
		return c
	}
	all := lessonsOf(slow("reactor", 0.01, 30e6), slow("reactor", 0.05, 80e6), slow("callback", 0.01, 30e6), slow("callback", 0.05, 90e6),
		slow("goroutine", 0.01, 1e6), slow("goroutine", 0.05, 1e6), slow("pool", 0.01, 51e6), slow("pool", 0.05, 60e6), handed(0.2, 20e6), handed(0.4, 90e6))
	got := says(t, all, "Requests that block for 20ms, among 1,000 a second")
	want := "Requests that block for 20ms each, asleep where they are handled, make one bystander in 100 wait for 50 ms or longer (N = 100) from 10 a second or fewer in `pool`, " +
		"from somewhere between 10 and 50 a second in `reactor` and `callback`; not with 50 a second, the most there were, in `goroutine`. " +
		"In theory one thread has time for 50 of them a second."
	for _, part := range strings.Split(want, ", from") { // the order of models is not what this is about
		if !strings.Contains(got[0], strings.TrimSuffix(part, ",")) {
			t.Errorf("%q\nlacks %q", got[0], part)
		}
	}
	var web []record.Cell
	for _, c := range []record.Cell{slow("reactor", 0.01, 30e6), slow("reactor", 0.05, 80e6)} {
		web = append(web, overHTTPToo(c))
	}
	gotHTTP := says(t, lessonsOf(append(web, slow("reactor", 0.01, 1e6), slow("reactor", 0.05, 1e6))...), "Requests over HTTP that block for 20ms, among 1,000 a second")
	if want := "Requests over HTTP that block for 20ms each, asleep where they are handled, make one bystander in 100 wait for 50 ms or longer (N = 100) from somewhere between 10 and 50 a second in `reactor`."; !strings.HasPrefix(gotHTTP[0], want) {
		t.Errorf("%q\nwant %q", gotHTTP[0], want)
	}
	handedOver := says(t, all, "Requests that block for 20ms, among 10,000 a second")
	if want := "Handed over (N = 100), half of the slow requests take over 40ms from somewhere between 2,000 and 4,000 a second in `reactor`. " +
		"In theory 64 threads do 3,200 a second, and what comes beyond has to queue. Each is of one repetition: another may cross elsewhere."; handedOver[len(handedOver)-1] != want {
		t.Errorf("%q\nwant %q", handedOver, want)
	}
}

// What is void at every rate has no line, and is drawn hollow all the same.
func TestCrossingWithNothingValidIsDrawn(t *testing.T) {
	for _, l := range lessonsOf(blocked("goroutine", "inline", 0.01, 1e6, true), blocked("reactor", "inline", 0.01, 30e6, false)) {
		for _, c := range l.Charts {
			for _, v := range c.Variants {
				for _, s := range v.Series {
					drawn, err := json.Marshal(s)
					if err != nil || bytes.Contains(drawn, []byte("null")) {
						t.Errorf("%s: %s %v", c.Title, drawn, err)
					}
				}
				if len(v.Series) != 2 {
					t.Errorf("%s: %d lines of 2", c.Title, len(v.Series))
				}
			}
		}
	}
}

// A model that did it again with more has no one crossing, and what is void above the last that is known is not the most there was.
func TestCrossingsNotKnown(t *testing.T) {
	twice := blocked("thread", "inline", 0.01, 1e6, true)
	twice.Rep = 2
	all := lessonsOf(blocked("pool", "inline", 0.01, 60e6, true), blocked("pool", "inline", 0.02, 1e6, true), blocked("pool", "inline", 0.05, 60e6, true),
		blocked("thread", "inline", 0.01, 1e6, true), twice, blocked("thread", "inline", 0.02, 90e6, false))
	want := "Requests that block for 20ms each, asleep where they are handled, make one bystander in 100 wait for 50 ms or longer (N = 100) with 10 a second, but not with 20, in `pool`" +
		"; not with 10 a second, and with more it is not known, in `thread`. In theory one thread has time for 50 of them a second." +
		" Of one repetition is what is told of `pool`: another may cross elsewhere."
	if got := says(t, all, "Requests that block for 20ms, among 1,000 a second"); got[0] != want {
		t.Errorf("%q\nwant %q", got[0], want)
	}
}

// The page shows them, and without them has no such section.
func TestLessonsOnThePage(t *testing.T) {
	var with, without bytes.Buffer
	if err := Write(&with, Source{Run: &record.Run{}, Cells: []record.Cell{roomed("reactor", 1000, true)}}); err != nil {
		t.Fatal(err)
	}
	if err := Write(&without, made(t)); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(with.String(), `id="lessons"`) || strings.Contains(without.String(), `id="lessons"`) {
		t.Error("the section is not where it should be")
	}
}
