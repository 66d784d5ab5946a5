package main

import (
	"slices"
	"testing"

	"cbench/models"
)

// Every manifest that names a model of ours names one that there is.
func TestOriginalsAreOfOurs(t *testing.T) {
	all, err := othersHere()
	if err != nil || len(all) == 0 {
		t.Fatalf("%d servers, %v", len(all), err)
	}
	for _, o := range all {
		if _, ok := models.Find(o.OriginalOf); o.OriginalOf != "" && !ok {
			t.Errorf("%s is the original of %q: there is no such model", o.Name, o.OriginalOf)
		}
		s := serverOf(o, "1.2")
		if s.Original.Of != o.OriginalOf || s.Original.Language != o.Language || s.Version != "1.2" {
			t.Errorf("%s: %+v is put on record", o.Name, s.Original)
		}
	}
}

func TestWithoutAll(t *testing.T) {
	ours := modelNames()
	for _, tt := range []struct{ names, want []string }{
		{[]string{"reactor", "gevent"}, []string{"reactor", "gevent"}},
		{[]string{"all"}, ours},
		{[]string{"all", "reactor"}, ours},
		{[]string{"gevent", "all", "originals"}, append(slices.Clone(ours), "gevent", "originals")},
	} {
		if got := withoutAll(tt.names); !slices.Equal(got, tt.want) {
			t.Errorf("%v: %v, want %v", tt.names, got, tt.want)
		}
	}
}
