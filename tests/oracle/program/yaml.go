package program

import (
	"encoding/base64"
	"fmt"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	goyaml "sigs.k8s.io/yaml/goyaml.v2" // the copy of go-yaml that Argo's YAML library reads with
)

// yamlAnswer holds what go-yaml makes of a text by its two functions.
type yamlAnswer struct {
	OK     bool     `json:"ok"`
	Plain  yamlRead `json:"plain"`
	Strict yamlRead `json:"strict"`
}

type yamlRead struct {
	OK    bool   `json:"ok"`
	Error string `json:"error,omitempty"`
	// Tree is the value as yamlTree writes it. It is left out of Strict where it is the same as in Plain.
	Tree []string `json:"tree,omitempty"`
}

// answerYAML reads a text into an interface{}, without and with go-yaml's strictness (which knows duplicate keys).
func answerYAML(req *request) (any, error) {
	plain, err := readYAML(goyaml.Unmarshal, req.content())
	if err != nil {
		return nil, err
	}
	strict, err := readYAML(goyaml.UnmarshalStrict, req.content())
	if err != nil {
		return nil, err
	}
	if slices.Equal(plain.Tree, strict.Tree) {
		strict.Tree = nil
	}
	return yamlAnswer{OK: plain.OK, Plain: plain, Strict: strict}, nil
}

func readYAML(unmarshal func([]byte, any) error, content []byte) (yamlRead, error) {
	var value any
	if err := unmarshal(content, &value); err != nil {
		return yamlRead{Error: err.Error()}, nil
	}
	tree, err := yamlTree(value)
	return yamlRead{OK: err == nil, Tree: tree}, err
}

// yamlTree writes a value as a flat list, parents before children, because a text may nest deeper than readers of JSON
// go. One letter tells the type: n null, b: bool, i: int, u: a uint64 beyond int64, f: the bits of a float64 in hex
// (7ff8000000000001 for any NaN), s: string, x: string that is not UTF-8 in base64, [N sequence of N, {N mapping of N
// entries, each a key and a value. The entries stand in the order of their lists.
func yamlTree(value any) ([]string, error) { return appendTree(nil, value) }

func appendTree(tree []string, value any) ([]string, error) {
	switch value := value.(type) {
	case nil:
		return append(tree, "n"), nil
	case bool:
		return append(tree, "b:"+strconv.FormatBool(value)), nil
	case int:
		return append(tree, "i:"+strconv.Itoa(value)), nil
	case int64:
		return append(tree, "i:"+strconv.FormatInt(value, 10)), nil
	case uint64:
		return append(tree, "u:"+strconv.FormatUint(value, 10)), nil
	case float64:
		return append(tree, fmt.Sprintf("f:%016x", floatBits(value))), nil
	case string:
		if utf8.ValidString(value) {
			return append(tree, "s:"+value), nil
		}
		return append(tree, "x:"+base64.StdEncoding.EncodeToString([]byte(value))), nil
	case []any:
		tree = append(tree, "["+strconv.Itoa(len(value)))
		for _, item := range value {
			var err error
			if tree, err = appendTree(tree, item); err != nil {
				return nil, err
			}
		}
		return tree, nil
	case map[any]any:
		entries := make([][]string, 0, len(value))
		for key, item := range value {
			entry, err := appendTree(nil, key)
			if err != nil {
				return nil, err
			}
			if entry, err = appendTree(entry, item); err != nil {
				return nil, err
			}
			entries = append(entries, entry)
		}
		slices.SortFunc(entries, slices.Compare)
		return append(append(tree, "{"+strconv.Itoa(len(value))), slices.Concat(entries...)...), nil
	default:
		return nil, fmt.Errorf("go-yaml made a %T, for which the protocol has no letter", value)
	}
}

func floatBits(value float64) uint64 {
	if math.IsNaN(value) {
		return math.Float64bits(math.NaN())
	}
	return math.Float64bits(value)
}
