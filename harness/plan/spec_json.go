package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"
)

// written is what a spec is in JSON where that differs from what it is in Go.
type written struct {
	Conns    []connections `json:"conns"`
	Duration Duration      `json:"duration"`
	Warmup   Duration      `json:"warmup"`
	Slot     Duration      `json:"slot"`
	Window   Duration      `json:"window"`
	Stall    Duration      `json:"block"`
	Linger   Duration      `json:"linger"`
	Share    shares        `json:"share"`
	How      ways          `json:"how"`
}

// Decode is the specs that one in JSON stands for: a list of shares or of ways to block is a spec for each
// (Spec.Each). Durations are words such as "2s", and a number of connections may be "max". It is strict: a word that
// it does not know is an error, and so is a duration without its unit.
func Decode(text []byte) ([]Spec, error) {
	type plain Spec             // without its methods
	type deeper struct{ plain } // so that written, less deep, hides the fields of the same names (encoding/json)
	var in struct {
		deeper
		written
	}
	in.plain = plain{Twin: true, Reps: 1}
	strict := json.NewDecoder(bytes.NewReader(text))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&in); err != nil {
		return nil, inWords(err)
	}
	s, w := Spec(in.plain), &in.written
	s.Duration, s.Warmup, s.Slot = w.Duration.of, w.Warmup.of, w.Slot.of
	s.Window, s.Stall, s.Linger = w.Window.of, w.Stall.of, w.Linger.of
	if w.Linger.said && s.Linger == 0 {
		s.Linger = NoLinger
	}
	for _, n := range w.Conns {
		s.Conns = append(s.Conns, int(n))
	}
	return s.Each(w.How, w.Share), nil
}

// Duration is a time as a spec says it: a number with its unit.
type Duration struct {
	of   time.Duration
	said bool
}

func (d *Duration) UnmarshalJSON(text []byte) error {
	var word string
	err := json.Unmarshal(text, &word)
	if err == nil {
		d.of, err = time.ParseDuration(word)
	}
	d.said = true
	return wanted(err, text, `a duration such as "2s" or "500ms"`)
}

// connections is a number of them, or Max.
type connections int

func (n *connections) UnmarshalJSON(text []byte) error {
	if string(text) == `"max"` {
		*n = Max
		return nil
	}
	err := json.Unmarshal(text, (*int)(n))
	if err == nil && *n < 1 {
		err = errors.New("too few")
	}
	return wanted(err, text, `a number from 1, or "max"`)
}

// shares and ways are one value, or a list.
type (
	shares []float64
	ways   []string
)

func (all *shares) UnmarshalJSON(text []byte) error {
	return several((*[]float64)(all), text, "a number such as 0.01, or a list of such")
}

func (all *ways) UnmarshalJSON(text []byte) error {
	return several((*[]string)(all), text, `a way such as "inline", or a list of such`)
}

func several[T any](all *[]T, text []byte, want string) error {
	each := []json.RawMessage{text}
	if text[0] == '[' {
		if err := json.Unmarshal(text, &each); err != nil {
			return err
		}
	}
	for _, one := range each {
		var v T
		if err := json.Unmarshal(one, &v); err != nil || string(one) == "null" {
			return wanted(errors.New("another kind"), one, want)
		}
		*all = append(*all, v)
	}
	if len(*all) == 0 {
		return wanted(errors.New("none"), text, want)
	}
	return nil
}

// wanted is an error of a field, which package json puts into it by its name; nil where err is.
func wanted(err error, text []byte, want string) error {
	if err == nil {
		return nil
	}
	return &json.UnmarshalTypeError{Value: fmt.Sprintf("%s: want %s", text, want), Type: reflect.TypeFor[Spec]()}
}

// inWords is such an error as a user reads it; any other as it is.
func inWords(err error) error {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && e.Type == reflect.TypeFor[Spec]() {
		return fmt.Errorf("%s %s", e.Field[strings.LastIndexByte(e.Field, '.')+1:], e.Value)
	}
	return err
}

// Each is the spec once for every way to block and share that was said, the shares of one way side by side; none said
// of either: as the spec has it. A share of 0 that was said is none, and that but once: where nothing blocks, no way
// to do so matters.
func (s Spec) Each(hows []string, shares []float64) (all []Spec) {
	none := len(shares) > 0
	if len(hows) == 0 {
		hows = []string{s.How}
	}
	if len(shares) == 0 {
		shares = []float64{s.Share}
	}
	for i, how := range hows {
		for _, share := range shares {
			s.How, s.Share = how, share
			if none && share == 0 {
				if i > 0 {
					continue
				}
				s.Share = NoShare
			}
			all = append(all, s)
		}
	}
	return all
}
