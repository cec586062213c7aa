(site name: (name) @name) @definition.class
(template name: (name) @name) @definition.function
(journey name: (name) @name) @definition.module
(step name: (name) @name) @definition.class
(sli name: (name) @name) @definition.method

(call template: (path (name) @name .)) @reference.call
((setting key: ["at" "delivers"] value: (name) @name)) @reference.class
