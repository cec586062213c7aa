[(block) (parameters) (arguments) (matchers) (pairs) (promql)] @fold
