-- A real Neovim with the set-up of docs/editors.md, driven by keys and its own functions, as a person would.
-- Usage: nvim -l neovim.lua PROJECT. This Neovim starts another one, which has its event loop for itself, and asks it.
local project = _G.arg[1]
local LIMIT = 60000

local editor = vim.fn.jobstart({ 'nvim', '--embed', '--headless', '-n', '--cmd', 'set columns=120 lines=40' }, { rpc = true, cwd = project })

---Runs Lua in the other Neovim; its arguments are `...` there.
local function lua(text, ...)
  return vim.rpcrequest(editor, 'nvim_exec_lua', text, { ... })
end
local function keys(text)
  vim.rpcrequest(editor, 'nvim_input', text)
end
local function file(name)
  return table.concat(vim.fn.readfile(project .. '/' .. name), '\n')
end

---Asks until the answer is something.
local function wait_for(what, ask)
  local answer
  if vim.wait(LIMIT, function()
    answer = ask()
    return answer ~= nil and answer ~= vim.NIL and answer ~= false
  end, 50) then
    return answer
  end
  error('waited in vain: ' .. what, 0)
end
local function proved(what)
  io.write('neovim: ' .. what .. '\n')
end
local function diagnostics()
  return lua('return vim.diagnostic.get(0)')
end
---Puts the cursor onto the beginning of a text.
local function jump(text)
  lua([[vim.fn.cursor(1, 1); assert(vim.fn.search('\\V' .. ..., 'cW') > 0)]], text)
end

local function main()
  lua('vim.cmd.edit(...)', 'checkout.tabi')
  local found = wait_for('a diagnostic', function()
    return diagnostics()[1]
  end)
  assert(found.message:find('is written `99.9%`', 1, true), found.message)
  assert(found.code == 'syntax', vim.inspect(found))
  -- Neovim counts bytes: the sign before it has four
  assert(file('checkout.tabi'):match('[^\n]*99,9'):sub(found.col + 1) == '99,9', vim.inspect(found))
  proved('a diagnostic')

  jump('99,9%')
  -- the one that mends is preferred; the other says more
  lua([[vim.lsp.buf.code_action({
    apply = true,
    filter = function(action) return action.isPreferred end,
    context = { only = { 'quickfix' }, diagnostics = vim.lsp.diagnostic.from(vim.diagnostic.get(0)) },
  })]])
  wait_for('the fix', function()
    return lua([[return vim.fn.search('{ target 99.9%', 'nw') > 0]]) and #diagnostics() == 0
  end)
  proved('a quick fix')

  jump('target')
  keys('K')
  local hover = wait_for('a hover', function()
    return lua([[
      for _, window in ipairs(vim.api.nvim_list_wins()) do
        if vim.api.nvim_win_get_config(window).relative ~= '' then
          return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false), '\n')
        end
      end]])
  end)
  assert(hover:find('99.9', 1, true), hover)
  proved('hover')

  local before = lua('return vim.api.nvim_buf_get_lines(0, 0, -1, false)')
  jump('sli available')
  keys('Otraff<C-x><C-o>')
  wait_for('the completion', function()
    return lua([[return vim.api.nvim_get_mode().mode:sub(1, 1) == 'i' and vim.api.nvim_get_current_line():match('^%s*traffic') ~= nil]])
      or lua([[
        for _, item in ipairs(vim.fn.complete_info({ 'items' }).items) do
          if item.word:match('^traffic') then return true end
        end]])
  end)
  keys('<C-y><Esc>')
  wait_for('the completed word', function()
    return lua([[return vim.api.nvim_get_mode().mode == 'n' and vim.fn.search('^ *traffic', 'nw') > 0]])
  end)
  keys('<Esc>u')
  wait_for('the text of before', function()
    return vim.deep_equal(lua('return vim.api.nvim_buf_get_lines(0, 0, -1, false)'), before)
  end)
  proved('completion')

  jump('checkout "Checkout"')
  lua([[vim.lsp.buf.rename('purchase')]])
  wait_for('the rename', function()
    return lua([[return vim.fn.search('journey purchase', 'nw') > 0 and vim.fn.bufloaded('delivery.tabi') == 1]])
  end)
  lua('vim.cmd.wall()')
  assert(file('delivery.tabi'):find('delivers purchase', 1, true), file('delivery.tabi'))
  proved('rename, over files')

  lua('vim.lsp.buf.format({ timeout_ms = ... })', LIMIT)
  lua('vim.cmd.wall()')
  assert(file('checkout.tabi'):find('\n      target 99.9%', 1, true), file('checkout.tabi'))
  proved('formatting')

  for text, capture in pairs({ ['journey purchase'] = 'keyword', ['"Card or'] = 'string', ['## A buyer'] = 'comment' }) do
    jump(text)
    local captures = wait_for('colours of tree-sitter', function()
      local all = lua([[return vim.treesitter.get_captures_at_cursor(0)]])
      return #all > 0 and all
    end)
    assert(vim.iter(captures):any(function(name) return name:find('^' .. capture) end), text .. ': ' .. vim.inspect(captures))
  end
  proved('colours of tree-sitter')

  for command, want in pairs({ TabiRules = 'groups:', TabiAlerts = 'page 1h/5m' }) do
    lua([[vim.cmd.buffer('checkout.tabi')]])
    jump('target 99.9%')
    lua('vim.cmd(...)', command)
    wait_for(command, function()
      return lua([[return vim.bo.buftype == 'nofile' and vim.fn.search('\\V' .. ..., 'nw') > 0]], want)
    end)
    lua('vim.cmd.close()')
  end
  proved('generated rules and table of alerts')
end

local ok, problem = xpcall(main, debug.traceback)
if not ok then
  print('neovim: ' .. tostring(problem))
  print(lua([[return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n') .. '\n' .. vim.inspect(vim.diagnostic.get(0)) .. '\n' .. vim.fn.execute('messages')]]))
  local log = vim.fn.expand('~/.local/state/nvim/lsp.log')
  if vim.fn.filereadable(log) == 1 then print(table.concat(vim.fn.readfile(log, '', -50), '\n')) end
end
vim.fn.jobstop(editor)
os.exit(ok and 0 or 1)
