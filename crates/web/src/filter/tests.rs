use super::*;

static FIELDS: [FilterField; 3] = [
    FilterField {
        name: "state",
        label: "状态",
        shape: Shape::Choice(&[("drawn", "已抽取"), ("ended", "已结束")]),
    },
    FilterField {
        name: "name",
        label: "名称",
        shape: Shape::Words,
    },
    FilterField {
        name: "since",
        label: "日期起",
        shape: Shape::Day,
    },
];

fn read(query: &str) -> Filter {
    Filter::parse(&FIELDS, &["number", "name"], query)
}

fn address(filter: &Filter) -> String {
    filter.address(&Address::fixed("/w/campaigns")).to_string()
}

#[test]
fn the_address_read_back_is_the_same_view() {
    let filter = read("state=drawn&name=%E7%94%B2%26+%E4%B9%99&since=2026.11.3&sort=-number");
    assert!(filter.is_sound());
    assert_eq!(filter.choice("state"), Some("drawn"));
    assert_eq!(filter.words("name"), Some("甲& 乙"));
    assert_eq!(filter.day("since"), Date::new(2026, 11, 3));
    assert_eq!(
        filter.order(),
        Some(Sort {
            column: "number",
            ascending: false
        })
    );
    let again = address(&filter);
    assert!(again.ends_with("&since=2026-11-03&sort=-number"), "{again}");
    assert_eq!(address(&read(again.split_once('?').unwrap().1)), again);
}

#[test]
fn conditions_stand_in_words_and_each_can_be_dropped() {
    let filter = read("state=drawn&name=x");
    assert_eq!(filter.in_words(), "状态：已抽取；名称：x");
    assert_eq!(address(&filter.without("state")), "/w/campaigns?name=x");
    assert_eq!(
        address(&filter.without("state").without("name")),
        "/w/campaigns"
    );
}

#[test]
fn empty_values_and_the_place_in_the_list_are_no_conditions() {
    let filter = read("state=&name=%20%20&from=abc");
    assert!(filter.is_sound());
    assert_eq!(filter.conditions().count(), 0);
    assert_eq!(
        filter
            .address_from(&Address::fixed("/w"), Some("abc"))
            .as_str(),
        "/w?from=abc"
    );
}

#[test]
fn a_condition_that_is_not_understood_is_never_left_out_silently() {
    let long = format!("name={}", "x".repeat(101));
    for (query, code) in [
        ("statuss=drawn", "FILT-001"),
        ("state=nonsense", "FILT-002"),
        (long.as_str(), "FILT-003"),
        ("sort=password", "FILT-004"),
        ("state=drawn&state=ended", "FILT-005"),
        ("since=2026-02-30", "DATE-002"),
    ] {
        let filter = read(query);
        assert!(!filter.is_sound(), "{query}");
        let codes: Vec<_> = filter.problems().map(|problem| problem.code).collect();
        assert_eq!(codes, [code], "{query}");
    }
}

#[test]
fn what_could_not_be_read_stands_in_its_field_again() {
    let filter = read("since=gestern&state=drawn");
    assert_eq!(filter.typed("since"), "gestern");
    assert_eq!(filter.typed("state"), "drawn");
    assert_eq!(filter.day("since"), None);
}

#[test]
fn a_kind_of_value_is_not_given_out_as_another() {
    let filter = read("name=drawn&state=drawn");
    assert_eq!(filter.choice("name"), None);
    assert_eq!(filter.words("state"), None);
}
