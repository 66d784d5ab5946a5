package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"cbench/results"
	"cbench/results/record"
)

// modelLook is how a model is drawn on either paper.
type modelLook struct {
	Name    string       `json:"name"`
	Color   string       `json:"color"`
	Dark    string       `json:"dark"` // on a dark page
	Dashed  bool         `json:"dashed"`
	Corners [][2]float64 `json:"corners"`
	Control bool         `json:"control"`
	Apart   bool         `json:"-"` // an original that no chart of ours shows
}

// Points is the marker as an SVG polygon's, on a square of 16; none: a disc.
func (m modelLook) Points() string {
	var all []string
	for _, c := range m.Corners {
		all = append(all, fmt.Sprintf("%.1f,%.1f", 8+4.6*c[0], 8-4.6*c[1]))
	}
	return strings.Join(all, " ")
}

func looksOf(names []string, originals map[string]record.Original, control func(string) bool) []modelLook {
	looks := results.Looks(names, originals)
	var all []modelLook
	for _, name := range names {
		l := looks[name]
		all = append(all, modelLook{
			Name: name, Color: l.Color, Dark: onDark(l.Color), Dashed: l.Dashed || control(name), Corners: l.Corners, Control: control(name),
		})
	}
	return all
}

// colours is the style rules that give every model its colour on either paper. Models are classes by their place: a name may be anything.
func colours(looks []modelLook) string {
	var light, dark, use strings.Builder
	for i, l := range looks {
		fmt.Fprintf(&light, "--m%d:%s;", i, l.Color)
		fmt.Fprintf(&dark, "--m%d:%s;", i, l.Dark)
		fmt.Fprintf(&use, ".m%d{--own:var(--m%d)}\n", i, i)
	}
	return fmt.Sprintf(":root{%s}\n:root[data-theme=dark]{%s}\n@media(prefers-color-scheme:dark){:root:not([data-theme=light]){%s}}\n%s",
		&light, &dark, &dark, &use)
}

// darkPaper is what the dark page is on, as page.css says.
const darkPaper = "#14171B"

// onDark is the colour, lightened until it is seen on a dark page as well as a line must be: a contrast of 4 (WCAG 2.2, 1.4.11 asks for
// 3). Black becomes white, for lightened it would be one of the greys.
func onDark(color string) string {
	if luminance(color) < 0.001 {
		return "#FFFFFF"
	}
	for white := 0.0; white < 1; white += 0.04 {
		if c := mix(color, white); contrast(c, darkPaper) >= 4 {
			return c
		}
	}
	return "#FFFFFF"
}

// mix is the colour with so large a share of white.
func mix(color string, white float64) string {
	var out strings.Builder
	out.WriteByte('#')
	for _, v := range channels(color) {
		fmt.Fprintf(&out, "%02X", int(math.Round(v+(255-v)*white)))
	}
	return out.String()
}

func channels(color string) [3]float64 {
	var all [3]float64
	for i := range all {
		v, err := strconv.ParseUint(color[1+2*i:3+2*i], 16, 8)
		if err != nil {
			panic("report: a colour that is none: " + color)
		}
		all[i] = float64(v)
	}
	return all
}

// contrast is that of two colours, 1 to 21 (WCAG 2.2, "contrast ratio").
func contrast(a, b string) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(color string) float64 {
	sum := 0.0
	for i, v := range channels(color) {
		v /= 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		sum += v * [3]float64{0.2126, 0.7152, 0.0722}[i]
	}
	return sum
}
