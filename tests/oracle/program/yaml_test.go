package program

import (
	"slices"
	"strings"
	"testing"

	"github.com/argoproj/argo-workflows/v3/config"
	"sigs.k8s.io/yaml"
	goyaml "sigs.k8s.io/yaml/goyaml.v2"
)

func TestEveryTypeHasItsLetterInTheTree(t *testing.T) {
	for text, want := range map[string]string{
		"":                                    "n",
		"~":                                   "n",
		"yes":                                 "b:true",
		"-0x1F":                               "i:-31",
		"9223372036854775807":                 "i:9223372036854775807",
		"18446744073709551615":                "u:18446744073709551615",
		"1e3":                                 "f:408f400000000000",
		"-0.0":                                "f:8000000000000000",
		"-.inf":                               "f:fff0000000000000",
		".nan":                                "f:7ff8000000000001",
		"1:30":                                "s:1:30",
		"2001-12-14":                          "s:2001-12-14",
		"!!binary /w==":                       "x:/w==",
		"[a, [], {}]":                         "[3 s:a [0 {0",
		"{b: 1, a: 2, 1: c, ~: z, true: [x]}": "{5 b:true [1 s:x i:1 s:c n s:z s:a i:2 s:b i:1",
		"a: &x {b: 1}\nc: {<<: *x, d: 2}":     "{2 s:a {1 s:b i:1 s:c {2 s:b i:1 s:d i:2",
		"a: 1\na: 2":                          "{1 s:a i:2",
		strings.Repeat("[", 9000) + strings.Repeat("]", 9000): strings.Repeat("[1 ", 8999) + "[0",
	} {
		got := ask[yamlAnswer](t, map[string]any{"do": "yaml", "text": text})
		if tree := strings.Join(got.Plain.Tree, " "); !got.OK || tree != want {
			t.Errorf("%.80s: answered %.80s %s, expected %.80s", text, tree, got.Plain.Error, want)
		}
	}
}

func TestStrictnessIsAboutDuplicateKeys(t *testing.T) {
	const text = "a: 1\na: 2"
	read := ask[yamlAnswer](t, map[string]any{"do": "yaml", "text": text})
	converted := ask[toJSONAnswer](t, map[string]any{"do": "yaml2json", "text": text})
	const want = "yaml: unmarshal errors:\n  line 2: key \"a\" already set in map"
	if read.Strict.OK || read.Strict.Error != want || converted.Strict.OK || converted.Strict.Error != want {
		t.Errorf("answered %q and %q, expected %q", read.Strict.Error, converted.Strict.Error, want)
	}
	if !read.Plain.OK || !converted.OK || converted.Plain.JSON != `{"a":2}` {
		t.Errorf("without strictness answered %+v and %+v", read.Plain, converted.Plain)
	}
}

// The tree is of the reader that Argo reads its configuration with: it says the same of every text of the corpus.
func TestTextIsRefusedByGoYAMLAsInArgosParser(t *testing.T) {
	refused := 0
	for _, line := range fixture[corpusLine](t, "corpora/config-mutations.jsonl.gz") {
		text := line.bytes()
		read, err := readYAML(goyaml.UnmarshalStrict, text)
		if err != nil {
			t.Fatal(err)
		}
		if read.OK {
			continue
		}
		refused++
		const prefix = "error converting YAML to JSON: "
		_, argo := parseConfig(map[string]string{"config": string(text)})
		if argo == nil || argo.Error() != prefix+read.Error {
			t.Errorf("%s: go-yaml says %q, Argo %v", line.ID, read.Error, argo)
		}
		if err := yaml.UnmarshalStrict(text, new(config.Config)); err == nil || err.Error() != argo.Error() {
			t.Errorf("%s: the library says %v, Argo %v", line.ID, err, argo)
		}
	}
	if refused < 1000 {
		t.Errorf("only %d texts were refused", refused)
	}
}

func TestWrittenYAMLIsReadBackAsTheSameJSON(t *testing.T) {
	for _, text := range []string{
		`{"a":"y","b":["no","1_000","0b1","1:30","~","","null"],"c":{"d":[]},"e":1.5,"f":true,"g":null}`,
		`"multi\nline\n\n"`,
		`[[["deep"]]]`,
	} {
		got := ask[toYAMLAnswer](t, map[string]any{"do": "json2yaml", "text": text, "bytes": true})
		if !got.OK || !got.Back.OK || got.Back.JSON != text {
			t.Errorf("%s: written %q, read back %s %s", text, got.B64, got.Back.JSON, got.Back.Error)
		}
		if slices.Contains(got.B64, '{') {
			t.Errorf("%s: written as flow: %q", text, got.B64)
		}
	}
}
