//! How long each stage takes in process. An editor runs the first three on each key. Numbers are printed, never asserted.

use criterion::{Criterion, Throughput};
use std::fmt::Write;
use std::hint::black_box;
use tabi::project::{Options, in_memory};
use tabi::source::{FileId, SourceFile};

/// A file of this many journeys with five SLIs each: 48 lines a journey.
fn journeys(n: usize) -> String {
    let mut text = String::new();
    for j in 0..n {
        let _ = writeln!(
            text,
            "user journey j{j} \"Journey {j}\" {{\n  owner   team{}\n  runbook \"https://r.example.com/$journey/$step\"\n",
            j % 7
        );
        for i in 0..5 {
            let _ = writeln!(
                text,
                "  step s{i} {{\n    sli available {{\n      good   http_requests_total{{job=\"svc{j}\", route=\"/r{i}\", code!~\"5..\"}}\n      total  http_requests_total{{job=\"svc{j}\", route=\"/r{i}\"}}\n      target 99.9%\n    }}\n  }}\n"
            );
        }
        text.push_str("  target 99%\n}\n\n");
    }
    text
}

fn main() {
    let mut criterion = Criterion::default().sample_size(20).configure_from_args();
    // 5,000 lines
    let text = journeys(110);
    let lines = text.lines().count() as u64;
    let mut group = criterion.benchmark_group(format!("one file of {lines} lines"));
    group.throughput(Throughput::Elements(lines));
    let file = SourceFile::new("bench.tabi", text.clone());
    group.bench_function("lex", |b| b.iter(|| tabi::syntax::lexer::lex(black_box(&text))));
    group.bench_function("parse", |b| b.iter(|| tabi::syntax::parse(FileId(0), black_box(&file))));
    group.bench_function("parse and check", |b| {
        b.iter(|| {
            let (mut sources, units, _) = in_memory(&[("bench.tabi".to_string(), text.clone())]);
            tabi::compile(&mut sources, &units, &Options::default(), false)
        });
    });
    group.bench_function("format", |b| b.iter(|| tabi::syntax::format::format_checked(FileId(0), black_box(&file))));
    group.finish();

    let broken = "user journey a { step b { sli c { up x target 99,9% } } }\n".repeat(2000);
    let (sources, _, found) = in_memory(&[("broken.tabi".to_string(), broken)]);
    let style = tabi::diagnostic::render::Style { color: false, width: 100 };
    criterion.bench_function("render 2,000 diagnostics, 100 shown", |b| {
        b.iter(|| tabi::diagnostic::render::all(&sources, black_box(&found), style));
    });

    let (mut sources, units, _) = in_memory(&[("bench.tabi".to_string(), text)]);
    let options = Options::default();
    let (model, _) = tabi::compile(&mut sources, &units, &options, false);
    let mut group = criterion.benchmark_group("one journey of 5 slis");
    group.bench_function("plan", |b| b.iter(|| tabi::plan::journey(black_box(&model), 0, &options)));
    group.bench_function("plan and emit", |b| b.iter(|| tabi::emit::file(black_box(&model), &sources, &options, 0)));
    group.finish();
    criterion.final_summary();
}
