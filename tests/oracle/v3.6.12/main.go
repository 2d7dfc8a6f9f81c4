// The oracle compiled with Argo v3.6.12.
package main

import (
	"argooracle/program"

	// The release that answers, named here so that go.mod lists it as required directly.
	_ "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
)

func main() { program.Main() }
