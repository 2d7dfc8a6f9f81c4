package main

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/util/file"
)

// works are the modes: each does one repetition on the file's bytes.
var works = map[string]func(content []byte) (any, error){
	"nodes":      nodes,
	"workflow":   workflow,
	"compress":   compress,
	"decompress": decompress,
}

// nodes reads a node map and computes its version, as nodeStatusVersion in persist/sqldb/offload_node_status_repo.go.
func nodes(content []byte) (any, error) {
	var read wfv1.Nodes
	if err := json.Unmarshal(content, &read); err != nil {
		return nil, err
	}
	written, err := json.Marshal(read)
	if err != nil {
		return nil, err
	}
	hash := fnv.New32()
	_, _ = hash.Write(written)
	return fmt.Sprintf("fnv:%d", hash.Sum32()), nil
}

// workflow measures a workflow's size, as getSize in workflow/packer/packer.go.
func workflow(content []byte) (any, error) {
	var read wfv1.Workflow
	if err := json.Unmarshal(content, &read); err != nil {
		return nil, err
	}
	written, err := json.Marshal(&read)
	return len(written), err
}

// compress makes status.compressedNodes of the bytes and gives its length.
func compress(content []byte) (any, error) {
	return len(file.CompressEncodeString(string(content))), nil
}

// decompress reads status.compressedNodes, as DecompressWorkflow in workflow/packer/packer.go, and counts the nodes.
func decompress(content []byte) (any, error) {
	text, err := file.DecodeDecompressString(strings.TrimSpace(string(content)))
	if err != nil {
		return nil, err
	}
	var read wfv1.Nodes
	if err := json.Unmarshal([]byte(text), &read); err != nil {
		return nil, err
	}
	return len(read), nil
}
