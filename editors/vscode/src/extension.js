// Starts `tabi lsp`, and shows the documents that only the compiler can write: generated rules and tables of alerts.
const vscode = require('vscode')
const { LanguageClient } = require('vscode-languageclient/node')
const { examine } = require('./program')
const { Views } = require('./views')

/** @type {LanguageClient | undefined} */
let client
/** What starts and stops, one after the other: two restarts at once would leave a server behind. */
let turn = Promise.resolve()

/** @param {vscode.ExtensionContext} context */
async function activate(context) {
  const output = vscode.window.createOutputChannel('Tabi', { log: true })
  const views = new Views(() => client)
  const restart = () => (turn = turn.then(stop).then(() => start(output)).then(() => views.refreshSoon()).catch((error) => output.error(error)))
  context.subscriptions.push(
    output,
    views,
    vscode.commands.registerCommand('tabi.openRules', () => views.open('rules')),
    vscode.commands.registerCommand('tabi.openAlerts', () => views.open('alerts')),
    vscode.commands.registerCommand('tabi.restart', restart),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('tabi.path') || change.affectsConfiguration('tabi.inlayHints')) restart()
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(restart),
  )
  await restart()
}

async function deactivate() {
  await (turn = turn.then(stop))
}

async function stop() {
  const old = client
  client = undefined
  // a server that has crashed cannot be stopped, and need not be
  await old?.dispose().catch(() => {})
}

/** @param {vscode.LogOutputChannel} output */
async function start(output) {
  const settings = vscode.workspace.getConfiguration('tabi')
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri.fsPath
  const program = await examine(settings.get('path', 'tabi'), folder)
  if (program.problem) {
    output.error(program.problem)
    complain(program.problem, output)
    return
  }
  output.info(`starts ${program.path} lsp (${program.version})`)
  const hints = settings.get('inlayHints.enable', true)
  // the id is also the section of the setting `tabi.trace.server`
  const next = new LanguageClient(
    'tabi',
    'Tabi',
    { command: program.path, args: ['lsp'], options: { cwd: folder } },
    {
      documentSelector: [
        { scheme: 'file', language: 'tabi' },
        { scheme: 'untitled', language: 'tabi' },
      ],
      outputChannel: output,
      middleware: {
        provideInlayHints: (document, range, token, ask) => (hints ? ask(document, range, token) : []),
      },
    },
  )
  try {
    await next.start()
    client = next
  } catch (error) {
    await next.dispose().catch(() => {})
    complain(`The language server does not start: ${error instanceof Error ? error.message : error}`, output)
  }
}

/**
 * Says what is wrong, with the ways out. Nobody waits for the answer: the editor goes on without the server.
 * @param {string} problem
 * @param {vscode.LogOutputChannel} output
 */
async function complain(problem, output) {
  const [settings, retry, log] = ['Open Settings', 'Try Again', 'Show Log']
  const answer = await vscode.window.showErrorMessage(`Tabi: ${problem}`, retry, settings, log)
  if (answer === settings) await vscode.commands.executeCommand('workbench.action.openSettings', 'tabi.path')
  if (answer === retry) await vscode.commands.executeCommand('tabi.restart')
  if (answer === log) output.show()
}

module.exports = { activate, deactivate }
