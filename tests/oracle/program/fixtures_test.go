package program

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/argoproj/argo-workflows/v3/workflow/packer"
)

// fixture reads a gzipped file of JSON lines under tests/fixtures.
func fixture[Line any](t *testing.T, name string) []Line {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "fixtures", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	zipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var lines []Line
	decoder := json.NewDecoder(bufio.NewReader(zipped))
	for {
		var line Line
		err := decoder.Decode(&line)
		if errors.Is(err, io.EOF) {
			return lines
		}
		if err != nil {
			t.Fatalf("%s, line %d: %v", name, len(lines)+1, err)
		}
		lines = append(lines, line)
	}
}

// ask puts a request through the protocol, as a client does, and reads the answer into the type the test compares.
func ask[Answer any](t *testing.T, req map[string]any) Answer {
	t.Helper()
	line, err := json.Marshal(req)
	if err != nil {
		t.Fatal(err)
	}
	written, err := json.Marshal(respond(line))
	if err != nil {
		t.Fatal(err)
	}
	var answer Answer
	if err := json.Unmarshal(written, &answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

// TestMain names the modules, which a test binary does not record.
func TestMain(m *testing.M) {
	readBuildInfo = func() (*debug.BuildInfo, bool) {
		return &debug.BuildInfo{Deps: []*debug.Module{{Path: "github.com/argoproj/argo-workflows/v3", Version: argoVersion()}}}, true
	}
	os.Exit(m.Run())
}

// argoVersion is the release this test is compiled with, from where the source of one of its functions lies:
// …/argo-workflows/v3@VERSION/….
func argoVersion() string {
	file, _ := runtime.FuncForPC(reflect.ValueOf(packer.IsTooLargeError).Pointer()).FileLine(0)
	_, rest, _ := strings.Cut(filepath.ToSlash(file), "/argo-workflows/v3@")
	version, _, _ := strings.Cut(rest, "/")
	return version
}

// sameRefusal compares an error with the recorded one, which corpora cut after 200 bytes. How Go words the place in a
// struct depends on its release, and the fixtures were made with Go 1.26.
func sameRefusal(answered, recorded string) bool {
	if len(recorded) == 200 && len(answered) > 200 {
		answered = answered[:200]
	}
	if !strings.HasPrefix(runtime.Version(), "go1.26") && strings.Contains(recorded, "Go struct field") {
		return strings.Contains(answered, "Go struct field")
	}
	return answered == recorded
}

// input is a case's text, which is in `input` or, where it is not UTF-8, in `inputB64`.
type input struct {
	Name     string  `json:"name"`
	Input    *string `json:"input"`
	InputB64 []byte  `json:"inputB64"`
}

func (i input) bytes() []byte {
	if i.Input != nil {
		return []byte(*i.Input)
	}
	return i.InputB64
}
