package program

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"testing"
)

type roundtripCase struct {
	input
	V376 struct {
		OK        bool    `json:"ok"`
		Error     string  `json:"error"`
		Bytes     int     `json:"bytes"`
		SHA256    string  `json:"sha256"`
		Version   string  `json:"version"`
		Canonical *string `json:"canonical"`
	} `json:"v3.7.6"`
}

type nodesReply struct {
	OK      bool   `json:"ok"`
	Error   string `json:"error"`
	Bytes   int    `json:"bytes"`
	SHA256  string `json:"sha256"`
	B64     []byte `json:"b64"`
	Version string `json:"version"`
}

func TestNodeMapsAreAnsweredAsTheVectorsSay(t *testing.T) {
	if version := argoVersion(); version != "v3.7.6" {
		t.Fatalf("the vectors hold no answers of %s: leave this test out with -skip AsTheVectorsSay", version)
	}
	cases := fixture[roundtripCase](t, "vectors/roundtrip.jsonl.gz")
	if len(cases) == 0 {
		t.Fatal("no vectors")
	}
	for _, c := range cases {
		got := ask[nodesReply](t, map[string]any{"do": "nodes", "b64": c.bytes(), "bytes": true})
		want := c.V376
		if got.OK != want.OK || !sameRefusal(got.Error, want.Error) {
			t.Errorf("%s: answered %v %q, recorded %v %q", c.Name, got.OK, got.Error, want.OK, want.Error)
			continue
		}
		if !want.OK {
			continue
		}
		if got.Bytes != want.Bytes || got.SHA256 != want.SHA256 || got.Version != want.Version {
			t.Errorf("%s: answered %d %s %s, recorded %d %s %s", c.Name, got.Bytes, got.SHA256, got.Version, want.Bytes, want.SHA256, want.Version)
		}
		if want.Canonical != nil && string(got.B64) != *want.Canonical {
			t.Errorf("%s: answered the bytes %s, recorded %s", c.Name, got.B64, *want.Canonical)
		}
	}
}

// verdict of the mutation corpora; `"="` there means the same as the version before.
type nodesVerdict struct {
	Error   string `json:"e"`
	Bytes   int    `json:"b"`
	Hash    string `json:"h"`
	Version string `json:"v"`
	Again   string `json:"a"`
}

type corpusLine struct {
	ID   string  `json:"id"`
	Text *string `json:"text"`
	B64  []byte  `json:"b64"`

	V3612 json.RawMessage `json:"v3.6.12"`
	V376  json.RawMessage `json:"v3.7.6"`
}

func (l corpusLine) bytes() []byte {
	if l.Text != nil {
		return []byte(*l.Text)
	}
	return l.B64
}

// verdict is the raw answer recorded for the version.
func (l corpusLine) verdict(t *testing.T, version string) json.RawMessage {
	t.Helper()
	switch {
	case version == "v3.6.12" || version == "v3.7.6" && string(l.V376) == `"="`:
		return l.V3612
	case version == "v3.7.6":
		return l.V376
	default:
		t.Fatalf("the corpora hold no answers of %s", version)
		return nil
	}
}

func TestMutatedNodeMapsAreAnsweredAsTheCorpusSays(t *testing.T) {
	version := argoVersion()
	lines := fixture[corpusLine](t, "corpora/nodes-mutations.jsonl.gz")
	if len(lines) == 0 {
		t.Fatal("no corpus")
	}
	for _, line := range lines {
		var want nodesVerdict
		if err := json.Unmarshal(line.verdict(t, version), &want); err != nil {
			t.Fatal(err)
		}
		got := ask[nodesReply](t, map[string]any{"do": "nodes", "b64": line.bytes(), "bytes": true})
		if !sameRefusal(got.Error, want.Error) {
			t.Errorf("%s: answered the error %q, recorded %q", line.ID, got.Error, want.Error)
			continue
		}
		if want.Error != "" {
			continue
		}
		if got.Bytes != want.Bytes || got.SHA256[:16] != want.Hash || got.Version != want.Version {
			t.Errorf("%s: answered %d %s %s, recorded %d %s %s", line.ID, got.Bytes, got.SHA256, got.Version, want.Bytes, want.Hash, want.Version)
		}
	}
}

// The hash written out, as persist/sqldb/offload_node_status_repo.go (nodeStatusVersion) has it: FNV-1, not FNV-1a.
func TestVersionIsFNV1OfTheRow(t *testing.T) {
	for _, text := range []string{`null`, `{}`, `{"a":{"id":"a","name":"a<b"}}`} {
		got := ask[nodesReply](t, map[string]any{"do": "nodes", "text": text, "bytes": true})
		hash := fnv.New32()
		_, _ = hash.Write(got.B64)
		if want := fmt.Sprintf("fnv:%d", hash.Sum32()); got.Version != want {
			t.Errorf("%s: version %s, FNV-1 of its %d bytes is %s", text, got.Version, len(got.B64), want)
		}
	}
}

func TestSingleNodeIsWrittenAsInsideItsMap(t *testing.T) {
	const node = `{"Name":"a","id":"x","phase":"Running","unknown":1}`
	inside := ask[nodesReply](t, map[string]any{"do": "nodes", "text": `{"k":` + node + `}`, "bytes": true})
	alone := ask[nodesReply](t, map[string]any{"do": "node", "text": node, "bytes": true})
	if got := `{"k":` + string(alone.B64) + `}`; got != string(inside.B64) {
		t.Errorf("alone: %s, inside its map: %s", got, inside.B64)
	}
}
