package dosim

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ParseFault reads a fault from one line, KIND[,NAME=VALUE]..., with the names and values of the control path's JSON:
// "action_errors,path=/v2/droplets/*/actions,skip=1,count=1,text=resize". A comma cannot be part of a value.
func ParseFault(line string) (Fault, error) {
	kind, rest, more := strings.Cut(line, ",")
	form := faultForm{Kind: FaultKind(kind)}
	for more {
		var one string
		one, rest, more = strings.Cut(rest, ",")
		name, value, is := strings.Cut(one, "=")
		if !is {
			return Fault{}, fmt.Errorf("%q is no NAME=VALUE", one)
		}
		if err := form.set(name, value); err != nil {
			return Fault{}, err
		}
	}
	f, complaint := form.fault()
	if complaint != "" {
		return Fault{}, errors.New(complaint)
	}
	return f, nil
}

// set fills one parameter from text.
func (f *faultForm) set(name, value string) error {
	texts := map[string]*string{
		"method": &f.Method, "path": &f.Path, "delay": &f.Delay, "retry_after": &f.RetryAfter, "text": &f.Text, "scope": &f.Scope,
	}
	numbers := map[string]*int{"skip": &f.Skip, "count": &f.Count, "status": &f.Status, "times": &f.Times}
	if into, is := texts[name]; is {
		*into = value
		return nil
	}
	into, is := numbers[name]
	if !is {
		return fmt.Errorf("there is no parameter %q: take one of method, path, skip, count, delay, retry_after, status, times, text, scope", name)
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 {
		return fmt.Errorf("%s: %q is not a number", name, value)
	}
	*into = n
	return nil
}
