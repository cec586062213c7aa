//! Unit tests for `promtool test rules`: proof of every alert, from raw series.

use super::HEADER;
use super::yaml::Document;
use crate::plan::minutes;
use crate::promql::write::duration;
use crate::proof::{Test, TestFile};

/// A file of tests; of all its tests or of some. `rules` is the way from it to the directory of the rules.
pub fn file<'t>(file: &TestFile, tests: impl IntoIterator<Item = &'t Test>, source: &str, rules: &str) -> String {
    let mut header = vec![
        format!("{HEADER} from {source}. Change it there and run `tabi build`."),
        "Every alert is tried on synthetic series: it fires and ends by the predicted minute, and is silent where it must be.".into(),
    ];
    if file.step == 5 {
        header.push("Evaluated every 5 minutes, as the slow rules are in production.".into());
    }
    if file.native {
        header.push("With native histograms: needs promtool 3.".into());
    }
    let mut document = Document::new(&header.iter().map(String::as_str).collect::<Vec<_>>());
    document.map(|map| {
        map.list("rule_files", |list| file.journeys.iter().for_each(|j| list.string(&format!("{rules}/{j}.yml"))));
        map.string("evaluation_interval", &minutes(file.step));
        // without it promtool takes a random order
        map.list("group_eval_order", |list| file.groups.iter().for_each(|g| list.string(g)));
        map.list("tests", |list| {
            for test in tests {
                list.map(|map| {
                    map.string("name", &test.name);
                    map.string("interval", &duration(test.interval * 1000));
                    map.list("input_series", |list| {
                        for (series, values) in &test.series {
                            list.map(|map| {
                                map.string("series", series);
                                map.string("values", values);
                            });
                        }
                    });
                    map.list("promql_expr_test", |list| {
                        for claim in &test.claims {
                            list.comment(&claim.words);
                            list.map(|map| {
                                map.string("expr", &claim.expr);
                                map.string("eval_time", &time(claim.minute));
                                map.list("exp_samples", |list| {
                                    if let Some(labels) = &claim.fires {
                                        list.map(|map| {
                                            map.string("labels", labels);
                                            map.int("value", 1);
                                        });
                                    }
                                });
                            });
                        }
                    });
                });
            }
        });
    });
    document.finish()
}

/// `2h42m`, `3d2h5m`: a time since the start of a test.
pub fn time(minute: u64) -> String {
    duration(minute * 60_000)
}
