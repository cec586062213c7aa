; Names of journeys, sites and templates are known in other files too; parameters are those of their template.
(source_file) @local.scope
(template) @local.scope

(site name: (name) @local.definition @local.definition.type)
(template name: (name) @local.definition @local.definition.function)
(journey name: (name) @local.definition @local.definition.type)
(use alias: (name) @local.definition @local.definition.import)
(parameter_declaration name: (name) @local.definition @local.definition.parameter)

(path (name) @local.reference)
(setting value: (name) @local.reference)
