package digitalocean

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/digitalocean/godo"

	"arcadia/engine"
	"arcadia/engine/visible"
	"arcadia/steps"
)

const (
	// readTries bounds how often one read is tried; readPause is the first wait between, doubled each time.
	readTries = 4
	readPause = 500 * time.Millisecond
	// linger is how long a write that is under way may go on after its caller was told to stop: most answers come within
	// it, and an answer saves everybody the search for what the write did.
	linger = 3 * time.Second
	// maxText bounds an error's text, in runes.
	maxText = 512
)

// read makes a request that changes nothing, and repeats it while that may help. what says in the infinitive what is
// being done, for errors.
func (c *Client) read(ctx context.Context, what string, do func(context.Context, *godo.Client) error) error {
	for try, wait := 1, readPause; ; try, wait = try+1, 2*wait {
		err := c.once(ctx, c.reads, false, what, do)
		var ce *steps.CloudError
		if !errors.As(err, &ce) || ce.Class != steps.Retryable || ce.Cause != nil || try == readTries || ce.After > patience {
			return err
		}
		t := time.NewTimer(wait) // the wait that the service asked for is kept by the bucket
		select {
		case <-ctx.Done():
			t.Stop()
			return c.cut(ctx, what, steps.Retryable)
		case <-t.C:
		}
	}
}

// question is one for which all steps of a plan share the answer.
type question struct {
	client *Client
	what   string
}

// readOne reads one thing. what says so in the infinitive, names it, and stands for it within a plan.
func readOne[T any](ctx context.Context, c *Client, what string, do func(context.Context, *godo.Client) (T, error)) (T, error) {
	return engine.AskOnce(ctx, question{c, what}, func() (got T, err error) {
		err = c.read(ctx, what, func(ctx context.Context, api *godo.Client) (err error) {
			got, err = do(ctx, api)
			return err
		})
		return got, err
	})
}

// write makes a request that changes something, once.
func (c *Client) write(ctx context.Context, what string, do func(context.Context, *godo.Client) error) error {
	return c.once(ctx, c.writes, true, what, do)
}

// once makes one request and classifies what came of it.
func (c *Client) once(ctx context.Context, l lane, write bool, what string, do func(context.Context, *godo.Client) error) error {
	if err := l.bucket.take(ctx); err != nil {
		if ctx.Err() != nil {
			return c.cut(ctx, what, steps.Retryable)
		}
		var w *waitError
		errors.As(err, &w)
		return &steps.CloudError{Class: steps.Retryable, After: w.wait, Text: what + ": " + err.Error()}
	}
	var left atomic.Bool // a connection was had, so that the request may have left
	call, stop := c.callContext(ctx, write)
	defer stop()
	call = httptrace.WithClientTrace(call, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { left.Store(true) }})
	err := do(call, l.api)
	if err == nil {
		return nil
	}
	if own, ok := errors.AsType[*steps.CloudError](err); ok {
		return own
	}
	a := answer{write: write, unsent: c.traced && !left.Load(), err: err}
	text := ""
	var er *godo.ErrorResponse
	if errors.As(err, &er) && er.Response != nil {
		a.status, a.message = er.Response.StatusCode, er.Message
		if a.message == "" && er.NestedError != nil {
			a.message = er.NestedError.Message
		}
		text = answerText(a, er.RequestID, lacking(er.Response.Request))
	} else {
		text = failureText(call, ctx, c.timeout, err)
	}
	class := classify(a)
	if ctx.Err() != nil && a.status == 0 {
		return c.cut(ctx, what, class)
	}
	ce := &steps.CloudError{Class: class, Status: a.status}
	if er != nil && er.Response != nil {
		ce.ID = c.clean(er.RequestID)
		ce.After, _ = retryAfter(er.Response.Header, time.Now())
	}
	if a.status == http.StatusTooManyRequests {
		text += l.bucket.untilText(time.Now())
	}
	ce.Text = c.clean(what + ": " + text)
	return ce
}

// callContext bounds one request. A write that is under way is not cut off at once when ctx ends.
func (c *Client) callContext(ctx context.Context, write bool) (context.Context, context.CancelFunc) {
	if !write {
		return context.WithTimeout(ctx, c.timeout)
	}
	call, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.timeout)
	stop := context.AfterFunc(ctx, func() {
		t := time.NewTimer(linger)
		defer t.Stop()
		select {
		case <-call.Done():
		case <-t.C:
			cancel()
		}
	})
	return call, func() { stop(); cancel() }
}

// cut is the error of a call that the caller's context ended.
func (c *Client) cut(ctx context.Context, what string, class steps.Class) error {
	cause := context.Cause(ctx)
	return &steps.CloudError{Class: class, Cause: cause, Text: c.clean(what + ": " + cause.Error())}
}

// lacking names the scopes that a refused request needs.
func lacking(req *http.Request) string {
	if req != nil && req.URL != nil {
		if scope, known := scopes[kindOf(req.Method, req.URL.Path)]; known {
			return scope
		}
	}
	return "a scope"
}

func answerText(a answer, requestID, scope string) string {
	message := strings.TrimSpace(a.message)
	if strings.HasPrefix(message, "<") {
		message = "an HTML page instead of an answer"
	}
	if message == "" {
		message = http.StatusText(a.status)
	}
	text := fmt.Sprintf("DigitalOcean answered %d: %s", a.status, message)
	if requestID != "" {
		text += " (request " + requestID + ")"
	}
	switch a.status {
	case http.StatusUnauthorized:
		text += ": the token is refused, give a valid one in DIGITALOCEAN_TOKEN"
	case http.StatusForbidden:
		text += ": the token lacks " + scope + " for this"
	}
	return text
}

func failureText(call, ctx context.Context, timeout time.Duration, err error) string {
	if call.Err() != nil && ctx.Err() == nil {
		return fmt.Sprintf("no answer within %s", timeout)
	}
	if ue, ok := errors.AsType[*url.Error](err); ok {
		return ue.Err.Error()
	}
	return "the answer cannot be read: " + err.Error()
}

// clean makes a text safe to show and keeps the tokens out of it, whoever put them there.
func (c *Client) clean(text string) string {
	for _, s := range c.secrets {
		text = strings.ReplaceAll(text, s, "[token]")
	}
	return visible.Short(text, maxText)
}

// garbled is the error of an answer that can be read and makes no sense.
func garbled(what string) error {
	return errors.New(what)
}
