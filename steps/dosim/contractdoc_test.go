package dosim_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

// contract is the official document, amended.
type contract struct{ router routers.Router }

// contractFile finds the document: where ARCADIA_OPENAPI says, or as
// shared/data/do-openapi-pruned.json in a folder above. It is not part of this repository.
func contractFile(t *testing.T) string {
	t.Helper()
	if file := os.Getenv("ARCADIA_OPENAPI"); file != "" {
		return file
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		file := filepath.Join(dir, "shared", "data", "do-openapi-pruned.json")
		if _, err := os.Stat(file); err == nil {
			return file
		}
	}
	t.Skip("the official OpenAPI document is not here: set ARCADIA_OPENAPI to its file to check against it")
	return ""
}

func loadContract(t *testing.T, file string, amendments []deviation) contract {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range amendments {
		one.amend(doc)
	}
	doc.Servers = openapi3.Servers{{URL: "/"}}
	router, err := legacy.NewRouter(doc, openapi3.DisableExamplesValidation())
	if err != nil {
		t.Fatal(err)
	}
	return contract{router}
}

// complaints are what the document has against one answer.
func (c contract) complaints(t *testing.T, got observed) []string {
	t.Helper()
	// Of what the document knows under its new name only, the new name is asked for.
	if renamed := strings.Replace(got.request, "/v2/floating_ips", "/v2/reserved_ips", 1); renamed != got.request {
		got.request, got.body = renamed, bytes.Replace(got.body, []byte(`"floating_ip`), []byte(`"reserved_ip`), 1)
	}
	method, rest, _ := strings.Cut(got.request, " ")
	target, _, _ := strings.Cut(rest, " ")
	if target == "/v2/vpcs" || target == "/v2/reserved_ipv6" { // not in this cut of the document
		return nil
	}
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	route, _, err := c.router.FindRoute(&http.Request{Method: method, URL: u})
	if err != nil {
		return []string{"the document does not know it: " + err.Error()}
	}
	ref := route.Operation.Responses.Status(got.status)
	if ref == nil && got.status >= http.StatusBadRequest {
		ref = route.Operation.Responses.Default()
	}
	if ref == nil {
		return []string{"the status is not documented"}
	}
	return differences(ref.Value, got.answer)
}

// differences are those between an answer and its documented form.
func differences(documented *openapi3.Response, a answer) []string {
	var out []string
	for name := range documented.Headers {
		if !strings.EqualFold(name, "content-type") && a.header.Get(name) == "" {
			out = append(out, "header "+name+" is missing")
		}
	}
	content := documented.Content.Get("application/json")
	if content == nil {
		if len(a.body) > 0 {
			out = append(out, "a body where none is documented")
		}
		return out
	}
	var body any
	if err := json.Unmarshal(a.body, &body); err != nil {
		return append(out, "body: "+err.Error())
	}
	if err := content.Schema.Value.VisitJSON(body, openapi3.VisitAsResponse(), openapi3.MultiErrors()); err != nil {
		out = append(out, flat(err)...)
	}
	return append(out, undocumented("", body, []*openapi3.Schema{content.Schema.Value})...)
}

// flat gives the single complaints within an error of the validator, each with its place.
func flat(err error) []string {
	if many, ok := errors.AsType[openapi3.MultiError](err); ok {
		var out []string
		for _, one := range many {
			out = append(out, flat(one)...)
		}
		return out
	}
	if one, ok := errors.AsType[*openapi3.SchemaError](err); ok {
		return []string{"/" + strings.Join(one.JSONPointer(), "/") + ": " + one.Reason}
	}
	return []string{err.Error()}
}

// undocumented names the fields of value that none of the schemas has. JSON schema itself
// lets them pass.
func undocumented(at string, value any, schemas []*openapi3.Schema) []string {
	schemas = united(schemas)
	var out []string
	switch v := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			var below []*openapi3.Schema
			for _, schema := range schemas {
				if property := schema.Properties[key]; property != nil {
					below = append(below, property.Value)
				}
			}
			if below == nil {
				out = append(out, at+"/"+key+": undocumented")
				continue
			}
			out = append(out, undocumented(at+"/"+key, v[key], below)...)
		}
	case []any:
		var below []*openapi3.Schema
		for _, schema := range schemas {
			if schema.Items != nil {
				below = append(below, schema.Items.Value)
			}
		}
		for i, item := range v {
			out = append(out, undocumented(fmt.Sprintf("%s/%d", at, i), item, below)...)
		}
	}
	return out
}

// united gives the schemas with all those they are made of.
func united(schemas []*openapi3.Schema) []*openapi3.Schema {
	var out []*openapi3.Schema
	for _, schema := range schemas {
		out = append(out, schema)
		for _, parts := range []openapi3.SchemaRefs{schema.AllOf, schema.AnyOf, schema.OneOf} {
			for _, part := range parts {
				out = append(out, united([]*openapi3.Schema{part.Value})...)
			}
		}
	}
	return out
}
