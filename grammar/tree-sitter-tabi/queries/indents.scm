; Captures of Helix (@indent, @outdent), of Neovim's plugins (@indent.begin, @indent.branch) and of Zed (@indent, @end).
[(block) (parameters) (arguments) (matchers) (pairs)] @indent @indent.begin
["}" ")"] @outdent @indent.branch @indent.end @end
