package program

import "encoding/json"

// attribute tells which part of an encoded workflow its bytes belong to. A part is `"key":value` without the comma;
// "rest" is what metadata, spec and status leave over.
func attribute(workflow []byte) (map[string]int, error) {
	parts := make(map[string]int)
	top, err := members(workflow)
	if err != nil {
		return nil, err
	}
	parts["rest"] = len(workflow)
	for _, key := range []string{"metadata", "spec", "status"} {
		if value, present := top[key]; present {
			parts[key] = memberBytes(key, value)
			parts["rest"] -= parts[key]
		}
	}
	metadata, err := members(top["metadata"])
	if err != nil {
		return nil, err
	}
	if value, present := metadata["managedFields"]; present {
		parts["metadata.managedFields"] = memberBytes("managedFields", value)
	}
	status, err := members(top["status"])
	if err != nil {
		return nil, err
	}
	for key, value := range status {
		parts["status."+key] = memberBytes(key, value)
	}
	return parts, nil
}

func members(object []byte) (map[string]json.RawMessage, error) {
	var found map[string]json.RawMessage
	err := json.Unmarshal(object, &found)
	return found, err
}

// memberBytes is right for the keys of Argo's structs, none of which needs escaping.
func memberBytes(key string, value json.RawMessage) int {
	return len(`"":`) + len(key) + len(value)
}
