// Asks Grafana's own code for the text and the colour of tiles. Usage: node tiles.mjs DIRECTORY of the shop example's dashboards.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { JSDOM } from 'jsdom';

const dom = new JSDOM('<!doctype html><html><body></body></html>', { url: 'http://localhost/' });
for (const key of ['window', 'document', 'localStorage', 'HTMLElement', 'Element', 'Node', 'DOMParser', 'Event', 'navigator']) {
  if (!(key in globalThis) || key === 'window') globalThis[key] = key === 'window' ? dom.window : dom.window[key];
}
// its modules name what a CommonJS module does not: it loads as CommonJS only
const { createTheme, FieldType, getDisplayProcessor, getValueFormats } = createRequire(import.meta.url)('@grafana/data');
const theme = createTheme();
const directory = process.argv[2];
const read = (path) => JSON.parse(readFileSync(`${directory}/${path}`, 'utf8'));
const units = new Set(getValueFormats().flatMap((group) => group.submenu.map((format) => format.value)));
const found = [];
let asked = 0;

const all = (panels) => panels.flatMap((panel) => [panel, ...all(panel.panels ?? [])]);
const panel = (dashboard, title) => all(dashboard.panels).find((p) => p.title.startsWith(title)) ?? { fieldConfig: { defaults: {}, overrides: [] } };

// What Grafana shows of a value: with the defaults of a panel, and where a query or a name is given with its own.
function shown(of, value, override) {
  const config = { ...of.fieldConfig.defaults };
  for (const o of of.fieldConfig.overrides) {
    if (o.matcher.options === override) for (const p of o.properties) config[p.id] = p.value;
  }
  const display = getDisplayProcessor({ field: { name: 'v', type: FieldType.number, config, values: [] }, theme })(value);
  return [`${display.prefix ?? ''}${display.text}${display.suffix ?? ''}`, display.color?.toLowerCase()];
}

const [blue, yellow, red, dark, grey] = ['#5794f2', '#f2cc0c', '#e02f44', '#7a1526', '#808080'];
function expect(of, value, text, color, override) {
  asked += 1;
  const [got, gotColor] = shown(of, value, override);
  if (got !== text || (color && gotColor !== color)) found.push(`${of.title}: ${value} is shown as "${got}" ${gotColor}, not "${text}" ${color}`);
}

const overview = read('overview.json');
const checkout = read('journeys/checkout.json');
const ship = read('coexistence/checkout.json');

const left = panel(checkout, 'Budget left of');
for (const [value, text, color] of [
  [1, '100.0%', blue], [0.25, '25.0%', blue], [0.249, '24.9%', yellow], [0.0001, '0.0%', yellow], [0, '0.0%', red], [-9.88, '-988.0%', red],
  [NaN, 'no data', grey], [null, 'no data', grey],
]) expect(left, value, text, color);

// target 99.6 %: two decimals, so that what misses it does not look as if it met it
const good = panel(checkout, 'Good in');
for (const [value, text, color] of [
  [1, '100.00%', blue], [0.9996, '99.96%', blue], [0.996, '99.60%', blue], [0.9959, '99.59%', red], [0, '0.00%', red], [NaN, 'no data', grey], [null, 'no data', grey],
]) expect(good, value, text, color);

// a step with target 99.95 %: three decimals
const step = panel(checkout, '3 Pay');
for (const [value, text, color] of [[-1, 'no data', grey], [0, 'fine', blue], [1, 'ticket', yellow], [2, 'spent', dark], [3, 'page', red], [NaN, 'no data', grey]]) {
  expect(step, value, text, color);
}
for (const [value, text, color] of [[0.9995, '99.950%', blue], [0.99949, '99.949%', red], [1, '100.000%', blue], [NaN, 'no data', grey]]) {
  expect(step, value, text, color, 'B');
}

const burn = panel(checkout, 'Burn over');
for (const [value, text, color] of [[0, '0.0 ×', blue], [1, '1.0 ×', yellow], [13.44, '13.4 ×', red], [NaN, 'no data', grey]]) expect(burn, value, text, color);

const out = panel(checkout, 'Runs out in');
for (const [value, text, color] of [[0, '0 s', red], [3600, '1.0 hour', red], [86400 * 3, '3.0 days', yellow], [86400 * 28, '4.0 weeks', blue], [null, 'no data', grey]]) {
  expect(out, value, text, color);
}

const decision = panel(ship, 'Ship features?');
for (const [value, text, color] of [[-1, 'no data', grey], [0, 'SHIP', blue], [1, 'CAREFUL', yellow], [2, 'FREEZE', red], [NaN, 'no data', grey]]) {
  expect(decision, value, text, color);
}
const fix = panel(ship, 'Does a fix');
for (const [value, text, color] of [[-1, 'unknown: no data', grey], [0, 'yes', blue], [1, 'maybe not: delivery burns', red]]) expect(fix, value, text, color);
const todo = panel(ship, 'What to do');
for (const [value, text, color] of [
  [0, 'Ship: users are fine, and fixes get through.', blue],
  [31, 'Freeze features. Repair delivery first or ship by hand: a fix may not get through.', red],
  [-11, 'Nobody knows how users fare: bring their numbers back before you ship.', grey],
]) expect(todo, value, text, color);

const fine = panel(overview, 'Fine for users');
for (const [value, text, color] of [[3, '3 of 3', blue], [2, '2 of 3', yellow], [0, '0 of 3', yellow]]) expect(fine, value, text, color);
expect(panel(overview, 'No data'), 1, '1', grey);

// every unit is one that Grafana knows
for (const dashboard of [overview, checkout, ship]) {
  for (const p of all(dashboard.panels)) {
    const used = [p.fieldConfig?.defaults?.unit, ...(p.fieldConfig?.overrides ?? []).flatMap((o) => o.properties.filter((x) => x.id === 'unit').map((x) => x.value))];
    for (const unit of used.filter(Boolean)) {
      asked += 1;
      if (!units.has(unit) && !unit.startsWith('suffix:')) found.push(`${p.title}: Grafana has no unit ${unit}`);
    }
  }
}

for (const why of found) console.log(why);
console.log(`${asked} tiles and units, ${found.length} findings`);
process.exit(found.length === 0 ? 0 : 1);
