use axum::http::header::CACHE_CONTROL;

use super::*;

fn text(asset: &Asset) -> &'static str {
    std::str::from_utf8(asset.bytes()).unwrap()
}

#[test]
fn a_file_is_found_by_its_hashed_name_only() {
    for asset in all() {
        let found = find(asset.address()).unwrap();
        assert_eq!(found.bytes(), asset.bytes());
        assert!(!asset.bytes().is_empty());
    }
    for wrong in [
        "/static/base.css",
        "/static/base-0000000000000000.css",
        "/static/../Cargo.toml",
        "",
    ] {
        assert!(find(wrong).is_none(), "{wrong}");
    }
}

#[test]
fn a_file_is_served_with_its_kind_and_kept_for_good() {
    let response = (&*STYLE).into_response();
    assert_eq!(response.headers()[CONTENT_TYPE], "text/css; charset=utf-8");
    assert!(
        response.headers()[CACHE_CONTROL]
            .to_str()
            .unwrap()
            .contains("immutable")
    );
}

/// A second column leaves the first one a third of a sheet: one or two characters a line.
#[test]
fn on_paper_every_page_has_one_column() {
    let style = without_comments(text(&STYLE));
    let paper = style.split("@media print").nth(1).unwrap();
    for columns in [".shell", ".cols", ".p-cols"] {
        let screen = format!("\n{columns} {{ display: grid");
        assert!(style.contains(&screen), "{columns} has columns on a screen");
        let rule = paper.lines().find(|line| line.contains(columns));
        assert!(
            rule.is_some_and(|rule| rule.contains("display: block")),
            "{columns}"
        );
    }
}

/// One unknown selector voids a whole rule in the old browsers.
#[test]
fn the_style_sheet_holds_nothing_the_old_browsers_do_not_know() {
    let style = without_comments(text(&STYLE));
    for banned in [
        ":has(",
        ":is(",
        ":where(",
        ":focus-visible",
        ":focus-within",
        "@layer",
        "@container",
        " gap:",
        "inset:",
        "margin-inline",
        "padding-inline",
        "min(",
        "max(",
        "clamp(",
        " aspect-ratio:",
        "accent-color",
        "text-underline-offset",
        "overflow-wrap: anywhere",
        "@import",
        "url(",
        "@font-face",
        "linear-gradient",
    ] {
        let found = style.match_indices(banned).find(|(place, _)| {
            // `minmax(` is known to them.
            let before = &style[..*place];
            !(banned == "max(" && before.ends_with("min"))
        });
        assert!(found.is_none(), "{banned} in the style sheet");
    }
    assert_eq!(style.matches('{').count(), style.matches('}').count());
}

#[test]
fn the_scripts_hold_nothing_the_old_browsers_do_not_know() {
    for script in [&*PAGE_SCRIPT, &*DRAFT_SCRIPT] {
        for banned in [
            "?.",
            "??",
            "import ",
            "export ",
            "=>",
            "`",
            "eval(",
            "innerHTML",
            ".style",
        ] {
            assert!(
                !text(script).contains(banned),
                "{banned} in {}",
                script.address()
            );
        }
    }
}

/// Contrast of every text colour against the surfaces it stands on (WCAG 2.2 AA).
#[test]
fn text_colours_keep_their_contrast_in_every_mode() {
    let style = text(&STYLE);
    let normal = tokens(style, ":root {");
    let mut contrast = normal.clone();
    contrast.extend(tokens(style, ".contrast {"));
    let mut large = normal.clone();
    large.extend(tokens(style, ".large {"));
    for (mode, tokens, least) in [
        ("normal", &normal, 4.5),
        ("large", &large, 4.5),
        ("contrast", &contrast, 7.0),
    ] {
        for (ink, surface) in [
            ("ink", "ground"),
            ("ink-2", "ground"),
            ("ink-3", "ground"),
            ("ink-3", "paper"),
            ("accent", "ground"),
            ("accent", "accent-weak"),
            ("late", "late-weak"),
            ("soon", "soon-weak"),
            ("ok", "paper"),
            ("accent-ink", "accent"),
        ] {
            let ratio = ratio(&tokens[ink], &tokens[surface]);
            assert!(ratio >= least, "{mode}: {ink} on {surface} is {ratio:.2}");
        }
        let border = ratio(&tokens["line-2"], &tokens["ground"]);
        assert!(border >= 3.0, "{mode}: borders {border:.2}");
    }
}

fn without_comments(style: &str) -> String {
    style
        .split("/*")
        .enumerate()
        .map(|(place, part)| match (place, part.split_once("*/")) {
            (0, _) => part,
            (_, Some((_, after))) => after,
            (_, None) => "",
        })
        .collect()
}

fn tokens(style: &str, block: &str) -> std::collections::HashMap<String, String> {
    let start = style.find(block).unwrap() + block.len();
    style[start..][..style[start..].find('}').unwrap()]
        .split(';')
        .filter_map(|line| line.rsplit_once("--")?.1.split_once(": #"))
        .map(|(name, colour)| (name.to_owned(), colour.trim().to_owned()))
        .collect()
}

fn ratio(one: &str, other: &str) -> f64 {
    let light = |colour: &str| {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4) + 0.05
    };
    let (one, other) = (light(one), light(other));
    if one > other {
        one / other
    } else {
        other / one
    }
}
