package program

import (
	"context"
	"fmt"

	"github.com/argoproj/argo-workflows/v3/config"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
)

// decodeConfigMap reads a manifest as Kubernetes' clients do.
func decodeConfigMap(manifest []byte) (*corev1.ConfigMap, error) {
	object, _, err := scheme.Codecs.UniversalDeserializer().Decode(manifest, nil, nil)
	if err != nil {
		return nil, err
	}
	configMap, ok := object.(*corev1.ConfigMap)
	if !ok {
		return nil, fmt.Errorf("not a ConfigMap but %T", object)
	}
	return configMap, nil
}

// parseConfig runs Argo's own parser over the data of a ConfigMap.
//
// parseConfigMap in config/controller.go is not exported; Get is the way to it that Argo's controller takes too.
func parseConfig(data map[string]string) (*config.Config, error) {
	cluster := oneConfigMap{configMap: &corev1.ConfigMap{Data: data}}
	return config.NewController("argo", "workflow-controller-configmap", cluster).Get(context.Background())
}

// oneConfigMap is a cluster that answers every request for a ConfigMap with the same one. Any other use panics.
type oneConfigMap struct {
	kubernetes.Interface
	typedcorev1.CoreV1Interface
	typedcorev1.ConfigMapInterface
	configMap *corev1.ConfigMap
}

func (c oneConfigMap) CoreV1() typedcorev1.CoreV1Interface { return c }

func (c oneConfigMap) ConfigMaps(string) typedcorev1.ConfigMapInterface { return c }

func (c oneConfigMap) Get(context.Context, string, metav1.GetOptions) (*corev1.ConfigMap, error) {
	return c.configMap, nil
}
