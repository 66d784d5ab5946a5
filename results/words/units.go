// Package words puts numbers and names into words: units, per cent, plurals, lists, lines. Nothing else in the module does.
package words

import (
	"math"
	"strconv"
	"strings"
)

// scale is a unit of a quantity and how much of the base unit it is.
type scale struct {
	unit string
	of   float64
}

var (
	byteScales = []scale{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}
	timeScales = []scale{{"s", 1e9}, {"ms", 1e6}, {"µs", 1e3}, {"ns", 1}}
	bigScales  = []scale{{"G", 1e9}, {"M", 1e6}, {"k", 1e3}, {"", 1}}
)

// Bytes is v bytes in three digits: "228 B", "4.10 KiB".
func Bytes(v float64) string { return scaled(v, byteScales, " ") }

// Nanoseconds is v nanoseconds in three digits: "850 ns", "12.3 µs".
func Nanoseconds(v float64) string { return scaled(v, timeScales, " ") }

// PerSecond is a rate in full, its thousands set off: "20,000"; below 100 in three digits.
func PerSecond(v float64) string {
	if v < 100 {
		return Digits(v)
	}
	return Number(math.Round(v))
}

// Count is a number, short: "100", "10k", "1.5M".
func Count(v float64) string { return Short(scaled(v, bigScales, "")) }

func scaled(v float64, scales []scale, gap string) string {
	unit := scales[len(scales)-1]
	for _, s := range scales {
		if math.Abs(v) >= s.of*0.9995 { // 999.96 in three digits is 1000: the next unit's 1.00
			unit = s
			break
		}
	}
	if unit.unit == "" {
		return Digits(v / unit.of)
	}
	return Digits(v/unit.of) + gap + unit.unit
}

// Digits is v in three significant digits without an exponent: 12.3, 1.05, 100, 0.
func Digits(v float64) string {
	decimals := 0
	if v != 0 {
		decimals = max(0, 2-int(math.Floor(math.Log10(math.Abs(v))+2e-4))) // 9.996 is 10.0, not 10.00
	}
	return strconv.FormatFloat(v, 'f', min(decimals, 6), 64)
}

// Short is a figure without the zeros that say nothing, as a tick of an axis wants it: "1 KiB" for "1.00 KiB".
func Short(figure string) string {
	number, unit, _ := strings.Cut(figure, " ")
	suffix := strings.TrimLeft(number, "-0123456789.")
	number = strings.TrimSuffix(number, suffix)
	if strings.Contains(number, ".") {
		number = strings.TrimRight(strings.TrimRight(number, "0"), ".")
	}
	return strings.TrimRight(number+suffix+" "+unit, " ")
}

// Number is v in full with its thousands set off by commas; what is behind the point stays, if there is any.
func Number(v float64) string {
	text := strconv.FormatFloat(v, 'f', -1, 64)
	whole, rest, _ := strings.Cut(text, ".")
	digitsFrom := 0
	if strings.HasPrefix(whole, "-") {
		digitsFrom = 1
	}
	for at := len(whole) - 3; at > digitsFrom; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	if rest != "" {
		return whole + "." + rest
	}
	return whole
}
