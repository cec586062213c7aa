//! The fenced blocks of a page.

/// A fenced block.
#[derive(Debug)]
pub struct Block {
    /// The word after the fence: `tabi`, `text`, `sh` or nothing.
    pub language: String,
    /// What stands between the fences.
    pub text: String,
    /// The heading above it.
    pub heading: String,
    /// The line of its first fence, from 1.
    pub line: usize,
}

/// The blocks of a page in their order.
pub fn blocks(page: &str) -> Vec<Block> {
    let (mut found, mut open, mut heading): (Vec<Block>, Option<Block>, String) = (Vec::new(), None, String::new());
    for (at, line) in page.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => {
                let (language, heading) = (language.trim().to_string(), heading.clone());
                open = Some(Block { language, text: String::new(), heading, line: at + 1 });
            }
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some(block), None) => block.text.extend([line, "\n"]),
            (None, None) if line.starts_with("## ") => heading = line[3..].to_string(),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block without its end: {open:?}");
    found
}

/// The files of a block: parted by lines `# file: NAME`, which stay in their file so that lines can be counted; without one it is
/// a single file of the given name.
pub fn files(block: &str, name: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in block.split_inclusive('\n') {
        if let Some(name) = line.strip_prefix("# file: ") {
            files.push((name.trim().to_string(), String::new()));
        } else if files.is_empty() {
            files.push((name.to_string(), String::new()));
        }
        if let Some((_, text)) = files.last_mut() {
            text.push_str(line);
        }
    }
    files
}
