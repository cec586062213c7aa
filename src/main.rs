//! The `tabi` command.

fn main() {
    let name = std::env::args().nth(1).unwrap_or_default();
    let text = std::fs::read_to_string(&name).unwrap_or_default();
    let mut sources = tabi::source::Sources::default();
    let id = sources.add(tabi::source::SourceFile::new(name, text));
    let (parsed, d) = tabi::syntax::parse(id, sources.file(id));
    println!("{} items", parsed.ast.items.len());
    for d in d {
        println!("{} {} {}", sources.name_and_line(d.place()), d.name(), d.message);
    }
}
