package dosim

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// reply is what a route answers when it does as asked. A nil body is sent as no body.
type reply struct {
	status int
	body   any
}

func ok(body any) reply       { return reply{http.StatusOK, body} }
func created(body any) reply  { return reply{http.StatusCreated, body} }
func accepted(body any) reply { return reply{http.StatusAccepted, body} }
func noContent() reply        { return reply{status: http.StatusNoContent} }

// fields is a JSON object; encoding/json writes its keys in order of the alphabet, so
// equal worlds give equal bytes.
type fields = map[string]any

// pair is one field of an object whose keys have their order.
type pair struct {
	key   string
	value any
}

// inOrder is a JSON object that is written in this order, for answers whose order was recorded.
type inOrder []pair

// MarshalJSON writes the fields as they stand.
func (o inOrder) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, p := range o {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, encode(p.key)...)
		out = append(out, ':')
		out = append(out, encode(p.value)...)
	}
	return append(out, '}'), nil
}

// refusal is an error answer. It is the only error a route returns.
type refusal struct {
	status     int
	id         string
	message    string
	retryAfter time.Duration // > 0: sent as retry-after
	html       bool          // a page of the network in front of the service, not JSON
	causes     []string      // not nil: the gateway's newer shape {error, messages, root_causes}
	spent      bool          // shows ratelimit-remaining 0
}

func (r *refusal) Error() string { return r.message }

// body is the refusal as sent.
func (r *refusal) body() []byte {
	switch {
	case r.html:
		return []byte("<!DOCTYPE html>\n<html><head><title>" + r.message + "</title></head>\n<body><h1>" + r.message +
			"</h1>\n<p>The web server reported an error. Ray ID: 8f2f1c0b4d3a.</p></body></html>\n")
	case r.causes != nil:
		return encode(fields{"error": r.message, "messages": nil, "root_causes": r.causes})
	default:
		return encode(fields{"id": r.id, "message": r.message})
	}
}

// encode writes v as JSON. Every value given to it is made of plain fields, so it cannot
// come to an error.
func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("dosim: encode an answer: " + err.Error())
	}
	return b
}

func notFound() error {
	return &refusal{
		status: http.StatusNotFound, id: "not_found",
		message: "The resource you were accessing could not be found.",
	}
}

func malformed() error {
	return &refusal{status: http.StatusBadRequest, id: "bad_request", message: "error parsing request body"}
}

func notASnapshot() error {
	return &refusal{status: http.StatusBadRequest, id: "bad_request", message: "the resource is not a snapshot"}
}

func unauthorized() error {
	return &refusal{status: http.StatusUnauthorized, id: "unauthorized", message: "Unable to authenticate you."}
}

func forbidden() error {
	return &refusal{
		status: http.StatusForbidden, id: "Forbidden",
		message: "You are not authorized to perform this operation",
	}
}

// tooLarge is what the front answers to a body beyond its limit; the wording was never recorded.
func tooLarge() error {
	return &refusal{status: http.StatusRequestEntityTooLarge, message: "413 Request Entity Too Large", html: true}
}

// conflict refuses with 409.
func conflict(message string) error {
	return &refusal{status: http.StatusConflict, id: "conflict", message: message}
}

// badRequest refuses with 400.
func badRequest(message string) error {
	return &refusal{status: http.StatusBadRequest, id: "bad_request", message: message}
}

// unprocessable refuses with 422; several complaints are joined as the service does.
func unprocessable(complaints ...string) error {
	return &refusal{
		status: http.StatusUnprocessableEntity, id: "unprocessable_entity", message: sentence(complaints),
	}
}

// sentence joins as English does: "a", "a and b", "a, b, and c".
func sentence(parts []string) string {
	if len(parts) < 3 {
		return strings.Join(parts, " and ")
	}
	last := len(parts) - 1
	return strings.Join(parts[:last], ", ") + ", and " + parts[last]
}

const (
	pendingEvent   = "Droplet already has a pending event."
	blockingEvents = "there are currently blocking events processing for one or more of the droplets"
	burstText      = "Too many requests"
	hourlyText     = "API Rate limit exceeded."
)

func tooMany(text string, retryAfter time.Duration) error {
	return &refusal{
		status: http.StatusTooManyRequests, id: "too_many_requests", message: text,
		retryAfter: retryAfter, spent: true,
	}
}
