package program

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/argoproj/argo-workflows/v3/config"
)

// configAnswer tells what Argo makes of a ConfigMap.
type configAnswer struct {
	// OK says that it accepts, whatever chance does. Stage tells more.
	OK bool `json:"ok"`
	// Stage is manifest (Kubernetes' decoder refuses, or it is no ConfigMap), parse (Argo refuses), ok, or depends:
	// chance decides whether Argo accepts, or what it reads.
	Stage string `json:"stage"`
	// Error is that of the sorted keys, or else of the first order that fails; the smallest if chance decides.
	Error string `json:"error"`
	// Errors are all that came up, each once, sorted.
	Errors []string `json:"errors"`
	// Hashes are those of the persistence settings that came up (configHash), each once, sorted.
	Hashes []string `json:"hashes"`
	// Persistence are the settings with those hashes, in canonicalJSON.
	Persistence []string `json:"persistence"`
	// ByChance says that one text already had several outcomes, keys in one order.
	ByChance bool `json:"byChance"`
	// Orders is the number of orders of keys tried, 1 where there is nothing to put in order.
	Orders int `json:"orders"`
	// Data is what the decoder found in the manifest.
	Data map[string]string `json:"data,omitempty"`
}

// answerConfig judges a manifest.
func answerConfig(req *request) (any, error) {
	configMap, err := decodeConfigMap(req.content())
	if err != nil {
		return configAnswer{Stage: "manifest", Error: err.Error(), Errors: []string{err.Error()}, Hashes: []string{}, Persistence: []string{}}, nil
	}
	answer, err := judgeData(configMap.Data, req.runs())
	answer.Data = configMap.Data
	return answer, err
}

// answerConfigData judges the data of a ConfigMap, given as a JSON object.
func answerConfigData(req *request) (any, error) {
	var data map[string]string
	if err := json.Unmarshal(req.content(), &data); err != nil {
		return nil, fmt.Errorf("request: data is no JSON object of strings: %w", err)
	}
	return judgeData(data, req.runs())
}

type configTextAnswer struct {
	OK bool `json:"ok"`
	// Persistence is in canonicalJSON, Hash its configHash.
	Persistence string `json:"persistence"`
	Hash        string `json:"hash"`
	// Config is json.Marshal of the whole configuration.
	Config string `json:"config"`
}

// answerConfigText reads a text as a ConfigMap's only key `config`.
func answerConfigText(req *request) (any, error) {
	read, err := parseConfig(map[string]string{"config": string(req.content())})
	if err != nil {
		return nil, err
	}
	persistence, err := canonicalJSON(read.Persistence)
	if err != nil {
		return nil, err
	}
	whole, err := json.Marshal(read)
	if err != nil {
		return nil, err
	}
	return configTextAnswer{OK: true, Persistence: string(persistence), Hash: configHash(persistence), Config: string(whole)}, nil
}

// outcomes are those of one text, or of several.
type outcomes struct {
	errors map[string]bool
	// accepted has persistence settings by their hash.
	accepted map[string]string
}

func newOutcomes() outcomes {
	return outcomes{errors: map[string]bool{}, accepted: map[string]string{}}
}

func (o outcomes) count() int { return len(o.errors) + len(o.accepted) }

func (o outcomes) add(other outcomes) {
	maps.Copy(o.errors, other.errors)
	maps.Copy(o.accepted, other.accepted)
}

// judgeData parses the data in each order of its keys, several times because a text alone may leave room for chance.
func judgeData(data map[string]string, runs int) (configAnswer, error) {
	ordered := []map[string]string{data}
	if texts := gluedTexts(data); texts != nil {
		ordered = nil
		for _, text := range texts {
			ordered = append(ordered, map[string]string{"config": text})
		}
	}
	answer := configAnswer{Orders: len(ordered)}
	all := newOutcomes()
	for _, data := range ordered {
		one := newOutcomes()
		for range runs {
			if err := one.parse(data); err != nil {
				return configAnswer{}, err
			}
		}
		if answer.Error == "" && len(one.errors) > 0 {
			answer.Error = slices.Min(slices.Collect(maps.Keys(one.errors)))
		}
		answer.ByChance = answer.ByChance || one.count() > 1
		all.add(one)
	}
	answer.Stage = all.stage()
	answer.OK = answer.Stage == "ok"
	answer.Errors = slices.AppendSeq([]string{}, maps.Keys(all.errors))
	slices.Sort(answer.Errors)
	answer.Hashes = slices.AppendSeq([]string{}, maps.Keys(all.accepted))
	slices.Sort(answer.Hashes)
	answer.Persistence = []string{}
	for _, hash := range answer.Hashes {
		answer.Persistence = append(answer.Persistence, all.accepted[hash])
	}
	return answer, nil
}

func (o outcomes) parse(data map[string]string) error {
	read, err := parseConfig(data)
	if err != nil {
		o.errors[err.Error()] = true
		return nil
	}
	persistence, err := canonicalJSON(read.Persistence)
	if err != nil {
		return err
	}
	o.accepted[configHash(persistence)] = string(persistence)
	return nil
}

func (o outcomes) stage() string {
	switch {
	case len(o.accepted) == 0:
		return "parse"
	case o.count() == 1:
		return "ok"
	default:
		return "depends"
	}
}

// canonicalJSON is json.Marshal of the settings with the keys of all objects sorted; numbers stay as written.
func canonicalJSON(persistence *config.PersistConfig) ([]byte, error) {
	written, err := json.Marshal(persistence)
	if err != nil {
		return nil, err
	}
	var value any
	decoder := json.NewDecoder(bytes.NewReader(written))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	return json.Marshal(value)
}

// configHash is the beginning of a SHA-256, as long as the corpora have it.
func configHash(persistence []byte) string { return describe(persistence, false).SHA256[:16] }
