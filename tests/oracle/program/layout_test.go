package program

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

func TestLayoutIsTheRecordedOne(t *testing.T) {
	got := ask[map[string]any](t, map[string]any{"do": "layout"})
	delete(got, "ok")
	name := filepath.Join("..", "..", "fixtures", "layouts", "argo-"+argoVersion()+".json")
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]any
	if err := json.Unmarshal(content, &want); err != nil {
		t.Fatal(err)
	}
	if reflect.DeepEqual(got, want) {
		return
	}
	gotTypes, _ := got["types"].(map[string]any)
	wantTypes, _ := want["types"].(map[string]any)
	for name, described := range gotTypes {
		if !reflect.DeepEqual(described, wantTypes[name]) {
			t.Errorf("%s: answered %v, recorded %v", name, described, wantTypes[name])
		}
	}
	t.Errorf("the layout differs from %s: %d types answered, %d recorded", name, len(gotTypes), len(wantTypes))
}
