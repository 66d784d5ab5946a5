package words

import "testing"

func TestUnits(t *testing.T) {
	for _, tc := range []struct{ got, want string }{
		{Bytes(0), "0 B"}, {Bytes(228), "228 B"}, {Bytes(1023.9), "1.00 KiB"}, {Bytes(4200), "4.10 KiB"}, {Bytes(-300), "-300 B"},
		{Bytes(5.5 * (1 << 20)), "5.50 MiB"}, {Bytes(3 << 40), "3.00 TiB"},
		{Nanoseconds(850), "850 ns"}, {Nanoseconds(12_340), "12.3 µs"}, {Nanoseconds(999_960), "1.00 ms"}, {Nanoseconds(9.996e6), "10.0 ms"},
		{Nanoseconds(2.5e9), "2.50 s"},
		{PerSecond(4.999), "5.00"}, {PerSecond(19_999.6), "20,000"}, {PerSecond(1_234_567), "1,234,567"},
		{Count(100), "100"}, {Count(1000), "1k"}, {Count(19_000), "19k"}, {Count(1.5e6), "1.5M"},
		{Short("1.00 KiB"), "1 KiB"}, {Short("100 µs"), "100 µs"}, {Short("0.50 s"), "0.5 s"}, {Short("20,000"), "20,000"},
		{Number(-1234.5), "-1,234.5"}, {Number(999), "999"},
	} {
		if tc.got != tc.want {
			t.Errorf("%q, want %q", tc.got, tc.want)
		}
	}
}
