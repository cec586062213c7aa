// Finds the program, and says in one sentence what to do when it cannot serve.
const { execFile } = require('node:child_process')
const { statSync } = require('node:fs')
const { homedir } = require('node:os')
const path = require('node:path')

const INSTALL = 'cargo install --path .'

/**
 * Whether the program is there and has a language server. It is asked and not judged by its version: a build of one's own may have any.
 * @param {string} setting
 * @param {string | undefined} folder
 * @returns {Promise<{ path: string, version: string, problem?: string }>}
 */
async function examine(setting, folder) {
  const wanted = expand(String(setting ?? '').trim() || 'tabi', folder)
  const program = /[/\\]/.test(wanted) ? wanted : inPath(wanted)
  if (program === undefined) {
    const problem = `the program \`${wanted}\` is not in the PATH. Install it with \`${INSTALL}\` in the repository of Tabi, or say in the setting tabi.path where it is.`
    return { path: wanted, version: '', problem }
  }
  const version = await run(program, ['--version'])
  const found = { path: program, version: version.out.trim() }
  if (version.missing) {
    const problem = `${program} does not exist. Mend the setting tabi.path, or install with \`${INSTALL}\` in the repository of Tabi and say "tabi" there.`
    return { ...found, problem }
  }
  if (version.failure || !/^tabi \d/.test(found.version)) {
    const said = version.failure ?? `it says "${found.version.slice(0, 80)}" of itself`
    return { ...found, problem: `${program} does not seem to be Tabi: ${said}. The setting tabi.path says where the program is.` }
  }
  const server = await run(program, ['lsp', '--help'])
  if (server.failure) {
    const problem = `${program} is ${found.version}, which has no language server. Install a newer one with \`${INSTALL}\` in the repository of Tabi.`
    return { ...found, problem }
  }
  return found
}

/** @param {string} setting @param {string | undefined} folder */
function expand(setting, folder) {
  const home = setting.replace(/^~(?=$|[/\\])/, homedir())
  const whole = folder === undefined ? home : home.replaceAll('${workspaceFolder}', folder)
  // a path is seen from the folder, a bare name is looked for in the PATH
  return /[/\\]/.test(whole) && folder !== undefined ? path.resolve(folder, whole) : whole
}

/**
 * Where the PATH has a program. It is looked for here and not left to the system: Windows looks into the current directory first, and a PATH
 * may name it too; a project that was only opened must not have its own `tabi` run.
 * @param {string} name
 * @param {{ windows?: boolean, PATH?: string, isProgram?: (file: string) => boolean }} [system]
 * @returns {string | undefined}
 */
function inPath(name, { windows = process.platform === 'win32', PATH = process.env.PATH ?? '', isProgram = isRunnable } = {}) {
  const { delimiter, join } = windows ? path.win32 : path.posix
  // what is seen from a current directory or drive is left out
  const whole = windows ? /^([a-z]:[/\\]|[/\\]{2})/i : /^\//
  // only these are started without a shell
  const names = !windows || /\.(exe|com)$/i.test(name) ? [name] : [`${name}.exe`, `${name}.com`]
  const folders = PATH.split(delimiter).map((each) => (windows ? each.trim().replaceAll('"', '') : each))
  const files = folders.filter((each) => whole.test(each)).flatMap((each) => names.map((one) => join(each, one)))
  return files.find(isProgram)
}

/** @param {string} file */
function isRunnable(file) {
  try {
    const found = statSync(file)
    return found.isFile() && (process.platform === 'win32' || (found.mode & 0o111) !== 0)
  } catch {
    return false
  }
}

/**
 * @param {string} program
 * @param {string[]} args
 * @returns {Promise<{ out: string, missing?: boolean, failure?: string }>}
 */
function run(program, args) {
  return new Promise((done) => {
    execFile(program, args, { timeout: 10_000, windowsHide: true }, (error, out, err) => {
      if (!error) done({ out })
      else if (error.code === 'ENOENT') done({ out, missing: true, failure: 'not found' })
      else done({ out, failure: err.trim().split('\n')[0] || error.message })
    })
  })
}

module.exports = { examine, inPath, INSTALL }
