package wire

import "math/rand/v2"

// words puts requests together from words: mostly good ones, and in each place now and then a bad one.
type words struct{ *rand.Rand }

func (w words) either(words ...string) string { return words[w.IntN(len(words))] }

// rarely is one of the words once in a while, and else the usual.
func (w words) rarely(usual string, words ...string) string {
	if w.IntN(24) == 0 {
		return w.either(words...)
	}
	return usual
}

func (w words) end() string {
	return w.rarely("\r\n", "\n", "\r", "\r\r\n", "\r\n ", " \r\n", "\r\n\r\n")
}

func (w words) request() string {
	s := w.line() + w.rarely("Host: h", "host:", "Host: a b", "X: y", "Host : h", "Ho\x00st: h", " Host: h") + w.end()
	body := ""
	switch w.IntN(4) {
	case 0:
		body = "abc"
		s += "Content-Length: " +
			w.rarely("3", "03", "+3", "3, 3", "3 ", "0x3", "3\r\nContent-Length: 3", "99999999999999999999", "") + w.end()
	case 1:
		body = w.chunks()
		s += w.rarely("Transfer-Encoding", "transfer-encoding", "Transfer_Encoding", "Transfer-Encoding ") + ": " +
			w.rarely("chunked", "Chunked", "chunked ", "gzip, chunked", "\tchunked", "chunked\r\nContent-Length: 3", `"chunked"`, "identity") + w.end()
	}
	s += w.rarely("", "Connection: close\r\n", "Connection: keep-alive\r\n", "Connection: x,close\r\n", "Expect: 100-continue\r\n",
		"X: \x01\r\n", ": x\r\n", "x\r\n")
	return s + w.end() + body + w.rarely("", "\r\n", "\n", "x")
}

func (w words) line() string {
	return w.either("GET", "POST", "POST", "HEAD", "OPTIONS", "CONNECT", "get", "PO ST") + w.rarely(" ", "  ", "\t") +
		w.rarely("", "http://h", "http://h:80", "http:", "https://h", "HTTP://[::1]", "h:1", "http://a b", "http://%41") +
		w.either("/echo", "/echo", "/stats", "/", "/send", "/wait?since=0", "/%65cho", "/x%2fy", "/%", "*", "", "//echo", "/echo?", "?a=/b", "/\xe9") +
		w.rarely("", "?room=a+b", "&room=%41", "#echo", "&room=a;b", "&&room") + " " +
		w.rarely("HTTP/1.1", "HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "HTTP/1.1 ") + w.end()
}

func (w words) chunks() (s string) {
	for range w.IntN(3) {
		size := w.rarely("3", "03", "3;a=b", "3 ", " 3", "3\t;x", "0x3", "-3", "4", "2", "3;\r", "0000000000000003")
		s += size + w.end() + "abc" + w.end()
	}
	return s + w.rarely("0", "00", "0;x", "0 ", "-0", "") + w.end() +
		w.rarely("", "T: u\r\n", "Content-Length: 3\r\n", "T : u\r\n", "T\r\n", " T: u\r\n") + w.end()
}
