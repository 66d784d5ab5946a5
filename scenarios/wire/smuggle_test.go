package wire

import (
	"strings"
	"testing"
)

// Every shape of request that two servers in a row could read in two ways is refused, and nothing after it is read.
func TestSmuggling(t *testing.T) {
	const hidden = "GET /stats HTTP/1.1\r\nHost: h\r\n\r\n"
	fields := func(f ...string) string {
		return "POST /echo HTTP/1.1\r\nHost: h\r\n" + strings.Join(f, "\r\n") + "\r\n\r\n"
	}
	chunks := func(c string) string { return fields("Transfer-Encoding: chunked") + c }
	for name, c := range map[string]struct {
		stream string
		why    Refusal
	}{
		"length and chunks":      {fields("Content-Length: 5", "Transfer-Encoding: chunked") + "0\r\n\r\n", TwoLengths},
		"chunks and length":      {fields("Transfer-Encoding: chunked", "Content-Length: 5") + "0\r\n\r\n", TwoLengths},
		"two lengths":            {fields("Content-Length: 1", "Content-Length: 2"), TwoLengths},
		"equal lengths":          {fields("Content-Length: 1", "content-length: 1"), TwoLengths},
		"list of lengths":        {fields("Content-Length: 1, 1"), TwoLengths},
		"signed length":          {fields("Content-Length: +1"), TwoLengths},
		"negative length":        {fields("Content-Length: -1"), TwoLengths},
		"hexadecimal length":     {fields("Content-Length: 0x1"), TwoLengths},
		"space in length":        {fields("Content-Length: 1 0"), TwoLengths},
		"underscore in length":   {fields("Content-Length: 1_0"), TwoLengths},
		"empty length":           {fields("Content-Length:"), TwoLengths},
		"overflowing length":     {fields("Content-Length: 18446744073709551617"), TwoLengths},
		"other encoding":         {fields("Transfer-Encoding: gzip"), TwoLengths},
		"identity":               {fields("Transfer-Encoding: identity"), TwoLengths},
		"two encodings":          {fields("Transfer-Encoding: gzip, chunked"), TwoLengths},
		"chunked twice":          {fields("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"), TwoLengths},
		"chunked, chunked":       {fields("Transfer-Encoding: chunked, chunked"), TwoLengths},
		"almost chunked":         {fields("Transfer-Encoding: xchunked"), TwoLengths},
		"quoted chunked":         {fields(`Transfer-Encoding: "chunked"`), TwoLengths},
		"chunked, Kelvin":        {fields("Transfer-Encoding: chun\u212aed"), TwoLengths},
		"empty encoding":         {fields("Transfer-Encoding:"), TwoLengths},
		"chunks in 1.0":          {strings.Replace(chunks("0\r\n\r\n"), "HTTP/1.1", "HTTP/1.0", 1), TwoLengths},
		"bare LF after a field":  {fields("A: b\nContent-Length: 5"), Malformed},
		"bare LF first":          {strings.Replace(hidden, "\r\n", "\n", 1), Malformed},
		"bare LF last":           {"GET / HTTP/1.1\r\nHost: h\r\n\n", Malformed},
		"bare LFs":               {strings.ReplaceAll(hidden, "\r\n", "\n"), Malformed},
		"bare CR in a value":     {fields("A: b\rContent-Length: 5"), Malformed},
		"bare CR in a name":      {fields("A\r: b"), Malformed},
		"CR CR LF":               {fields("A: b\r"), Malformed},
		"CR in the request line": {"GET / HTTP/1.1\r\r\nHost: h\r\n\r\n", Malformed},
		"space before the colon": {fields("Content-Length : 5"), Malformed},
		"tab before the colon":   {fields("Content-Length\t: 5"), Malformed},
		"folding":                {fields("A: b", " Content-Length: 5"), Malformed},
		"folding of the first":   {"GET / HTTP/1.1\r\n Host: h\r\n\r\n", Malformed},
		"no colon":               {fields("Content-Length"), Malformed},
		"no name":                {fields(": 5"), Malformed},
		"name in brackets":       {fields("(A): 5"), Malformed},
		"name not ASCII":         {fields("Ho\u017ft: h"), Malformed},
		"NUL in a value":         {fields("A: \x00"), Malformed},
		"DEL in a value":         {fields("A: \x7f"), Malformed},
		"no Host":                {"GET / HTTP/1.1\r\n\r\n", NoHost},
		"two Hosts":              {fields("Host: h"), NoHost},
		"two Hosts in 1.0":       {"GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", NoHost},
		"Host of two words":      {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", NoHost},
		"Host with a path":       {"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", NoHost},
		"two spaces":             {"GET  / HTTP/1.1\r\nHost: h\r\n\r\n", Malformed},
		"two spaces behind":      {"GET /  HTTP/1.1\r\nHost: h\r\n\r\n", Malformed},
		"a space at the end":     {"GET / HTTP/1.1 \r\nHost: h\r\n\r\n", Malformed},
		"a tab":                  {"GET /\tHTTP/1.1\r\nHost: h\r\n\r\n", Malformed},
		"space in the target":    {"GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", Malformed},
		"target not ASCII":       {"GET /\xc3\xa9 HTTP/1.1\r\nHost: h\r\n\r\n", Malformed},
		"target with a NUL":      {"GET /\x00 HTTP/1.1\r\nHost: h\r\n\r\n", Malformed},
		"target not escaped":     {"GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n", Malformed},
		"target no path":         {"GET stats HTTP/1.1\r\nHost: h\r\n\r\n", Malformed},
		"GET *":                  {"GET * HTTP/1.1\r\nHost: h\r\n\r\n", Malformed},
		"HTTP/0.9":               {"GET /\r\n\r\n", Malformed},
		"HTTP/1.2":               {"GET / HTTP/1.2\r\nHost: h\r\n\r\n", Malformed},
		"HTTP/2.0":               {"GET / HTTP/2.0\r\nHost: h\r\n\r\n", Malformed},
		"HTTP/01.1":              {"GET / HTTP/01.1\r\nHost: h\r\n\r\n", Malformed},
		"http/1.1":               {"GET / http/1.1\r\nHost: h\r\n\r\n", Malformed},

		"chunk without a size":  {chunks("\r\nx\r\n0\r\n\r\n"), BadChunk},
		"chunk with an x":       {chunks("0x1\r\nx\r\n0\r\n\r\n"), BadChunk},
		"chunk with a sign":     {chunks("+1\r\nx\r\n0\r\n\r\n"), BadChunk},
		"chunk with a space":    {chunks(" 1\r\nx\r\n0\r\n\r\n"), BadChunk},
		"chunk, a space behind": {chunks("1 \r\nx\r\n0\r\n\r\n"), BadChunk},
		"chunk, space and more": {chunks("1 ;a\r\nx\r\n0\r\n\r\n"), BadChunk},
		"chunk of eight digits": {chunks("00000001\r\nx\r\n0\r\n\r\n"), BadChunk},
		"chunk no number":       {chunks("g\r\nx\r\n0\r\n\r\n"), BadChunk},
		"chunk size, bare LF":   {chunks("1\nx\r\n0\r\n\r\n"), BadChunk},
		"chunk extension, CR":   {chunks("1;a\rb\r\nx\r\n0\r\n\r\n"), BadChunk},
		"chunk too short":       {chunks("2\r\nx\r\n0\r\n\r\n"), BadChunk},
		"chunk too long":        {chunks("1\r\nxx\r\n0\r\n\r\n"), BadChunk},
		"chunk's end bare":      {chunks("1\r\nx\n0\r\n\r\n"), BadChunk},
		"chunk's end CR CR":     {chunks("1\r\nx\r\r0\r\n\r\n"), BadChunk},
		"trailer, bare LF":      {chunks("0\r\nA: b\n\r\n"), BadChunk},
		"trailer's end bare":    {chunks("0\r\n\n"), BadChunk},
		"trailer no field":      {chunks("0\r\nGET / HTTP/1.1\r\n\r\n"), BadChunk},
		"trailer with a space":  {chunks("0\r\nA : b\r\n\r\n"), BadChunk},
	} {
		t.Run(name, func(t *testing.T) {
			form := isHTTP | last
			if strings.Contains(c.stream, "HTTP/1.0") {
				form |= version0
			}
			checkHTTP(t, c.stream+hidden, 0, refused(c.why, form))
		})
	}
}
