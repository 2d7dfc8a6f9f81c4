package program

import (
	"maps"
	"math/rand"
	"slices"
	"strings"
)

// gluedTexts are the texts that Argo may make of a ConfigMap's data: parseConfigMap in config/controller.go walks the
// keys in Go's random order, so each order gives a text. The first is that of the sorted keys. Up to 4 keys every
// order is there; of more keys, some: sorted, reversed, rotated, shuffled; 24, or 10 above 12 keys.
//
// Data with the key `config`, or with fewer than two keys, has nothing to put in order and gives none: Argo glues those
// by itself. Tests compare with what Argo's own walk comes to.
func gluedTexts(data map[string]string) []string {
	if _, whole := data["config"]; whole || len(data) < 2 {
		return nil
	}
	var texts []string
	for _, keys := range keyOrders(slices.Sorted(maps.Keys(data))) {
		var text strings.Builder
		for _, key := range keys {
			text.WriteString(glued(key, data[key]))
		}
		texts = append(texts, text.String())
	}
	return texts
}

// glued writes one key and its value as parseConfigMap does: a value of several lines below its key, indented.
func glued(key, value string) string {
	if !strings.Contains(value, "\n") {
		return key + ": " + value + "\n"
	}
	return key + ":\n  " + strings.ReplaceAll(strings.Trim(value, "\n"), "\n", "\n  ") + "\n"
}

func keyOrders(sorted []string) [][]string {
	if len(sorted) <= 4 {
		return permutations(sorted)
	}
	most := 24
	if len(sorted) > 12 {
		most = 10
	}
	reversed := slices.Clone(sorted)
	slices.Reverse(reversed)
	orders := [][]string{sorted, reversed}
	for i := 1; i < len(sorted) && len(orders) < most; i++ {
		orders = append(orders, slices.Concat(sorted[i:], sorted[:i]))
	}
	random := rand.New(rand.NewSource(1)) // the same orders each time
	for len(orders) < most {
		shuffled := slices.Clone(sorted)
		random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if !slices.ContainsFunc(orders, func(order []string) bool { return slices.Equal(order, shuffled) }) {
			orders = append(orders, shuffled)
		}
	}
	return orders
}

// permutations lists every order of the keys, each order before those that differ from it earlier.
func permutations(keys []string) [][]string {
	if len(keys) == 0 {
		return [][]string{nil}
	}
	var orders [][]string
	for i, first := range keys {
		for _, rest := range permutations(slices.Delete(slices.Clone(keys), i, i+1)) {
			orders = append(orders, append([]string{first}, rest...))
		}
	}
	return orders
}
