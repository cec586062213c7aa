// Judges resources as a cluster with Google's operator does: by the schemas of its CustomResourceDefinitions, without unknown fields, by the
// rules in them, and by the check of its admission webhook. Then the rules become what its evaluator reads, with the labels of their scope
// in each selector and on each result; all of a cluster must fit into one ConfigMap.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	monitoringv1 "github.com/GoogleCloudPlatform/prometheus-engine/pkg/operator/apis/monitoring/v1"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structural "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	names "k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
	"sigs.k8s.io/yaml"
)

// What a resource is held to: the published schema, and the rules that it has in CEL.
type schema struct {
	fields validation.SchemaValidator
	form   *structural.Structural
	rules  *cel.Validator
}

// The cost that a cluster allows the rules of one resource.
const budget = 10_000_000

func read(path string) (*schema, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var definition apiextensionsv1.CustomResourceDefinition
	if err := yaml.Unmarshal(text, &definition); err != nil {
		return nil, err
	}
	for _, version := range definition.Spec.Versions {
		if !version.Storage {
			continue
		}
		var props apiextensions.JSONSchemaProps
		if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(version.Schema.OpenAPIV3Schema, &props, nil); err != nil {
			return nil, err
		}
		fields, _, err := validation.NewSchemaValidator(&props)
		if err != nil {
			return nil, err
		}
		form, err := structural.NewStructural(&props)
		if err != nil {
			return nil, err
		}
		rules := cel.NewValidator(form, true, budget)
		if rules == nil {
			return nil, fmt.Errorf("%s has no rules", path)
		}
		return &schema{fields, form, rules}, nil
	}
	return nil, fmt.Errorf("%s has no version that is stored", path)
}

// The rules as the operator admits and writes them. Both are asked with a resource of their own: they put labels into its rules.
func written[R any](text []byte, admit func(*R) (admission.Warnings, error), write func(*R) (string, error)) (string, error) {
	var first, second R
	if err := errors.Join(yaml.UnmarshalStrict(text, &first), yaml.UnmarshalStrict(text, &second)); err != nil {
		return "", err
	}
	if _, err := admit(&first); err != nil {
		return "", err
	}
	return write(&second)
}

// What the evaluator reads; the names are what a cluster would have.
func file(text []byte, kind string) (string, error) {
	const project, location, cluster = "project-of-a-shop", "europe-west1", "production"
	switch kind {
	case "Rules":
		return written(text, (*monitoringv1.Rules).ValidateCreate, func(resource *monitoringv1.Rules) (string, error) {
			return resource.RuleGroupsConfig(project, location, cluster)
		})
	case "ClusterRules":
		return written(text, (*monitoringv1.ClusterRules).ValidateCreate, func(resource *monitoringv1.ClusterRules) (string, error) {
			return resource.RuleGroupsConfig(project, location, cluster)
		})
	default:
		return written(text, (*monitoringv1.GlobalRules).ValidateCreate, (*monitoringv1.GlobalRules).RuleGroupsConfig)
	}
}

func judge(path string, schemas map[string]*schema) (int, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	asJSON, err := yaml.YAMLToJSONStrict(text)
	if err != nil {
		return 0, err
	}
	var object map[string]any
	if err := json.Unmarshal(asJSON, &object); err != nil {
		return 0, err
	}
	kind, _ := object["kind"].(string)
	schema := schemas[kind]
	if schema == nil || object["apiVersion"] != "monitoring.googleapis.com/v1" {
		return 0, fmt.Errorf("there is no %v %q", object["apiVersion"], kind)
	}
	if wrong := validation.ValidateCustomResource(nil, object, schema.fields); len(wrong) > 0 {
		return 0, wrong.ToAggregate()
	}
	if wrong, _ := schema.rules.Validate(context.Background(), nil, schema.form, object, nil, budget); len(wrong) > 0 {
		return 0, wrong.ToAggregate()
	}
	metadata, _ := object["metadata"].(map[string]any)
	name, _ := metadata["name"].(string)
	if wrong := names.IsDNS1123Subdomain(name); wrong != nil {
		return 0, fmt.Errorf("%q: %s", name, wrong[0])
	}
	out, err := file(text, kind)
	return len(out), err
}

func main() {
	most := flag.Int("most", 1<<20, "bytes of the ConfigMap with the rules of a cluster")
	flag.Parse()
	schemas := map[string]*schema{}
	for kind, file := range map[string]string{"Rules": "rules", "ClusterRules": "clusterrules", "GlobalRules": "globalrules"} {
		schema, err := read(filepath.Join(flag.Arg(0), "monitoring.googleapis.com_"+file+".yaml"))
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		schemas[kind] = schema
	}
	all, failed := 0, flag.NArg() < 2
	for _, path := range flag.Args()[1:] {
		length, err := judge(path, schemas)
		if err != nil {
			fmt.Printf("%s: %v\n", path, err)
			failed = true
		}
		all += length
	}
	if all > *most {
		fmt.Printf("%d bytes do not fit into one ConfigMap\n", all)
		failed = true
	}
	if failed {
		os.Exit(1)
	}
	fmt.Printf("google: %d resources, %d bytes in the ConfigMap\n", flag.NArg()-1, all)
}
