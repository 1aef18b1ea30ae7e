//! A strict reader of the pages we write: every tag closed, every id once, every
//! reference kept, nothing inline. Stricter than browsers, on purpose.

use std::collections::{BTreeMap, BTreeSet};

const VOID: [&str; 10] = [
    "meta", "link", "input", "br", "img", "hr", "rect", "line", "circle", "path",
];

/// One element as it was opened.
#[derive(Debug, Clone)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: BTreeMap<String, String>,
}

impl Element {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }
}

/// Reads a page or a piece; the answer is everything that is wrong with it.
pub(crate) fn faults(html: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let elements = elements(html, &mut faults);
    inline_code(&elements, &mut faults);
    references(&elements, &mut faults);
    labels(&elements, &mut faults);
    faults
}

/// The faults of a whole page: besides the above, its landmarks and headings.
pub(crate) fn page_faults(html: &str) -> Vec<String> {
    let mut faults = faults(html);
    let elements = elements(html, &mut Vec::new());
    let count = |name: &str| elements.iter().filter(|e| e.name == name).count();
    for name in ["html", "title", "h1", "main"] {
        if count(name) != 1 {
            faults.push(format!("{} times <{name}>", count(name)));
        }
    }
    if !elements.iter().any(|e| e.get("class") == Some("skip")) {
        faults.push("no skip link".into());
    }
    if elements
        .iter()
        .find(|e| e.name == "html")
        .and_then(|e| e.get("lang"))
        != Some("zh-CN")
    {
        faults.push("no language".into());
    }
    faults
}

fn elements(html: &str, faults: &mut Vec<String>) -> Vec<Element> {
    let mut found = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let mut rest = html.strip_prefix("<!doctype html>").unwrap_or(html);
    while let Some(start) = rest.find('<') {
        let Some(length) = tag_length(&rest[start..]) else {
            faults.push(format!(
                "unclosed tag at {:.40}",
                &rest[start..].chars().take(20).collect::<String>()
            ));
            return found;
        };
        let tag = &rest[start + 1..start + length - 1];
        rest = &rest[start + length..];
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop().as_deref() != Some(name) {
                faults.push(format!("</{name}> closes nothing"));
            }
            continue;
        }
        let closed = tag.ends_with('/');
        let element = element(tag.trim_end_matches('/'), faults);
        if !closed && !VOID.contains(&element.name.as_str()) {
            open.push(element.name.clone());
        }
        found.push(element);
    }
    if !open.is_empty() {
        faults.push(format!("never closed: {open:?}"));
    }
    found
}

fn tag_length(text: &str) -> Option<usize> {
    let mut quoted = false;
    for (place, letter) in text.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            '>' if !quoted => return Some(place + 1),
            '<' if place > 0 => return None,
            _ => {}
        }
    }
    None
}

fn element(tag: &str, faults: &mut Vec<String>) -> Element {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    let sound = !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if !sound {
        faults.push(format!("not a tag: <{tag}>"));
    }
    let mut attributes = BTreeMap::new();
    while !rest.trim_start().is_empty() {
        rest = rest.trim_start();
        let end = rest.find(['=', ' ']).unwrap_or(rest.len());
        let key = &rest[..end];
        rest = &rest[end..];
        let mut value = "";
        if let Some(after) = rest.strip_prefix("=\"") {
            let close = after.find('"').unwrap_or(after.len());
            value = &after[..close];
            rest = after.get(close + 1..).unwrap_or("");
        } else if rest.starts_with('=') {
            faults.push(format!("unquoted value in <{tag}>"));
            break;
        }
        if attributes
            .insert(key.to_owned(), value.to_owned())
            .is_some()
        {
            faults.push(format!("{key} twice in <{tag}>"));
        }
    }
    Element {
        name: name.to_owned(),
        attributes,
    }
}

fn inline_code(elements: &[Element], faults: &mut Vec<String>) {
    for element in elements {
        let address = element.get("href").or(element.get("action")).unwrap_or("");
        let scheme = address.trim().to_ascii_lowercase();
        if scheme.starts_with("javascript:") || scheme.starts_with("data:") {
            faults.push(format!("{address} in <{}>", element.name));
        }
        if element.name == "style" || (element.name == "script" && element.get("src").is_none()) {
            faults.push(format!("inline <{}>", element.name));
        }
        for key in element.attributes.keys() {
            if key == "style" || key.starts_with("on") {
                faults.push(format!("{key}= in <{}>", element.name));
            }
        }
    }
}

fn references(elements: &[Element], faults: &mut Vec<String>) {
    let mut ids = BTreeSet::new();
    for id in elements.iter().filter_map(|e| e.get("id")) {
        if !ids.insert(id) {
            faults.push(format!("id {id} twice"));
        }
    }
    for element in elements {
        for key in ["aria-describedby", "aria-labelledby", "for"] {
            let wanted = element.get(key).unwrap_or("").split_whitespace();
            faults.extend(
                wanted
                    .filter(|id| !ids.contains(id))
                    .map(|id| format!("{key} leads to no {id}")),
            );
        }
        let place = element.get("href").and_then(|href| href.strip_prefix('#'));
        if let Some(id) = place.filter(|id| !ids.contains(id)) {
            faults.push(format!("link leads to no #{id}"));
        }
    }
}

fn labels(elements: &[Element], faults: &mut Vec<String>) {
    let labelled: BTreeSet<&str> = elements
        .iter()
        .filter(|e| e.name == "label")
        .filter_map(|e| e.get("for"))
        .collect();
    let mut inside_label = "";
    for element in elements {
        if element.name == "label" {
            inside_label = element.get("class").unwrap_or("wrapping");
        }
        let asks = matches!(element.name.as_str(), "input" | "select" | "textarea");
        let wrapped =
            matches!(element.get("type"), Some("checkbox" | "radio")) && !inside_label.is_empty();
        let named = element.get("id").is_some_and(|id| labelled.contains(id));
        if asks && element.get("type") != Some("hidden") && !named && !wrapped {
            faults.push(format!("no label for {:?}", element.get("name")));
        }
        if element.name == "th" && element.get("scope").is_none() {
            faults.push("th without scope".into());
        }
    }
}
