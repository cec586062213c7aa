// All tokens of Tabi, as the compiler's lexer makes them (src/syntax/lexer.rs): a token is the same wherever it stands, and every text
// has tokens. The scanner also decides what is a keyword: no word is reserved, but a keyword that is the first of its line, in a block
// where it begins an entry, is never a name.

#include "keywords.h"
#include "tree_sitter/alloc.h"
#include "tree_sitter/parser.h"

#include <string.h>

// In the order of `externals` in grammar.js.
enum Token {
  COMMENT, DOC_COMMENT,
  NAME, FOREIGN_NAME, COLON_NAME, FREE_NAME, FREE_FOREIGN_NAME, SEVERITY,
  PARAMETER, NUMBER, PERCENT, DURATION, RATE,
  STRING_START, STRING_TEXT, ESCAPE, STRING_END,
  RAW_START, RAW_CONTENT, RAW_END,
  MALFORMED, LOST,
  L_BRACE, R_BRACE, L_PAREN, R_PAREN, COMMA, DOT, COLON, EQ, NE, RE, NRE,
  FIRST_KEYWORD,
};

// The blocks that want keywords at the start of a line: the file, any block with settings, a journey, a step, alerts.
enum { IN_FILE = 1, IN_BLOCK = 2, IN_JOURNEY = 4, IN_STEP = 8, IN_ALERTS = 16, KINDS = 5 };

static const struct { const char *text; uint8_t begins, opens; } KEYWORD[] = {
#define X(text, begins, opens) {text, begins, opens},
  KEYWORDS(X)
#undef X
};
enum { KEYWORD_COUNT = sizeof KEYWORD / sizeof KEYWORD[0], LONGEST = 32 };

typedef struct {
  // how deep in braces, and where each kind of block was entered first
  uint32_t depth, since[KINDS];
  // what the next brace opens
  uint8_t opens;
  // whether anything was scanned, and whether in parentheses
  uint8_t started, in_parens;
  // the quote or backtick that is open, or 0
  char quote;
} Scanner;

void *tree_sitter_tabi_external_scanner_create(void) { return ts_calloc(1, sizeof(Scanner)); }
void tree_sitter_tabi_external_scanner_destroy(void *s) { ts_free(s); }
unsigned tree_sitter_tabi_external_scanner_serialize(void *s, char *buffer) {
  memcpy(buffer, s, sizeof(Scanner));
  return sizeof(Scanner);
}
void tree_sitter_tabi_external_scanner_deserialize(void *s, const char *buffer, unsigned length) {
  memset(s, 0, sizeof(Scanner));
  if (length == sizeof(Scanner)) memcpy(s, buffer, length);
}

static inline void next(TSLexer *l) { l->advance(l, false); }

static bool is_digit(int32_t c) { return c >= '0' && c <= '9'; }
static bool is_alpha(int32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_word(int32_t c) { return is_alpha(c) || is_digit(c) || c == '_'; }
static bool is_hex(int32_t c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
static bool is_space(int32_t c) {
  return (c >= 9 && c <= 13) || c == ' ' || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
         c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

static bool done(TSLexer *l, enum Token token) {
  l->result_symbol = (TSSymbol)token;
  return true;
}
static bool ends(TSLexer *l, enum Token token) {
  l->mark_end(l);
  return done(l, token);
}

// Over blanks, line ends and comments; nothing of it becomes part of the token.
static void look_ahead(TSLexer *l) {
  for (;;) {
    while (!l->eof(l) && is_space(l->lookahead)) next(l);
    if (l->lookahead != '#') return;
    while (!l->eof(l) && l->lookahead != '\n') next(l);
  }
}

static bool comment(TSLexer *l) {
  next(l);
  bool doc = false;
  if (l->lookahead == '#') {
    next(l);
    doc = l->eof(l) || l->lookahead == ' ' || l->lookahead == '\n' || l->lookahead == '\r';
  }
  l->mark_end(l);
  while (!l->eof(l) && l->lookahead != '\n') {
    bool at_end = l->lookahead == '\r';
    next(l);
    if (!at_end) l->mark_end(l);
  }
  return done(l, doc ? DOC_COMMENT : COMMENT);
}

// What cannot be a token, up to where the next may begin.
static bool malformed(TSLexer *l) {
  while (is_word(l->lookahead) || l->lookahead == '.' || l->lookahead == '%' || l->lookahead > 127) {
    if (is_space(l->lookahead)) break;
    next(l);
  }
  return ends(l, MALFORMED);
}

static uint8_t wanted(const Scanner *s) {
  uint8_t all = IN_FILE;
  for (int kind = 1; kind < KINDS; kind++)
    if (s->since[kind]) all |= (uint8_t)(1u << kind);
  return all;
}

static bool word(Scanner *s, TSLexer *l, const bool *valid, bool first_on_line) {
  char text[LONGEST];
  unsigned length = 0;
  bool foreign = !(l->lookahead >= 'a' && l->lookahead <= 'z');
  for (; is_word(l->lookahead); next(l)) {
    if (length < LONGEST - 1) text[length] = (char)l->lookahead;
    length++;
    foreign |= l->lookahead >= 'A' && l->lookahead <= 'Z';
  }
  text[length < LONGEST ? length : LONGEST - 1] = 0;
  l->mark_end(l);

  // a word of another script, or with a hyphen: no name, but one thing
  if (l->lookahead > 127 && !is_space(l->lookahead)) return malformed(l);
  if (l->lookahead == '-') {
    next(l);
    if (is_word(l->lookahead)) {
      while (is_word(l->lookahead) || l->lookahead == '-') next(l);
      return ends(l, MALFORMED);
    }
  }

  bool colons = false;
  while (!s->in_parens && l->lookahead == ':') {
    while (l->lookahead == ':') next(l);
    if (!is_word(l->lookahead)) break;
    while (is_word(l->lookahead)) next(l);
    l->mark_end(l);
    colons = true;
  }

  int keyword = -1;
  for (int at = 0; !colons && length < LONGEST && at < KEYWORD_COUNT; at++)
    if (strcmp(text, KEYWORD[at].text) == 0) keyword = at;

  if (keyword >= 0) {
    bool begins = KEYWORD[keyword].begins & wanted(s);
    bool free = valid[FREE_NAME] || valid[FREE_FOREIGN_NAME];
    bool is_name;
    if (valid[LOST]) {
      // the parser asks to find its way again: better an entry too many than one that is not seen
      is_name = !begins && KEYWORD[keyword].begins;
    } else if (valid[SEVERITY] && !first_on_line && (strcmp(text, "page") == 0 || strcmp(text, "ticket") == 0)) {
      s->opens = 0;
      return done(l, SEVERITY);
    } else if (first_on_line && begins) {
      look_ahead(l);
      int32_t c = l->lookahead;
      is_name = free && (c == '=' || c == '!' || c == ':' || c == '"' || c == '\'');
    } else {
      is_name = free || valid[NAME];
    }
    if (!is_name) {
      // `defaults user {`: an audience opens nothing, and takes nothing away
      if (KEYWORD[keyword].begins != IN_FILE || KEYWORD[keyword].opens) s->opens = KEYWORD[keyword].opens;
      return done(l, (enum Token)(FIRST_KEYWORD + keyword));
    }
  }
  bool free = !valid[LOST] && (valid[FREE_NAME] || valid[FREE_FOREIGN_NAME]);
  if (free) return done(l, foreign || colons ? FREE_FOREIGN_NAME : FREE_NAME);
  return done(l, colons ? COLON_NAME : foreign ? FOREIGN_NAME : NAME);
}

// Digits, and a point with more of them. Whether it is well formed.
static bool decimal(TSLexer *l) {
  while (is_digit(l->lookahead)) next(l);
  if (l->lookahead != '.') return true;
  next(l);
  if (!is_digit(l->lookahead)) return false;
  while (is_digit(l->lookahead)) next(l);
  return true;
}

// The unit of a time; whether there is one.
static bool time_unit(TSLexer *l) {
  int32_t c = l->lookahead;
  if (c != 'm' && c != 's' && c != 'h' && c != 'd' && c != 'w' && c != 'y') return false;
  next(l);
  if (c == 'm' && l->lookahead == 's') next(l);
  return true;
}

static bool rate_unit(TSLexer *l) {
  static const char *const UNITS[] = {"s", "min", "h", "day", "week"};
  char text[8] = {0};
  unsigned length = 0;
  for (; is_alpha(l->lookahead); next(l), length++)
    if (length < 7) text[length] = (char)l->lookahead;
  if (length > 6) return false;
  for (int at = 0; at < 5; at++)
    if (strcmp(text, UNITS[at]) == 0) return true;
  return false;
}

static bool goes_on(TSLexer *l) { return is_word(l->lookahead) || l->lookahead == '.'; }

static bool number(TSLexer *l) {
  // a duration has no point, so its digits are the number's
  bool whole = true;
  while (is_digit(l->lookahead)) next(l);
  if (l->lookahead == '.') {
    whole = false;
    if (!decimal(l)) return malformed(l);
  }
  switch (l->lookahead) {
    case '%':
      next(l);
      return goes_on(l) ? malformed(l) : ends(l, PERCENT);
    case 'k':
    case 'M':
      next(l);
      if (l->lookahead != '/') return malformed(l);
      // fall through
    case '/':
      next(l);
      return !rate_unit(l) || goes_on(l) ? malformed(l) : ends(l, RATE);
    default:
      break;
  }
  if (!goes_on(l)) return ends(l, NUMBER);
  if (!whole || !time_unit(l)) return malformed(l);
  while (is_digit(l->lookahead)) {
    while (is_digit(l->lookahead)) next(l);
    if (!time_unit(l)) return malformed(l);
  }
  return goes_on(l) ? malformed(l) : ends(l, DURATION);
}

// After the backslash. PromQL's escapes are those of Go.
static bool escape(TSLexer *l) {
  int32_t c = l->lookahead;
  unsigned digits = 0, base = 16;
  if (c == 'x') digits = 2;
  else if (c == 'u') digits = 4;
  else if (c == 'U') digits = 8;
  else if (c >= '0' && c <= '7') digits = 3, base = 8;
  if (!digits) {
    bool known = c == 'a' || c == 'b' || c == 'f' || c == 'n' || c == 'r' || c == 't' || c == 'v' || c == '\\' || c == '"' || c == '\'';
    if (!l->eof(l) && c != '\n') next(l);
    return ends(l, known ? ESCAPE : MALFORMED);
  }
  if (base == 16) next(l);
  uint64_t code = 0;
  for (unsigned at = 0; at < digits; at++) {
    c = l->lookahead;
    if (base == 8 ? !(c >= '0' && c <= '7') : !is_hex(c)) return ends(l, MALFORMED);
    code = code * base + (uint64_t)(is_digit(c) ? c - '0' : (c | 32) - 'a' + 10);
    next(l);
  }
  bool known = digits > 3 ? code <= 0x10FFFF && !(code >= 0xD800 && code <= 0xDFFF) : code <= 255;
  return ends(l, known ? ESCAPE : MALFORMED);
}

// Within quotes: a piece of text, an escape, or the end. A string ends with its line, closed or not.
static bool in_string(Scanner *s, TSLexer *l) {
  if (l->lookahead == s->quote) {
    s->quote = 0;
    next(l);
    return ends(l, STRING_END);
  }
  if (l->lookahead == '\\') {
    next(l);
    return escape(l);
  }
  bool any = false;
  for (; !l->eof(l) && l->lookahead != '\n' && l->lookahead != '\\' && l->lookahead != s->quote; any = true) next(l);
  if (any) return ends(l, STRING_TEXT);
  // never closed; a token without text
  s->quote = 0;
  return ends(l, MALFORMED);
}

// Within backticks, which may span lines. One whose partner is missing ends with its line.
static bool in_raw(Scanner *s, TSLexer *l) {
  if (l->lookahead == '`') {
    s->quote = 0;
    next(l);
    return ends(l, RAW_END);
  }
  while (!l->eof(l) && l->lookahead != '`' && l->lookahead != '\n') next(l);
  l->mark_end(l);
  while (!l->eof(l) && l->lookahead != '`') next(l);
  if (!l->eof(l)) return ends(l, RAW_CONTENT);
  s->quote = 0;
  return done(l, MALFORMED);
}

bool tree_sitter_tabi_external_scanner_scan(void *payload, TSLexer *l, const bool *valid) {
  Scanner *s = payload;
  if (s->quote == '`') return in_raw(s, l);
  if (s->quote) return in_string(s, l);

  bool first_on_line = !s->started;
  while (!l->eof(l) && is_space(l->lookahead)) {
    first_on_line |= l->lookahead == '\n';
    l->advance(l, true);
  }
  if (l->eof(l)) return false;
  s->started = true;

  int32_t c = l->lookahead;
  if (c == '#') return comment(l);
  if (is_alpha(c) || c == '_') return word(s, l, valid, first_on_line);
  if (is_digit(c)) return number(l);
  next(l);
  switch (c) {
    case '"':
    case '\'':
    case '`':
      s->quote = (char)c;
      return ends(l, c == '`' ? RAW_START : STRING_START);
    case '$':
      if (!is_word(l->lookahead)) return malformed(l);
      while (is_word(l->lookahead)) next(l);
      return ends(l, PARAMETER);
    case '{':
      s->in_parens = false;
      s->depth++;
      for (int kind = 1; kind < KINDS; kind++)
        if ((s->opens >> kind & 1) && !s->since[kind]) s->since[kind] = s->depth;
      s->opens = 0;
      return ends(l, L_BRACE);
    case '}':
      s->in_parens = false;
      if (s->depth) s->depth--;
      for (int kind = 1; kind < KINDS; kind++)
        if (s->since[kind] > s->depth) s->since[kind] = 0;
      return ends(l, R_BRACE);
    case '(':
      s->in_parens = true;
      return ends(l, L_PAREN);
    case ')':
      s->in_parens = false;
      return ends(l, R_PAREN);
    case ',':
      return ends(l, COMMA);
    case '.':
      return ends(l, DOT);
    case ':':
      return ends(l, COLON);
    case '=':
      if (l->lookahead != '~') return ends(l, EQ);
      next(l);
      return ends(l, RE);
    case '!':
      if (l->lookahead == '=' || l->lookahead == '~') {
        enum Token sign = l->lookahead == '=' ? NE : NRE;
        next(l);
        return ends(l, sign);
      }
      return ends(l, MALFORMED);
    default:
      return c > 127 ? malformed(l) : ends(l, MALFORMED);
  }
}
