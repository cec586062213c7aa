// The TextMate grammar in the engine of VS Code, before the tokens of the compiler's lexer: node textmate.mjs cases.json
// Each token lies in scopes of its class from end to end, and every keyword of the list is coloured as one somewhere.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const oniguruma = require("vscode-oniguruma");
const textmate = require("vscode-textmate");

const root = new URL("../../", import.meta.url);
const read = (path) => readFileSync(new URL(path, root), "utf8");
const words = JSON.parse(read("grammar/keywords.json"));
const cases = JSON.parse(readFileSync(process.argv[2], "utf8"));

await oniguruma.loadWASM(readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm")).buffer);
const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (sources) => new oniguruma.OnigScanner(sources),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: async (scope) =>
    scope === "source.tabi" ? textmate.parseRawGrammar(read("grammar/tabi.tmLanguage.json"), "tabi.tmLanguage.json") : null,
});
const grammar = await registry.loadGrammar("source.tabi");

// The class of a place, by its scopes from the outermost to the innermost.
function classOf(scopes) {
  const all = scopes.join(" ");
  const last = scopes[scopes.length - 1];
  if (/string\.other\.promql|string\.regexp\.raw/.test(all)) return "raw";
  if (/comment\.line\.documentation/.test(all)) return "doc";
  if (/comment\.line/.test(all)) return "comment";
  if (/string\.(quoted|regexp\.quoted)/.test(all)) return "string";
  if (/^(keyword\.(declaration|other|control|operator\.word)|storage|constant\.language)/.test(last)) return "keyword";
  if (/^variable\.parameter\.hole/.test(last)) return "param";
  if (/^(entity|variable|support)\./.test(last)) return "name";
  const number = /^constant\.numeric\.(?:(percent|rate|duration)\.)?tabi/.exec(last);
  if (number) return number[1] ?? "number";
  if (/^(keyword\.operator|punctuation)/.test(last)) return "sign";
  return last;
}

// The class of every UTF-16 unit of a text.
function paint(text) {
  const classes = new Array(text.length).fill("blank");
  let stack = textmate.INITIAL;
  let at = 0;
  for (const line of text.split("\n")) {
    const result = grammar.tokenizeLine(line, stack);
    if (result.stoppedEarly) throw new Error("a line that takes too long");
    stack = result.ruleStack;
    for (const token of result.tokens)
      for (let i = token.startIndex; i < token.endIndex && i < line.length; i++) classes[at + i] = classOf(token.scopes);
    at += line.length + 1;
  }
  return classes;
}

let wrong = 0;
let judged = 0;
const coloured = new Set();
for (const { name, text, tokens } of cases) {
  const classes = paint(text);
  let first = null;
  for (const [start, end, wanted] of tokens) {
    judged++;
    if (wanted === "keyword") coloured.add(text.slice(start, end));
    for (let at = start; at < end && first === null; at++) {
      if (text[at] === "\n") continue;
      const found = classes[at];
      const right = wanted === "code" ? !["string", "raw", "comment", "doc"].includes(found) : found === wanted;
      if (!right) first = { at, token: text.slice(start, end), wanted, found };
    }
  }
  if (first !== null) {
    wrong++;
    const before = text.slice(0, first.at).split("\n");
    if (wrong <= (Number(process.env.SHOW) || 5)) {
      console.error(`textmate: ${name}:${before.length}: ${JSON.stringify(first.token)} is ${first.found}, not ${first.wanted}`);
      console.error(text.split("\n").slice(Math.max(0, before.length - 4), before.length + 1).map((l) => `    ${l}`).join("\n"));
    }
  }
}
const keywords = ["alerts", "audiences", "connectives", "constants", "declarations", "measures", "settings"].flatMap((c) => words[c]);
for (const word of keywords.filter((w) => !coloured.has(w))) {
  console.error(`textmate: no case has the keyword ${word}`);
  wrong++;
}
console.log(`textmate: ${judged} tokens of ${cases.length} texts, ${wrong} texts wrong`);
process.exit(wrong === 0 && judged > 100000 ? 0 : 1);
