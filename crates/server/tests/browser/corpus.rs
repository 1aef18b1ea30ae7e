//! The offline page before the corpus of bundles: one load of `tools/verify-page`, every bundle handed to its
//! scripts, and the verdicts compared with the table; then one bundle chosen as a person chooses it.

use std::path::Path;

use serde_json::{Value, json};

use crate::cases::{self, Case, Given};
use crate::chrome::{Chrome, Screen, Session};
use crate::pack;
use crate::said::{self, Tool};

/// Bytes as a text of as many characters, which is how the page reads them.
fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// What the page is given: files by name, or one zip.
fn given(case: &Case) -> Value {
    match &case.given {
        Given::Zip(bytes) => json!({"zip": latin(bytes)}),
        Given::Folder { files, .. } => {
            let files = files
                .iter()
                .map(|(name, bytes)| json!([name, latin(bytes)]));
            json!({"files": files.collect::<Vec<_>>()})
        }
    }
}

/// Runs the page's own scripts over everything it is given; the answer is an exit code and everything said for each.
const JUDGE: &str = r"
    function bytes(text) {
        var out = new Uint8Array(text.length);
        for (var i = 0; i < text.length; i++) { out[i] = text.charCodeAt(i); }
        return out;
    }
    function judged(given) {
        try {
            var parts = given.zip !== undefined ? Mingqian.readZip(bytes(given.zip))
                : given.files.map(function (file) { return { name: file[0], bytes: bytes(file[1]) }; });
            var steps = Mingqian.verify(Mingqian.named(parts)), step;
            do { step = steps.next(); } while (!step.done);
            return step.value;
        } catch (error) {
            if (error instanceof Mingqian.Unreadable) { return Mingqian.unread(error); }
            return { exit: 255, attempt: String(error), checks: [], open: [], last: [] };
        }
    }
    return arguments[0].map(function (given) {
        var verdict = judged(given);
        var checks = verdict.checks.map(function (check) { return check.what + ' ' + check.detail; });
        return { exit: verdict.exit, said: [verdict.attempt].concat(checks, verdict.open, verdict.last).join('\n') };
    });";

fn page() -> String {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools/verify-page/verify.html");
    format!("file://{}", tools.canonicalize().unwrap().display())
}

/// The words of a verdict on the page, its summary and its last two lines.
async fn chosen(session: &Session, zip: &[u8]) -> [String; 4] {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bundle.zip");
    std::fs::write(&path, zip).unwrap();
    let wait = || session.client.wait();
    let field = wait().for_element(fantoccini::Locator::Id("files"));
    let field = field.await.unwrap();
    field.send_keys(path.to_str().unwrap()).await.unwrap();
    let summary = fantoccini::Locator::XPath("//*[@id='technical'][contains(., '等级')]");
    let last = wait().for_element(summary).await.unwrap();
    assert!(last.is_displayed().await.unwrap());
    let mut words = Vec::new();
    for id in ["verdict", "summary", "steps", "technical"] {
        let part = session.client.find(fantoccini::Locator::Id(id)).await;
        words.push(part.unwrap().text().await.unwrap());
    }
    words.try_into().unwrap()
}

#[tokio::test]
async fn the_offline_page_gives_every_verdict_of_the_table() {
    let chrome = Chrome::start();
    let session = chrome.session(Screen::Desk).await;
    session.client.goto(&page()).await.unwrap();
    let cases: Vec<Case> = cases::all();
    let cases: Vec<Case> = cases
        .into_iter()
        .filter(|case| case.page.is_some())
        .collect();
    let bundles: Vec<Value> = cases.iter().map(given).collect();
    let verdicts = session.client.execute(JUDGE, vec![bundles.into()]).await;
    let verdicts = verdicts.unwrap();
    let sentences = said::all();
    let mut amiss = Vec::new();
    for (case, verdict) in cases.iter().zip(verdicts.as_array().unwrap()) {
        let (exit, said) = (&verdict["exit"], verdict["said"].as_str().unwrap());
        amiss.extend(said::amiss(&sentences, Tool::Page, case, said));
        if *exit != json!(case.page) {
            let due = case.page.unwrap_or_default();
            amiss.push(format!("{} ({}): {exit}, not {due}", case.name, case.law));
        }
        let exit = exit.as_u64().and_then(|exit| u8::try_from(exit).ok());
        if !said::ends_as_it_exits(said, exit.unwrap()) {
            amiss.push(format!("{} ends in other lines\n{said}", case.name));
        }
    }
    assert!(amiss.is_empty(), "{}", amiss.join("\n"));

    let zip = cases.iter().find(|case| case.name == "zip-stored");
    let Given::Zip(bytes) = &zip.unwrap().given else {
        panic!("zip-stored is a zip");
    };
    let [verdict, summary, steps, technical] = chosen(&session, bytes).await;
    assert!(verdict.contains("到目前为止全部正确"), "{verdict}");
    let attempt = "抽查任务 411200-CG-2026-0007，第 1 次抽取，公开阶段";
    assert!(summary.starts_with(attempt), "{summary}");
    assert!(steps.ends_with("公开 有，变动 3 件。"), "{steps}");
    assert!(
        technical.contains("公布 2，达到 2，已证实 1"),
        "{technical}"
    );

    // Whoever reads one line of a void does not take it for a draw.
    let void = cases.iter().find(|case| case.name == "right-void-sealed");
    let Given::Folder { files, .. } = &void.unwrap().given else {
        panic!("right-void-sealed is a folder");
    };
    session.client.goto(&page()).await.unwrap();
    let [verdict, ..] = chosen(&session, &pack::zip(files, &[])).await;
    assert!(verdict.starts_with("这次抽取已作废。"), "{verdict}");
    assert_eq!(session.complaints(), Vec::<String>::new());
}
