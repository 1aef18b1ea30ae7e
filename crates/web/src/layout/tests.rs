use super::*;
use crate::text::Address;

#[test]
fn display_modes_survive_the_cookie_and_unknown_words_are_off() {
    for text in ["plain", "large", "contrast", "large.contrast"] {
        let modes = DisplayModes::from_text(text);
        let cookie = modes.set_cookie(true);
        let sent = cookie.split(';').next().unwrap();
        assert_eq!(
            DisplayModes::from_cookies(&format!("a=b; {sent}; c=d")),
            modes
        );
        assert_eq!(modes.as_text(), text);
        assert!(cookie.contains("; Secure") && !modes.set_cookie(false).contains("Secure"));
    }
    assert_eq!(
        DisplayModes::from_cookies("mq_view=\"><script>"),
        DisplayModes::default()
    );
    assert_eq!(DisplayModes::from_cookies(""), DisplayModes::default());
}

#[test]
fn switching_a_mode_twice_changes_nothing_and_leaves_the_other() {
    let contrast = DisplayModes::from_text("contrast");
    let both = contrast.toggled(DisplayMode::Large);
    assert_eq!(both.as_text(), "large.contrast");
    assert_eq!(both.toggled(DisplayMode::Large), contrast);
    assert_eq!(DisplayMode::parse("large"), Some(DisplayMode::Large));
    assert_eq!(DisplayMode::parse("huge"), None);
}

fn current(path: &str) -> Vec<String> {
    let entry = |to| NavEntry::new(to, Address::fixed(to), 0);
    let nav = NavModel::default()
        .with_group("今日", vec![entry("/w"), entry("/w/calendar")])
        .with_group(
            "抽查",
            vec![entry("/w/campaigns"), entry("/w/campaigns/new")],
        )
        .at(path);
    nav.groups
        .iter()
        .flat_map(|group| &group.entries)
        .filter(|entry| entry.current)
        .map(|entry| entry.words.clone())
        .collect()
}

#[test]
fn exactly_the_nearest_entry_is_current() {
    assert_eq!(current("/w"), ["/w"]);
    assert_eq!(current("/w/campaigns/2026-0007"), ["/w/campaigns"]);
    assert_eq!(current("/w/campaigns/new"), ["/w/campaigns/new"]);
    assert_eq!(current("/w/campaignsx"), ["/w"]);
    assert_eq!(
        current("/w/import/campaigns/7"),
        ["/w/campaigns"],
        "an import belongs to its list"
    );
    assert!(current("/login").is_empty());
}

#[test]
fn a_group_without_entries_does_not_exist() {
    assert!(
        NavModel::default()
            .with_group("管理", Vec::new())
            .groups
            .is_empty()
    );
}
