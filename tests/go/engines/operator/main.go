// Judges resources as a cluster with the Prometheus operator does: by the schema of its CustomResourceDefinition, without unknown fields,
// and by the check of its admission webhook.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"github.com/prometheus-operator/prometheus-operator/pkg/operator"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"sigs.k8s.io/yaml"
)

func schema(path string) (validation.SchemaValidator, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var definition apiextensionsv1.CustomResourceDefinition
	if err := yaml.Unmarshal(text, &definition); err != nil {
		return nil, err
	}
	var props apiextensions.JSONSchemaProps
	published := definition.Spec.Versions[0].Schema.OpenAPIV3Schema
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(published, &props, nil); err != nil {
		return nil, err
	}
	validator, _, err := validation.NewSchemaValidator(&props)
	return validator, err
}

func judge(path string, validator validation.SchemaValidator) []error {
	text, err := os.ReadFile(path)
	if err != nil {
		return []error{err}
	}
	var rule monitoringv1.PrometheusRule
	if err := yaml.UnmarshalStrict(text, &rule); err != nil {
		return []error{err}
	}
	asJSON, err := yaml.YAMLToJSON(text)
	if err != nil {
		return []error{err}
	}
	var object map[string]any
	if err := json.Unmarshal(asJSON, &object); err != nil {
		return []error{err}
	}
	var found []error
	for _, wrong := range validation.ValidateCustomResource(nil, object, validator) {
		found = append(found, wrong)
	}
	if rule.Kind != "PrometheusRule" || len(rule.Spec.Groups) == 0 {
		found = append(found, fmt.Errorf("not a PrometheusRule with groups"))
	}
	return append(found, operator.ValidateRule(rule.Spec)...)
}

func main() {
	validator, err := schema(os.Args[1])
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	failed := len(os.Args) < 3
	for _, path := range os.Args[2:] {
		for _, err := range judge(path, validator) {
			fmt.Printf("%s: %v\n", path, err)
			failed = true
		}
	}
	if failed {
		os.Exit(1)
	}
	fmt.Printf("operator: %d resources\n", len(os.Args)-2)
}
