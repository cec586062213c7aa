// A set of broken dashboards: the judges together must catch each. Usage: node broken.mjs GOOD.json [LINTER]
// Each is the good one with one thing changed. What types cannot see (places, ids, uids, links, series) is held by tests/dashboards.rs.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judge } from './types.mjs';

const [good, linter] = process.argv.slice(2);
const all = (panels) => panels.flatMap((panel) => [panel, ...all(panel.panels ?? [])]);
const first = (d, type) => all(d.panels).find((p) => p.type === type);
const target = (d) => first(d, 'stat').targets[0];

// what the types of Grafana must catch
const shapes = {
  'a unit that is spelled wrong': (d) => { first(d, 'stat').fieldConfig.defaults.unitt = 'short'; },
  'a way to draw that does not exist': (d) => { first(d, 'timeseries').fieldConfig.defaults.custom.drawStyle = 'lines'; },
  'no schema version': (d) => { delete d.schemaVersion; },
  'a data source that is a string': (d) => { first(d, 'stat').datasource = 'Prometheus'; },
  'a limit that is text': (d) => { first(d, 'stat').fieldConfig.defaults.thresholds.steps[1].value = '0.5'; },
  'a query without an expression': (d) => { target(d).exp = target(d).expr; delete target(d).expr; },
  'a query of an unknown format': (d) => { target(d).format = 'matrix'; },
  'a hidden variable that hides in an unknown way': (d) => { d.templating.list[0].hide = 9; },
  'a choice without a text': (d) => { d.templating.list[0].current = {}; },
  'a panel of Angular': (d) => { first(d, 'timeseries').type = 'graph'; },
  'a table with an option that is not there': (d) => { first(d, 'table').options.footerr = { show: true }; },
  'a mapping of an unknown kind': (d) => { first(d, 'stat').fieldConfig.defaults.mappings[0].type = 'text'; },
  'a refresh that is a number': (d) => { d.refresh = 60; },
  'a timeline with a mode of stacking': (d) => { first(d, 'state-timeline').options.stacking = 'normal'; },
  'a legend without calculations': (d) => { delete first(d, 'timeseries').options.legend.calcs; },
  'links that are no list': (d) => { d.links = {}; },
};

// what the linter of Grafana's people must catch
const habits = {
  'a query that is no PromQL': (d) => { target(d).expr += ')'; },
  'an aggregation of a range': (d) => { target(d).expr = 'sum(tabi:slo_bad_events:rate[5m])'; },
  'a rate over a range of its own': (d) => { target(d).expr = 'rate(http_requests_total{journey="a"}[5m])'; },
  'a counter without a rate': (d) => { target(d).expr = 'sum(http_requests_total)'; },
  'a panel without a title': (d) => { first(d, 'stat').title = ''; },
  'a panel without a description': (d) => { delete first(d, 'timeseries').description; },
  'a panel that asks nothing': (d) => { delete first(d, 'stat').targets; },
  'a unit that Grafana does not know': (d) => { const { defaults } = first(d, 'stat').fieldConfig; delete defaults.mappings; defaults.unit = 'percents'; },
  'a panel with a data source of its own': (d) => { first(d, 'timeseries').datasource.uid = 'prometheus'; },
  'a data source variable of another name': (d) => { d.templating.list[0].name = 'source'; },
  'a variable that is asked once': (d) => { d.templating.list.find((v) => v.type === 'query').refresh = 1; },
  'a variable that asks for no PromQL': (d) => { d.templating.list.find((v) => v.type === 'query').query = 'label_values(up{, job)'; },
  'a dashboard that people may edit': (d) => { d.editable = true; },
};

const directory = mkdtempSync(join(tmpdir(), 'tabi-broken-'));
function files(broken, kind) {
  return Object.entries(broken).map(([name, change], i) => {
    const dashboard = JSON.parse(readFileSync(good, 'utf8'));
    change(dashboard);
    const path = join(directory, `${kind}-${i}.json`);
    writeFileSync(path, JSON.stringify(dashboard));
    return [name, path];
  });
}

const missed = [];
const ofShapes = files(shapes, 'shape');
const found = judge(ofShapes.map(([, path]) => path));
missed.push(...ofShapes.filter(([, path]) => !found.some(([file]) => file === path)).map(([name]) => name));
let asked = ofShapes.length;
if (linter) {
  const ofHabits = files(habits, 'habit');
  asked += ofHabits.length;
  missed.push(...ofHabits.filter(([, path]) => spawnSync(linter, [path]).status !== 1).map(([name]) => name));
}
for (const name of missed) console.log(`not caught: ${name}`);
console.log(`${asked} broken dashboards, ${missed.length} not caught`);
process.exit(missed.length === 0 ? 0 : 1);
