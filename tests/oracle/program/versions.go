package program

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
)

type versionsAnswer struct {
	OK bool `json:"ok"`
	// Argo is the release compiled in, as the module system knows it.
	Argo string `json:"argo"`
	Go   string `json:"go"`
	// Klauspost are the compressor's modules: compressed lengths depend on them.
	Klauspost klauspostVersions `json:"klauspost"`
}

type klauspostVersions struct {
	Compress string `json:"compress"`
	Pgzip    string `json:"pgzip"`
}

func answerVersions(*request) (any, error) {
	answer := versionsAnswer{OK: true, Go: runtime.Version()}
	for path, version := range map[string]*string{
		"github.com/argoproj/argo-workflows/v3": &answer.Argo,
		"github.com/klauspost/compress":         &answer.Klauspost.Compress,
		"github.com/klauspost/pgzip":            &answer.Klauspost.Pgzip,
	} {
		var err error
		if *version, err = moduleVersion(path); err != nil {
			return nil, err
		}
	}
	return answer, nil
}

// readBuildInfo is a variable because Go records no modules in the tests of a package outside the main module.
var readBuildInfo = debug.ReadBuildInfo

func moduleVersion(path string) (string, error) {
	build, ok := readBuildInfo()
	if !ok {
		return "", errors.New("this program was built without module information")
	}
	for _, module := range build.Deps {
		if module.Path == path {
			if module.Replace != nil {
				module = module.Replace
			}
			return module.Version, nil
		}
	}
	return "", fmt.Errorf("module %s is not part of this program", path)
}
