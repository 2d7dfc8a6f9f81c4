package program

import "sigs.k8s.io/yaml"

// toJSONAnswer holds what sigs.k8s.io/yaml makes of a text when it does not know what the JSON is for.
type toJSONAnswer struct {
	OK     bool     `json:"ok"`
	Plain  jsonRead `json:"plain"`
	Strict jsonRead `json:"strict"`
}

type jsonRead struct {
	OK    bool   `json:"ok"`
	Error string `json:"error,omitempty"`
	// JSON is the text as written. It is left out of Strict where it is the same as in Plain.
	JSON string `json:"json,omitempty"`
}

func answerYAMLToJSON(req *request) (any, error) {
	plain, strict := readJSON(yaml.YAMLToJSON, req.content()), readJSON(yaml.YAMLToJSONStrict, req.content())
	if strict.JSON == plain.JSON {
		strict.JSON = ""
	}
	return toJSONAnswer{OK: plain.OK, Plain: plain, Strict: strict}, nil
}

func readJSON(convert func([]byte) ([]byte, error), content []byte) jsonRead {
	converted, err := convert(content)
	if err != nil {
		return jsonRead{Error: err.Error()}
	}
	return jsonRead{OK: true, JSON: string(converted)}
}

type toYAMLAnswer struct {
	OK bool `json:"ok"`
	encoded
	// Back is what YAMLToJSON reads from those bytes.
	Back jsonRead `json:"back"`
}

// answerJSONToYAML writes JSON as YAML, as kubectl and Argo's command line do, and reads it back.
func answerJSONToYAML(req *request) (any, error) {
	written, err := yaml.JSONToYAML(req.content())
	if err != nil {
		return nil, err
	}
	return toYAMLAnswer{OK: true, encoded: describe(written, req.Bytes), Back: readJSON(yaml.YAMLToJSON, written)}, nil
}
