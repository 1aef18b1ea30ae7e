//! The figures that earlier builds kept are read for ever.

use super::{FIGURES, Figures};

#[test]
fn figures_of_every_version_are_read_for_ever() {
    assert_eq!(FIGURES.version(), 1, "a new version brings its samples");
    let first = include_str!("../../../samples/1/campaigns.figures.jsonl");
    let kept: Vec<Figures> = first
        .lines()
        .map(|line| Figures::parse(line).expect("a sample"))
        .collect();
    assert_eq!(kept.len(), 3);
    assert_eq!(kept[0].quotas.len(), 5, "of the finished campaign");
    assert_eq!(kept[1], Figures::default(), "not frozen yet");
    assert_eq!(kept[2].left_out[0].0, "F002");
    for (line, figures) in first.lines().zip(&kept) {
        let text = figures.to_json();
        assert_eq!(Figures::parse(&text).expect("our own"), *figures);
        let whole = text.replacen("\"v\":1,", "", 1);
        assert!(line == whole || line == "{}", "written as before: {whole}");
    }
    let newer = Figures::parse(r#"{"v":2,"strata":{}}"#).expect_err("newer");
    assert_eq!(newer.code(), "KEPT-001");
    assert!(newer.to_string().contains("campaigns.figures"), "{newer}");
}
