((promql (raw_content) @injection.content)
  (#set! injection.language "promql"))

(matcher
  operator: ["=~" "!~"]
  value: (string (string_content) @injection.content)
  (#set! injection.language "regex")
  (#set! injection.include-children))

(matcher
  operator: ["=~" "!~"]
  value: (raw (raw_content) @injection.content)
  (#set! injection.language "regex"))

(parameter_declaration
  type: (type) @_type
  default: (string (string_content) @injection.content)
  (#eq? @_type "regex")
  (#set! injection.language "regex")
  (#set! injection.include-children))

([(comment) (doc_comment)] @injection.content
  (#set! injection.language "comment"))
