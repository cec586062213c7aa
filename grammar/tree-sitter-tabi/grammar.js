// The grammar of Tabi for editors. `../tabi.ebnf` is the reference; scripts/test-grammars holds one to the other.
//
// All tokens are made by src/scanner.c: a token is the same wherever it stands, as in the compiler. Whether a word is a keyword or a name
// depends on its place and on whether it begins a line, and the scanner knows both.

/// <reference types="tree-sitter-cli/dsl" />

const words = require("../keywords.json");

// In the order of `enum Token` in src/scanner.c and of src/keywords.h.
const signs = ["{", "}", "(", ")", ",", ".", ":", "=", "!=", "=~", "!~"];
const keywords = ["alerts", "audiences", "connectives", "constants", "declarations", "measures", "settings"].flatMap((c) => words[c]);

const commas = (item) => seq(item, repeat(seq(",", item)));
// A word of any shape: what it should be is said by later stages. The tokens themselves get the new name, so that a missing one is seen.
const word = ($, as) => choice(...[$.name, $._foreign_name, $._colon_name].map((token) => alias(token, as)));
const key = ($, as) => choice(...[$._free_name, $._free_foreign_name].map((token) => alias(token, as)));
// a trailing comma is allowed
const bracketed = (open, item, close) => seq(open, optional(seq(item, repeat(seq(",", item)), optional(","))), close);

module.exports = grammar({
  name: "tabi",

  externals: ($) => [
    $.comment,
    $.doc_comment,
    // a word as our own names are; with capitals; with colons
    $.name,
    $._foreign_name,
    $._colon_name,
    // the same where a sign behind it tells that it is a name, so that it may begin a line even if it is spelled like a keyword
    $._free_name,
    $._free_foreign_name,
    $.severity,
    $.parameter,
    $.number,
    $.percent,
    $.duration,
    $.rate,
    $._string_start,
    $._string_text,
    $.escape_sequence,
    $._string_end,
    $._raw_start,
    $.raw_content,
    $._raw_end,
    // no rule takes these: what is no token, and what tells the scanner that the parser is lost
    $.malformed,
    $._lost,
    ...signs,
    ...keywords,
  ],

  // All white space of Unicode, as in the compiler.
  extras: ($) => [/[\s\u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]/, $.comment, $.doc_comment],

  supertypes: ($) => [$._declaration],

  rules: {
    source_file: ($) => repeat($._declaration),

    _declaration: ($) => choice($.use, $.defaults, $.site, $.template, $.journey),

    use: ($) => seq("use", choice(field("file", $.string), seq(field("module", $.path), optional(seq("as", field("alias", $.name)))))),

    path: ($) => seq($._reference, repeat(seq(".", $._reference))),

    defaults: ($) => seq("defaults", optional(field("audience", $.audience)), field("body", $.block)),

    audience: (_) => choice("user", "developer", "operator"),

    site: ($) => seq("site", field("name", $.name), optional(field("title", $.string)), field("body", $.block)),

    template: ($) => seq("template", field("name", $.name), field("parameters", $.parameters), field("body", $.block)),

    parameters: ($) => bracketed("(", $.parameter_declaration, ")"),

    parameter_declaration: ($) =>
      seq(
        field("name", alias($._free_name, $.name)),
        ":",
        field("type", word($, $.type)),
        optional(seq("=", field("default", $._literal))),
      ),

    journey: ($) =>
      seq(
        field("audience", $.audience),
        "journey",
        field("name", $.name),
        optional(field("title", $.string)),
        field("body", alias($._journey_block, $.block)),
      ),

    step: ($) => seq("step", field("name", $.name), optional(field("title", $.string)), field("body", alias($._step_block, $.block))),

    sli: ($) =>
      seq(
        "sli",
        field("name", $.name),
        optional(field("title", $.string)),
        choice(field("body", $.block), seq("=", field("call", $.call), field("body", $.block))),
      ),

    call: ($) => seq(field("template", $.path), field("arguments", $.arguments)),

    arguments: ($) => bracketed("(", $.argument, ")"),

    argument: ($) =>
      seq(
        optional(seq(field("name", key($, $.name)), ":")),
        field("value", $._literal),
      ),

    // Any setting and any measure may stand in any block: a misplaced one has a message of its own.
    block: ($) => seq("{", repeat($._entry), "}"),
    _journey_block: ($) => seq("{", repeat(choice($.step, $.sli, $._entry)), "}"),
    _step_block: ($) => seq("{", repeat(choice($.sli, $._entry)), "}"),
    _entry: ($) => choice($.measure, $.setting),

    measure: ($) =>
      choice(
        seq(field("key", choice("good", "bad", "total", "up")), field("query", $._query)),
        seq(field("key", "latency"), field("query", $.selector), "under", field("bound", $._bound)),
        seq(field("key", "age"), field("query", $._query), "under", field("bound", $._bound)),
        seq(field("key", "holds"), field("query", alias($.raw, $.promql))),
      ),

    _query: ($) => choice($.selector, alias($.raw, $.promql)),
    _bound: ($) => choice($.duration, $.parameter),

    selector: ($) => choice(seq(field("metric", word($, $.metric_name)), optional($.matchers)), $.matchers),

    matchers: ($) => bracketed("{", $.matcher, "}"),

    matcher: ($) =>
      choice(
        seq(field("label", key($, $.label_name)), $._operation),
        seq(field("label", $.string), optional($._operation)),
      ),

    _operation: ($) =>
      seq(
        field("operator", choice("=", "!=", "=~", "!~")),
        field("value", choice($.string, $.raw, $.parameter)),
      ),

    setting: ($) =>
      choice(
        seq(field("key", "owner"), field("value", choice($._reference, $.string))),
        seq(field("key", choice("window", "scrape", "evaluate")), field("value", $.duration)),
        seq(field("key", "target"), field("value", $.percent)),
        seq(field("key", choice("compose", "histogram", "unit", "counters")), field("value", word($, $.constant))),
        seq(field("key", "weight"), field("value", $.number)),
        seq(field("key", choice("delivers", "at")), commas(field("value", $._reference))),
        seq(field("key", "by"), commas(field("value", word($, $.label_name)))),
        seq(field("key", "traffic"), field("value", $.rate)),
        seq(field("key", "runbook"), field("value", $.string)),
        seq(field("key", choice("labels", "external_labels")), field("value", $.pairs)),
        seq(field("key", "exclude"), field("value", choice("off", alias($.raw, $.promql)))),
        seq(field("key", "buckets"), commas(field("value", $.duration))),
        seq(field("key", "alerts"), choice(field("value", "off"), field("body", alias($._alerts_block, $.block)))),
      ),

    _alerts_block: ($) => seq("{", repeat($.alert), "}"),

    alert: ($) =>
      choice(
        seq(field("key", choice("page", "ticket")), choice(field("value", "off"), commas($.row))),
        seq(field("key", "need"), field("value", $.number)),
        seq(field("key", "no_data"), choice(field("value", "off"), seq(field("value", $.duration), field("severity", $.severity)))),
        seq(field("key", "left"), choice(field("value", "off"), seq(field("value", $.percent), field("severity", $.severity)))),
        seq(field("key", "blocked"), choice(field("value", "off"), field("severity", $.severity))),
      ),

    row: ($) => seq(field("share", $.percent), "in", field("time", $.duration)),

    pairs: ($) => bracketed("{", $.pair, "}"),
    pair: ($) => seq(field("label", key($, $.label_name)), field("value", $.string)),

    _literal: ($) => choice($.string, $.duration, $.number),

    string: ($) => seq(alias($._string_start, '"'), optional($.string_content), alias($._string_end, '"')),
    string_content: ($) => repeat1(choice($._string_text, $.escape_sequence)),
    raw: ($) => seq(alias($._raw_start, "`"), optional($.raw_content), alias($._raw_end, "`")),

    _reference: ($) => word($, $.name),
  },
});
