// Package program answers questions about workflows and configurations with Argo's own code.
//
// It reads one JSON request a line and writes one JSON answer a line, in order (../README.md has the table).
// Which Argo answers is decided by the module that compiles this package.
//
// Invariant: nothing here computes what Argo can compute. Sizes, versions, decisions and error texts come out of
// Argo's functions; this package only carries them across the pipe. (keyorder.go puts in every order what Argo puts in
// a random one, and is tested against that.)
package program

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/sirupsen/logrus"
)

// Main serves standard input to standard output until the input ends.
func Main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "oracle: %v\n", err)
		os.Exit(1)
	}
}

// Standard output belongs to the protocol and standard error to real trouble; Argo logs every dehydration.
func init() {
	logrus.SetOutput(io.Discard)
	logrus.SetLevel(logrus.PanicLevel)
}

func serve(input io.Reader, output io.Writer) error {
	reader := bufio.NewReaderSize(input, 1<<20)
	writer := bufio.NewWriterSize(output, 1<<20)
	encoder := json.NewEncoder(writer)
	encoder.SetEscapeHTML(false)
	for {
		line, err := reader.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("reading requests: %w", err)
		}
		ended := err != nil
		if !ended || len(line) > 0 {
			if err := encoder.Encode(respond(line)); err != nil {
				return fmt.Errorf("writing an answer: %w", err)
			}
		}
		if ended || !holdsLine(reader) {
			if err := writer.Flush(); err != nil {
				return fmt.Errorf("writing answers: %w", err)
			}
		}
		if ended {
			return nil
		}
	}
}

// holdsLine tells whether the next request can be read without waiting for the client, who may itself be waiting
// for the answers not flushed yet.
func holdsLine(reader *bufio.Reader) bool {
	waiting, _ := reader.Peek(reader.Buffered())
	return bytes.IndexByte(waiting, '\n') >= 0
}

// refusal is the answer when Argo, or the protocol, says no.
type refusal struct {
	OK    bool   `json:"ok"`
	Error string `json:"error"`
}

// respond answers one request line. A panic in Argo's code is the answer to that request, not the end of the others.
func respond(line []byte) (answer any) {
	defer func() {
		if cause := recover(); cause != nil {
			answer = refusal{Error: fmt.Sprintf("panic: %v", cause)}
		}
	}()
	req, err := parseRequest(line)
	if err != nil {
		return refusal{Error: fmt.Sprintf("request: %v", err)}
	}
	answer, err = questions[req.Do].answer(req)
	if err != nil {
		return refusal{Error: err.Error()}
	}
	return answer
}

// question is one kind of request and who answers it.
type question struct {
	needsText bool
	answer    func(*request) (any, error)
}

var questions = map[string]question{
	"nodes":       {needsText: true, answer: answerNodes},
	"node":        {needsText: true, answer: answerNode},
	"workflow":    {needsText: true, answer: answerWorkflow},
	"compress":    {needsText: true, answer: answerCompress},
	"decompress":  {needsText: true, answer: answerDecompress},
	"config":      {needsText: true, answer: answerConfig},
	"config-data": {needsText: true, answer: answerConfigData},
	"config-text": {needsText: true, answer: answerConfigText},
	"yaml":        {needsText: true, answer: answerYAML},
	"yaml2json":   {needsText: true, answer: answerYAMLToJSON},
	"json2yaml":   {needsText: true, answer: answerJSONToYAML},
	"get":         {needsText: true, answer: answerGet},
	"layout":      {answer: answerLayout},
	"versions":    {answer: answerVersions},
}
