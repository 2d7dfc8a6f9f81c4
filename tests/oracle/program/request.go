package program

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// request is one line of input.
type request struct {
	// Do names the question: a key of questions.
	Do string `json:"do"`
	// Text is what the question is about. A JSON string cannot hold invalid UTF-8 (Go reads each bad byte as
	// U+FFFD), so bytes that matter come in B64.
	Text *string `json:"text"`
	B64  *[]byte `json:"b64"`
	// Bytes asks for the resulting bytes themselves, not only their number and hash.
	Bytes bool `json:"bytes"`
	// Limits are values of MAX_WORKFLOW_SIZE to decide under; "" leaves it unset.
	Limits []string `json:"limits"`
	// Compress false leaves out every answer that needs the compressor. Absent means true.
	Compress *bool `json:"compress"`
	// Always decides as under ALWAYS_OFFLOAD_NODE_STATUS=true.
	Always bool `json:"always"`
	// Runs is how often a configuration is parsed in one order of its keys, to see chance at work. 0 means 8.
	Runs int `json:"runs"`
	// Selector is a --node-field-selector of `argo get`.
	Selector string `json:"selector"`
	// Wide prints as `argo get -o wide` does.
	Wide bool `json:"wide"`
}

func (r *request) runs() int {
	if r.Runs == 0 {
		return 8
	}
	return r.Runs
}

func (r *request) content() []byte {
	switch {
	case r.B64 != nil:
		return *r.B64
	case r.Text != nil:
		return []byte(*r.Text)
	default:
		return nil
	}
}

func parseRequest(line []byte) (*request, error) {
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields() // a misspelt option would otherwise go unnoticed
	req := new(request)
	if err := decoder.Decode(req); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one JSON value on the line")
	}
	asked, known := questions[req.Do]
	if !known {
		names := slices.Sorted(maps.Keys(questions))
		return nil, fmt.Errorf("do %q is not one of %s", req.Do, strings.Join(names, ", "))
	}
	if req.Text != nil && req.B64 != nil {
		return nil, errors.New("both text and b64 are given")
	}
	if asked.needsText && req.Text == nil && req.B64 == nil {
		return nil, fmt.Errorf("%s needs text or b64", req.Do)
	}
	if req.Runs < 0 {
		return nil, fmt.Errorf("%d runs are none", req.Runs)
	}
	for _, limit := range req.Limits {
		if strings.ContainsRune(limit, 0) {
			return nil, fmt.Errorf("limit %q cannot be an environment variable's value", limit)
		}
	}
	return req, nil
}
