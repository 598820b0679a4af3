package dosim

import (
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"time"
)

// call is one request as a route sees it: under the lock, at one moment.
type call struct {
	method, path string
	args         map[string]string // the named segments of the route's pattern
	query        url.Values
	body         []byte
	large        bool   // the body is beyond the limit
	base         string // scheme and host of the request
	token        string
	now          time.Time
	made         []int64 // ids created, for the log
}

// id reads a named segment as a positive number; what is none is not found.
func (c *call) id(name string) (int64, error) {
	n, err := strconv.ParseInt(c.args[name], 10, 64)
	if err != nil || n < 1 {
		return 0, notFound()
	}
	return n, nil
}

// number is a whole number in a request, which may be written 12 or 12.0.
type number int64

// UnmarshalJSON reads a JSON number without a fraction.
func (n *number) UnmarshalJSON(b []byte) error {
	if whole, err := strconv.ParseInt(string(b), 10, 64); err == nil {
		*n = number(whole)
		return nil
	}
	f, err := strconv.ParseFloat(string(b), 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return fmt.Errorf("read a whole number: %q is none", b)
	}
	*n = number(f)
	return nil
}

// numberOrText is a field that takes an id or a slug.
type numberOrText struct {
	number int64
	text   string
}

// UnmarshalJSON reads a JSON number or string.
func (n *numberOrText) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &n.text)
	}
	var whole number
	if err := json.Unmarshal(b, &whole); err != nil {
		return err
	}
	n.number = int64(whole)
	return nil
}
