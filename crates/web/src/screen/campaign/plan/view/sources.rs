//! Where the randomness of a draw comes from, and when everybody meets for it.
//!
//! What everybody in the room can see stands before what is fetched from elsewhere, and nothing is chosen beforehand.

use domain::campaign::plan::OFFERED_BEACONS;
use domain::text::FieldErrors;

use super::super::Offered;
use super::{ColumnOf, Rows};
use crate::component::{Choice, Field, Fragment, Width};
use crate::form::Submitted;

pub(super) fn fields(offered: &Offered, typed: &Submitted, errors: &FieldErrors) -> Vec<Fragment> {
    let filled = |field: Field| Fragment::from(field.filled(typed, errors));
    let ceremony = Field::line("ceremony", "抽取仪式的日期和时刻", Width::Medium).with_help(
        "年-月-日 时:分，如 2026-11-23 09:00；写入公开的方案，此前不接收任何一方的随机数",
    );
    let ceremony = offered.asks_ceremony.then(|| filled(ceremony));
    let lead = ceremony
        .into_iter()
        .chain([parties(offered).filled(typed, errors, 2)]);
    lead.chain([filled(dice()), filled(beacon())]).collect()
}

fn parties(offered: &Offered) -> Rows {
    Rows::new(
        "party",
        "见证方",
        "发起单位以外的人；各自在自己的设备上生成随机数。短名进公开记录，用字母和数字，不写姓名。本局科室作见证方的，选出它的科室；发起单位不能作见证方。",
        vec![
            ColumnOf::text("party_office", "单位", ""),
            ColumnOf::text("party_person", "到场人员", ""),
            ColumnOf::menu("party_unit", "本局科室", offered.units.clone()),
            ColumnOf::text("party_token", "短名", ""),
        ],
        "再加一方",
    )
}

fn dice() -> Field {
    Field::line("dice", "当众掷骰的标签", Width::Medium)
        .optional()
        .with_help("用骰子作随机来源时填，如 hall-dice；至少 20 个十面骰，两名见证人在场")
}

fn beacon() -> Field {
    let offered = OFFERED_BEACONS.iter();
    let choices = offered.map(|(source, words)| Choice::new(*source, *words));
    let choices = [Choice::new("", "不用")].into_iter().chain(choices);
    Field::menu("beacon", "公共信标", choices.collect())
        .optional()
        .with_help("事先指定、谁也控制不了的公开随机数；期号或轮次在公布承诺时指定")
}
