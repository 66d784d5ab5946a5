package wire

import "bytes"

// foreign reports whether a page of another origin asks (RFC 6454): any website that a browser shows may send to a server on its
// user's own machine, and the browser's one word of that is Origin. Whoever is no browser sends none, and is let in.
func (h *head) foreign() bool {
	switch h.origins {
	case 0:
		return false
	case 1:
		scheme, authority, ok := bytes.Cut(h.origin, []byte("://")) // "null", an origin that is kept secret, has none
		return !ok || h.hosts != 1 || !sameHost(scheme, authority, h.host)
	}
	return true // two origins cannot both be this one
}

// sameHost reports whether the host of an origin is that of a request: by name and port. A port left out is the scheme's. Behind
// a proxy that speaks TLS the scheme may be one that the server does not: only the port is taken from it.
func sameHost(scheme, origin, host []byte) bool {
	usual := ""
	switch {
	case same(scheme, "http"):
		usual = "80"
	case same(scheme, "https"):
		usual = "443"
	default:
		return false
	}
	a, aPort := splitPort(origin, usual)
	b, bPort := splitPort(host, usual)
	return len(a) > 0 && aPort == bPort && sameFold(a, b)
}

// splitPort cuts the port off a host, which may be an IPv6 address in brackets.
func splitPort(host []byte, usual string) (name []byte, port string) {
	colon := bytes.LastIndexByte(host, ':')
	if colon < 0 || bytes.IndexByte(host[colon:], ']') >= 0 {
		return host, usual
	}
	if port = string(host[colon+1:]); port == "" {
		port = usual
	}
	return host[:colon], port
}

// sameFold is whether a and b are the same in ASCII, in any case.
func sameFold(a, b []byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i, c := range a {
		if lower(c) != lower(b[i]) {
			return false
		}
	}
	return true
}
