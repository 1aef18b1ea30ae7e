use domain::refusal::Code;
use domain::text::FieldErrors;

use super::*;
use crate::csrf::FormToken;
use crate::form::{IdempotencyKey, Submitted};
use crate::text::{Address, Digest};

fn shown(component: impl Into<Fragment>) -> String {
    component.into().to_string()
}

#[test]
fn words_are_escaped_once_and_components_are_not_escaped_again() {
    assert_eq!(shown("<b>&\"'"), "&#60;b&#62;&#38;&#34;&#39;");
    let cell = Cell::new(Badge::new(Tone::Bad, "<已作废>")).with_context("a & b");
    assert_eq!(
        Fragment::of(&cell).to_string(),
        r#"<span class="badge bad">&#60;已作废&#62;</span><span class="d">a &#38; b</span>"#
    );
}

#[test]
fn a_deadline_says_in_words_what_its_colour_says() {
    let chip = |days| shown(DeadlineChip::from_days_left(days, "依据"));
    for (days, class, words) in [
        (-12, "late", "超期 <b>12</b> 日"),
        (0, "today", "今天"),
        (3, "soon", "剩 <b>3</b> 日"),
        (4, "far", "剩 <b>4</b> 日"),
    ] {
        assert!(chip(days).contains(&format!("due {class}")), "{days}");
        assert!(chip(days).contains(words), "{days}: {}", chip(days));
    }
    assert!(shown(DeadlineChip::today_at("14:30", "")).contains("今天 14:30"));
}

#[test]
fn a_deadline_says_which_days_it_counts() {
    for (days, words) in [
        (-12, "超期 <b>12</b> 个工作日"),
        (3, "剩 <b>3</b> 个工作日"),
    ] {
        let chip = shown(DeadlineChip::from_working_days_left(days, "依据"));
        assert!(chip.contains(words), "{chip}");
    }
}

#[test]
fn a_whole_hash_holds_its_64_digits_without_a_blank_between() {
    let digest = Digest::of_bytes(&[0xa5; 32]);
    let html = shown(DigestLine::whole(digest.clone()));
    let text: String = html
        .split('<')
        .filter_map(|part| part.split_once('>'))
        .map(|(_, text)| text)
        .collect();
    assert_eq!(text, digest.as_str());
}

#[test]
fn the_step_bar_has_one_present_step_and_none_when_given_up() {
    let notes: [String; 10] = std::array::from_fn(|place| format!("n{place}"));
    let bar = shown(StepBar::campaign(4, notes.clone()));
    assert_eq!(bar.matches("aria-current").count(), 1);
    assert_eq!(bar.matches("class=\"done\"").count(), 4);
    let stopped = shown(StepBar::campaign(4, notes.clone()).given_up("见证方不足"));
    assert_eq!(stopped.matches("aria-current").count(), 0);
    assert!(stopped.contains("任务终止") && stopped.contains("见证方不足"));
    assert_eq!(
        shown(StepBar::campaign(10, notes))
            .matches("class=\"done\"")
            .count(),
        10
    );
}

#[test]
fn counting_says_when_it_stopped() {
    assert_eq!(Count::Exact(37).words(), "共 37 条");
    assert_eq!(
        Count::MoreThan(Count::CAP, Address::fixed("/w")).words(),
        "超过 1,000 条"
    );
}

#[test]
fn shares_are_drawn_without_dividing_by_nothing() {
    for (part, whole, width) in [
        (0, 0, 0),
        (5, 0, 1000),
        (1, 3, 333),
        (9, 3, 1000),
        (u64::MAX, u64::MAX, 1000),
    ] {
        let bar = shown(Meter::share(part, whole));
        assert!(
            bar.contains(&format!("class=\"fill\" y=\"3\" width=\"{width}\"")),
            "{part}/{whole}: {bar}"
        );
    }
}

static WRONG: Code = Code::new("TEST-001", "写错了。", None, "改一改。");

fn hidden() -> HiddenFields {
    HiddenFields::for_act(
        FormToken::of_session(&[1; 32]),
        IdempotencyKey::from_random([2; 16]),
    )
}

#[test]
fn a_refused_form_keeps_all_and_ties_each_error_to_its_field() {
    let mut errors = FieldErrors::new();
    errors.push("name", WRONG.field(&[]));
    let typed = Submitted::parse("name=%3Cx%3E&way=b&secret=hunter2".as_bytes()).unwrap();
    let form = Form::new(Address::fixed("/w/x"), hidden(), "提交")
        .with_group(
            "",
            vec![
                Field::line("name", "名称", Width::Long).with_help("说明"),
                Field::one_of(
                    "way",
                    "方式",
                    vec![Choice::new("a", "甲"), Choice::new("b", "乙")],
                ),
                Field::password("secret", "密码", false),
            ],
        )
        .filled(&typed, &errors);
    let html = shown(form);
    assert!(html.contains("value=\"&#60;x&#62;\""));
    assert!(html.contains("aria-describedby=\"h-name e-name\" aria-invalid=\"true\""));
    assert!(html.contains("href=\"#f-name\"") && html.contains("TEST-001"));
    assert!(html.contains("value=\"b\" checked") && !html.contains("id=\"f-way\" checked"));
    assert!(!html.contains("hunter2"), "a password is never shown again");
}

#[test]
fn an_untouched_form_shows_the_record_and_a_submitted_one_what_was_typed() {
    let field = || Field::line("name", "名称", Width::Long).with_value("登记的名称");
    let untouched = field().filled(&Submitted::default(), &FieldErrors::new());
    assert!(shown(untouched).contains("登记的名称"));
    let cleared = field().filled(&Submitted::parse(b"name=").unwrap(), &FieldErrors::new());
    assert!(!shown(cleared).contains("登记的名称"));
}

#[test]
fn a_choice_no_longer_offered_is_kept_and_named() {
    let field = Field::menu("item", "事项", vec![Choice::new("a", "甲")]).with_value("旧事项");
    assert!(shown(field).contains("<option value=\"旧事项\">旧事项（已不可选）"));
}

#[test]
fn an_error_of_no_field_still_stands_in_the_summary() {
    let mut errors = FieldErrors::new();
    errors.push("elsewhere", WRONG.field(&[]));
    let form =
        Form::new(Address::fixed("/w/x"), hidden(), "提交").filled(&Submitted::default(), &errors);
    assert!(shown(form).contains("有 1 处需要改"));
}

#[test]
fn the_last_four_digits_may_be_typed_full_width_but_not_left_out() {
    let typed = |text: &str| Submitted::from_pairs(vec![("last_four".into(), text.into())]);
    let agrees = |text| Confirm::last_four_agree("411200-CG-2026-0007", &typed(text));
    assert!(agrees("0007") && agrees(" ０００７ "));
    assert!(!agrees("") && !agrees("7") && !agrees("2026"));
    assert!(!Confirm::last_four_agree("无号", &typed("")));
}

#[test]
fn an_empty_table_shows_what_would_stand_there() {
    let table = Table::new(
        "任务",
        vec![Column::words("名称")],
        Vec::new(),
        EmptyState::nothing("还没有抽查，从年度计划发起。"),
    );
    let html = shown(table);
    assert!(html.contains("从年度计划发起") && !html.contains("<table"));
}
