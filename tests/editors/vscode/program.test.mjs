// What the extension says of programs that are missing, old, or something else.
import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

const { examine, inPath } = createRequire(import.meta.url)('../../../editors/vscode/src/program.js')
const folder = mkdtempSync(join(tmpdir(), 'tabi-program-'))
after(() => rmSync(folder, { recursive: true }))

function program(name, body) {
  writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`)
  chmodSync(join(folder, name), 0o755)
  return join(folder, name)
}
const good = program('good', 'case $1 in --version) echo tabi 0.1.0;; lsp) exit 0;; esac')

test('a program that serves', async () => {
  assert.deepEqual(await examine(good, folder), { path: good, version: 'tabi 0.1.0' })
})

test('paths are seen from the folder, from home, and by its variable', async () => {
  assert.equal((await examine('./good', folder)).path, good)
  assert.equal((await examine('${workspaceFolder}/good', folder)).problem, undefined)
  assert.equal((await examine('~/no-tabi', folder)).path, join(homedir(), 'no-tabi'))
  assert.match((await examine('  ', undefined)).path, /(^|\/)tabi$/)
})

test('one that is not in the PATH is installed by a command that is said', async () => {
  const { problem } = await examine('no-such-tabi', folder)
  assert.match(problem, /`no-such-tabi` is not in the PATH\. Install it with `cargo install [^`]+`/)
  assert.match(problem, /tabi\.path/)
})

test('a program that lies in the folder is not started for a bare name', async () => {
  const evil = program('tabi-of-folder', 'case $1 in --version) echo tabi 6.6.6;; lsp) exit 0;; esac')
  const before = { PATH: process.env.PATH, folder: process.cwd() }
  try {
    process.chdir(folder)
    for (const PATH of ['.', '', ':', `.:${before.PATH}`, `:${before.PATH}`]) {
      process.env.PATH = PATH
      const { version, problem } = await examine('tabi-of-folder', folder)
      assert.equal(version, '', `with PATH=${PATH}`)
      assert.match(problem, /is not in the PATH/)
    }
    process.env.PATH = `.:${folder}`
    assert.equal((await examine('tabi-of-folder', folder)).path, evil)
  } finally {
    process.env.PATH = before.PATH
    process.chdir(before.folder)
  }
})

test('on Windows the PATH alone says where a bare name is', () => {
  const there = new Set(['C:\\work\\tabi.exe', 'tabi.exe', 'C:\\Program Files\\Tabi\\tabi.exe', 'D:\\tabi.exe', 'C:\\bin\\tabi.cmd'])
  const find = (name, PATH) => inPath(name, { windows: true, PATH, isProgram: (file) => there.has(file) })
  for (const PATH of ['', '.', ';', '.;;\\;D:;work;tools\\bin', 'C:\\bin']) assert.equal(find('tabi', PATH), undefined, PATH)
  assert.equal(find('tabi', '.;C:\\bin;"C:\\Program Files\\Tabi"'), 'C:\\Program Files\\Tabi\\tabi.exe')
  assert.equal(find('tabi.exe', 'c:/none;C:\\Program Files\\Tabi\\'), 'C:\\Program Files\\Tabi\\tabi.exe')
})

test('one that does not exist', async () => {
  assert.match((await examine('/nowhere/tabi', folder)).problem, /^\/nowhere\/tabi does not exist\. .*tabi\.path/)
})

test('a folder that does not exist is not the fault of the program', async () => {
  assert.equal((await examine(good, join(folder, 'gone'))).problem, undefined)
})

test('one that is too old', async () => {
  const old = program('old', '[ "$1" = --version ] && echo tabi 0.0.1 && exit; echo "error: unrecognized subcommand" >&2; exit 2')
  const { problem } = await examine(old, folder)
  assert.match(problem, /old is tabi 0\.0\.1, which has no language server\. Install a newer one with `cargo install/)
})

test('another program of that name', async () => {
  assert.match((await examine(program('other', 'echo something else 3'), folder)).problem, /does not seem to be Tabi: it says "something else 3"/)
  assert.match((await examine(program('fails', 'echo no >&2; exit 3'), folder)).problem, /does not seem to be Tabi: no/)
  writeFileSync(join(folder, 'text'), 'no program')
  assert.match((await examine(join(folder, 'text'), folder)).problem, /does not seem to be Tabi: .*EACCES/)
})
