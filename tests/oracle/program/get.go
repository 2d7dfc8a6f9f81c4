package program

import (
	"encoding/json"
	"sync"

	"github.com/argoproj/argo-workflows/v3/cmd/argo/commands/common"
	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/spf13/cobra"
)

type getAnswer struct {
	OK   bool   `json:"ok"`
	Text string `json:"text"`
}

// The status icons are made when a command of cobra's begins.
var initialize = sync.OnceValue(func() error {
	common.NoColor = true
	command := &cobra.Command{Run: func(*cobra.Command, []string) {}}
	command.SetArgs([]string{})
	return command.Execute()
})

// answerGet prints a Workflow as `argo get` does.
func answerGet(req *request) (any, error) {
	if err := initialize(); err != nil {
		return nil, err
	}
	wf := new(wfv1.Workflow)
	if err := json.Unmarshal(req.content(), wf); err != nil {
		return nil, err
	}
	flags := common.GetFlags{NodeFieldSelectorString: req.Selector}
	if req.Wide {
		flags.Output = common.EnumFlagValue{Value: "wide"}
	}
	return getAnswer{OK: true, Text: common.PrintWorkflowHelper(wf, flags)}, nil
}
