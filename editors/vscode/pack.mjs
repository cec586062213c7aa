// Bundles the extension into one file, and takes the grammar along. `vsce package` runs it.
import { build } from 'esbuild'
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

process.chdir(dirname(fileURLToPath(import.meta.url)))
await rm('dist', { recursive: true, force: true })
await mkdir('dist')
const { metafile } = await build({
  entryPoints: ['src/extension.js'],
  outfile: 'dist/extension.js',
  bundle: true,
  minify: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode'],
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
})
await copyFile('../../grammar/tabi.tmLanguage.json', 'dist/tabi.tmLanguage.json')

for (const licence of ['LICENSE', 'LICENSE-APACHE', 'LICENSE-MIT']) await copyFile(`../../${licence}`, `dist/${licence}`)

// the licences of what was bundled
const packages = new Set(Object.keys(metafile.inputs).map((file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]))
const notices = []
for (const folder of [...packages].filter(Boolean).sort()) {
  const { name, version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const file = (await readdir(folder)).find((each) => /^licen[cs]e/i.test(each))
  if (!file) throw new Error(`${name} ${version} has no file with its licence`)
  notices.push(`${name} ${version}\n\n${(await readFile(join(folder, file), 'utf8')).trim()}\n`)
}
await writeFile('dist/THIRD-PARTY.txt', notices.join(`\n${'-'.repeat(80)}\n\n`))
