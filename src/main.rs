//! The `tabi` command.
use tabi::project::*;
use tabi::source::*;
fn main() {
    let mut sources = Sources::default();
    let mut units = vec![];
    let names: Vec<String> = std::env::args().skip(1).collect();
    for name in &names {
        let text = std::fs::read_to_string(name).unwrap_or_default();
        let base = name.rsplit('/').next().unwrap();
        let id = sources.add(SourceFile::new(base, text));
        let (parsed, d) = tabi::syntax::parse(id, sources.file(id));
        for d in d {
            println!("{} {} {}", sources.name_and_line(d.place()), d.name(), d.message);
        }
        units.push(Unit { file: id, parsed, listed: true, uses: vec![] });
    }
    for u in &mut units {
        for item in &u.parsed.ast.items {
            if let tabi::syntax::ast::Item::Use(x) = item
                && let Some(tabi::syntax::ast::UsePath::File(s)) = &x.what
            {
                let t = s.of(&sources.file(u.file).text).trim_matches('"').trim_start_matches("./").to_string();
                let f = sources.iter().find(|(_, f)| f.name == t).map(|(i, _)| i);
                u.uses.push((*s, f.map_or(Target::Missing("no".into()), Target::File)));
            }
        }
    }
    let t = std::time::Instant::now();
    let (r, d) = tabi::compile(&mut sources, &units, &Options::default(), false);
    for d in d {
        println!("{} {} {}", sources.name_and_line(d.place()), d.name(), d.message);
    }
    println!("{} journeys {:?}", r.journeys.len(), t.elapsed());
    let options = Options::default();
    std::fs::create_dir_all("/tmp/out/rules").unwrap();
    std::fs::create_dir_all("/tmp/out/alertmanager").unwrap();
    let t = std::time::Instant::now();
    for i in 0..tabi::emit::count(&r) {
        let (p, x) = tabi::emit::file(&r, &sources, &options, i);
        std::fs::write(format!("/tmp/out/{p}"), x).unwrap();
    }
    println!("emitted {:?}", t.elapsed());
}
