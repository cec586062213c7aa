/* Made from src/schema by `UPDATE_GRAMMARS=1 cargo test --test editor_grammars`.
   The keyword; the blocks in which it begins an entry; the block that its brace opens. */
#define KEYWORDS(X) \
  X("page", IN_ALERTS, 0) \
  X("ticket", IN_ALERTS, 0) \
  X("need", IN_ALERTS, 0) \
  X("no_data", IN_ALERTS, 0) \
  X("left", IN_ALERTS, 0) \
  X("blocked", IN_ALERTS, 0) \
  X("user", IN_FILE, 0) \
  X("developer", IN_FILE, 0) \
  X("operator", IN_FILE, 0) \
  X("as", 0, 0) \
  X("under", 0, 0) \
  X("in", 0, 0) \
  X("off", 0, 0) \
  X("use", IN_FILE, 0) \
  X("defaults", IN_FILE, IN_BLOCK) \
  X("site", IN_FILE, IN_BLOCK) \
  X("template", IN_FILE, IN_BLOCK) \
  X("journey", IN_FILE, IN_BLOCK | IN_JOURNEY) \
  X("step", IN_JOURNEY, IN_BLOCK | IN_STEP) \
  X("sli", IN_JOURNEY | IN_STEP, IN_BLOCK) \
  X("good", IN_BLOCK | IN_JOURNEY | IN_STEP, 0) \
  X("bad", IN_BLOCK | IN_JOURNEY | IN_STEP, 0) \
  X("total", IN_BLOCK | IN_JOURNEY | IN_STEP, 0) \
  X("latency", IN_BLOCK | IN_JOURNEY | IN_STEP, 0) \
  X("up", IN_BLOCK | IN_JOURNEY | IN_STEP, 0) \
  X("age", IN_BLOCK | IN_JOURNEY | IN_STEP, 0) \
  X("holds", IN_BLOCK | IN_JOURNEY | IN_STEP, 0) \
  X("owner", IN_BLOCK | IN_JOURNEY | IN_STEP, 0) \
  X("window", IN_BLOCK | IN_JOURNEY | IN_STEP, 0) \
  X("target", IN_BLOCK | IN_JOURNEY | IN_STEP, 0) \
  X("compose", IN_BLOCK | IN_JOURNEY | IN_STEP, 0) \
  X("weight", IN_BLOCK | IN_JOURNEY | IN_STEP, 0) \
  X("delivers", IN_BLOCK | IN_JOURNEY | IN_STEP, 0) \
  X("at", IN_BLOCK | IN_JOURNEY | IN_STEP, 0) \
  X("by", IN_BLOCK | IN_JOURNEY | IN_STEP, 0) \
  X("traffic", IN_BLOCK | IN_JOURNEY | IN_STEP, 0) \
  X("runbook", IN_BLOCK | IN_JOURNEY | IN_STEP, 0) \
  X("labels", IN_BLOCK | IN_JOURNEY | IN_STEP, 0) \
  X("exclude", IN_BLOCK | IN_JOURNEY | IN_STEP, 0) \
  X("alerts", IN_BLOCK | IN_JOURNEY | IN_STEP, IN_ALERTS) \
  X("buckets", IN_BLOCK | IN_JOURNEY | IN_STEP, 0) \
  X("histogram", IN_BLOCK | IN_JOURNEY | IN_STEP, 0) \
  X("unit", IN_BLOCK | IN_JOURNEY | IN_STEP, 0) \
  X("counters", IN_BLOCK | IN_JOURNEY | IN_STEP, 0) \
  X("scrape", IN_BLOCK | IN_JOURNEY | IN_STEP, 0) \
  X("evaluate", IN_BLOCK | IN_JOURNEY | IN_STEP, 0) \
  X("external_labels", IN_BLOCK | IN_JOURNEY | IN_STEP, 0)
