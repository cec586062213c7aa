; No two patterns match one node: editors do not agree on which of them wins.

((comment) @comment
  (#not-match? @comment "^#+\\s*tabi:"))
((comment) @keyword.directive
  (#match? @keyword.directive "^#+\\s*tabi:"))
(doc_comment) @comment.documentation

; Words that declare
["use" "as"] @keyword.import
["defaults" "site" "template" "journey" "step" "sli"] @keyword
(audience) @keyword.modifier

; Measures and settings
(measure key: _ @keyword.function)
"under" @keyword.operator
"in" @keyword.operator
(setting key: _ @property)
(alert key: _ @property)
(severity) @constant
"off" @constant.builtin
(constant) @constant

; What is declared
(use alias: (name) @module)
(site name: (name) @type)
(template name: (name) @function)
(journey name: (name) @type)
(step name: (name) @type)
(sli name: (name) @type)
(parameter_declaration name: (name) @variable.parameter)
(type) @type.builtin

; What is named
(use module: (path (name) @module))
(call template: (path (name) @module . "."))
(call template: (path (name) @function .))
(argument name: (name) @variable.parameter)
(setting value: (name) @variable)
(metric_name) @variable
(label_name) @variable.member
(parameter) @variable.parameter

; Leaves
(string) @string
(escape_sequence) @string.escape
(raw) @string.regexp
(promql ["`"] @punctuation.special)
[(number) (percent) (duration) (rate)] @number

["=" "!=" "=~" "!~"] @operator
["," "." ":"] @punctuation.delimiter
["{" "}" "(" ")"] @punctuation.bracket
