package harness

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// written is what a block is in JSON where that differs from what it is in Go.
type written struct {
	Conns    []json.RawMessage `json:"conns"`
	Duration json.RawMessage   `json:"duration"`
	Warmup   json.RawMessage   `json:"warmup"`
	Slot     json.RawMessage   `json:"slot"`
	Window   json.RawMessage   `json:"window"`
	Stall    json.RawMessage   `json:"block"`
	Linger   json.RawMessage   `json:"linger"`
	Share    json.RawMessage   `json:"share"`
	How      json.RawMessage   `json:"how"`
}

// DecodeBlock is the blocks that one in JSON stands for: a list of shares or of ways to block is a block for each (Block.Each). Durations
// are words such as "2s", and a number of connections may be "max". It is strict: a word that it does not know is an error, and so is a
// duration without its unit.
func DecodeBlock(text []byte) ([]Block, error) {
	type plain Block            // without its methods
	type deeper struct{ plain } // so that written, less deep, hides the fields of the same names (encoding/json)
	var in struct {
		deeper
		written
	}
	in.plain = plain{Twin: true, Reps: 1}
	strict := json.NewDecoder(bytes.NewReader(text))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&in); err != nil {
		return nil, err
	}
	b := Block(in.plain)
	if err := in.written.into(&b); err != nil {
		return nil, err
	}
	hows, err := several[string]("how", in.written.How, `a way such as "inline"`)
	if err != nil {
		return nil, err
	}
	shares, err := several[float64]("share", in.written.Share, "a number such as 0.01")
	if err != nil {
		return nil, err
	}
	return b.Each(hows, shares), nil
}

// several is the values that a text says, which is one or a list; want is what one of them is, for its error.
func several[T any](name string, text json.RawMessage, want string) ([]T, error) {
	if text == nil {
		return nil, nil
	}
	each := []json.RawMessage{text}
	if text[0] == '[' {
		each = nil
		if err := json.Unmarshal(text, &each); err != nil {
			return nil, err
		}
	}
	all := make([]T, len(each))
	for i, one := range each {
		if err := json.Unmarshal(one, &all[i]); err != nil || string(one) == "null" {
			return nil, fmt.Errorf("%s %s: want %s, or a list of such", name, one, want)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s []: want %s, or a list of such", name, want)
	}
	return all, nil
}

// Each is the block once for every way to block and share that was said, the shares of one way side by side; none said of either: as the
// block has it. A share of 0 that was said is none, and that but once: where nothing blocks, no way to do so matters.
func (b Block) Each(hows []string, shares []float64) (all []Block) {
	none := len(shares) > 0
	if len(hows) == 0 {
		hows = []string{b.How}
	}
	if len(shares) == 0 {
		shares = []float64{b.Share}
	}
	for i, how := range hows {
		for _, share := range shares {
			b.How, b.Share = how, share
			if none && share == 0 {
				if i > 0 {
					continue
				}
				b.Share = NoShare
			}
			all = append(all, b)
		}
	}
	return all
}

func (w *written) into(b *Block) error {
	for _, d := range []struct {
		name string
		text json.RawMessage
		to   *time.Duration
	}{{"duration", w.Duration, &b.Duration}, {"warmup", w.Warmup, &b.Warmup}, {"slot", w.Slot, &b.Slot}, {"window", w.Window, &b.Window}, {"block", w.Stall, &b.Stall},
		{"linger", w.Linger, &b.Linger}} {
		if d.text == nil {
			continue
		}
		var word string
		err := json.Unmarshal(d.text, &word)
		if err == nil {
			*d.to, err = time.ParseDuration(word)
		}
		if err != nil {
			return fmt.Errorf("%s %s: want a duration such as \"2s\" or \"500ms\"", d.name, d.text)
		}
	}
	if w.Linger != nil && b.Linger == 0 {
		b.Linger = NoLinger
	}
	for _, raw := range w.Conns {
		n := Max
		if string(raw) != `"max"` {
			if err := json.Unmarshal(raw, &n); err != nil || n < 1 {
				return fmt.Errorf("conns %s: must be a number from 1, or \"max\"", raw)
			}
		}
		b.Conns = append(b.Conns, n)
	}
	return nil
}
