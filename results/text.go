package results

import (
	"cbench/results/words"
	"strings"
)

// finePercent is a share of a CPU. The kernel charges by ticks: what is less than a few microseconds a second may be none at all.
func finePercent(v float64) string {
	if v < 1e-4 {
		return "<0.01%"
	}
	return words.Digits(100*v) + "%"
}

func lastWord(s string) string { return s[strings.LastIndexByte(s, ' ')+1:] }

func withoutDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' || r == '.' {
			return -1
		}
		return r
	}, s)
}

// nanosecondsInFull is for a cost, which one compares, where a latency is something one reads.
func nanosecondsInFull(v float64) string { return words.PerSecond(v) + " ns" }

func perSecondInFull(v float64) string { return words.PerSecond(v) + "/s" }
