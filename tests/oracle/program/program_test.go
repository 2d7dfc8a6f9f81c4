package program

import (
	"bufio"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"
)

func TestEveryLineGetsOneAnswerInOrder(t *testing.T) {
	lines := []string{
		`{"do":"nodes","text":"{}"}`,
		`{"do":"nodes","text":"["}`,
		`{`,
		``,
		`{"do":"nodes"}`,
		`{"do":"nodes","text":"{}","b64":""}`,
		`{"do":"nodes","text":"{}","byts":true}`,
		`{"do":"nodes","text":"{}"} {}`,
		`{"do":"sing"}`,
		`{"do":"node","b64":"e30="}`,
	}
	var output strings.Builder
	if err := serve(strings.NewReader(strings.Join(lines, "\n")), &output); err != nil {
		t.Fatal(err)
	}
	answered := strings.Split(strings.TrimSuffix(output.String(), "\n"), "\n")
	if len(answered) != len(lines) {
		t.Fatalf("%d answers to %d lines: %q", len(answered), len(lines), answered)
	}
	for i, line := range lines {
		var answer refusal
		if err := json.Unmarshal([]byte(answered[i]), &answer); err != nil {
			t.Fatal(err)
		}
		good := i == 0 || i == len(lines)-1
		if answer.OK != good || i > 1 && !good && !strings.HasPrefix(answer.Error, "request: ") {
			t.Errorf("%s was answered %s", line, answered[i])
		}
	}
}

func TestAnswerComesBeforeTheNextRequestIsWhole(t *testing.T) {
	requests, input := io.Pipe()
	output, answers := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- serve(requests, answers) }()
	answered := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(output).ReadString('\n')
		answered <- line
	}()
	if _, err := io.WriteString(input, `{"do":"node","text":"{}"}`+"\n"+`{"do":"node",`); err != nil {
		t.Fatal(err)
	}
	select {
	case line := <-answered:
		if !strings.HasPrefix(line, `{"ok":true`) {
			t.Errorf("answered %s", line)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the first answer waits for the second request")
	}
	go func() { _, _ = io.Copy(io.Discard, output) }()
	_ = input.Close()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestPanicIsAnAnswer(t *testing.T) {
	questions["panic"] = question{answer: func(*request) (any, error) { panic("of Argo's") }}
	defer delete(questions, "panic")
	got := ask[refusal](t, map[string]any{"do": "panic"})
	if got.OK || got.Error != "panic: of Argo's" {
		t.Errorf("answered %+v", got)
	}
}

func TestCompressedTextDecompressesToItself(t *testing.T) {
	const text = "{\"a\":\"\xff\"}"
	compressed := ask[struct {
		B64      string
		B64Bytes int
	}](t, map[string]any{"do": "compress", "b64": []byte(text), "bytes": true})
	if compressed.B64Bytes != len(compressed.B64) || compressed.B64Bytes == 0 {
		t.Errorf("b64Bytes is %d, b64 has %d", compressed.B64Bytes, len(compressed.B64))
	}
	back := ask[nodesReply](t, map[string]any{"do": "decompress", "text": compressed.B64, "bytes": true})
	if string(back.B64) != text {
		t.Errorf("%q came back as %q", text, back.B64)
	}
}

func TestModuleThatIsNotCompiledInHasNoVersion(t *testing.T) {
	if version, err := moduleVersion("example.com/none"); err == nil {
		t.Errorf("answered %s", version)
	}
	if version, err := moduleVersion("github.com/argoproj/argo-workflows/v3"); err != nil || !strings.HasPrefix(version, "v3.") {
		t.Errorf("answered %q, %v", version, err)
	}
}
