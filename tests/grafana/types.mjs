// Holds dashboards to the TypeScript types of Grafana 10.4, 12.4 and 13.2. Extra keys are errors, too.
// Usage: node types.mjs FILE.json…   prints what is wrong, one line each, and exits with 1 where there is anything.
import { mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const here = dirname(fileURLToPath(import.meta.url));
const kinds = {
  timeseries: ['timeseries/panelcfg/x/TimeSeriesPanelCfg', true],
  stat: ['stat/panelcfg/x/StatPanelCfg', false],
  'state-timeline': ['statetimeline/panelcfg/x/StateTimelinePanelCfg', true],
  table: ['table/panelcfg/x/TablePanelCfg', true],
  bargauge: ['bargauge/panelcfg/x/BarGaugePanelCfg', false],
  text: ['text/panelcfg/x/TextPanelCfg', false],
};

// What a file says in TypeScript: the dashboard, and what Grafana leaves open in its type: options and custom fields of each panel by
// its kind, and each query.
function written(schema, file) {
  const dashboard = JSON.parse(readFileSync(file, 'utf8'));
  const name = (kind) => kind.replace('-', '');
  const lines = [
    `import type { Dashboard } from '${schema}';`,
    ...Object.entries(kinds).map(([kind, [path]]) =>
      `import type * as ${name(kind)} from '${schema}/dist/esm/raw/composable/${path}_types.gen';`),
    `import type { PrometheusDataQuery } from 'schema-10-4/dist/esm/raw/composable/prometheus/dataquery/x/PrometheusDataQuery_types.gen';`,
    // enums of strings are written as their strings
    'type Lit<T> = T extends string ? `${T}` : T extends number | boolean | null | undefined ? T :',
    '  T extends (infer U)[] ? Lit<U>[] : T extends object ? { [K in keyof T]: Lit<T[K]> } : T;',
    // later versions keep the type of queries to themselves
    'type Query = Lit<Omit<PrometheusDataQuery, "datasource">> & { interval?: string; datasource?: { type: "prometheus"; uid: string } };',
  ];
  const wrong = [];
  // The generic type has no room for the queries of a data source, which are held to its own type below.
  const bare = structuredClone(dashboard);
  for (const annotation of bare.annotations?.list ?? []) {
    for (const key of ['target', 'titleFormat', 'textFormat', 'tagKeys']) delete annotation[key];
  }
  lines.push(`export const dashboard = ${JSON.stringify(bare)} satisfies Lit<Dashboard>;`);
  let n = 0;
  const typed = (value, type) => lines.push(`export const v${(n += 1)} = ${JSON.stringify(value)} satisfies ${type};`);
  const walk = (panels) => {
    for (const panel of panels ?? []) {
      if (panel.type === 'row') { walk(panel.panels); continue; }
      if (!kinds[panel.type]) { wrong.push(`panel type ${panel.type}`); continue; }
      typed(panel.options ?? {}, `Lit<Partial<${name(panel.type)}.Options>>`);
      const custom = panel.fieldConfig?.defaults?.custom;
      if (custom && kinds[panel.type][1]) typed(custom, `Lit<Partial<${name(panel.type)}.FieldConfig>>`);
      for (const target of panel.targets ?? []) typed(target, 'Query');
    }
  };
  walk(dashboard.panels);
  for (const annotation of dashboard.annotations?.list ?? []) if (annotation.target) typed(annotation.target, 'Query');
  return [lines.join('\n') + '\n', wrong];
}

export function judge(files) {
  const found = [];
  const directory = mkdtempSync(join(tmpdir(), 'tabi-types-'));
  symlinkSync(join(here, 'node_modules'), join(directory, 'node_modules'));
  const sources = new Map();
  for (const schema of ['schema-10-4', 'schema-12-4', 'schema-13-2']) {
    files.forEach((file, i) => {
      const [text, wrong] = written(schema, file);
      const path = join(directory, `${schema}-${i}.ts`);
      writeFileSync(path, text);
      sources.set(path, `${file} (${schema})`);
      for (const why of wrong) found.push([file, `${schema}: ${why}`]);
    });
  }
  const program = ts.createProgram([...sources.keys()], {
    strict: true, noEmit: true, skipLibCheck: true, target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, types: [],
  });
  for (const d of ts.getPreEmitDiagnostics(program)) {
    const path = d.file?.fileName ?? '';
    const text = ts.flattenDiagnosticMessageText(d.messageText, ' ').slice(0, 400);
    const near = d.file ? d.file.text.slice(d.start, d.start + 80).replaceAll('\n', ' ') : '';
    found.push([sources.get(path)?.replace(/ \(schema.*/, '') ?? path, `${sources.get(path) ?? path}: ${text} [${near}]`]);
  }
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = process.argv.slice(2);
  const found = judge(files);
  for (const [, why] of found) console.log(why);
  console.log(`${files.length} dashboards, ${found.length} findings`);
  process.exit(found.length === 0 ? 0 : 1);
}
