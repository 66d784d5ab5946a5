package report

import (
	"fmt"
	"strings"

	"cbench/results/chart"
)

// modelLook is how a model is drawn on either paper.
type modelLook struct {
	Name string `json:"name"`
	chart.Look
	Class string `json:"-"` // by its place: a name may be anything
}

// Key is the model's entry in the legend.
func (m modelLook) Key() key {
	return key{Model: m.Name, Name: m.Name, Dash: dashes(m.Dash), Points: shape(m.Look, 4.6)}
}

func looksOf(names []string) (all []modelLook) {
	looks := chart.Looks(names)
	for i, name := range names {
		all = append(all, modelLook{Name: name, Look: looks[name], Class: fmt.Sprintf("m%d", i)})
	}
	return all
}

// colours is the style rules that give every model its colour on either paper, and the parts of bars theirs.
func colours(looks []modelLook) string {
	var light, dark, use strings.Builder
	for i, l := range looks {
		fmt.Fprintf(&light, "--m%d:%s;", i, l.Color)
		fmt.Fprintf(&dark, "--m%d:%s;", i, l.Dark)
		fmt.Fprintf(&use, ".m%d{--own:var(--m%d)}\n", i, i)
	}
	for i, fill := range chart.Fills {
		fmt.Fprintf(&use, ".part%d{fill:%s}\n", i, fill)
	}
	return fmt.Sprintf(":root{%s}\n:root[data-theme=dark]{%s}\n@media(prefers-color-scheme:dark){:root:not([data-theme=light]){%s}}\n%s",
		&light, &dark, &dark, &use)
}
