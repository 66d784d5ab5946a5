package results

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
)

// world makes up rotations: what a model costs, and how far processes and rounds of it scatter around that.
type world struct {
	rng            *rand.Rand
	process, noise float64
	cost           map[string]float64 // 1 where a model is not named
	luck           map[string]float64 // by how much more than the world's its processes differ, likewise
	rounds         int
	whole          bool // latency and throughput too
}

func newWorld(seed uint64, process, noise float64) *world {
	return &world{rng: rand.New(rand.NewPCG(seed, 11)), process: process, noise: noise, cost: map[string]float64{}, luck: map[string]float64{}, rounds: 20}
}

// rotate is one rotation: the machine drifts by up to a fifth from round to round, for all of them alike.
func (w *world) rotate(id string, conns, rep int, models ...string) (cells []Cell) {
	drift := make([]float64, w.rounds)
	for i := range drift {
		drift[i] = 1 + 0.2*w.rng.Float64()
	}
	for _, m := range models {
		name, of, twin := strings.Cut(m, "=")
		cost := w.cost[name]
		if cost == 0 {
			cost = 1
		}
		luck := w.luck[name]
		if luck == 0 {
			luck = 1
		}
		own := cost * math.Exp(luck*w.process*w.rng.NormFloat64())
		r := Rotation{ID: id}
		if twin {
			r.TwinOf = of
		}
		sum := 0.0
		for _, d := range drift {
			v := 5000 * own * d * math.Exp(w.noise*w.rng.NormFloat64())
			sum += v / float64(w.rounds)
			round := Round{ServerNSPerMessage: v, Count: 4000}
			if w.whole {
				round.ThroughputPerS, round.P50, round.P99 = 1e8/v, int64(10*v), int64(30*v)
			}
			r.Rounds = append(r.Rounds, round)
		}
		cells = append(cells, Cell{
			Schema: Schema, Model: name, Scenario: "echo", Conns: conns, Rep: rep, Order: 1, Seed: 1, Valid: true, Rotation: &r,
			Params: Params{Loop: "closed", Pipeline: 1, PayloadBytes: 128, Procs: 1, Rotation: strings.Join(models, "+"), Rounds: w.rounds},
			CPU:    CPU{ServerNSPerMessage: ptr(sum)},
		})
		if c := &cells[len(cells)-1]; w.whole {
			c.Load = Load{Sent: 1e6, ThroughputPerS: ptr(1e8 / sum)}
			c.Latency = &Latency{Count: 80000, P50: int64(10 * sum), P99: int64(30 * sum),
				P999: int64(60 * sum * math.Exp(0.2*w.rng.NormFloat64()))}
		}
	}
	return cells
}

// pairs is a run as suites make it: every model in rotations of its own with the reactor and its twin, so many times over.
func (w *world) pairs(conns, reps int, models ...string) (cells []Cell) {
	for _, m := range models {
		for rep := 1; rep <= reps; rep++ {
			cells = append(cells, w.rotate(fmt.Sprintf("%s/%d/%d", m, conns, rep), conns, rep, "reactor", m, "reactor-twin=reactor")...)
		}
	}
	return cells
}

func of(all []Comparison, figure, other string, conns int) *Comparison {
	for i := range all {
		if c := &all[i]; c.Figure.Name == figure && c.Other == other && c.Conns == conns {
			return c
		}
	}
	return nil
}

const cpuFigure = "cpu_ns_per_message"

// everywhere is a run over several numbers of connections, so that there are controls enough to know chance by.
func (w *world) everywhere(reps int, models ...string) (cells []Cell) {
	for _, conns := range []int{1, 10, 100, 1000, 10000, 20000} {
		cells = append(cells, w.pairs(conns, reps, models...)...)
	}
	return cells
}
