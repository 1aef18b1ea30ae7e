//! The form as the page shows it: nine parts, each with what it still lacks.

use app::drawing::Preview;
use askama::Template;
use domain::campaign::plan::{Confidentiality, PlanPart};
use domain::catalog::Method;
use domain::text::{FieldError, FieldErrors};

use super::{MORE, Offered, PREVIEW, STEP, Shown};
use crate::component::{
    Choice, ErrorLine, ErrorSummary, Field, Fragment, HiddenFields, Link, Refusal, Sheet, Width,
};
use crate::form::Submitted;
use crate::screen::campaign::record::strata;
use crate::screen::draft;
use crate::text::Address;

mod sources;

/// One part of the plan.
struct Part {
    key: &'static str,
    title: String,
    faults: Vec<domain::refusal::Refusal>,
    fields: Vec<Fragment>,
}

/// The whole form.
#[derive(Template)]
#[template(path = "screen/campaign/plan.html")]
struct PlanForm {
    summary: Fragment,
    action: Address,
    hidden: HiddenFields,
    draft_at: Address,
    draft_line: String,
    parts: Vec<Part>,
    /// Whether the plan is stored already, so that figures can be asked for.
    stored: bool,
    back: Link,
}

/// What is typed in one column of a list.
struct ColumnOf {
    name: &'static str,
    head: &'static str,
    choices: Option<Vec<Choice>>,
    width: &'static str,
    numeric: bool,
}

impl ColumnOf {
    fn text(name: &'static str, head: &'static str, width: &'static str) -> Self {
        Self {
            name,
            head,
            choices: None,
            width,
            numeric: false,
        }
    }

    fn number(name: &'static str, head: &'static str) -> Self {
        Self {
            numeric: true,
            ..Self::text(name, head, "w-number")
        }
    }

    fn menu(name: &'static str, head: &'static str, choices: Vec<Choice>) -> Self {
        Self {
            choices: Some(choices),
            ..Self::text(name, head, "")
        }
    }
}

/// A list of rows inside the form, with a button for one more.
#[derive(Template)]
#[template(path = "screen/campaign/rows.html")]
struct Rows {
    key: &'static str,
    label: &'static str,
    help: String,
    columns: Vec<ColumnOf>,
    rows: Vec<Vec<String>>,
    errors: Vec<FieldError>,
    add: &'static str,
}

impl Rows {
    fn new(
        key: &'static str,
        label: &'static str,
        help: impl Into<String>,
        columns: Vec<ColumnOf>,
        add: &'static str,
    ) -> Self {
        Self {
            key,
            label,
            help: help.into(),
            columns,
            rows: Vec::new(),
            errors: Vec::new(),
            add,
        }
    }

    /// Whether a value was chosen that is no longer offered; it is shown, not changed silently.
    fn gone(&self, choices: &[Choice], cell: &str) -> bool {
        !cell.is_empty() && !choices.iter().any(|choice| choice.value() == cell)
    }

    /// The typed rows, at least so many, one more if that was asked for.
    fn filled(mut self, typed: &Submitted, errors: &FieldErrors, least: usize) -> Fragment {
        let columns: Vec<Vec<&str>> = self
            .columns
            .iter()
            .map(|column| typed.all(column.name).collect())
            .collect();
        let used = (0..columns.iter().map(Vec::len).max().unwrap_or(0))
            .filter(|row| {
                columns
                    .iter()
                    .any(|column| column.get(*row).is_some_and(|cell| !cell.is_empty()))
            })
            .max()
            .map_or(0, |last| last + 1);
        let sent = columns.iter().map(Vec::len).max().unwrap_or(0);
        let more = usize::from(typed.first(MORE) == self.key);
        let wanted = used.max(least).max(if more > 0 { sent } else { 0 }) + more;
        self.rows = (0..wanted.min(60))
            .map(|row| {
                columns
                    .iter()
                    .map(|column| column.get(row).copied().unwrap_or("").to_owned())
                    .collect()
            })
            .collect();
        self.errors = errors.of(self.key).cloned().collect();
        Fragment::of(&self)
    }
}

/// The form, filled with what was typed.
pub(super) fn form(
    hidden: HiddenFields,
    path: &str,
    offered: &Offered,
    shown: &Shown<'_>,
) -> Fragment {
    let (typed, errors) = (shown.typed, shown.errors);
    let filled = |field: Field| Fragment::from(field.filled(typed, errors));
    let mut parts = vec![Part {
        key: "head",
        title: "标题与发起".to_owned(),
        faults: Vec::new(),
        fields: heading(offered, shown).into_iter().map(filled).collect(),
    }];
    let numbered = ["一", "二", "三", "四", "五", "六", "七", "八", "九"];
    for (number, part) in numbered.into_iter().zip(PlanPart::ALL) {
        let faults = shown.faults.iter().filter(|fault| fault.part == *part);
        parts.push(Part {
            key: part.name(),
            title: format!("{number}、{}", part.label()),
            faults: faults.map(|fault| fault.refusal.clone()).collect(),
            fields: fields(*part, offered, typed, errors),
        });
    }
    let back = match shown.seen {
        Some(seen) => Link::new("返回任务，不保存", seen.page()),
        None => Link::new("返回列表，不保存", Address::fixed("/w/campaigns")),
    };
    Fragment::of(&PlanForm {
        summary: summary(errors),
        action: Address::returning(path).unwrap_or_else(|_| Address::fixed("/w/campaigns")),
        hidden,
        draft_at: draft::kept_at(path),
        draft_line: shown.draft_line.clone(),
        parts,
        stored: shown.seen.is_some(),
        back,
    })
}

fn summary(errors: &FieldErrors) -> Fragment {
    let lines: Vec<ErrorLine> = errors
        .iter()
        .map(|(name, error)| {
            let to = Address::fragment(&format!("f-{name}"));
            ErrorLine::new(Link::new(error.sentence.clone(), to), error.code)
        })
        .collect();
    if lines.is_empty() {
        Fragment::default()
    } else {
        ErrorSummary::new(lines).into()
    }
}

fn heading(offered: &Offered, shown: &Shown<'_>) -> Vec<Field> {
    let title = Field::line("title", "标题", Width::Long)
        .with_help("年度、季度和抽查事项，例如“2026 年第四季度餐饮企业油烟管控抽查”");
    let mut fields = vec![title];
    if shown.seen.is_none() && offered.launching.len() > 1 {
        let units = offered.launching.iter();
        let units = units
            .map(|(id, name)| Choice::new(id.as_str(), name.as_str()))
            .collect();
        fields.push(Field::menu("unit", "发起科室或单位", units));
    }
    let entry = Field::line("programme_entry", "年度计划条目", Width::Medium).optional();
    fields.push(entry.with_help("计划中的序号；计划外的写补充需求的文号"));
    fields
}

fn fields(
    part: PlanPart,
    offered: &Offered,
    typed: &Submitted,
    errors: &FieldErrors,
) -> Vec<Fragment> {
    let filled = |field: Field| Fragment::from(field.filled(typed, errors));
    match part {
        PlanPart::Items => vec![items(offered).filled(typed, errors, 2)],
        PlanPart::Window => vec![
            filled(Field::date("window_from", "检查开始")),
            filled(
                Field::date("window_until", "检查结束")
                    .with_help("年-月-日；执法资格证须在这一天仍有效"),
            ),
        ],
        PlanPart::Purpose => vec![filled(Field::area("purpose", "目的", 3))],
        PlanPart::Staffing => staffing(offered, typed, errors),
        PlanPart::Method => methods().into_iter().map(filled).collect(),
        PlanPart::Confidentiality => {
            let levels = Confidentiality::ALL.iter();
            let levels = levels
                .map(|level| Choice::new(level.name(), level.label()))
                .collect();
            vec![filled(Field::one_of(
                "confidentiality",
                "名单在公开之前",
                levels,
            ))]
        }
        PlanPart::IntendedUse => vec![
            filled(
                Field::area("intended_use", "检查结果怎样运用", 3)
                    .with_help("责令改正与回访、移送、公示、计入信用档案等"),
            ),
            filled(
                Field::area("participants", "会同、配合单位", 2)
                    .optional()
                    .with_help("一行一个"),
            ),
        ],
        PlanPart::Scope => vec![
            filled(
                Field::any_of("district", "管辖区划", offered.districts.clone())
                    .with_help("只有这些区划的对象参加抽取"),
            ),
            filled(Field::tick("include_suspended", "歇业的对象", "仍然参加抽取").optional()),
        ],
        PlanPart::Sources => sources::fields(offered, typed, errors),
    }
}

fn items(offered: &Offered) -> Rows {
    let rules = vec![
        Choice::new("rulebook", "按细则比例"),
        Choice::new("fixed", "固定户数"),
        Choice::new("everybody", "全部检查"),
    ];
    let columns = vec![
        ColumnOf::menu("item", "事项", offered.items.clone()),
        ColumnOf::menu("rule", "抽多少", rules),
        ColumnOf::number("count", "户数"),
    ];
    Rows::new(
        "item",
        "抽查事项",
        "从已公布的随机抽查事项清单选；同一对象的多个事项一次检查。户数只在“固定户数”时填。",
        columns,
        "再加一个事项",
    )
}

fn staffing(offered: &Offered, typed: &Submitted, errors: &FieldErrors) -> Vec<Fragment> {
    let filled = |field: Field| Fragment::from(field.filled(typed, errors));
    let authorities = Rows::new(
        "authority",
        "抽取人数",
        format!(
            "从执法检查人员名录抽取；抽中的人换人还没有办理的页面。每组合计不少于 {} 人。",
            offered.team_size
        ),
        vec![
            ColumnOf::menu("authority", "部门或专业", offered.authorities.clone()),
            ColumnOf::number("drawn", "抽取人数"),
            ColumnOf::number("per_team", "每组人数"),
        ],
        "再加一个部门",
    );
    let leaders = Rows::new(
        "leader",
        "组长与副组长",
        "指派，不抽取：第一行是组长，其余依次代理；须是科室负责人。",
        vec![ColumnOf::menu("leader", "人员", offered.leaders.clone())],
        "再加一名副组长",
    );
    let ways = vec![
        Choice::new("pairs", "每户单独编组").meaning("按任务量和抽取次序配人"),
        Choice::new("groups", "固定几组").meaning("一组一车一路线；抽取人数须等于组数乘每组人数"),
    ];
    vec![
        authorities.filled(typed, errors, 1),
        filled(Field::one_of("assignment", "编组办法", ways)),
        filled(
            Field::line("groups", "组数", Width::Short)
                .optional()
                .with_help("固定几组时填"),
        ),
        filled(
            Field::line("areas", "片区", Width::Long)
                .optional()
                .with_help("固定几组时可按片区派，填名录里的片区代码，用顿号隔开"),
        ),
        leaders.filled(typed, errors, 2),
    ]
}

fn methods() -> Vec<Field> {
    let ways = Method::ALL
        .iter()
        .map(|way| Choice::new(way.name(), way.label()))
        .collect();
    let notice = vec![
        Choice::new("noticed", "提前通知"),
        Choice::new("unannounced", "不提前通知").meaning("入户时出示通知书"),
    ];
    vec![
        Field::any_of("method", "检查方式", ways),
        Field::one_of("notice", "是否提前通知", notice),
        Field::line("unannounced_reason", "不提前通知的理由", Width::Long)
            .optional()
            .with_help("不提前通知时必填"),
    ]
}

/// What a freeze would yield now.
pub(super) fn preview(preview: &Preview) -> Fragment {
    let sheet = Sheet::new("preview", "现在冻结，将是", strata::table(&preview.figures))
        .with_clause(
            "按名录此刻的内容试算，不固定任何东西；还没有到场的检查不计入次数上限，冻结时计入",
        )
        .with_foot(strata::foot(&preview.figures));
    let refusal = preview
        .refusal
        .as_ref()
        .map(|refusal| Refusal::from(refusal).into());
    Fragment::join([refusal.unwrap_or_default(), sheet.into()])
}
