package program

import (
	"reflect"
	"slices"
	"strings"
)

// jsonField is a field encoding/json writes for a struct.
type jsonField struct {
	name    string
	options string
	goPath  []string
	goType  reflect.Type
	index   []int
	tagged  bool
}

// jsonFields lists a struct's fields in the order encoding/json writes them (typeFields in encoding/json/encode.go):
// those of embedded structs in place of the embedded one, and of fields with the same name only the one that Go's
// rules, amended by tags, prefer: the shallowest; of several equally shallow the only tagged one; else none.
func jsonFields(t reflect.Type) []jsonField {
	byName := make(map[string][]jsonField)
	collectFields(t, jsonField{}, []reflect.Type{t}, byName)
	var written []jsonField
	for _, candidates := range byName {
		if field, found := dominant(candidates); found {
			written = append(written, field)
		}
	}
	slices.SortFunc(written, func(a, b jsonField) int { return slices.Compare(a.index, b.index) })
	return written
}

// collectFields adds the fields of t, reached through parent. Within holds the structs being walked: a struct embedded
// in itself adds nothing, its fields being shallower further out.
func collectFields(t reflect.Type, parent jsonField, within []reflect.Type, byName map[string][]jsonField) {
	for i := range t.NumField() {
		field := t.Field(i)
		embedded := field.Type
		if embedded.Kind() == reflect.Pointer {
			embedded = embedded.Elem()
		}
		isStruct := embedded.Kind() == reflect.Struct
		if !field.IsExported() && !(field.Anonymous && isStruct) {
			continue
		}
		tag := field.Tag.Get("json")
		if tag == "-" {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		found := jsonField{
			name:    name,
			options: optionLetters(options),
			goPath:  append(slices.Clone(parent.goPath), field.Name),
			goType:  field.Type,
			index:   append(slices.Clone(parent.index), i),
			tagged:  name != "",
		}
		if field.Anonymous && isStruct && name == "" {
			if !slices.Contains(within, embedded) {
				collectFields(embedded, found, append(slices.Clone(within), embedded), byName)
			}
			continue
		}
		if name == "" {
			found.name = field.Name
		}
		byName[found.name] = append(byName[found.name], found)
	}
}

func dominant(candidates []jsonField) (jsonField, bool) {
	slices.SortStableFunc(candidates, func(a, b jsonField) int {
		if a.tagged != b.tagged && len(a.index) == len(b.index) {
			if a.tagged {
				return -1
			}
			return 1
		}
		return len(a.index) - len(b.index)
	})
	if len(candidates) > 1 {
		first, second := candidates[0], candidates[1]
		if len(first.index) == len(second.index) && first.tagged == second.tagged {
			return jsonField{}, false
		}
	}
	return candidates[0], true
}

func optionLetters(options string) string {
	letters := ""
	for _, option := range strings.Split(options, ",") {
		switch option {
		case "omitempty":
			letters += "e"
		case "omitzero":
			letters += "z"
		case "string":
			letters += "s"
		}
	}
	return letters
}
