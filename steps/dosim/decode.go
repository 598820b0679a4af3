package dosim

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"
	"strconv"
	"strings"
)

// decode reads the JSON body into v, a pointer to a struct, as the service's framework does: unknown fields are ignored,
// keys are exact, and text is read where a number or a boolean is meant, and the other way round.
func (c *call) decode(v any) error {
	dec := json.NewDecoder(bytes.NewReader(c.body))
	dec.UseNumber()
	var sent any
	if err := dec.Decode(&sent); err != nil {
		return malformed()
	}
	if _, err := dec.Token(); err != io.EOF {
		return malformed()
	}
	if _, is := sent.(map[string]any); !is {
		return malformed()
	}
	if err := json.Unmarshal(encode(fitted(sent, reflect.TypeOf(v).Elem())), v); err != nil {
		return malformed()
	}
	return nil
}

// fitted is what was sent in the form that encoding/json needs for t.
func fitted(sent any, t reflect.Type) any {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == reflect.TypeFor[number]() {
		return numeric(sent)
	}
	if reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return sent // it reads every form itself
	}

	switch t.Kind() {
	case reflect.Struct:
		return fittedObject(sent, t)
	case reflect.Slice:
		list, is := sent.([]any)
		if !is {
			return sent
		}
		for i := range list {
			list[i] = fitted(list[i], t.Elem())
		}
		return list
	case reflect.Bool:
		return boolean(sent)
	case reflect.Int, reflect.Int64, reflect.Float64:
		return numeric(sent)
	case reflect.String:
		return textual(sent)
	}
	return sent
}

// fittedObject keeps the fields of an object whose keys are exactly those of the struct.
func fittedObject(sent any, t reflect.Type) any {
	object, is := sent.(map[string]any)
	if !is {
		return sent
	}
	out := map[string]any{}
	for field := range t.Fields() {
		key, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if value, there := object[key]; there && key != "" {
			out[key] = fitted(value, field.Type)
		}
	}
	return out
}

// numeric reads text as the number it says; text that says none is none at all.
func numeric(sent any) any {
	said, is := sent.(string)
	if !is {
		return sent
	}
	said = strings.TrimSpace(said)
	if _, err := strconv.ParseFloat(said, 64); err != nil || !json.Valid([]byte(said)) {
		return nil
	}
	return json.Number(said)
}

// boolean reads text and numbers as yes or no: everything is yes but the usual words for no.
func boolean(sent any) any {
	said := ""
	switch v := sent.(type) {
	case string:
		said = v
	case json.Number:
		said = v.String()
	default:
		return sent
	}
	switch strings.ToLower(strings.TrimSpace(said)) {
	case "":
		return nil
	case "0", "f", "false", "off", "n", "no":
		return false
	}
	return true
}

// textual reads numbers and booleans as they are written.
func textual(sent any) any {
	switch v := sent.(type) {
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return sent
}
