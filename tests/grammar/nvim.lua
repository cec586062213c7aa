-- Run by scripts/test-grammars in Neovim, set up as grammar/README.md says: nvim -u init.lua -l nvim.lua REPOSITORY
local function must(right, what)
  if not right then
    io.stderr:write(what .. '\n')
    os.exit(1)
  end
end

vim.cmd('filetype on')
vim.cmd.edit(arg[1] .. '/examples/shop/shop.tabi')
must(vim.bo.filetype == 'tabi', 'the file type is ' .. vim.bo.filetype)
must(vim.treesitter.highlighter.active[vim.api.nvim_get_current_buf()], 'the page does not start the colours')
local parser = vim.treesitter.get_parser(0)
parser:parse(true)
must(not parser:parse()[1]:root():has_error(), 'an error in the tree')

for _, name in ipairs({ 'highlights', 'folds', 'indents', 'injections', 'locals', 'tags' }) do
  must(vim.treesitter.query.get('tabi', name), 'no query ' .. name)
end

-- the captures of the first place where a line matches
local function captures(pattern)
  for row, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    local from = line:find(pattern)
    if from then
      local found = {}
      for _, capture in ipairs(vim.treesitter.get_captures_at_pos(0, row - 1, from - 1)) do
        found[capture.capture] = true
      end
      return found, line
    end
  end
  must(false, 'no line has ' .. pattern)
end
for pattern, wanted in pairs({
  ['^user journey'] = 'keyword.modifier',
  ['journey checkout'] = 'keyword',
  ['checkout "'] = 'type',
  ['"Checkout'] = 'string',
  ['target  *%d'] = 'property',
  ['%d+%.?%d*%%'] = 'number',
  ['http_requests_total'] = 'variable',
  ['job='] = 'variable.member',
  ['good  *h'] = 'keyword.function',
  ['^## '] = 'comment.documentation',
}) do
  local found, line = captures(pattern)
  must(found[wanted], ('%s is no %s in: %s, but %s'):format(pattern, wanted, line, vim.inspect(vim.tbl_keys(found))))
end

-- what is injected, with languages that Neovim has standing in for those that it has not
vim.treesitter.language.register('lua', 'promql')
vim.treesitter.language.register('query', 'regex')
local text = 'template t(a: regex = "b+") {\n  good x{a=~"c|d", e!~`f`, g="h"}\n  total `sum(\n  y)`\n}\n'
local injected = {}
local whole = vim.treesitter.get_string_parser(text, 'tabi')
whole:parse(true)
for language, child in pairs(whole:children()) do
  injected[language] = {}
  for _, regions in ipairs(child:included_regions()) do
    for _, region in ipairs(regions) do
      table.insert(injected[language], text:sub(region[3] + 1, region[6]))
    end
  end
  table.sort(injected[language])
end
must(vim.deep_equal(injected.lua, { 'sum(\n  y)' }), 'injected as PromQL: ' .. vim.inspect(injected))
must(vim.deep_equal(injected.query, { 'b+', 'c|d', 'f' }), 'injected as regular expressions: ' .. vim.inspect(injected))

-- folds as Neovim itself makes them
vim.wo.foldmethod = 'expr'
vim.wo.foldexpr = 'v:lua.vim.treesitter.foldexpr()'
local deepest = 0
for row = 1, vim.api.nvim_buf_line_count(0) do
  local level = tostring(vim.treesitter.foldexpr(row)):match('%d+')
  deepest = math.max(deepest, tonumber(level) or 0)
end
must(deepest >= 3, 'folds are ' .. deepest .. ' deep')
os.exit(0)
