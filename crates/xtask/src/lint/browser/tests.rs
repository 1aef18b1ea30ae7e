use super::flaws;
use crate::tree::Tree;

fn found(path: &str, text: &str) -> Vec<(usize, String)> {
    let tree = Tree::from([(path, text)]);
    flaws(&tree)
        .into_iter()
        .map(|flaw| (flaw.line, flaw.sentence))
        .collect()
}

#[test]
fn newer_style_is_found_line_by_line() {
    for line in [
        "a:has(b) { color: red }",
        "a { gap: 4px }",
        "a { display: flex; row-gap: 1px; }",
        "a { width: min(10px, 2em) }",
        "a { inset: 0 }",
        "a { margin-inline: 1px }",
        "a { padding-block: 1px }",
        "@layer base { }",
        "a { color: #11223344 }",
        "a { & b { color: red } }",
        "a:focus-visible { }",
        "@media (width >= 700px) { }",
        "a { aspect-ratio: 1 }",
    ] {
        let text = format!("/* first\n line */\n{line}\n");
        let found = found("crates/web/static/base.css", &text);
        assert!(found.iter().any(|(number, _)| *number == 3), "{line}");
    }
}

#[test]
fn style_of_2017_passes_even_when_comments_name_newer_words() {
    let text = "/* no :has, no gap: here */\n.gap { grid-gap: 4px; grid-column-gap: 1px; color: #182124; }\n\
                .a { grid-template-columns: minmax(0, 1fr); display: inline-block; box-shadow: inset 0 0 1px #fff; }\n\
                @media (max-width: 760px) { .b > td { margin: 0 } }\n";
    assert_eq!(found("crates/web/static/base.css", text), []);
}

#[test]
fn newer_script_is_found_and_es2017_passes() {
    for line in [
        "a?.b",
        "a ?? b",
        "import x from 'y'",
        "export const a = 1",
        "var b = { ...a }",
        "try { } catch { }",
        "s.replaceAll('a', 'b')",
        "/(?<year>x)/",
    ] {
        assert_eq!(found("tools/page/a.js", line).len(), 1, "{line}");
    }
    let old = "async function a(...rest) { const b = [...rest]; return c?.5:1; }\n// a?.b\nvar u = 'https://x';\n";
    assert_eq!(found("tools/page/a.js", old), []);
}

#[test]
fn markup_the_old_browser_or_the_security_policy_refuses_is_found() {
    for line in [
        "<p style=\"color:red\">",
        "<input type=\"date\">",
        "<script>",
        "<dialog open>",
    ] {
        assert_eq!(
            found("crates/web/templates/a.html", line).len(),
            1,
            "{line}"
        );
    }
    assert_eq!(
        found(
            "crates/web/templates/a.html",
            "<script src=\"a.js\"></script>"
        ),
        []
    );
}

#[test]
fn only_what_browsers_get_is_looked_at() {
    assert_eq!(found("docs/sample.css", "a { gap: 1px }"), []);
}
