//! Every page and component rendered with ordinary, hostile and very long words.
//!
//! Failure here: a page that is not well-formed, lacks a label or heading, holds
//! anything inline, or loses a letter of what was typed. The pages are also
//! written to the temporary folder of the build, to be looked at in a browser.

use std::fs;
use std::path::Path;

mod markup;
mod samples;

use samples::{Words, pages};

#[test]
fn every_page_is_well_formed_whatever_the_words() {
    for (kind, words) in [
        ("ordinary", Words::ordinary("")),
        ("hostile", Words::hostile()),
        ("long", Words::very_long()),
    ] {
        for (name, html) in pages(&words) {
            let faults = markup::page_faults(&html);
            assert!(faults.is_empty(), "{name} with {kind} words: {faults:#?}");
            assert!(
                !html.contains("<script>"),
                "{name} with {kind} words lets a script through"
            );
            assert!(html.len() < 100_000, "{name} has {} bytes", html.len());
        }
    }
}

#[test]
fn the_strict_reader_itself_finds_planted_faults() {
    for broken in [
        "<p><b></p></b>",
        "<p>",
        "</p>",
        "<p style=\"x\"></p>",
        "<p onclick=\"x\"></p>",
        "<script>1</script>",
        "<p id=\"a\"></p><p id=\"a\"></p>",
        "<a href=\"#none\">x</a>",
        "<a href=\"javascript:x\">x</a>",
        "<input name=\"a\" type=\"text\">",
        "<th>x</th>",
        "<p class=x></p>",
        "<p aria-describedby=\"no\"></p>",
        "a < b",
    ] {
        assert!(!markup::faults(broken).is_empty(), "{broken}");
    }
    assert_eq!(
        markup::faults("<p class=\"a\">x<br>y</p>"),
        Vec::<String>::new()
    );
}

#[test]
fn what_was_typed_stands_in_the_form_again_letter_by_letter() {
    let words = Words::hostile();
    let (_, html) = pages(&words)
        .into_iter()
        .find(|(name, _)| *name == "form-errors")
        .unwrap();
    let area = html
        .split("<textarea")
        .nth(1)
        .unwrap()
        .split('>')
        .nth(1)
        .unwrap();
    let shown = area.split("</textarea").next().unwrap();
    assert_eq!(unescaped(shown), format!("\n{}", words.campaign));
    assert!(html.contains("<title>有误：发起抽查"));
    assert!(html.contains("有 5 处需要改"));
}

fn unescaped(text: &str) -> String {
    [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#38;", "&"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[test]
fn the_gallery_is_written_for_the_eye() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("gallery");
    fs::create_dir_all(folder.join("static")).unwrap();
    for asset in web::asset::all() {
        fs::write(
            folder.join(asset.address().trim_start_matches('/')),
            asset.bytes(),
        )
        .unwrap();
    }
    let modes = [
        ("", ""),
        ("-large", "large"),
        ("-contrast", "contrast"),
        ("-both", "large.contrast"),
    ];
    let mut written = 0;
    for (suffix, mode) in modes {
        for (name, html) in pages(&Words::ordinary(mode)) {
            let html = html
                .replace("\"/static/", "\"static/")
                .replace("http-equiv=\"refresh\"", "name=\"refresh\"");
            fs::write(folder.join(format!("{name}{suffix}.html")), html).unwrap();
            written += 1;
        }
    }
    for (name, html) in pages(&Words::very_long()) {
        fs::write(
            folder.join(format!("{name}-long.html")),
            html.replace("\"/static/", "\"static/"),
        )
        .unwrap();
    }
    assert_eq!(written, modes.len() * pages(&Words::ordinary("")).len());
}
