// Package v2 stands where the linter looks for Grafana's second model of dashboards, whose module cannot be downloaded. The linter is compiled with
// it and never runs into it: what we write is the classic model. Only names that the linter uses are here.
package v2

// DashboardSpec is a dashboard.
type DashboardSpec struct {
	Title       string
	Editable    *bool
	Elements    map[string]DashboardElement
	Variables   []DashboardVariableKind
	Annotations []DashboardAnnotationQueryKind
}

// DashboardElement is a panel, or something else.
type DashboardElement struct{ PanelKind *DashboardPanelKind }

// DashboardPanelKind is a panel.
type DashboardPanelKind struct{ Spec DashboardPanelSpec }

// DashboardPanelSpec says what a panel shows.
type DashboardPanelSpec struct {
	Id          float64
	Title       string
	Description string
	VizConfig   struct {
		Group string
		Spec  struct{ FieldConfig, Options any }
	}
	Data struct {
		Spec struct{ Queries []DashboardPanelQueryKind }
	}
}

// DashboardPanelQueryKind is a query of a panel.
type DashboardPanelQueryKind struct {
	Spec struct {
		RefId  string
		Hidden bool
		Query  DashboardDataQueryKind
	}
}

// DashboardDataQueryKind is what a data source is asked.
type DashboardDataQueryKind struct {
	Group      string
	Datasource *struct{ Name *string }
	Spec       map[string]any
}

// DashboardAnnotationQueryKind is a query of annotations.
type DashboardAnnotationQueryKind struct {
	Spec struct {
		Name  string
		Query DashboardDataQueryKind
	}
}

// DashboardVariableRefresh says when a variable is asked again.
type DashboardVariableRefresh string

// The times at which variables are asked again.
const (
	DashboardVariableRefreshOnTimeRangeChanged DashboardVariableRefresh = "onTimeRangeChanged"
	DashboardVariableRefreshOnDashboardLoad    DashboardVariableRefresh = "onDashboardLoad"
)

// Variable is a variable of any kind.
type Variable struct {
	Spec struct {
		Name            string
		Label, AllValue *string
		Multi           bool
		Refresh         DashboardVariableRefresh
		PluginId        string
	}
}

// DashboardVariableKind is one of the kinds of variables.
type DashboardVariableKind struct {
	QueryVariableKind *struct {
		Spec struct {
			Name            string
			Label, AllValue *string
			Multi           bool
			Refresh         DashboardVariableRefresh
			Query           DashboardDataQueryKind
		}
	}
	CustomVariableKind, IntervalVariableKind, ConstantVariableKind, TextVariableKind *struct {
		Spec struct {
			Name            string
			Label, AllValue *string
			Multi           bool
			Query           string
		}
	}
	DatasourceVariableKind, AdhocVariableKind, GroupByVariableKind, SwitchVariableKind *Variable
}
