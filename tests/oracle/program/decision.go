package program

import (
	"os"
	_ "unsafe" // for go:linkname

	"github.com/argoproj/argo-workflows/v3/persist/sqldb"
	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/workflow/hydrator"
	"github.com/argoproj/argo-workflows/v3/workflow/packer"
)

// decision is what the controller does with a workflow under one limit.
type decision struct {
	// Max is MAX_WORKFLOW_SIZE as given.
	Max string `json:"max"`
	// Dehydrate is the form the workflow has after Dehydrate with offloading on: inline, compressed or offloaded.
	Dehydrate string `json:"dehydrate"`
	// Error is what packer.CompressWorkflowIfNeeded says, which knows nothing of offloading.
	Error string `json:"error"`
	// OffloadOffError is what Dehydrate says with offloading off.
	OffloadOffError string `json:"offloadOffError"`
	// ResultBytes is the object's size after Dehydrate with offloading on.
	ResultBytes int `json:"resultBytes"`
}

const maxWorkflowSize = "MAX_WORKFLOW_SIZE" // envVarName in workflow/packer/packer.go

// Argo reads ALWAYS_OFFLOAD_NODE_STATUS once, when its package is initialised (workflow/hydrator/hydrator.go);
// a request that asks for it sets the variable Argo read it into.
//
//go:linkname alwaysOffloadNodeStatus github.com/argoproj/argo-workflows/v3/workflow/hydrator.alwaysOffloadNodeStatus
var alwaysOffloadNodeStatus bool

func decide(workflow *wfv1.Workflow, limit string, always bool) (decision, error) {
	defer func(before bool) { alwaysOffloadNodeStatus = before }(alwaysOffloadNodeStatus)
	alwaysOffloadNodeStatus = alwaysOffloadNodeStatus || always
	defer func() { _ = os.Unsetenv(maxWorkflowSize) }()
	if err := setLimit(limit); err != nil {
		return decision{}, err
	}
	decided := decision{Max: limit}
	decided.Error = text(packer.CompressWorkflowIfNeeded(workflow.DeepCopy()))

	session := new(recordingSession)
	repo, err := offloadRepo(session)
	if err != nil {
		return decision{}, err
	}
	result := workflow.DeepCopy()
	if err := hydrator.New(repo).Dehydrate(result); err != nil {
		return decision{}, err
	}
	decided.Dehydrate = form(result)
	if decided.ResultBytes, err = size(result); err != nil {
		return decision{}, err
	}
	// Dehydrate asks its repository for one thing only, and where it did not ask, another repository changes nothing.
	if session.record != nil {
		decided.OffloadOffError = text(hydrator.New(sqldb.ExplosiveOffloadNodeStatusRepo).Dehydrate(workflow.DeepCopy()))
	}
	return decided, nil
}

func setLimit(limit string) error {
	if limit == "" {
		return os.Unsetenv(maxWorkflowSize)
	}
	return os.Setenv(maxWorkflowSize, limit)
}

func form(workflow *wfv1.Workflow) string {
	switch {
	case workflow.Status.IsOffloadNodeStatus():
		return "offloaded"
	case workflow.Status.CompressedNodes != "":
		return "compressed"
	default:
		return "inline"
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
