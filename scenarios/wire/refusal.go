package wire

// Refusal is why a request is refused.
type Refusal uint8

const (
	NotJoined Refusal = iota + 1
	TooLong
	Unknown
	BadJoin
	BadRoom
	BadName
	BadText
	BadBlock
	Rejoined
	Malformed
	NoHost
	TwoLengths
	BadChunk
	LongHead
	LongBody
	LongText
	BadJSON
	NoText
	BadSince
	BadTimeout
	BadZip
	NotFound
	WantGET
	WantPOST
	TooSlow
	Foreign
	TooManyRooms
)

// refusals are the words the client is told: on lines after "ERR ", over HTTP as the error of a status.
var refusals = [...]struct {
	status int
	line   string // what to say on lines, where it can happen there
	words  string
	allow  string // of status 405
}{
	NotJoined: {400, "not-joined", "not joined", ""},
	TooLong:   {400, "too-long", "too long", ""},
	Unknown:   {400, "bad-request unknown request", "unknown request", ""},
	BadJoin:   {400, "bad-request JOIN takes a room and a name", "bad join", ""},
	BadRoom:   {400, "bad-request a room is 1 to 64 of A-Z a-z 0-9 _ . -", "a room is 1 to 64 of A-Z a-z 0-9 _ . -", ""},
	BadName:   {400, "bad-request a name is 1 to 32 of A-Z a-z 0-9 _ . -", "a name is 1 to 32 of A-Z a-z 0-9 _ . -", ""},
	BadText: {400, "bad-request a text is 1 to 4096 bytes of UTF-8 without control characters",
		"a text is 1 to 4096 bytes of UTF-8 without control characters", ""},
	BadBlock: {400, "bad-request BLOCK takes 1 to 10000 ms and inline, spin, offload or deep",
		"block takes ms=1 to 10000 and how=inline, spin, offload or deep", ""},
	Rejoined:     {400, "bad-request already joined: one room a connection", "already joined", ""},
	Malformed:    {400, "bad-request", "malformed HTTP", ""},
	NoHost:       {400, "bad-request", "HTTP/1.1 needs one Host", ""},
	TwoLengths:   {400, "bad-request", "the length of the body is not said in one way", ""},
	BadChunk:     {400, "bad-request", "malformed chunk", ""},
	LongHead:     {431, "too-long", "the head is over 8 KiB", ""},
	LongBody:     {413, "too-long", "the body is too large", ""},
	LongText:     {413, "too-long", "the text is over 4096 bytes", ""},
	BadJSON:      {400, "bad-request", `the body is not JSON of the form {"from":"name","text":"text"}`, ""},
	NoText:       {400, "bad-request", "there is no text", ""},
	BadSince:     {400, "bad-request", "since must be a number from -1", ""},
	BadTimeout:   {400, "bad-request", "timeout must be 1 to 60000 ms", ""},
	BadZip:       {400, "bad-request", "zip takes files=1 to 1000 and bytes=0 to 1073741824", ""},
	NotFound:     {404, "bad-request", "there is nothing at this path", ""},
	WantGET:      {405, "bad-request", "this path takes GET", "GET"},
	WantPOST:     {405, "bad-request", "this path takes POST", "POST"},
	TooSlow:      {408, "bad-request", "the request was not whole within 10 s", ""},
	Foreign:      {403, "bad-request", "the page that asks is of another origin", ""},
	TooManyRooms: {503, "too-many-rooms", "there are 65536 rooms, and no more can be made", ""},
}

// String is the reason in words.
func (r Refusal) String() string { return refusals[r].words }

// statusText is the reason phrase of the statuses in use (RFC 9110, section 15).
func statusText(status int) string {
	switch status {
	case 200:
		return "OK"
	case 403:
		return "Forbidden"
	case 404:
		return "Not Found"
	case 405:
		return "Method Not Allowed"
	case 408:
		return "Request Timeout"
	case 409:
		return "Conflict"
	case 413:
		return "Content Too Large"
	case 431:
		return "Request Header Fields Too Large"
	case 503:
		return "Service Unavailable"
	default:
		return "Bad Request"
	}
}
