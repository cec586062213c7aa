// Draws dashboards with Grafana's own components in a real browser, from what a real Prometheus answered, and says what is wrong with the pictures:
// what is blank, cut off, or no number. Usage: node draw.mjs ANSWERS.json [OUTPUT]
// ANSWERS.json is written by `TABI_ANSWERS=FILE cargo test --test panels`; OUTPUT is a directory
// for the pictures.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const [source, output] = process.argv.slice(2);
const width = 1440;
const browser = ['chromium', 'google-chrome'].find((name) => spawnSync(name, ['--version']).status === 0);
if (!browser) {
  console.error('draw: no chromium; run ./scripts/install-tools');
  process.exit(1);
}

const directory = mkdtempSync(join(tmpdir(), 'tabi-draw-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
buildSync({
  entryPoints: [join(here, 'draw/page.jsx')], bundle: true, outfile: join(directory, 'page.js'), format: 'iife', jsx: 'transform', minify: true, logLevel: 'error',
  define: { 'process.env.NODE_ENV': '"production"', global: 'window' }, loader: { '.css': 'empty', '.ttf': 'empty', '.woff2': 'empty', '.svg': 'text' },
});
copyFileSync(join(here, 'node_modules/uplot/dist/uPlot.min.css'), join(directory, 'uPlot.css'));
copyFileSync(join(here, 'draw/page.css'), join(directory, 'page.css'));

function chromium(args) {
  const all = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--disable-dev-shm-usage', '--allow-file-access-from-files',
    `--user-data-dir=${join(directory, 'profile')}`, '--virtual-time-budget=8000', ...args];
  const { stdout, stderr, status } = spawnSync(browser, all, { encoding: 'utf8', maxBuffer: 1 << 28, timeout: 120_000 });
  if (status !== 0) throw new Error(`${browser}: ${stderr}`);
  return stdout;
}

// Lays out a dashboard, and says what is wrong with the picture, how many panels it has, and how high it is.
function look(one, name) {
  writeFileSync(join(directory, `${name}.js`), `window.drawn=${JSON.stringify({ ...one, width })};`);
  writeFileSync(join(directory, `${name}.html`), `<!doctype html><html><head><meta charset="utf-8">
<link rel="stylesheet" href="uPlot.css"><link rel="stylesheet" href="page.css"></head><body><div id="root"></div>
<script>const fault=(e)=>{const p=document.createElement('pre');p.id='error';p.textContent=String(e&&e.stack||e);document.body.append(p)};
window.onerror=(m,s,l,c,e)=>fault(e||m);window.onunhandledrejection=(e)=>fault(e.reason)</script>
<script src="${name}.js"></script><script src="page.js"></script></body></html>`);
  const dom = chromium([`--window-size=${width + 32},1600`, '--dump-dom', `file://${join(directory, `${name}.html`)}`]);
  const said = dom.match(/<script type="application\/json" id="found">(.*?)<\/script>/s);
  if (said) return JSON.parse(said[1]);
  return { found: [`not drawn: ${dom.match(/<pre id="error">(.*?)<\/pre>/s)?.[1].slice(0, 2000) ?? dom.slice(-500)}`], panels: 0, height: 0 };
}

// A judge that finds nothing in a bad picture proves nothing.
function spoil(all) {
  const one = structuredClone(all.find(({ path }) => path === 'dashboards/coexistence/checkout.json'));
  const [, first, , third] = one.dashboard.panels.filter((panel) => panel.type !== 'text');
  first.title = 'a title that is too long for its place '.repeat(3);
  one.answers[third.id].A[0].value[1] = '+Inf';
  const graph = one.dashboard.panels.find((panel) => panel.type === 'timeseries');
  for (const series of Object.values(one.answers[graph.id]).flat()) series.values = [];
  return one;
}

const all = JSON.parse(readFileSync(source, 'utf8'));
const spoiled = look(spoil(all), 'spoiled').found;
const missed = [/is cut off/, /shows .*∞/, /is blank/].filter((why) => !spoiled.some((found) => why.test(found)));
for (const why of missed) console.log(`not noticed in a spoiled picture: ${why}`);

if (output) mkdirSync(output, { recursive: true });
let [wrong, drawn] = [missed.length, 0];
for (const one of all) {
  const name = one.path.replace(/^dashboards\//, '').replace(/\.json$/, '').replaceAll('/', '-');
  const { found, panels, height } = look(one, name);
  for (const why of found) console.log(`${name}: ${why}`);
  [wrong, drawn] = [wrong + found.length, drawn + panels];
  if (output && panels > 0) chromium([`--window-size=${width + 32},${height + 24}`, `--screenshot=${join(output, `${name}.png`)}`, `file://${join(directory, `${name}.html`)}`]);
}
console.log(`${drawn} panels drawn, ${wrong} findings`);
process.exit(wrong === 0 && drawn > 0 ? 0 : 1);
