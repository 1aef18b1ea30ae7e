//! Every page with three kinds of words: ordinary, hostile, very long.

use domain::refusal::Code;
use domain::text::FieldErrors;
use web::component::*;
use web::csrf::FormToken;
use web::filter::{Filter, FilterField, Shape};
use web::form::{IdempotencyKey, Submitted};
use web::layout::*;
use web::problem::Problem;
use web::text::{Address, Digest};

/// Words for one rendering of all samples.
pub(crate) struct Words {
    pub(crate) modes: DisplayModes,
    pub(crate) firm: String,
    pub(crate) person: String,
    pub(crate) campaign: String,
}

impl Words {
    pub(crate) fn ordinary(modes: &str) -> Self {
        Self {
            modes: DisplayModes::from_text(modes),
            firm: "示例餐饮管理有限公司".into(),
            person: "经办员乙".into(),
            campaign: "2026 年第四季度餐饮企业油烟管控联合抽查".into(),
        }
    }

    pub(crate) fn hostile() -> Self {
        let attack =
            r#"</textarea></title><script>alert(1)</script>" onfocus="alert(2)' style='x'&lt;"#;
        Self {
            modes: DisplayModes::default(),
            firm: attack.into(),
            person: attack.into(),
            campaign: attack.into(),
        }
    }

    pub(crate) fn very_long() -> Self {
        Self {
            modes: DisplayModes::default(),
            firm: "示例渣土运输与城市环境综合服务".repeat(12) + "有限责任公司第一分公司",
            person: "abcdefghijklmnopqrstuvwxyz".repeat(4),
            campaign: "关于开展餐饮企业油烟管控部门联合双随机抽查".repeat(6),
        }
    }

    fn frame(&self) -> Frame {
        Frame {
            bureau: "示例市城市管理局".into(),
            modes: self.modes,
            demo: true,
            here: at("/w/campaigns"),
            full: false,
            refresh_seconds: None,
            is_filled_in: false,
        }
    }

    fn shell(&self, path: &str) -> Shell {
        Shell {
            frame: self.frame(),
            account: AccountCorner {
                words: format!("{}·执法监督科", self.person),
                acting_for: Some("科长丙".into()),
                page: at("/w/account"),
            },
            nav: navigation().at(path),
            hidden: HiddenFields::repeatable(token()),
            notice: None,
            foot: foot(),
        }
    }

    fn portal(&self, path: &str) -> PortalShell {
        let sections = [
            ("首页", "/"),
            ("事项清单", "/items"),
            ("抽查任务", "/campaigns"),
            ("检查结果", "/results"),
            ("行政处罚", "/penalties"),
            ("统计", "/stats"),
            ("留痕", "/log"),
        ];
        PortalShell {
            frame: self.frame(),
            nav: NavModel::default()
                .with_group(
                    "",
                    sections
                        .map(|(words, to)| NavEntry::new(words, at(to), 0))
                        .into(),
                )
                .at(path),
            query: self.firm.clone(),
            links: vec![
                Link::new("数据说明", at("/data")),
                Link::new("无障碍说明", at("/accessibility")),
            ],
            as_of: "2026-11-23 11:30".into(),
            foot: foot(),
        }
    }
}

fn at(path: &str) -> Address {
    Address::returning(path).expect("sample addresses are local")
}

fn token() -> FormToken {
    FormToken::of_session(&[7; 32])
}

fn act_fields() -> HiddenFields {
    HiddenFields::for_act(token(), IdempotencyKey::from_random([9; 16]))
}

fn digest(seed: u8) -> Digest {
    Digest::of_bytes(&std::array::from_fn(|place| {
        seed.wrapping_mul(31)
            .wrapping_add(u8::try_from(place * 11 % 251).expect("below 251"))
    }))
}

fn foot() -> Foot {
    Foot {
        version: "0.1.0".into(),
        log_size: 18_406,
        log_root: digest(1),
    }
}

fn navigation() -> NavModel {
    let entry = |words: &str, to: &str, waiting| NavEntry::new(words, at(to), waiting);
    NavModel::default()
        .with_group(
            "今日",
            vec![entry("待办", "/w", 9), entry("期限日历", "/w/calendar", 0)],
        )
        .with_group(
            "计划",
            vec![
                entry("抽查事项清单", "/w/items", 0),
                entry("年度抽查计划", "/w/programme/2026", 0),
            ],
        )
        .with_group(
            "名录",
            vec![
                entry("检查对象", "/w/subjects", 0),
                entry("执法人员", "/w/inspectors", 0),
            ],
        )
        .with_group(
            "抽查",
            vec![
                entry("抽查任务", "/w/campaigns", 4),
                entry("检查", "/w/inspections", 1_234),
            ],
        )
        .with_group("管理", Vec::new())
}

static FIELDS: [FilterField; 3] = [
    FilterField {
        name: "state",
        label: "状态",
        shape: Shape::Choice(&[("drawn", "已抽取"), ("inspecting", "检查中")]),
    },
    FilterField {
        name: "name",
        label: "名称或编号",
        shape: Shape::Words,
    },
    FilterField {
        name: "since",
        label: "发起日期起",
        shape: Shape::Day,
    },
];

/// Every sample page under its name.
pub(crate) fn pages(words: &Words) -> Vec<(&'static str, String)> {
    let mut pages = vec![
        ("campaign", render(&campaign(words))),
        ("list", render(&list(words))),
        ("list-empty", render(&list_empty(words))),
        ("list-bad-filter", render(&list_bad_filter(words))),
        (
            "form",
            render(&form(words, &Submitted::default(), &FieldErrors::new())),
        ),
        ("form-errors", render(&form_with_errors(words))),
        ("confirm", render(&confirm(words))),
        ("job", render(&job(words))),
        ("import", render(&import(words))),
        ("login", render(&login(words))),
        ("portal", render(&portal(words))),
        ("portal-record", render(&portal_record(words))),
    ];
    for (name, problem) in problems(words) {
        pages.push((name, render(&problem.in_plain(words.frame()))));
    }
    pages.push((
        "problem-409-workbench",
        render(&problems(words)[2].1.in_workbench(words.shell("/w"))),
    ));
    pages
}

fn render(page: &impl askama::Template) -> String {
    page.render().expect("samples render")
}

fn campaign(words: &Words) -> WorkbenchPage {
    let number = "411200-CG-2026-0007";
    let head = Head::new(&words.campaign)
        .with_badge(Badge::new(Tone::Active, "已冻结·已承诺"))
        .with_act(Act::open("打印冻结清单", at("/w/print"), Weight::Plain))
        .with_act(Act::open("打开抽取现场", at("/hall/7"), Weight::Main))
        .with_more(Link::new("申请作废", at("/w/void")))
        .with_line_beneath(
            "执法监督科发起，联合市场监督管理局·第 1 次抽取·按《实施细则》第 3 版执行",
        );
    let notes = [
        "11-09",
        "11-12",
        "11-16",
        "今日 10:02",
        "今日 10:12",
        "今日 15:00 起",
        "至 12-11",
        "—",
        "10 个工作日内",
        "—",
    ];
    WorkbenchPage::new(words.shell("/w/campaigns/7"), head)
        .with_crumb(Crumb::new(
            vec![
                Link::new("待办", at("/w")),
                Link::new("抽查任务", at("/w/campaigns")),
            ],
            number,
        ))
        .with_feedback(
            Note::feedback(
                "已公布承诺，",
                "编号 2026-0007。下一步：各见证方公开随机数。",
            )
            .with_link(Link::new("看公开页", at("/draw/7"))),
        )
        .with_print_header(print_header(words))
        .with(StepBar::campaign(4, notes.map(str::to_owned)))
        .with(Note::standing(
            "等待随机数，现在还不能抽取。",
            "信标第 34204612 轮将于今日 15:00:00 产生。",
        ))
        .with(strata())
        .with(hashes())
        .with(facts(words))
        .with(
            StepBar::campaign(5, notes.map(str::to_owned))
                .given_up(format!("见证方不足，由{}决定", words.person)),
        )
        .with_rail(RailSection::new("rail-terms", "期限", terms()))
        .with_rail(RailSection::new("rail-trace", "留痕", trace(words)))
}

fn print_header(words: &Words) -> PrintHeader {
    PrintHeader {
        bureau: "示例市城市管理局".into(),
        title: words.campaign.clone(),
        conditions: "状态：检查中".into(),
        printed_by: words.person.clone(),
        printed_at: "2026-11-23 14:05".into(),
        count: "共 37 条".into(),
        log_root: digest(1).short(),
        rehearsal: true,
    }
}

fn strata() -> Sheet {
    let columns = vec![
        Column::words("层（信用风险分类）"),
        Column::numbers("户数 N"),
        Column::numbers("比例"),
        Column::numbers("抽取 k"),
    ];
    let row = |name: &str, n: &str, rate: &str, k: &str| {
        Row::new(vec![
            name.to_owned().into(),
            n.to_owned().into(),
            rate.to_owned().into(),
            k.to_owned().into(),
        ])
    };
    let rows = vec![
        row("A 信用好", "163", "3%", "5"),
        row("B 信用较好", "141", "5%", "8"),
        row("D 信用较差", "23", "30%", "7"),
    ];
    let table = Table::new(
        "分层与数量",
        columns,
        rows,
        EmptyState::nothing("冻结后显示各层数量。"),
    )
    .wide()
    .with_sum(row("参加抽取", "327", "6.1%", "20"));
    Sheet::new("s-strata", "分层与数量", table)
        .with_clause("餐饮油烟专项库，冻结于 11-23 10:02:17")
        .with_foot(Fragment::text("另有必查 2 户"))
}

fn hashes() -> Sheet {
    let columns = vec![
        Column::unbroken("名称"),
        Column::words("摘要"),
        Column::words("含义"),
    ];
    let rows = [
        ("冻结承诺", "抽取前公布；名录、比例、人数从此不能再动", 2),
        ("对象名录根", "422 条", 3),
    ]
    .map(|(name, clause, seed)| {
        Row::new(vec![
            name.into(),
            DigestLine::short(digest(seed)).into(),
            clause.into(),
        ])
    });
    let table = Table::new(
        "已公布的摘要",
        columns,
        rows.into(),
        EmptyState::nothing("承诺后公布。"),
    );
    let level = TrustBadge::new(TrustLevel::Beacon, at("/rules/trust"));
    Sheet::new("s-hashes", "已公布的摘要", table)
        .with_foot(level)
        .with_clause("SHA-256")
        .with_link(Link::new("公开页", at("/draw/7")))
}

fn facts(words: &Words) -> Sheet {
    let facts = Facts::default()
        .with("项目", words.campaign.as_str())
        .with(
            "可信等级",
            Fragment::join([
                TrustBadge::new(TrustLevel::Witnessed, at("/rules")).into(),
                TrustBadge::new(TrustLevel::Rehearsal, at("/rules")).into(),
            ]),
        )
        .with("种子", DigestLine::whole(digest(5)))
        .with(
            "覆盖率",
            Fragment::join([
                "21 / 29 项".into(),
                Meter::share(21, 29).with_goal(700).into(),
            ]),
        );
    Sheet::new("s-facts", "实施方案", facts).padded()
}

fn terms() -> Facts {
    let why = "自 11-23 起 20 个工作日，跳过 8 日";
    Facts::default()
        .with("公示处罚", DeadlineChip::from_working_days_left(-1, why))
        .with("公开随机数", DeadlineChip::today_at("14:30", why))
        .with(
            "答复异议",
            DeadlineChip::from_working_days_left(2, why).explained_at(at("/w/calendar")),
        )
        .with("检查结束", DeadlineChip::from_days_left(14, why))
}

fn trace(words: &Words) -> Trace {
    let entries = (0..12).map(|place| TraceEntry {
        act: "公开随机数".into(),
        instant: "今日 13:52".into(),
        by: format!("市司法局·{}", words.person),
        number: 18_406 - place,
        leaf: digest(6),
        page: at("/w/log/18406"),
        outside: place % 3 == 0,
    });
    Trace::new(entries.collect(), 31, at("/w/log"), at("/w/log/proof"))
}

fn list_columns(filter: &Filter) -> Vec<Column> {
    let path = at("/w/campaigns");
    vec![
        Column::unbroken("最近期限").in_corner(),
        Column::unbroken("编号")
            .sortable(filter.sorted_by("number", false).address(&path), Some(true)),
        Column::words("任务"),
        Column::unbroken("进度与状态"),
        Column::numbers("名录").sortable(filter.sorted_by("frame", true).address(&path), None),
        Column::words("办理").wide_only(),
    ]
}

fn list_row(words: &Words, place: u32) -> Row {
    let row = Row::new(vec![
        DeadlineChip::from_working_days_left(i64::from(place) * 3 - 1, "20 个工作日").into(),
        "2026-0007".into(),
        Cell::link(&words.campaign, at("/w/campaigns/7")).with_context(&words.firm),
        Fragment::join([
            Pips::new(5).into(),
            Badge::new(Tone::Active, "已承诺").into(),
        ])
        .into(),
        "422".into(),
        Link::new("看任务", at("/w/campaigns/7")).into(),
    ])
    .selectable(place.to_string());
    if place == 0 { row.late() } else { row }
}

fn list(words: &Words) -> WorkbenchPage {
    let filter = Filter::parse(
        &FIELDS,
        &["number", "frame"],
        "state=inspecting&since=2026.11.3&sort=number",
    );
    let table = Table::new(
        "抽查任务",
        list_columns(&filter),
        (0..5).map(|place| list_row(words, place)).collect(),
        EmptyState::nothing("还没有抽查。"),
    );
    let bar = FilterBar::new(at("/w/campaigns"), &filter)
        .with_save_view(Link::new("存为视图", at("/w/views")));
    let pager = Pager::new(
        Count::MoreThan(Count::CAP, at("/w/campaigns?count=all")),
        None,
        Some(at("/w/campaigns?from=x")),
    )
    .with_export(Link::new("导出本表", at("/w/campaigns.csv")));
    let tabs = Tabs::new(
        "范围",
        vec![
            Link::new("待我办 9", at("/w")),
            Link::new("本科室 17", at("/w/all")),
        ],
        0,
    );
    let sheet = Sheet::new(
        "s-list",
        "全部任务",
        Fragment::join([tabs.into(), bar.into(), table.into()]),
    )
    .with_foot(pager);
    let head = Head::new("抽查任务").with_act(Act::submit(
        "发起抽查",
        at("/w/campaigns/new"),
        Weight::Main,
        act_fields(),
    ));
    WorkbenchPage::new(words.shell("/w/campaigns"), head).with(sheet)
}

fn list_empty(words: &Words) -> WorkbenchPage {
    let filter = Filter::parse(&FIELDS, &[], "state=inspecting");
    let path = at("/w/campaigns");
    let drop = Link::new("“状态：检查中”", filter.without("state").address(&path));
    let filtered = Table::new(
        "抽查任务",
        list_columns(&filter),
        Vec::new(),
        EmptyState::filtered(
            "任务",
            vec![(drop, Some(5))],
            Link::new("清除全部条件", path.clone()),
        ),
    );
    let fillable = EmptyState::fillable(
        "还没有抽查，从年度计划发起。",
        Act::open("发起抽查", at("/w/campaigns/new"), Weight::Main),
    );
    WorkbenchPage::new(words.shell("/w/campaigns"), Head::new("抽查任务"))
        .with(
            Sheet::new(
                "s-1",
                "有条件",
                Fragment::join([FilterBar::new(path, &filter).into(), filtered.into()]),
            )
            .with_foot(Pager::new(Count::Exact(0), None, None)),
        )
        .with(Sheet::new(
            "s-2",
            "无条件",
            Table::new("抽查任务", list_columns(&filter), Vec::new(), fillable),
        ))
}

fn list_bad_filter(words: &Words) -> WorkbenchPage {
    let query = form_query(&[
        ("state", "nonsense"),
        ("since", "2026-02-30"),
        ("name", &words.firm),
        (&words.person, "1"),
    ]);
    let filter = Filter::parse(&FIELDS, &[], &query);
    WorkbenchPage::new(words.shell("/w/campaigns"), Head::new("抽查任务")).with(Sheet::new(
        "s-1",
        "任务",
        FilterBar::new(at("/w/campaigns"), &filter),
    ))
}

fn form_query(pairs: &[(&str, &str)]) -> String {
    at("/")
        .query(pairs.iter().copied())
        .as_str()
        .trim_start_matches("/?")
        .to_owned()
}

fn plan_fields() -> Form {
    let ways = vec![
        Choice::new("onsite", "实地检查").meaning("两名以上执法人员到场"),
        Choice::new("desk", "书面检查"),
        Choice::new("net", "网络监测"),
    ];
    Form::new(at("/w/campaigns/new"), act_fields(), "提交报批")
        .with_group(
            "一、项目与时间",
            vec![
                Field::line("name", "名称", Width::Long),
                Field::line("uscc", "统一社会信用代码（18 位）", Width::Medium)
                    .with_help("写在营业执照上，字母 O、I 不会出现"),
                Field::date("begins", "开始日期"),
                Field::line("teams", "人员数量", Width::Short).with_help("两人一组"),
            ],
        )
        .with_group(
            "二、方式与保密",
            vec![
                Field::menu(
                    "item",
                    "抽查事项",
                    vec![
                        Choice::new("fume", "餐饮企业油烟管控"),
                        Choice::new("haul", "渣土运输企业监督检查"),
                    ],
                ),
                Field::one_of("way", "方式", ways.clone()),
                Field::any_of("joint", "配合单位", ways).optional(),
                Field::area("purpose", "目的", 4).with_help("写清要核查什么"),
                Field::tick("read", "确认", "方案中没有可以识别个人的内容"),
            ],
        )
        .with_group(
            "",
            vec![Field::upload("file", "附件", ".pdf,.xlsx").optional()],
        )
        .with_way_back(Link::new("返回，不提交", at("/w/campaigns")))
        .with_draft(at("/w/drafts/7"), "草稿已存 14:02")
}

fn form(words: &Words, submitted: &Submitted, errors: &FieldErrors) -> WorkbenchPage {
    let page = WorkbenchPage::new(words.shell("/w/campaigns"), Head::new("发起抽查"));
    let page = if errors.is_empty() {
        page
    } else {
        page.with_errors_in_form()
    };
    page.with(plan_fields().filled(submitted, errors))
}

static WRONG: Code = Code::new(
    "USCI-003",
    "校验码不对，多半抄错或漏了一位。",
    None,
    "对照营业执照逐位核对。",
);

fn form_with_errors(words: &Words) -> WorkbenchPage {
    let typed = [
        ("name", words.firm.as_str()),
        ("uscc", "91411200MA0000000X"),
        ("item", words.person.as_str()),
        ("way", "desk"),
        ("joint", "net"),
        ("joint", "desk"),
        ("purpose", words.campaign.as_str()),
    ];
    let submitted = Submitted::from_pairs(
        typed
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
    );
    let mut errors = FieldErrors::new();
    for name in ["uscc", "item", "way", "read", "elsewhere"] {
        errors.push(name, WRONG.field(&[]));
    }
    form(words, &submitted, &errors)
}

fn confirm(words: &Words) -> WorkbenchPage {
    let confirm = Confirm::new(
        at("/w/campaigns/7/void"),
        act_fields(),
        "作废本次抽取",
        Link::new("返回，不作废", at("/w/campaigns/7")),
    )
    .happens(vec![
        format!("“{}”的第 1 次抽取作废", words.campaign),
        "任务回到“批准”，可以重新冻结".into(),
    ])
    .fixed_after(vec![
        "公布后，名录、比例和人数不能再改。发现错误只能作废重来，作废的承诺和事由永久公开。".into(),
    ])
    .seen_by(vec!["所有人：公开页列出作废的承诺与事由".into()])
    .asking(Field::area("reason", "作废的理由", 3).with_value(&words.firm))
    .asking_last_four("411200-CG-2026-0007");
    WorkbenchPage::new(words.shell("/w/campaigns"), Head::new("作废本次抽取"))
        .with(Note::warning("这件事不能收回。", "请先读完三段说明。"))
        .with(confirm)
}

fn job(words: &Words) -> WorkbenchPage {
    let mut shell = words.shell("/w/subjects");
    shell.frame.refresh_seconds = Some(3);
    let cancel = Act::submit(
        "取消导入",
        at("/w/jobs/1/cancel"),
        Weight::Outlined,
        act_fields(),
    );
    WorkbenchPage::new(shell, Head::new("导入检查对象名录"))
        .with(
            Job::new(&words.person, "1 分 12 秒", 42_000, Some(100_000), "行").cancellable(cancel),
        )
        .with(Job::new(&words.person, "2 秒", 0, None, "行"))
}

fn import(words: &Words) -> WorkbenchPage {
    let columns = vec![
        Column::numbers("行"),
        Column::words("列"),
        Column::words("你填的"),
        Column::words("为什么"),
        Column::words("怎么改"),
    ];
    let rows = vec![Row::new(vec![
        "12".into(),
        "信用代码".into(),
        Cell::new(words.firm.as_str()),
        "校验码不对".into(),
        "对照营业执照核对".into(),
    ])];
    WorkbenchPage::new(words.shell("/w/subjects"), Head::new("导入检查对象"))
        .with(Wizard::import(2))
        .with(
            Sheet::new(
                "s-errors",
                "有误的行",
                Table::new("有误的行", columns, rows, EmptyState::nothing("没有错误。")),
            )
            .with_clause("共 1 行"),
        )
}

fn login(words: &Words) -> PlainPage {
    let form = Form::new(at("/login"), HiddenFields::repeatable(token()), "登录")
        .with_group(
            "",
            vec![
                Field::account_name("account", "账号").with_value(&words.person),
                Field::password("password", "密码", false),
            ],
        )
        .with_way_back(Link::new("公开页", at("/")));
    PlainPage::new(words.frame(), Head::new("登录")).with(form)
}

fn portal(words: &Words) -> PortalPage {
    let columns = || {
        vec![
            Column::unbroken("日期"),
            Column::words("任务"),
            Column::words("可信等级").labelled(),
            Column::words("抽取").labelled(),
            Column::words("核对").in_corner(),
        ]
    };
    let row = |level| {
        Row::new(vec![
            "11-23".into(),
            Cell::link(&words.campaign, at("/draw/7"))
                .with_context("执法监督科　411200-CG-2026-0007"),
            TrustBadge::new(level, at("/rules")).into(),
            "409 抽 33".into(),
            Link::new("验证", at("/draw/7/verify")).into(),
        ])
    };
    let table = Table::new(
        "最近的抽取",
        columns(),
        vec![
            row(TrustLevel::Beacon),
            row(TrustLevel::Witnessed),
            row(TrustLevel::Rehearsal),
        ],
        EmptyState::nothing("尚未公示"),
    );
    PortalPage::front(words.portal("/"))
        .with(
            Sheet::new("a-draws", "最近的抽取", table)
                .with_link(Link::new("全部 6 次", at("/campaigns")))
                .with_foot(Pager::new(
                    Count::Exact(37),
                    Some(at("/campaigns?from=a")),
                    Some(at("/campaigns?from=b")),
                )),
        )
        .with(Sheet::new(
            "a-empty",
            "检查结果",
            Table::new(
                "检查结果",
                columns(),
                Vec::new(),
                EmptyState::nothing("尚未公示"),
            ),
        ))
        .with_aside(
            Sheet::new(
                "a-cover",
                "事项覆盖率",
                Fragment::join([
                    "市场监管类 72.4%".into(),
                    Meter::share(21, 29).with_goal(700).into(),
                ]),
            )
            .padded(),
        )
}

fn portal_record(words: &Words) -> PortalPage {
    let facts = Facts::default()
        .with("名称", words.firm.as_str())
        .with("承诺", DigestLine::short(digest(4)));
    PortalPage::new(
        words.portal("/results"),
        Head::new(&words.firm).with_badge(Badge::new(Tone::Sound, "未发现问题")),
    )
    .with(Sheet::new("a-facts", "检查", facts))
}

fn problems(words: &Words) -> [(&'static str, Problem); 5] {
    let refusal = || {
        Refusal::new(
            "AUTH-012",
            format!("方案由{}提交，不能由本人批准。", words.person),
            "可转给：分管领导。",
        )
        .under_article("细则四（二）")
        .with_remedy_link(Link::new("转给分管领导", at("/w/forward")))
    };
    [
        ("problem-403", Problem::Forbidden(refusal())),
        ("problem-404", Problem::NotFound),
        ("problem-409", Problem::Conflict(refusal())),
        ("problem-422", Problem::Unusable(refusal())),
        (
            "problem-500",
            Problem::Fault {
                request: "7f3a-19".into(),
            },
        ),
    ]
}
