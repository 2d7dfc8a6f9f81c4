package program

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"testing"
)

type packCase struct {
	input
	Canonical *string `json:"canonical"`
	V376      struct {
		Error                  string           `json:"error"`
		WorkflowBytes          int              `json:"wfBytes"`
		WorkflowSHA256         string           `json:"wfSha256"`
		Nodes                  int              `json:"nodes"`
		NodesBytes             int              `json:"nodesBytes"`
		NodesSHA256            string           `json:"nodesSha256"`
		Version                string           `json:"version"`
		CompressedB64Bytes     int              `json:"pgzipB64Bytes"`
		CompressedWorkflow     int              `json:"compressedWfBytes"`
		OffloadedWorkflowBytes int              `json:"offloadedWfBytes"`
		Attribution            map[string]int   `json:"attribution"`
		Decisions              []packedDecision `json:"decisions"`
	} `json:"v3.7.6"`
}

type packedDecision struct {
	Max             string `json:"max"`
	Error           string `json:"error"`
	Dehydrate       string `json:"dehydrate"`
	OffloadOffError string `json:"dehydrateOffloadOff"`
	ResultBytes     int    `json:"resultWfBytes"`
}

type workflowReply struct {
	OK                      bool           `json:"ok"`
	Refusal                 string         `json:"error"`
	Bytes                   int            `json:"bytes"`
	SHA256                  string         `json:"sha256"`
	B64                     []byte         `json:"b64"`
	Nodes                   nodesPart      `json:"nodes"`
	CompressedB64Bytes      int            `json:"compressedB64Bytes"`
	CompressedWorkflowBytes int            `json:"compressedWorkflowBytes"`
	OffloadedWorkflowBytes  int            `json:"offloadedWorkflowBytes"`
	Attribution             map[string]int `json:"attribution"`
	Decisions               []decision     `json:"decisions"`
}

func TestWorkflowsAreAnsweredAsTheVectorsSay(t *testing.T) {
	if version := argoVersion(); version != "v3.7.6" {
		t.Fatalf("the vectors hold no answers of %s: leave this test out with -skip AsTheVectorsSay", version)
	}
	cases := fixture[packCase](t, "vectors/pack.jsonl.gz")
	if len(cases) == 0 {
		t.Fatal("no vectors")
	}
	for _, c := range cases {
		limits := []string{}
		decisions := []decision{}
		for _, d := range c.V376.Decisions {
			limits = append(limits, d.Max)
			decisions = append(decisions, decision{Max: d.Max, Dehydrate: d.Dehydrate, Error: d.Error, OffloadOffError: d.OffloadOffError, ResultBytes: d.ResultBytes})
		}
		got := ask[workflowReply](t, map[string]any{"do": "workflow", "b64": c.bytes(), "bytes": true, "limits": limits})
		want := workflowReply{Refusal: c.V376.Error}
		if c.V376.Error == "" {
			want = workflowReply{
				OK: true, Bytes: c.V376.WorkflowBytes, SHA256: c.V376.WorkflowSHA256, B64: got.B64,
				Nodes: nodesPart{
					Count:   c.V376.Nodes,
					encoded: encoded{Bytes: c.V376.NodesBytes, SHA256: c.V376.NodesSHA256},
					Version: c.V376.Version,
				},
				CompressedB64Bytes:      c.V376.CompressedB64Bytes,
				CompressedWorkflowBytes: c.V376.CompressedWorkflow,
				OffloadedWorkflowBytes:  c.V376.OffloadedWorkflowBytes,
				Attribution:             c.V376.Attribution,
				Decisions:               decisions,
			}
			if c.Canonical != nil && string(got.B64) != *c.Canonical {
				t.Errorf("%s: answered the bytes %s, recorded %s", c.Name, got.B64, *c.Canonical)
			}
		}
		if !reflect.DeepEqual(got, want) {
			got.B64, want.B64 = nil, nil
			t.Errorf("%s: answered\n%+v, recorded\n%+v", c.Name, got, want)
		}
	}
}

type workflowVerdict struct {
	Error                  string  `json:"e"`
	Bytes                  int     `json:"w"`
	Hash                   string  `json:"h"`
	Nodes                  int     `json:"k"`
	NodesBytes             int     `json:"nb"`
	Version                string  `json:"v"`
	CompressedB64Bytes     int     `json:"c64"`
	CompressedWorkflow     int     `json:"cw"`
	OffloadedWorkflowBytes int     `json:"ow"`
	Decisions              [][]any `json:"d"`
	// ByChance marks errors that name any of several places.
	ByChance int `json:"nd"`
}

func TestMutatedWorkflowsAreAnsweredAsTheCorpusSays(t *testing.T) {
	version := argoVersion()
	lines := fixture[corpusLine](t, "corpora/workflows.jsonl.gz")
	if len(lines) == 0 {
		t.Fatal("no corpus")
	}
	for _, line := range lines {
		var want workflowVerdict
		if err := json.Unmarshal(line.verdict(t, version), &want); err != nil {
			t.Fatal(err)
		}
		limits := []string{}
		for _, d := range want.Decisions {
			limits = append(limits, strconv.FormatFloat(d[0].(float64), 'f', -1, 64))
		}
		got := ask[workflowReply](t, map[string]any{"do": "workflow", "b64": line.bytes(), "limits": limits})
		if want.Error != "" {
			if got.OK || want.ByChance == 0 && !sameRefusal(got.Refusal, want.Error) {
				t.Errorf("%s: answered the error %q, recorded %q", line.ID, got.Refusal, want.Error)
			}
			continue
		}
		if !got.OK {
			t.Errorf("%s: answered the error %q, recorded none", line.ID, got.Refusal)
			continue
		}
		// The packer leaves offloadNodeStatusVersion in what it measures (the vectors' sizes and Argo's own error text
		// count it); the corpus took it out first. They differ where a workflow arrives offloaded.
		if bytes := got.Attribution["status.offloadNodeStatusVersion"]; bytes > 0 {
			want.CompressedWorkflow += bytes + len(",")
		}
		answered := fmt.Sprintln(got.Bytes, got.SHA256[:16], got.Nodes.Count, got.Nodes.Bytes, got.Nodes.Version,
			got.CompressedB64Bytes, got.CompressedWorkflowBytes, got.OffloadedWorkflowBytes)
		recorded := fmt.Sprintln(want.Bytes, want.Hash, want.Nodes, want.NodesBytes, want.Version,
			want.CompressedB64Bytes, want.CompressedWorkflow, want.OffloadedWorkflowBytes)
		if answered != recorded {
			t.Errorf("%s: answered %s, recorded %s", line.ID, answered, recorded)
		}
		for i, d := range want.Decisions {
			if bytes := int(d[2].(float64)); got.Decisions[i].ResultBytes != bytes {
				t.Errorf("%s, limit %s: answered %d bytes, recorded %d", line.ID, limits[i], got.Decisions[i].ResultBytes, bytes)
			}
			if tooLarge := d[1] == "too-large"; tooLarge != (got.Decisions[i].Error != "") {
				t.Errorf("%s, limit %s: answered the error %q, recorded %v", line.ID, limits[i], got.Decisions[i].Error, d[1])
			}
		}
	}
}

func TestWithoutCompressionNothingCompressedIsAnswered(t *testing.T) {
	got := ask[map[string]any](t, map[string]any{"do": "workflow", "text": "{}", "compress": false, "limits": []string{"1"}})
	for _, key := range []string{"compressedB64Bytes", "compressedWorkflowBytes", "decisions"} {
		if _, present := got[key]; present {
			t.Errorf("%s is in the answer", key)
		}
	}
	for _, key := range []string{"bytes", "sha256", "nodes", "offloadedWorkflowBytes", "attribution"} {
		if _, present := got[key]; !present {
			t.Errorf("%s is not in the answer", key)
		}
	}
}

func TestAlwaysOffloadingHoldsForItsRequestOnly(t *testing.T) {
	for _, always := range []bool{false, true, false} {
		got := ask[workflowReply](t, map[string]any{"do": "workflow", "text": "{}", "always": always, "limits": []string{""}})
		want := map[bool]string{false: "inline", true: "offloaded"}[always]
		if got.Decisions[0].Dehydrate != want {
			t.Errorf("always %v: answered %s, expected %s", always, got.Decisions[0].Dehydrate, want)
		}
	}
}
