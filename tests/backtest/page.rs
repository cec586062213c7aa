//! The page in a browser: nothing of it is wider than a screen, on which words are as large as elsewhere.

use super::common::in_path;
use super::stub::{Reply, Stub};
use super::{command, said};
use serde_json::Value;
use std::process::Command;

/// A desktop, a tablet and a phone.
const WIDTHS: [u32; 3] = [1280, 800, 390];

/// A project with names and titles as long as people have them, and many SLIs.
fn long() -> String {
    let slis: String = (0..4)
        .map(|sli| format!("answers_within_the_time_that_was_promised_{sli}"))
        .map(|name| {
            format!(
                "    sli {name} {{\n      bad pay_total{{code=\"500\"}}\n      total pay_total\n      target 99.99%\n    }}\n"
            )
        })
        .collect::<Vec<_>>()
        .concat();
    let steps = (0..4).map(|step| {
        format!("  step the_customer_waits_for_the_confirmation_{step} \"Waiting {step}\" {{\n{slis}  }}\n")
    });
    format!(
        "user journey international_settlement \"International settlement & reconciliation, from the order to the <last> receipt\" {{\n  \
         window 7d\n  target 99%\n{}}}\n",
        steps.collect::<Vec<_>>().concat()
    )
}

/// Asks each frame how wide it is, and all that stands in it; what scrolls by itself may be wider inside.
const ASK: &str = "
const said = [...document.querySelectorAll('iframe')].map((frame) => {
  const page = frame.contentDocument, wide = page.documentElement;
  const small = [...page.querySelectorAll('p, th, td, summary, .levels span, .days span, .name')]
    .filter((e) => e.offsetParent && parseFloat(frame.contentWindow.getComputedStyle(e).fontSize) < 12).length;
  const under = [...page.querySelectorAll('.days')].map((days) => {
    const all = [...days.querySelectorAll('span')].filter((e) => e.offsetParent).map((e) => e.getBoundingClientRect());
    return all.slice(1).filter((e, i) => e.left < all[i].right).length;
  }).reduce((a, b) => a + b, 0);
  return { width: frame.clientWidth, needs: wide.scrollWidth, small, under, charts: page.querySelectorAll('.chart').length,
    rows: page.querySelectorAll('table.all tbody tr').length };
});
document.body.innerHTML = '';
document.body.textContent = 'SAID' + JSON.stringify(said) + 'SAID';
";

#[test]
fn a_page_fits_each_screen() {
    let browser = ["chromium", "google-chrome"].into_iter().find_map(in_path);
    let browser = browser.expect("`chromium` is not installed. Run ./scripts/install-tools");
    let directory = tempfile::tempdir().expect("a directory");
    super::common::write(&directory.path().join("shop.tabi"), &long());
    let stub = Stub::start(|_, _| Reply::Well);
    let url = stub.url();
    let arguments = ["--prometheus", &url, "--since", "2d", "--until", "2023-11-15", "--html", "past.html"];
    let output = command(directory.path(), &arguments).output().expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));

    let frames = WIDTHS
        .map(|width| format!("<iframe src=\"past.html\" style=\"width:{width}px;height:900px;border:0\"></iframe>"));
    let asking = format!("<body>{}<script>window.onload = () => {{ {ASK} }};</script></body>\n", frames.concat());
    super::common::write(&directory.path().join("frames.html"), &asking);
    let mut chromium = Command::new(browser);
    chromium.args([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--allow-file-access-from-files",
    ]);
    chromium.arg(format!("--user-data-dir={}", directory.path().join("profile").display()));
    chromium.args(["--virtual-time-budget=60000", "--dump-dom"]);
    chromium.arg(format!("file://{}", directory.path().join("frames.html").display()));
    let (dom, err) = said(&chromium.output().expect("the browser runs"));
    let told = dom.split("SAID").nth(1).filter(|text| text.starts_with('[')).unwrap_or_else(|| panic!("{dom}{err}"));
    let told: Vec<Value> = serde_json::from_str(told).expect("JSON");
    assert_eq!(told.len(), WIDTHS.len());
    for (screen, width) in told.iter().zip(WIDTHS) {
        let number = |name: &str| screen[name].as_u64().expect("a number");
        assert_eq!(number("width"), u64::from(width));
        assert!(number("needs") <= u64::from(width), "something is wider than the screen: {screen}");
        assert_eq!((number("small"), number("under")), (0, 0), "words are too small, or stand on each other: {screen}");
        // 16 SLIs and the journey
        assert_eq!((number("rows"), number("charts")), (17, 17), "{screen}");
    }
}
