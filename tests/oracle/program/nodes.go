package program

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
)

// encoded describes the bytes Go wrote.
type encoded struct {
	Bytes  int    `json:"bytes"`
	SHA256 string `json:"sha256"`
	// B64 is there when the request asked for the bytes.
	B64 []byte `json:"b64,omitempty"`
}

func describe(content []byte, withBytes bool) encoded {
	sum := sha256.Sum256(content)
	description := encoded{Bytes: len(content), SHA256: hex.EncodeToString(sum[:])}
	if withBytes {
		description.B64 = content
	}
	return description
}

type nodesAnswer struct {
	OK bool `json:"ok"`
	encoded
	Version string `json:"version"`
}

// answerNodes reads a node map as Argo reads a row and writes it as Argo writes one.
func answerNodes(req *request) (any, error) {
	var nodes wfv1.Nodes
	if err := json.Unmarshal(req.content(), &nodes); err != nil {
		return nil, err
	}
	written, err := offloadRow(nodes)
	if err != nil {
		return nil, err
	}
	return nodesAnswer{OK: true, encoded: describe([]byte(written.nodes), req.Bytes), Version: written.version}, nil
}

type encodedAnswer struct {
	OK bool `json:"ok"`
	encoded
}

// answerNode does the same for a single node, which has no version.
func answerNode(req *request) (any, error) {
	var node wfv1.NodeStatus
	if err := json.Unmarshal(req.content(), &node); err != nil {
		return nil, err
	}
	content, err := json.Marshal(node)
	if err != nil {
		return nil, err
	}
	return encodedAnswer{OK: true, encoded: describe(content, req.Bytes)}, nil
}
