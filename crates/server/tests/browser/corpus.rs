//! The offline page before the corpus of bundles: one load of `tools/verify-page`, every bundle handed to its
//! scripts, and the verdicts compared with the table; then one bundle chosen as a person chooses it.

use std::path::Path;

use serde_json::{Value, json};

use crate::cases::{self, Case, Given};
use crate::chrome::{Chrome, Screen, Session};

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

/// Runs the page's own scripts over everything it is given; the answer is one exit code each.
const JUDGE: &str = r"
    function bytes(text) {
        var out = new Uint8Array(text.length);
        for (var i = 0; i < text.length; i++) { out[i] = text.charCodeAt(i); }
        return out;
    }
    return arguments[0].map(function (given) {
        try {
            var parts = given.zip !== undefined ? Mingqian.readZip(bytes(given.zip))
                : given.files.map(function (file) { return { name: file[0], bytes: bytes(file[1]) }; });
            var steps = Mingqian.verify(Mingqian.named(parts)), step;
            do { step = steps.next(); } while (!step.done);
            return step.value.exit;
        } catch (error) {
            if (error instanceof Mingqian.Unreadable) { return 2; }
            return String(error);
        }
    });";

fn page() -> String {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools/verify-page/verify.html");
    format!("file://{}", tools.canonicalize().unwrap().display())
}

async fn chosen(session: &Session, zip: &[u8]) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bundle.zip");
    std::fs::write(&path, zip).unwrap();
    let wait = || session.client.wait();
    let field = wait().for_element(fantoccini::Locator::Id("files"));
    let field = field.await.unwrap();
    field.send_keys(path.to_str().unwrap()).await.unwrap();
    let summary = fantoccini::Locator::XPath("//*[@id='technical'][contains(., '等级')]");
    let last = wait().for_element(summary).await.unwrap();
    let verdict = session
        .client
        .find(fantoccini::Locator::Id("verdict"))
        .await
        .unwrap();
    (verdict.text().await.unwrap(), last.text().await.unwrap())
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
    let codes = session.client.execute(JUDGE, vec![bundles.into()]).await;
    let codes = codes.unwrap();
    let differ: Vec<String> = cases
        .iter()
        .zip(codes.as_array().unwrap())
        .filter(|(case, code)| **code != json!(case.page))
        .map(|(case, code)| {
            let due = case.page.unwrap_or_default();
            format!("{} ({}): {code}, not {due}", case.name, case.law)
        })
        .collect();
    assert!(differ.is_empty(), "{}", differ.join("\n"));

    let zip = cases.iter().find(|case| case.name == "zip-stored");
    let Given::Zip(bytes) = &zip.unwrap().given else {
        panic!("zip-stored is a zip");
    };
    let (verdict, last) = chosen(&session, bytes).await;
    assert!(verdict.contains("到目前为止全部正确"), "{verdict}");
    assert!(last.contains("公布 2，达到 2，已证实 1"), "{last}");
    assert_eq!(session.complaints(), Vec::<String>::new());
}
