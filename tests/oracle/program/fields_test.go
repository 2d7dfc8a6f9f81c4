package program

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"testing"
)

type innermost struct {
	Deep   int `json:"deep"`
	Shadow int `json:"shadow"`
}

type left struct {
	innermost
	Both   int
	Tagged int `json:"tagged"`
}

type right struct {
	Both   int
	Rename int `json:"tagged"`
	Chosen int
}

type other struct {
	Pick int `json:"Chosen"`
}

type outer struct {
	Last int `json:"last"`
	other
	left
	*right
	Shadow  int `json:"shadow"`
	Skipped int `json:"-"`
	Named   right
}

// Argo's own types clash nowhere, so the rules for clashes need a type that does.
func TestFieldsAreThoseGoWritesInThatOrder(t *testing.T) {
	content, err := json.Marshal(outer{right: new(right)})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, field := range jsonFields(reflect.TypeFor[outer]()) {
		names = append(names, field.name)
	}
	if want := keys(t, content); !slices.Equal(names, want) {
		t.Errorf("listed %v, Go wrote %v: %s", names, want, content)
	}
}

// keys lists the keys of an object whose values are numbers or flat objects, in order.
func keys(t *testing.T, object []byte) []string {
	t.Helper()
	var found []string
	decoder := json.NewDecoder(bytes.NewReader(object))
	depth, isKey := 0, false
	for decoder.More() || depth > 0 {
		token, err := decoder.Token()
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case json.Delim:
			if token == '{' {
				depth++
				isKey = true
			} else {
				depth--
				isKey = true
			}
		case string:
			if depth == 1 && isKey {
				found = append(found, token)
			}
			isKey = false
		default:
			isKey = true
		}
	}
	return found
}
