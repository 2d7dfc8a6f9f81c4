package main

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strings"

	"github.com/argoproj/argo-workflows/v3/config"
	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/util/file"
	apiv1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// works are the modes: each does one repetition on the file's bytes.
var works = map[string]func(content []byte) (any, error){
	"nodes":      nodes,
	"workflow":   workflow,
	"compress":   compress,
	"decompress": decompress,
	"yaml":       readYAML,
	"config":     readConfig,
	"emit":       emit,
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

// readYAML converts YAML to JSON as everything of Kubernetes does, and gives its length.
func readYAML(content []byte) (any, error) {
	read, err := yaml.YAMLToJSON(content)
	return len(read), err
}

// readConfig reads a ConfigMap as kubectl does and its key config as parseConfigMap in config/controller.go.
func readConfig(content []byte) (any, error) {
	var configMap apiv1.ConfigMap
	if err := yaml.Unmarshal(content, &configMap); err != nil {
		return nil, err
	}
	var read config.Config
	if err := yaml.UnmarshalStrict([]byte(configMap.Data["config"]), &read); err != nil {
		return nil, err
	}
	persistence, err := json.Marshal(read.Persistence)
	return string(persistence), err
}

// emit converts JSON to YAML as `kubectl get -o yaml` does, and gives its length.
func emit(content []byte) (any, error) {
	written, err := yaml.JSONToYAML(content)
	return len(written), err
}
