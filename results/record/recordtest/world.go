package recordtest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"cbench/results/record"
)

// world makes up rotations: what a model costs, and how far processes and rounds of it scatter around that.
type World struct {
	Rng            *rand.Rand
	process, Noise float64
	Cost           map[string]float64 // 1 where a model is not named
	Luck           map[string]float64 // by how much more than the world's its processes differ, likewise
	Rounds         int
	Whole          bool // latency and throughput too
}

func NewWorld(seed uint64, process, noise float64) *World {
	return &World{Rng: rand.New(rand.NewPCG(seed, 11)), process: process, Noise: noise, Cost: map[string]float64{}, Luck: map[string]float64{}, Rounds: 20}
}

// rotate is one rotation: the machine drifts by up to a fifth from round to round, for all of them alike.
func (w *World) Rotate(id string, conns, rep int, models ...string) (cells []record.Cell) {
	drift := make([]float64, w.Rounds)
	for i := range drift {
		drift[i] = 1 + 0.2*w.Rng.Float64()
	}
	for _, m := range models {
		name, of, twin := strings.Cut(m, "=")
		cost := w.Cost[name]
		if cost == 0 {
			cost = 1
		}
		luck := w.Luck[name]
		if luck == 0 {
			luck = 1
		}
		own := cost * math.Exp(luck*w.process*w.Rng.NormFloat64())
		r := record.Rotation{ID: id}
		if twin {
			r.TwinOf = of
		}
		sum := 0.0
		for _, d := range drift {
			v := 5000 * own * d * math.Exp(w.Noise*w.Rng.NormFloat64())
			sum += v / float64(w.Rounds)
			round := record.Round{ServerNSPerMessage: v, Count: 4000}
			if w.Whole {
				round.ThroughputPerS, round.P50, round.P99 = 1e8/v, int64(10*v), int64(30*v)
			}
			r.Rounds = append(r.Rounds, round)
		}
		cells = append(cells, record.Cell{
			Schema: record.Schema, Model: name, Scenario: "echo", Conns: conns, Rep: rep, Order: 1, Seed: 1, Valid: true, Rotation: &r,
			Params: record.Params{Loop: "closed", Pipeline: 1, PayloadBytes: 128, Procs: 1, Rotation: strings.Join(models, "+"), Rounds: w.Rounds},
			CPU:    record.CPU{ServerNSPerMessage: Ptr(sum)},
		})
		if c := &cells[len(cells)-1]; w.Whole {
			c.Load = record.Load{Sent: 1e6, ThroughputPerS: Ptr(1e8 / sum)}
			c.Latency = &record.Latency{Count: 80000, P50: int64(10 * sum), P99: int64(30 * sum),
				P999: int64(60 * sum * math.Exp(0.2*w.Rng.NormFloat64()))}
		}
	}
	return cells
}

// pairs is a run as suites make it: every model in rotations of its own with the reactor and its twin, so many times over.
func (w *World) Pairs(conns, reps int, models ...string) (cells []record.Cell) {
	for _, m := range models {
		for rep := 1; rep <= reps; rep++ {
			cells = append(cells, w.Rotate(fmt.Sprintf("%s/%d/%d", m, conns, rep), conns, rep, "reactor", m, "reactor-twin=reactor")...)
		}
	}
	return cells
}

// everywhere is a run over several numbers of connections, so that there are controls enough to know chance by.
func (w *World) Everywhere(reps int, models ...string) (cells []record.Cell) {
	for _, conns := range []int{1, 10, 100, 1000, 10000, 20000} {
		cells = append(cells, w.Pairs(conns, reps, models...)...)
	}
	return cells
}
