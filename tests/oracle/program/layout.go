package program

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/argoproj/argo-workflows/v3/config"
)

type layoutAnswer struct {
	OK    bool                   `json:"ok"`
	Argo  string                 `json:"argo"`
	Root  string                 `json:"root"`
	Types map[string]*layoutType `json:"types"`
}

// layoutType is one Go type as encoding/json sees it.
type layoutType struct {
	Kind string `json:"k"`
	// Type is the underlying type expression of what is not a struct.
	Type string `json:"t,omitempty"`
	// Fields stand in the order encoding/json writes them, embedded structs flattened.
	Fields []layoutField `json:"f,omitempty"`
	// Marshaller is value, ptr or text where the type writes itself; its insides are then its own affair.
	Marshaller string `json:"m,omitempty"`
	// Unmarshaller is json or text where the type reads itself.
	Unmarshaller string `json:"u,omitempty"`
	// IsZero matters for omitzero.
	IsZero bool `json:"z,omitempty"`
}

type layoutField struct {
	Name string `json:"n"`
	// Options are letters: e omitempty, z omitzero, s string.
	Options string `json:"o,omitempty"`
	Type    string `json:"t"`
	// GoPath is the path of Go names, where it is not the JSON name in another case.
	GoPath string `json:"g,omitempty"`
}

// answerLayout walks the types from the controller's configuration, whose workflowDefaults lead to the workflow.
func answerLayout(*request) (any, error) {
	argo, err := moduleVersion("github.com/argoproj/argo-workflows/v3")
	if err != nil {
		return nil, err
	}
	types := layoutTypes{}
	root := types.expression(reflect.TypeFor[config.Config]())
	return layoutAnswer{OK: true, Argo: argo, Root: root, Types: types}, nil
}

type layoutTypes map[string]*layoutType

// packageNames are the short names of the packages whose types an Argo object is made of.
var packageNames = map[string]string{
	"github.com/argoproj/argo-workflows/v3/config":                     "config",
	"github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1": "wf",
	"k8s.io/api/core/v1":                   "core",
	"k8s.io/api/policy/v1":                 "policy",
	"k8s.io/apimachinery/pkg/api/resource": "resource",
	"k8s.io/apimachinery/pkg/apis/meta/v1": "meta",
	"k8s.io/apimachinery/pkg/types":        "types",
	"k8s.io/apimachinery/pkg/util/intstr":  "intstr",
}

// expression writes a type, adding the named types it meets.
func (types layoutTypes) expression(t reflect.Type) string {
	if t.PkgPath() == "" {
		return types.unnamed(t)
	}
	name, known := packageNames[t.PkgPath()]
	if !known {
		panic(fmt.Sprintf("package %s has no short name: add it to packageNames", t.PkgPath()))
	}
	name += "." + t.Name()
	if _, met := types[name]; !met {
		types[name] = new(layoutType) // before its insides, which may come back to it
		types.describe(types[name], t)
	}
	return name
}

func (types layoutTypes) unnamed(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return "*" + types.expression(t.Elem())
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return "bytes"
		}
		return "[]" + types.expression(t.Elem())
	case reflect.Map:
		return "map[" + types.expression(t.Key()) + "]" + types.expression(t.Elem())
	case reflect.Interface:
		return "any"
	case reflect.Struct, reflect.Array, reflect.Func, reflect.Chan:
		panic(fmt.Sprintf("no expression for the type %s", t))
	default:
		return t.Kind().String()
	}
}

// underlying writes what a named type is made of.
func (types layoutTypes) underlying(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Slice:
		return types.unnamed(reflect.SliceOf(t.Elem()))
	case reflect.Map:
		return types.unnamed(reflect.MapOf(t.Key(), t.Elem()))
	default:
		return types.unnamed(t)
	}
}

func (types layoutTypes) describe(described *layoutType, t reflect.Type) {
	described.Kind = t.Kind().String()
	described.Marshaller = marshaller(t)
	described.Unmarshaller = unmarshaller(t)
	described.IsZero = implements[interface{ IsZero() bool }](reflect.PointerTo(t))
	switch {
	case t.Kind() != reflect.Struct:
		described.Type = types.underlying(t)
	case described.Marshaller == "":
		for _, field := range jsonFields(t) {
			described.Fields = append(described.Fields, types.field(field))
		}
	case listWrapper(t):
		described.Type = types.expression(t.Field(0).Type)
	}
}

func (types layoutTypes) field(field jsonField) layoutField {
	described := layoutField{Name: field.name, Options: field.options, Type: types.expression(field.goType)}
	if path := strings.Join(field.goPath, "."); !strings.EqualFold(path, field.name) {
		described.GoPath = path
	}
	return described
}

// listWrapper finds the struct that writes itself as the list it wraps, wf.ParallelSteps.
func listWrapper(t reflect.Type) bool {
	return t.NumField() == 1 && t.Field(0).Type.Kind() == reflect.Slice && t.Field(0).Type.Elem().Kind() == reflect.Struct
}

func marshaller(t reflect.Type) string {
	switch {
	case implements[json.Marshaler](t):
		return "value"
	case implements[json.Marshaler](reflect.PointerTo(t)):
		return "ptr"
	case implements[encoding.TextMarshaler](reflect.PointerTo(t)):
		return "text"
	default:
		return ""
	}
}

func unmarshaller(t reflect.Type) string {
	switch {
	case implements[json.Unmarshaler](reflect.PointerTo(t)):
		return "json"
	case implements[encoding.TextUnmarshaler](reflect.PointerTo(t)):
		return "text"
	default:
		return ""
	}
}

func implements[Interface any](t reflect.Type) bool {
	return t.Implements(reflect.TypeFor[Interface]())
}
