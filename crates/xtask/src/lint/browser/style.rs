//! The style sheet half of the browser floor: properties, selectors, functions and at-rules that
//! came after 2017. One unknown selector voids the whole list it stands in.

use super::without_comments;

/// Words that must not appear at all.
const PARTS: [(&str, &str); 20] = [
    (":has(", "选择器 :has"),
    (":is(", "选择器 :is"),
    (":where(", "选择器 :where"),
    (":focus-visible", "选择器 :focus-visible"),
    ("@layer", "@layer"),
    ("@container", "容器查询"),
    ("@property", "@property"),
    ("@scope", "@scope"),
    ("accent-color", "accent-color"),
    ("text-underline-offset", "text-underline-offset"),
    ("overflow-wrap: anywhere", "overflow-wrap: anywhere"),
    ("overflow-wrap:anywhere", "overflow-wrap: anywhere"),
    ("color-mix(", "color-mix()"),
    ("oklch(", "oklch()"),
    ("-inline", "逻辑属性"),
    ("-block:", "逻辑属性"),
    ("-block-start", "逻辑属性"),
    ("-block-end", "逻辑属性"),
    ("&:", "嵌套"),
    ("& ", "嵌套"),
];

/// Functions, looked for as whole words: `minmax(` is old, `min(` is not.
const FUNCTIONS: [&str; 3] = ["min(", "max(", "clamp("];

/// Properties, looked for at the start of a declaration.
const PROPERTIES: [&str; 6] = [
    "aspect-ratio",
    "gap",
    "row-gap",
    "inset",
    "block-size",
    "inline-size",
];

/// Line and words for everything newer than the floor.
pub(super) fn newer(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in (1..).zip(without_comments(text, false).lines()) {
        // `inline-block` and friends are values of the old days.
        let line = line
            .replace("inline-block", "")
            .replace("inline-flex", "")
            .replace("inline-grid", "");
        for (_, what) in PARTS.iter().filter(|(part, _)| line.contains(part)) {
            found.push((number, (*what).to_owned()));
        }
        for function in FUNCTIONS.iter().filter(|function| calls(&line, function)) {
            found.push((number, format!("函数 {function}…)")));
        }
        for property in declared(&line).filter(|property| PROPERTIES.contains(property)) {
            found.push((number, format!("属性 {property}（网格间距写 grid-gap）")));
        }
        if long_colors(&line) {
            found.push((number, "带透明度的十六进制颜色".to_owned()));
        }
        if media_range(&line) {
            found.push((number, "媒体查询的区间写法".to_owned()));
        }
    }
    found
}

fn calls(line: &str, function: &str) -> bool {
    line.match_indices(function)
        .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '-'))
}

fn declared(line: &str) -> impl Iterator<Item = &str> {
    line.split(['{', ';'])
        .filter_map(|part| part.split_once(':'))
        .map(|(name, _)| name.trim())
}

/// `#rgba` and `#rrggbbaa`; an id selector has letters beyond f or stands outside a declaration.
fn long_colors(line: &str) -> bool {
    line.split('#').skip(1).any(|rest| {
        let digits = rest
            .find(|c: char| !c.is_ascii_hexdigit())
            .unwrap_or(rest.len());
        let ends =
            !rest[digits..].starts_with(|c: char| c.is_alphanumeric() || c == '-' || c == '_');
        ends && matches!(digits, 4 | 8)
    })
}

/// `(width >= 700px)`; a child selector behind the brace is old.
fn media_range(line: &str) -> bool {
    line.contains("@media")
        && line
            .split('{')
            .next()
            .is_some_and(|query| query.contains(['<', '>']))
}
