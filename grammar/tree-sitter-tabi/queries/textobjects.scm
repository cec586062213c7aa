; Helix: `]f` goes to the next template or SLI, `mif` selects what stands in it; `]t` the next journey, step or site.
[(template body: (block) @function.inside) (sli body: (block) @function.inside)] @function.around
[(journey body: (block) @class.inside) (step body: (block) @class.inside) (site body: (block) @class.inside)] @class.around
(parameter_declaration) @parameter.inside
(argument) @parameter.inside
(comment) @comment.inside
(comment)+ @comment.around
