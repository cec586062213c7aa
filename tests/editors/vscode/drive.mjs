// A real VS Code (code-server) with the packed extension, looked at through Chromium: what a person sees, not what a protocol says.
// Usage: node drive.mjs PROJECT EXPECTED SCRATCH [PICTURE]. The project is edited, and must then be as EXPECTED; or, where a picture is asked for, only
// that is made. `tabi` is found in the PATH.
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, openSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const here = dirname(fileURLToPath(import.meta.url))
const [project, expected, scratch, picture] = process.argv.slice(2)
/** How long anything may take, on a slow machine with other work. */
const LIMIT = 180_000

const browserPath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => spawnSync(path, ['--version']).status === 0)
if (!browserPath) throw new Error('no chromium; run ./scripts/install-editors')

const user = join(scratch, 'user')
writeSettings('User', {
  'chat.disableAIFeatures': true,
  'editor.minimap.enabled': false,
  'editor.stickyScroll.enabled': false,
  'extensions.ignoreRecommendations': true,
  'files.autoSave': 'off',
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'window.restoreWindows': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
})
/** Where the program is is a matter of the machine that the server runs on, and has a file of its own. */
const configure = (settings) => writeSettings('Machine', settings)
configure({})

function writeSettings(scope, settings) {
  mkdirSync(join(user, scope), { recursive: true })
  writeFileSync(join(user, scope, 'settings.json'), JSON.stringify(settings))
}

/** Asks until the answer is something, and says what it was waiting for when it never is. */
async function until(what, ask) {
  const end = Date.now() + LIMIT
  let last
  for (;;) {
    try {
      const answer = await ask()
      if (answer) return answer
    } catch (error) {
      last = error
    }
    if (Date.now() > end) throw new Error(`waited in vain: ${what}${last ? ` (${last.message})` : ''}`)
    await new Promise((next) => setTimeout(next, 100))
  }
}

// VS Code asks a login shell for the PATH, as it does at home
const home = join(scratch, 'home')
mkdirSync(home, { recursive: true })
writeFileSync(join(home, '.profile'), `PATH='${process.env.PATH}'\n`)

const log = join(scratch, 'code-server.log')
const server = spawn(
  process.execPath,
  [
    join(here, 'node_modules/code-server/out/node/entry.js'), '--auth', 'none', '--bind-addr', '127.0.0.1:0', '--user-data-dir', user,
    '--extensions-dir', join(scratch, 'extensions'), '--disable-telemetry', '--disable-update-check', '--disable-workspace-trust', project,
  ],
  // a group of its own, so that all its children end with it
  { stdio: ['ignore', openSync(log, 'w'), openSync(log, 'a')], detached: true, env: { ...process.env, HOME: home, SHELL: '/bin/bash' } },
)
const port = () => until('code-server listens', () => /http:\/\/127\.0\.0\.1:(\d+)/.exec(readFileSync(log, 'utf8'))?.[1])

const file = (name) => readFileSync(join(project, name), 'utf8')
const browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] })
const page = await browser.newPage({ viewport: { width: picture ? 1500 : 1280, height: 720 }, deviceScaleFactor: picture ? 1.5 : 1 })
page.setDefaultTimeout(LIMIT)

const started = Date.now()
const proved = (what) => console.log(`vscode: ${what} (${((Date.now() - started) / 1000).toFixed(1)}s)`)
const key = (name) => page.keyboard.press(name)
/** The text of all that a selector finds, with blanks that are blanks. */
const texts = async (selector) => (await page.locator(selector).allInnerTexts()).map((text) => text.replaceAll('\u00a0', ' '))
const shows = (selector, text) => until(`"${text}" in ${selector}`, async () => (await texts(selector)).some((each) => each.includes(text)))

/** Presses a key until there is what it opens: a window that is busy drops keys. */
const press = (name, selector) => until(`${selector} after ${name}`, async () => {
  await key(name)
  return page.waitForSelector(selector, { timeout: 5000 }).catch(() => key('Escape').then(() => undefined))
})

/** Opens the field above (F1 for commands, Control+P for files and lines), writes into it, and takes what it offers first. */
async function quick(opener, text, offered) {
  await press(opener, '.quick-input-widget input[type=text]')
  const input = page.locator('.quick-input-widget input[type=text]')
  await input.fill(text)
  if (offered) await shows('.quick-input-widget .monaco-list-row.focused', offered)
  await key('Enter')
  await input.waitFor({ state: 'hidden' })
}
const command = (title) => quick('F1', `>${title}`, title)
const open = (name) => quick('Control+P', name, name)
const jump = (line, column) => quick('Control+P', `:${line}:${column}`, `${line}`)
/** The place of a text in the file that is on the screen, as the editor counts: from one, in UTF-16. */
function place(name, text) {
  const before = file(name).slice(0, file(name).indexOf(text)).split('\n')
  return [before.length, before.at(-1).length + 1]
}
const save = (name, want, what) => until(what, async () => {
  await key('Control+S')
  return want(file(name))
})
/** Where a text is on the screen, and its colour, as it begins. */
const spot = (text) => until(`"${text}" on the screen`, () => page.evaluate((text) => {
  for (const line of document.querySelectorAll('.monaco-editor .view-line')) {
    let at = line.textContent.replaceAll('\u00a0', ' ').indexOf(text)
    if (at < 0) continue
    const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT)
    for (let node; (node = walker.nextNode()); at -= node.length) {
      if (at >= node.length) continue
      const range = document.createRange()
      range.setStart(node, at)
      range.setEnd(node, at + 1)
      const { left, top, width, height } = range.getBoundingClientRect()
      return { x: left + width / 2, y: top + height / 2, colour: getComputedStyle(node.parentElement).color }
    }
  }
  return undefined
}, text))

async function main() {
  await page.goto(`http://127.0.0.1:${await port()}/?folder=${project}`)
  await page.waitForSelector('.monaco-workbench')
  await page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'checkout.tabi' }).waitFor()
  await open('checkout.tabi')
  await page.waitForSelector('.monaco-editor .view-line')
  await page.waitForSelector('.squiggly-error')
  proved('a squiggle')

  await until('the language has its name', async () => (await texts('.statusbar-item')).some((text) => text.trim() === 'Tabi'))
  const colours = await until('colours', async () => {
    const found = []
    for (const text of ['journey checkout', '"Checkout"', '# One mistake']) found.push((await spot(text)).colour)
    return new Set(found).size === 3 && found
  })
  proved(`colours of keyword, string and comment: ${colours.join(' ')}`)

  await press('Control+Shift+M', '.markers-panel')
  await shows('.markers-panel .monaco-list-row', '`99,9%` is written `99.9%`')
  proved('the panel of problems')

  // a directory comes, is renamed and goes as a whole: of the file in it nothing is told
  const [outside, inside, renamed] = [join(scratch, 'whole'), join(project, 'whole'), join(project, 'elsewhere')]
  mkdirSync(outside)
  writeFileSync(join(outside, 'broken.tabi'), 'user journey {\n')
  renameSync(outside, inside)
  await shows('.markers-panel .monaco-list-row', 'broken.tabi')
  renameSync(inside, renamed)
  await until('the problem is in the renamed directory', async () => {
    const rows = (await texts('.markers-panel .monaco-list-row')).join('\n')
    return /broken\.tabi\s*elsewhere/.test(rows) && !/broken\.tabi\s*whole/.test(rows)
  })
  rmSync(renamed, { recursive: true })
  await until('no problem of a directory that is gone', async () => !(await texts('.markers-panel .monaco-list-row')).some((row) => row.includes('broken.tabi')))
  proved('a directory that comes, is renamed and goes')
  await key('Control+Shift+M')

  await open('checkout.tabi')
  await jump(...place('checkout.tabi', '99,9%'))
  await press('Control+.', '.action-widget .monaco-list-row')
  await shows('.action-widget .monaco-list-row', '99.9%')
  await key('Enter')
  await page.waitForSelector('.squiggly-error', { state: 'detached' })
  await save('checkout.tabi', (text) => text.includes('{ target 99.9%'), 'the fix is in the file')
  proved('a quick fix')

  await until('a hover that speaks of 99.9%', async () => {
    const { x, y } = await spot('target 99.9%')
    await page.mouse.move(x, y)
    await page.waitForSelector('.monaco-hover-content:visible:has-text("99.9")', { timeout: 10_000 }).catch(() => page.mouse.move(x, 5))
    return (await texts('.monaco-hover-content:visible')).some((text) => text.includes('99.9'))
  })
  proved('hover')
  await key('Escape')

  const before = file('checkout.tabi')
  const [line] = place('checkout.tabi', '    sli available')
  await jump(line - 1, 1)
  await key('End')
  await key('Enter')
  await page.keyboard.type('traff')
  await shows('.suggest-widget.visible .monaco-list-row.focused', 'traffic')
  await key('Enter')
  await save('checkout.tabi', (text) => /^ {4}traffic\b/m.test(text), 'the completed word is in the file')
  proved('completion')
  // not with undo, which would take the fix back too when it is pressed once too often
  await key('Escape')
  await key('Control+Shift+K')
  await save('checkout.tabi', (text) => text === before, 'the text of before')

  await open('checkout.tabi')
  await jump(...place('checkout.tabi', '99.9%'))
  await command('Tabi: Show Generated Rules')
  await shows('.tab', 'Generated rules')
  await shows('.monaco-editor .view-line', 'groups:')
  proved('the generated rules, beside')
  await command('Tabi: Show Alert Table')
  await shows('.tab', 'Alert table')
  await shows('.monaco-editor .view-line', 'page 1h/5m')
  proved('the table of alerts')
  // the table follows what is typed
  const [targetLine, targetColumn] = place('checkout.tabi', '99.9%')
  await jump(targetLine, targetColumn + 4)
  await page.keyboard.type('5')
  await shows('.monaco-editor .view-line', '99.95% in 28d')
  await key('Backspace')
  await shows('.monaco-editor .view-line', '99.9% in 28d')
  proved('and it follows the text')

  await open('checkout.tabi')
  await jump(...place('checkout.tabi', 'checkout "Checkout"'))
  await press('F2', '.rename-box input')
  await page.locator('.rename-box input').fill('purchase')
  await key('Enter')
  await command('File: Save All')
  await until('renamed in both files', () => file('checkout.tabi').includes('journey purchase') && file('delivery.tabi').includes('delivers purchase'))
  proved('rename, over files')

  await open('checkout.tabi')
  await command('Format Document')
  await save('checkout.tabi', (text) => text === readFileSync(join(expected, 'checkout.tabi'), 'utf8'), 'formatted as `tabi fmt` does')
  proved('formatting')

  configure({ 'tabi.path': '/nowhere/tabi' })
  await shows('.notifications-toasts', '/nowhere/tabi does not exist')
  proved('a program that is not there')
  configure({})
  await jump(...place('checkout.tabi', '.9%'))
  await key('Delete')
  await page.keyboard.type(',')
  await page.waitForSelector('.squiggly-error')
  proved('and that it is there again')
}

/** The picture for the page: a mistake, what an alert means, and the table of alerts beside. PROJECT is examples/shop then. */
async function portray() {
  await page.goto(`http://127.0.0.1:${await port()}/?folder=${project}`)
  await page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'shop.tabi' }).waitFor()
  await open('shop.tabi')
  await key('Control+B')
  await jump(...place('shop.tabi', 'target 99.95%'))
  await command('Tabi: Show Alert Table')
  await shows('.monaco-editor .view-line', 'page 1h/5m')
  const [line, column] = place('shop.tabi', '.9%\n    }\n  }\n\n  ## The card')
  await jump(line, column)
  await key('Delete')
  await page.keyboard.type(',')
  await page.waitForSelector('.squiggly-error')
  await jump(...place('shop.tabi', 'target 99.95%'))
  // further down, so that the hover does not cover the table
  for (let lines = 0; lines < 11; lines++) await key('Control+ArrowUp')
  await until('a hover that stays', async () => {
    const { x, y } = await spot('target 99.95%')
    await page.mouse.move(x, 5)
    await page.mouse.move(x, y)
    await page.waitForTimeout(3000)
    return page.locator('.monaco-hover-content:visible').count()
  })
  await page.screenshot({ path: picture })
}

let failure
try {
  await (picture ? portray() : main())
} catch (error) {
  failure = error
  console.error(`vscode: ${error.stack}`)
  await page.screenshot({ path: join(scratch, 'failure.png') }).catch(() => {})
  console.error('-- on the screen:', await page.locator('body').innerText({ timeout: 5000 }).catch((error) => error.message))
  console.error('-- code-server:', readFileSync(log, 'utf8').slice(-4000))
  for (const name of readdirSync(user, { recursive: true }).filter((each) => /Tabi\.log$|remoteexthost\.log$/.test(each))) {
    console.error(`-- ${name}:`, readFileSync(join(user, name), 'utf8').slice(-4000))
  }
} finally {
  await browser.close().catch(() => {})
  process.kill(-server.pid, 'SIGKILL')
}
process.exit(failure ? 1 : 0)
