package program

import (
	"encoding/json"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/util/file"
)

type workflowAnswer struct {
	OK bool `json:"ok"`
	encoded
	Nodes nodesPart `json:"nodes"`
	// OffloadedWorkflowBytes is the object's size once only the version of its nodes is left in it.
	OffloadedWorkflowBytes int            `json:"offloadedWorkflowBytes"`
	Attribution            map[string]int `json:"attribution"`
	*compressedPart
}

type nodesPart struct {
	Count int `json:"count"`
	encoded
	Version string `json:"version"`
}

// compressedPart holds what needs the compressor; nil leaves its fields out of the answer.
type compressedPart struct {
	CompressedB64Bytes int `json:"compressedB64Bytes"`
	// CompressedWorkflowBytes is the object's size with compressedNodes in place of nodes.
	CompressedWorkflowBytes int        `json:"compressedWorkflowBytes"`
	Decisions               []decision `json:"decisions"`
}

// answerWorkflow measures a workflow in each form the controller may store it and decides under each limit.
func answerWorkflow(req *request) (any, error) {
	var workflow wfv1.Workflow
	if err := json.Unmarshal(req.content(), &workflow); err != nil {
		return nil, err
	}
	content, err := json.Marshal(workflow)
	if err != nil {
		return nil, err
	}
	written, err := offloadRow(workflow.Status.Nodes)
	if err != nil {
		return nil, err
	}
	answer := workflowAnswer{OK: true, encoded: describe(content, req.Bytes)}
	answer.Nodes = nodesPart{
		Count:   len(workflow.Status.Nodes),
		encoded: describe([]byte(written.nodes), false),
		Version: written.version,
	}
	if answer.Attribution, err = attribute(content); err != nil {
		return nil, err
	}

	offloaded := workflow // Only the copy's own status fields are replaced.
	offloaded.Status.Nodes = nil
	offloaded.Status.CompressedNodes = ""
	offloaded.Status.OffloadNodeStatusVersion = written.version
	if answer.OffloadedWorkflowBytes, err = size(&offloaded); err != nil {
		return nil, err
	}

	if req.Compress != nil && !*req.Compress {
		return answer, nil
	}
	compressed := workflow
	compressed.Status.Nodes = nil
	compressed.Status.CompressedNodes = file.CompressEncodeString(written.nodes)
	answer.compressedPart = &compressedPart{
		CompressedB64Bytes: len(compressed.Status.CompressedNodes),
		Decisions:          make([]decision, 0, len(req.Limits)),
	}
	if answer.CompressedWorkflowBytes, err = size(&compressed); err != nil {
		return nil, err
	}
	for _, limit := range req.Limits {
		decided, err := decide(&workflow, limit, req.Always)
		if err != nil {
			return nil, err
		}
		answer.Decisions = append(answer.Decisions, decided)
	}
	return answer, nil
}

// size is the length packer.IsLargeWorkflow compares with the limit (getSize in workflow/packer/packer.go).
func size(workflow *wfv1.Workflow) (int, error) {
	content, err := json.Marshal(workflow)
	return len(content), err
}
