package wire

import "testing"

// A page of another origin may not send; everything that is no page, and this server's own pages, may.
func TestOrigin(t *testing.T) {
	const mine, h = "Host: Chat.example:7000", "Host: "
	for _, c := range []struct {
		fields  []string
		foreign bool
	}{
		{[]string{mine}, false},
		{[]string{mine, "Origin: http://chat.example:7000"}, false},
		{[]string{"ORIGIN:\tHTTP://CHAT.EXAMPLE:7000 ", mine}, false},
		{[]string{mine, "Origin: https://chat.example:7000"}, false}, // TLS ends before the server
		{[]string{mine, "Origin: http://chat.example"}, true},
		{[]string{mine, "Origin: http://chat.example:7001"}, true},
		{[]string{mine, "Origin: http://chat.example:70000"}, true},
		{[]string{mine, "Origin: http://evil.example:7000"}, true},
		{[]string{mine, "Origin: http://evil-chat.example:7000"}, true},
		{[]string{mine, "Origin: http://chat.example:7000.evil.example"}, true},
		{[]string{mine, "Origin: http://chat.example:7000@evil.example"}, true},
		{[]string{mine, "Origin: http://evil.example@chat.example:7000"}, true},
		{[]string{mine, "Origin: http://chat.example:7000/"}, true},
		{[]string{mine, "Origin: chat.example:7000"}, true},
		{[]string{mine, "Origin: file://chat.example:7000"}, true},
		{[]string{mine, "Origin: null"}, true},
		{[]string{mine, "Origin:"}, true},
		{[]string{mine, "Origin: http://"}, true},
		{[]string{mine, "Origin: http://chat.example:7000 http://evil.example"}, true},
		{[]string{mine, "Origin: http://chat.example:7000", "Origin: http://evil.example"}, true},
		{[]string{mine, "Origin: http://evil.example", "Origin: http://chat.example:7000"}, true},
		{[]string{h + "a", "Origin: http://a"}, false},
		{[]string{h + "a", "Origin: http://a:80"}, false},
		{[]string{h + "a:80", "Origin: http://a"}, false},
		{[]string{h + "a:", "Origin: http://a"}, false},
		{[]string{h + "a:443", "Origin: https://a"}, false},
		{[]string{h + "a", "Origin: https://a:443"}, false},
		{[]string{h + "a:443", "Origin: http://a"}, true},
		{[]string{h + "a:80", "Origin: https://a"}, true},
		{[]string{h, "Origin: http://"}, true},
		{[]string{h + "[::1]:7000", "Origin: http://[::1]:7000"}, false},
		{[]string{h + "[::1]", "Origin: http://[::1]:80"}, false},
		{[]string{h + "[::1]:80", "Origin: http://[::1]"}, false},
		{[]string{h + "[FE80::a]", "Origin: http://[fe80::A]"}, false},
		{[]string{h + "[::1]:7000", "Origin: http://[::2]:7000"}, true},
		{[]string{h + "[::1]", "Origin: http://[::1]:7000"}, true},
	} {
		body := `{"text":"hi"}`
		stream := "POST /send HTTP/1.1\r\n"
		for _, field := range append(c.fields, "Content-Length: 13") {
			stream += field + "\r\n"
		}
		want := plain{kind: Send, form: isHTTP, room: "lobby", name: "anon", text: "hi"}
		if c.foreign {
			want = refused(Foreign, isHTTP)
		}
		checkHTTP(t, stream+"\r\n"+body+getting("/stats"), 0, want, plain{kind: Stats, form: isHTTP})
	}
	// What changes nothing is open to all.
	checkHTTP(t, req("GET", "/stats", "", "Origin: http://evil.example"), 0, plain{kind: Stats, form: isHTTP})
	// Without a Host there is none that it could be.
	checkHTTP(t, "POST /send HTTP/1.0\r\nOrigin: http://h\r\nContent-Length: 13\r\n\r\n"+`{"text":"hi"}`, 0,
		refused(Foreign, isHTTP|version0|last))
}

// A server's own refusal is the last answer on lines, and over HTTP one among others.
func TestRefuse(t *testing.T) {
	for _, c := range []struct{ before, after Form }{{Lines, last}, {isHTTP, isHTTP}, {isHTTP | last, isHTTP | last}} {
		r := Request{Kind: Wait, Form: c.before, Since: 1}
		if r.Refuse(TooManyRooms); r.Kind != Bad || r.Refusal != TooManyRooms || r.Form != c.after {
			t.Errorf("%v: %+v", c.before, r)
		}
	}
}
