package program

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

type configCase struct {
	Name string            `json:"name"`
	YAML *string           `json:"yaml"`
	B64  []byte            `json:"yamlB64"`
	Data map[string]string `json:"data"`
	V376 struct {
		Stage       string          `json:"stage"`
		Errors      []string        `json:"errors"`
		Outcomes    int             `json:"outcomes"`
		Persistence json.RawMessage `json:"persistence"`
	} `json:"v3.7.6"`
}

func TestConfigurationsAreAnsweredAsTheVectorsSay(t *testing.T) {
	if version := argoVersion(); version != "v3.7.6" {
		t.Fatalf("the vectors hold no answers of %s: leave this test out with -skip AsTheVectorsSay", version)
	}
	cases := fixture[configCase](t, "vectors/config.jsonl.gz")
	if len(cases) == 0 {
		t.Fatal("no vectors")
	}
	for _, c := range cases {
		manifest := c.B64
		if c.YAML != nil {
			manifest = []byte(*c.YAML)
		}
		got := ask[configAnswer](t, map[string]any{"do": "config", "b64": manifest})
		want := c.V376
		slices.Sort(want.Errors)
		if got.Stage != want.Stage || !slices.EqualFunc(got.Errors, want.Errors, sameConfigRefusal) {
			t.Errorf("%s: answered %s %q, recorded %s %q", c.Name, got.Stage, got.Errors, want.Stage, want.Errors)
			continue
		}
		if got.Stage != "manifest" && len(c.Data)+len(got.Data) > 0 && !reflect.DeepEqual(got.Data, c.Data) {
			t.Errorf("%s: the decoder found %q, recorded %q", c.Name, got.Data, c.Data)
		}
		if want.Persistence == nil {
			if len(got.Persistence) > 0 {
				t.Errorf("%s: answered the settings %s, recorded none", c.Name, got.Persistence)
			}
			continue
		}
		if canonical := canonical(t, want.Persistence); !slices.Contains(got.Persistence, canonical) {
			t.Errorf("%s: answered the settings %s, recorded %s", c.Name, got.Persistence, canonical)
		}
	}
}

func canonical(t *testing.T, text []byte) string {
	t.Helper()
	var value any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		t.Fatal(err)
	}
	written, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(written)
}

type configVerdict struct {
	Stage       string          `json:"s"`
	Error       string          `json:"e"`
	Errors      int             `json:"n"`
	ByChance    int             `json:"nd"`
	Hash        string          `json:"h"`
	Hashes      []string        `json:"hs"`
	Persistence json.RawMessage `json:"p"`
}

func TestMutatedConfigurationsAreAnsweredAsTheCorpusSays(t *testing.T) {
	version := argoVersion()
	lines := fixture[corpusLine](t, "corpora/config-mutations.jsonl.gz")
	if len(lines) == 0 {
		t.Fatal("no corpus")
	}
	stages := map[string]int{}
	for _, line := range lines {
		var want configVerdict
		if err := json.Unmarshal(line.verdict(t, version), &want); err != nil {
			t.Fatal(err)
		}
		// Without chance more runs would say the same; with it, 64 leave out an even choice once in 2^63 times.
		runs := 1
		if want.ByChance == 1 {
			runs = 64
		}
		got := ask[configAnswer](t, map[string]any{"do": "config", "b64": line.bytes(), "runs": runs})
		stages[got.Stage]++
		hashes := want.Hashes
		if want.Hash != "" {
			hashes = []string{want.Hash}
		}
		answered := fmt.Sprintf("%s %q %v", got.Stage, got.Hashes, got.ByChance)
		if recorded := fmt.Sprintf("%s %q %v", want.Stage, hashes, want.ByChance == 1); answered != recorded {
			t.Errorf("%s: answered %s, recorded %s", line.ID, answered, recorded)
			continue
		}
		if !sameConfigRefusal(got.Error, want.Error) {
			t.Errorf("%s: answered the error %q, recorded %q", line.ID, got.Error, want.Error)
		}
		// Above 4 keys not every order is tried, and the corpus shuffled otherwise: 36 of its lines count other errors.
		if want.Errors != 0 && len(got.Data) <= 4 && len(got.Errors) != want.Errors {
			t.Errorf("%s: answered %d errors, recorded %d", line.ID, len(got.Errors), want.Errors)
		}
		if want.Persistence != nil && got.Persistence[0] != canonical(t, want.Persistence) {
			t.Errorf("%s: answered the settings %s, recorded %s", line.ID, got.Persistence[0], want.Persistence)
		}
	}
	t.Logf("%v", stages)
}

// Where keys are put in order here, Argo's own walk over them must come to one of the outcomes found.
func TestArgosOwnWalkOverTheKeysComesToAnOutcomeThatWasAnswered(t *testing.T) {
	walked := 0
	for _, line := range fixture[corpusLine](t, "corpora/config-mutations.jsonl.gz") {
		configMap, err := decodeConfigMap(line.bytes())
		if err != nil || len(configMap.Data) > 4 || gluedTexts(configMap.Data) == nil {
			continue
		}
		// Often enough that an outcome of chance is not missed.
		found, err := judgeData(configMap.Data, 40)
		if err != nil {
			t.Fatal(err)
		}
		walked++
		for range 4 {
			own := newOutcomes()
			if err := own.parse(configMap.Data); err != nil {
				t.Fatal(err)
			}
			for refused := range own.errors {
				if !slices.Contains(found.Errors, refused) {
					t.Errorf("%s: Argo said %q, answered %q", line.ID, refused, found.Errors)
				}
			}
			for hash := range own.accepted {
				if !slices.Contains(found.Hashes, hash) {
					t.Errorf("%s: Argo read %s, answered %s", line.ID, own.accepted[hash], found.Persistence)
				}
			}
		}
	}
	if walked < 1000 {
		t.Errorf("only %d lines of the corpus have keys to walk over", walked)
	}
	t.Logf("%d walked", walked)
}

func TestEveryOrderOfFewKeysIsTriedAndTheSortedOneFirst(t *testing.T) {
	for keys, want := range map[string]int{"": 1, "a": 1, "ab": 2, "abc": 6, "abcd": 24, "abcde": 24, "abcdefghijklm": 10} {
		sorted := []string{}
		data := map[string]string{}
		for _, key := range keys {
			sorted = append(sorted, string(key))
			data[string(key)] = "x"
		}
		different := map[string]bool{}
		for _, order := range keyOrders(sorted) {
			different[fmt.Sprint(order)] = true
		}
		if len(different) != want {
			t.Errorf("%s: %d orders, expected %d", keys, len(different), want)
		}
		if first := keyOrders(sorted)[0]; !slices.Equal(first, sorted) {
			t.Errorf("%s: the first order is %v", keys, first)
		}
		if got := ask[configAnswer](t, map[string]any{"do": "config-data", "text": marshal(t, data)}); got.Orders != want {
			t.Errorf("%s: answered %d orders, expected %d", keys, got.Orders, want)
		}
	}
}

func marshal(t *testing.T, value any) string {
	t.Helper()
	written, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(written)
}

func TestDataAndManifestAreJudgedAlike(t *testing.T) {
	data := map[string]string{"parallelism": "1", "persistence": "archive: true\n"}
	ofData := ask[configAnswer](t, map[string]any{"do": "config-data", "text": marshal(t, data)})
	manifest := map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "data": data}
	ofManifest := ask[configAnswer](t, map[string]any{"do": "config", "text": marshal(t, manifest)})
	if !reflect.DeepEqual(ofManifest.Data, data) {
		t.Errorf("the decoder found %v", ofManifest.Data)
	}
	ofManifest.Data = nil
	if !reflect.DeepEqual(ofData, ofManifest) || !ofData.OK || ofData.Persistence[0] != `{"archive":true}` {
		t.Errorf("of the data: %+v, of the manifest: %+v", ofData, ofManifest)
	}
	whole := ask[configTextAnswer](t, map[string]any{"do": "config-text", "text": "parallelism: 1\npersistence:\n  archive: true\n"})
	if whole.Hash != ofData.Hashes[0] || whole.Persistence != ofData.Persistence[0] || !strings.Contains(whole.Config, `"parallelism":1`) {
		t.Errorf("of the text: %+v, of the data: %+v", whole, ofData)
	}
}

// Where the error names a line of Kubernetes' source, the fixtures have an N.
var sourceLine = regexp.MustCompile(`scheme\.go:\d+`)

func sameConfigRefusal(answered, recorded string) bool {
	return sameRefusal(sourceLine.ReplaceAllString(answered, "scheme.go:N"), sourceLine.ReplaceAllString(recorded, "scheme.go:N"))
}
