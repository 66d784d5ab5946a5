package modeltest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// transcript is a whole file with one case of these lines. The first is line 5.
func transcript(lines string) []byte {
	return []byte("-- some/case --\na sentence\nspeaks: lines:chat, http:comet\n\n" + lines)
}

// played is what comes of a transcript against the reference with a fault.
func played(t *testing.T, fault string, file []byte) Result {
	t.Helper()
	cases, err := parseTranscripts("some.txtar", file)
	if err != nil {
		t.Fatal(err)
	}
	s := newSuite(t.Context(), Target{Start: InProcess(serveReference(fault)), Patience: time.Second})
	defer s.close()
	for _, c := range cases {
		if r := s.check(c); r.Outcome != Pass {
			return r
		}
	}
	return Result{Outcome: Pass}
}

// The examples of the page that says how transcripts are written are transcripts.
func TestREADMEExamples(t *testing.T) {
	page, err := os.ReadFile("transcripts/README.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := regexp.MustCompile("(?s)```txtar\n(.*?)```").FindAllSubmatch(page, -1)
	for _, example := range examples {
		if r := played(t, "", example[1]); r.Outcome != Pass {
			t.Error(r.Why)
		}
	}
	if len(examples) == 0 {
		t.Error("there are none")
	}
}

// Every file of transcripts has cases, and a failure in it can be found: no line has blanks at its end or is too long to read.
func TestTranscriptFiles(t *testing.T) {
	files, err := filepath.Glob("transcripts/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	listed := map[string]bool{}
	for _, c := range Cases() {
		listed[c.Name] = true
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		cases, err := parseTranscripts(file, b)
		if err != nil || len(cases) == 0 {
			t.Errorf("%s: %d cases, %v", file, len(cases), err)
		}
		for _, c := range cases {
			if !listed[c.Name] {
				t.Errorf("%s: %s is not among the cases", file, c.Name)
			}
		}
	}
}

// What is wrong in a transcript is told with the line.
func TestMalformedTranscripts(t *testing.T) {
	for lines, want := range map[string]string{
		"nonsense":                           `some.txtar:5: "nonsense" is no line of a transcript`,
		"> a\n\n  nonsense":                  "some.txtar:7: ",
		"> ECHO ":                            "some.txtar:5: there are blanks at the end",
		"> a\\q":                             "some.txtar:5: ",
		"> \xff":                             "some.txtar:5: the line is not UTF-8",
		"> ${i}":                             "some.txtar:5: ${i}: nothing here is called i",
		"> ${i+1}":                           "some.txtar:5: ${i+1}: nothing here is called i",
		"> ${x * i}":                         "some.txtar:5: ${x * i}: nothing here is called i",
		"> ${text}":                          "some.txtar:5: ${text}: nothing here is called text",
		"> ${i":                              "some.txtar:5: ${i has no }",
		"> ${a b}":                           "some.txtar:5: ${a b} is neither",
		"room text":                          `some.txtar:5: "text": a name is`,
		"for i in 1..3\n> ${i}":              `some.txtar:6: there is no "end" to the block that begins in line 5`,
		"for i in 3..1\nend":                 "some.txtar:5: it counts down",
		"for i in 1..2\nend\n> ${i}":         "some.txtar:7: ${i}: nothing here is called i",
		"for i in 1..2\nroom r\nend\n> ${r}": "some.txtar:8: ${r}: nothing here is called r",
		"for a b in\n| x\nend":               "some.txtar:6: 1 cells for 2 names",
		">[SYN]":                             "some.txtar:5: >[SYN]: what is no byte is one of",
		">[FIN] now":                         "some.txtar:5: >[FIN] stands alone",
		">> GET":                             `some.txtar:5: "GET": a request is`,
		"<< OK":                              `some.txtar:5: "OK": an answer is`,
		"with Allow: GET":                    "some.txtar:5: there must be a line << before",
		"counts members +1":                  "some.txtar:5: there must be a line settle before",
		"clock < 1s":                         "some.txtar:5: there must be a line clock before",
		"holds no more":                      "some.txtar:5: there must be a line take stock before",
		"lines end in CRLF\n< ${text}":       "some.txtar:6: a line of which not all is known must end in LF",
		"< ${text} ${count}":                 "some.txtar:5: only in JSON may more than one thing be unknown",
		"> a\n-- case --\nx":                 `some.txtar:6: "case": a case is called group/name`,
		"> a\n-- some/case --\nx":            "some.txtar:6: there are two cases called some/case",
		"> a\n-- other/case --\nx\n\n> a":    "some.txtar:8: a case begins with",
		"> a\n-- other/case --\nx":           "some.txtar:7: the case has no lines",
	} {
		if _, err := parseTranscripts("some.txtar", transcript(lines)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %s…", lines, err, want)
		}
	}
	_, err := parseTranscripts("some.txtar", []byte("-- some/case --\na sentence\nspeaks: gopher\n\n> a"))
	if err == nil || err.Error() != `some.txtar:4: "gopher" is no part of the workload` {
		t.Error(err)
	}
}

// A case that fails tells the line, what was wanted and what came.
func TestFailedTranscripts(t *testing.T) {
	for _, w := range []struct{ fault, lines, want string }{
		{"echo-corrupts", "> ECHO a\n< ECHO a\n> ECHO x\n< ECHO x",
			`some.txtar:8: < ECHO x: after "ECHO x\n": expected "ECHO x\n", got "ECHO y\n"`},
		{"", "for i in 1..2\n  > ECHO ${i}\n  < ECHO 1\nend",
			`some.txtar:7: < ECHO 1: after "ECHO 2\n": expected "ECHO 1\n", got "ECHO 2\n"`},
		{"", "> QUIT\n< BYE\n< BYE",
			`some.txtar:7: < BYE: after "QUIT\n": expected "BYE\n", got "", then the server closed the connection`},
		{"", "> ECHO a\n<[FIN]", `some.txtar:6: <[FIN]: after "ECHO a\n": expected the connection to be closed, got "ECHO a\n"`},
		{"", "> ECHO a\n<[nothing yet]", `some.txtar:6: <[nothing yet]: after "ECHO a\n": expected nothing, got "E"`},
		{"", "> nonsense\n< ERR too-long ${text}", `"ERR too-long ${text}", got "ERR bad-request no such thing"`},
		{"bad-without-why", "> nonsense\n< ERR bad-request ${text}", `expected "ERR bad-request ${text}", got "ERR bad-request"`},
		{"", "room r\n> JOIN ${r} ann\n< JOINED ${r} ${positive}", `${positive}", got "JOINED `},
		{"http-echo-corrupts", ">> POST /echo x\n<< 200 x", `some.txtar:6: << 200 x: after "POST /echo`},
		{"", ">> GET /nothing\n<< 200", `some.txtar:6: << 200: after "GET /nothing`},
		{"errors-without-why", ">> GET /nothing\n<< 404 error", "expected a JSON object"},
		{"", "room r\n>> POST /send?room=${r} {\"text\":\"hi\"}\n<< 200 {\"id\":2}", `expected "{\"id\":2}", got "{\"id\":1}"`},
		{"", ">> GET /stats\n<< 200 {\"conns\":${count}}", `expected "{\"conns\":${count}}", got "{`},
		{"", ">> GET /echo\n<< 405\nwithout Allow: POST", `some.txtar:7: without Allow: POST: got ["POST"] in the answer`},
		{"", ">> POST /echo secret\n<< 200\nlacks secret", "some.txtar:7: lacks secret: got "},
		{"", "room r\n>> POST /send?room=${r} {\"text\":\"hi\"}\n<< 200\n>> GET /wait?room=${r}&since=0\n" +
			`<< messages 1..1, each {"from":"bob","text":"hi"}`, `expected "{\"from\":\"bob\",\"text\":\"hi\"}" in message 1`},
		{"", "settle\n> ECHO a\n< ECHO a\ncounts conns +7", "counts, expected conns +7 to {Conns:1 "},
		{"", "clock\n> ECHO a\n< ECHO a\nclock >= 60s", "some.txtar:8: clock >= 60s: it took "},
	} {
		r := played(t, w.fault, transcript(w.lines))
		if r.Outcome != Fail || !strings.Contains(r.Why, w.want) || !strings.HasPrefix(r.Why, "some.txtar:") {
			t.Errorf("%q: %s %s\nwant %s", w.lines, r.Outcome, r.Why, w.want)
		}
	}
}

// What a transcript can say beyond what the cases do.
func TestTranscriptBytes(t *testing.T) {
	for _, lines := range []string{
		"> ECHO ${\\x00-\\x09}\\\n>\n< ECHO \\x00\\x01\\x02\\x03\\x04\\x05\\x06\\x07\\x08\\t",
		"for n in\n| 0\n| 3\n> ECHO ${ab * n}\nend\n< ECHO ${}\n< ECHO ababab",
		"for i in 9..11\n> ECHO ${i+1} ${i-1}\nend\n< ECHO 10 8\n< ECHO 11 9\n< ECHO 12 10",
		"for a b in\n| 1 | 2 3\n| é | \\x7c\n> ECHO ${a},${b}\nend\n< ECHO 1,2 3\n< ECHO é,|",
		"for each cut of abc\n> ECHO ${before}-${after}\nend\n< ECHO a-bc\n< ECHO ab-c",
		"> ECHO a\\\\\n< ECHO a\\\\\n> ECHO a\\\n> b\n< ECHO ab",
		"lines end in CRLF\n> ECHO a\n< ECHO a",
	} {
		if r := played(t, "", transcript(lines)); r.Outcome != Pass {
			t.Errorf("%q: %s %s", lines, r.Outcome, r.Why)
		}
	}
}

// Whatever stands in a file, reading it ends with cases or with an error that names a line.
func FuzzTranscript(f *testing.F) {
	files, _ := filepath.Glob("transcripts/*.txtar")
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	for _, lines := range []string{
		"> ${\\x", "for a in\n| ${x * 9", "> a\\", "<< messages ${a}..", ">[", "for each cut of \\",
	} {
		f.Add(string(transcript(lines)))
	}
	place := regexp.MustCompile(`^some\.txtar:[0-9]+: .`)
	f.Fuzz(func(t *testing.T, file string) {
		cases, err := parseTranscripts("some.txtar", []byte(file))
		if err != nil && !place.MatchString(err.Error()) {
			t.Error(err)
		}
		for _, c := range cases {
			if c.Name == "" || c.Doc == "" || len(c.Parts) == 0 || c.run == nil {
				t.Errorf("%+v", c)
			}
		}
	})
}
