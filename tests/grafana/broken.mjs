// A set of broken dashboards: the judges together must catch each. Usage: node broken.mjs GOOD.json
// Each is the good one with one thing changed. What types cannot see (places, ids, uids, links, series) is held by tests/dashboards.rs.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judge } from './types.mjs';

const good = process.argv[2];
const first = (d, type) => d.panels.find((p) => p.type === type);
const broken = {
  'a unit that is spelled wrong': (d) => { first(d, 'stat').fieldConfig.defaults.unitt = 'short'; },
  'a way to draw that does not exist': (d) => { first(d, 'timeseries').fieldConfig.defaults.custom.drawStyle = 'lines'; },
  'no schema version': (d) => { delete d.schemaVersion; },
  'a data source that is a string': (d) => { first(d, 'stat').datasource = 'Prometheus'; },
  'a limit that is text': (d) => { first(d, 'stat').fieldConfig.defaults.thresholds.steps[1].value = '0.5'; },
  'a query without an expression': (d) => { const t = first(d, 'stat').targets[0]; t.exp = t.expr; delete t.expr; },
  'a query of an unknown format': (d) => { first(d, 'stat').targets[0].format = 'matrix'; },
  'a hidden variable that hides in an unknown way': (d) => { d.templating.list[0].hide = 9; },
  'a choice without a text': (d) => { d.templating.list[0].current = {}; },
  'a panel of Angular': (d) => { first(d, 'timeseries').type = 'graph'; },
  'a table with a footer that is gone': (d) => { const p = first(d, 'table') ?? first(d, 'stat'); p.options.footerr = { show: true }; },
  'a mapping of an unknown kind': (d) => { first(d, 'stat').fieldConfig.defaults.mappings[0].type = 'text'; },
  'a refresh that is a number': (d) => { d.refresh = 60; },
  'a timeline with a mode of stacking': (d) => { first(d, 'state-timeline').options.stacking = 'normal'; },
  'a legend without calculations': (d) => { delete first(d, 'timeseries').options.legend.calcs; },
  'links that are no list': (d) => { d.links = {}; },
};

const directory = mkdtempSync(join(tmpdir(), 'tabi-broken-'));
const files = Object.entries(broken).map(([name, change], i) => {
  const dashboard = JSON.parse(readFileSync(good, 'utf8'));
  change(dashboard);
  const path = join(directory, `${i}.json`);
  writeFileSync(path, JSON.stringify(dashboard));
  return [name, path];
});
const found = judge(files.map(([, path]) => path));
const missed = files.filter(([, path]) => !found.some(([file]) => file === path)).map(([name]) => name);
for (const name of missed) console.log(`not caught: ${name}`);
console.log(`${files.length} broken dashboards, ${missed.length} not caught`);
process.exit(missed.length === 0 ? 0 : 1);
