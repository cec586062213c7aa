// Documents that the server writes: the generated rules and the table of alerts of what the cursor stands in. They can only be read, and follow
// the cursor and every change.
const vscode = require('vscode')

const SCHEME = 'tabi'
/** After the last key, until a view asks again. */
const PAUSE_MS = 250
const KINDS = {
  rules: { command: 'tabi.showRules', uri: vscode.Uri.parse(`${SCHEME}:/Generated rules`) },
  alerts: { command: 'tabi.showAlerts', uri: vscode.Uri.parse(`${SCHEME}:/Alert table`) },
}

class Views {
  /** @param {() => import('vscode-languageclient/node').LanguageClient | undefined} client */
  constructor(client) {
    this.client = client
    this.changed = new vscode.EventEmitter()
    /** Where the cursor was last in a file of Tabi. */
    this.place = undefined
    this.timer = undefined
    this.parts = [
      this.changed,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
        onDidChange: this.changed.event,
        provideTextDocumentContent: (uri, token) => this.text(uri, token),
      }),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.follow(textEditor)),
      vscode.window.onDidChangeActiveTextEditor((editor) => this.follow(editor)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => document.languageId === 'tabi' && this.refreshSoon()),
      // tabi.toml, and files that are changed elsewhere
      vscode.workspace.onDidSaveTextDocument(() => this.refreshSoon()),
    ]
    this.follow(vscode.window.activeTextEditor)
  }

  dispose() {
    clearTimeout(this.timer)
    vscode.Disposable.from(...this.parts).dispose()
  }

  /** @param {'rules' | 'alerts'} kind */
  async open(kind) {
    this.follow(vscode.window.activeTextEditor)
    if (!this.place) {
      vscode.window.showInformationMessage('Tabi: open a .tabi file, and put the cursor into what you want to see.')
      return
    }
    const { uri } = KINDS[kind]
    // one that is open already still shows where the cursor was
    this.changed.fire(uri)
    const document = await vscode.workspace.openTextDocument(uri)
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true, preview: false })
  }

  /** @param {vscode.TextEditor | undefined} editor */
  follow(editor) {
    if (editor?.document.languageId !== 'tabi' || editor.document.uri.scheme === SCHEME) return
    const next = { uri: editor.document.uri, position: editor.selection.active }
    const same = this.place?.uri.toString() === next.uri.toString() && this.place.position.isEqual(next.position)
    this.place = next
    if (!same) this.refreshSoon()
  }

  refreshSoon() {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      for (const document of vscode.workspace.textDocuments) {
        if (document.uri.scheme === SCHEME) this.changed.fire(document.uri)
      }
    }, PAUSE_MS)
  }

  /** @param {vscode.Uri} uri @param {vscode.CancellationToken} token */
  async text(uri, token) {
    const kind = Object.values(KINDS).find((each) => each.uri.path === uri.path)
    const client = this.client()
    // a view may outlive the window it was opened in
    if (!kind || !this.place) return '# Put the cursor into a journey, step or SLI of a .tabi file.\n'
    if (!client) return '# The language server is not running.\n'
    const { uri: source, position } = this.place
    const call = { command: kind.command, arguments: [source.toString(), { line: position.line, character: position.character }] }
    let answer
    try {
      answer = await client.sendRequest('workspace/executeCommand', call, token)
    } catch (error) {
      return `# ${error instanceof Error ? error.message : error}\n`
    }
    if (!answer) return '# Nothing comes out here: put the cursor into a journey, step or SLI.\n'
    this.speak(uri, answer.language)
    return answer.text
  }

  /** Sets the language of a view, once its document exists. */
  async speak(uri, language) {
    const document = await vscode.workspace.openTextDocument(uri)
    if (document.languageId === language) return
    const known = await vscode.languages.getLanguages()
    if (known.includes(language)) await vscode.languages.setTextDocumentLanguage(document, language)
  }
}

module.exports = { Views }
