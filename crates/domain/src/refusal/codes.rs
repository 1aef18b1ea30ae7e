//! The registry of refusals: every wording of this crate, once.
//!
//! A code is never reused and never renumbered. Families: `AUTH` who may, `CAMP` campaign,
//! `DRAW` the draw, `ROST` registers, `INSP` inspections, `PUBL` publication, `CATA` catalog,
//! `RULE` rulebook, `TEXT`, `DATE` and `CAL` values. Wordings follow `ui.md` §6.

use super::Code;

macro_rules! registry {
    ($( $(#[$meta:meta])* $name:ident = $code:literal, $sentence:literal, $article:expr, $remedy:literal; )+) => {
        $(
            #[doc = $sentence]
            $(#[$meta])*
            pub static $name: Code = Code::new($code, $sentence, $article, $remedy);
        )+

        /// Every code of this crate, in the order of the source.
        pub static ALL: &[&Code] = &[ $( &$name ),+ ];
    };
}

registry! {
    // Who may.
    AUTH_NOT_ALLOWED = "AUTH-001",
        "当前账号的岗位不能办理“{verb}”。", None,
        "由有此岗位的同事办理，或向安全管理员申请授权。";
    AUTH_SELF_APPROVAL = "AUTH-012",
        "方案由本人提交，不能由本人批准。", Some("细则四（二）"),
        "可转给：分管领导。";
    AUTH_DRAWER_APPROVED = "AUTH-013",
        "方案由本人批准，不能再由本人经办抽取。", Some("细则五（二）"),
        "由另一名抽取经办人办理。";
    AUTH_SELF_CONFIRM = "AUTH-014",
        "检查结果由本人录入，不能由本人复核。", Some("细则五（二）"),
        "由同组另一名检查人员或组长复核。";
    AUTH_SELF_PUBLISH = "AUTH-015",
        "检查结果由本人录入或复核，不能由本人公示。", Some("细则五（二）"),
        "由公示岗的另一账号公示。";
    AUTH_SELF_RETURN = "AUTH-016",
        "方案由本人提交，不能由本人退回。", Some("细则四（二）"),
        "需要修改的，在批准前撤回方案。";
    AUTH_ADMIN_BUSINESS = "AUTH-020",
        "系统、安全、审计管理员不能兼任业务岗位。", Some("GB/T 22239-2019 三员分立"),
        "为业务岗位另设账号。";
    AUTH_ADMINS_TOGETHER = "AUTH-021",
        "系统、安全、审计三员不能由同一账号兼任。", Some("GB/T 22239-2019 三员分立"),
        "三个岗位分给三个账号。";
    AUTH_GRANT_TO_SELF = "AUTH-022",
        "不能给本人账号授权。", Some("GB/T 22239-2019 三员分立"),
        "由另一名安全管理员授权。";

    // Dates and texts.
    DATE_UNREADABLE = "DATE-001",
        "“{text}”读不出日期。", None,
        "写成 2026-11-03、2026.11.3、20261103 或 2026年11月3日。";
    DATE_MISSING_DAY = "DATE-002",
        "“{text}”不是日历上的日子。", None,
        "核对年、月、日；年份在 1900 至 2199 之间。";
    TEXT_EMPTY = "TEXT-001",
        "“{field}”没有填写。", None,
        "补填后再提交。";
    TEXT_TOO_LONG = "TEXT-002",
        "“{field}”有 {length} 个字，最多 {limit} 个。", None,
        "缩短后再提交；附带说明写进备注。";
    TEXT_CONTROL = "TEXT-003",
        "“{field}”含有看不见的控制字符。", None,
        "多半是从别处粘贴带来的，删去后手工重录。";
    USCI_LENGTH = "TEXT-010",
        "统一社会信用代码应为 18 位，这里是 {length} 位。", Some("GB 32100-2015"),
        "对照营业执照补齐；只有旧注册号的，填到“注册号”一列。";
    USCI_LETTER = "TEXT-011",
        "第 {position} 位“{letter}”不会出现在统一社会信用代码里。", Some("GB 32100-2015"),
        "字母 I、O、S、V、Z 不用，字母须大写；对照营业执照改正。";
    USCI_CHECK = "TEXT-012",
        "校验码不对，多半抄错或漏了一位。", Some("GB 32100-2015"),
        "对照营业执照逐位核对；正确的末位不在这里提示，以免改错别处。";
    TEXT_SCIENTIFIC = "TEXT-013",
        "这一列被表格软件改成了数字，后 {lost} 位已丢失。", None,
        "把该列设为“文本”后重新粘贴。";
    TEXT_CITIZEN_NUMBER = "TEXT-014",
        "这是公民身份号码，不能用作检查对象的代码。", Some("个人信息保护法第六条"),
        "填营业执照上的统一社会信用代码或注册号。";
    USCI_INNER_CHECK = "TEXT-023",
        "代码中第 9 至 17 位的组织机构代码校验不合。", Some("GB 11714-1997"),
        "多数情况下可以照用；有疑问的对照营业执照核对。";
    REGISTER_NUMBER_SHAPE = "TEXT-015",
        "注册号应为 13 至 15 位数字。", None,
        "对照旧版营业执照核对；18 位的填到“统一社会信用代码”一列。";
    TEXT_CODE_MISSING = "TEXT-016",
        "统一社会信用代码和注册号都没有，不能进入抽取。", Some("shuang/1 第 2 节"),
        "补上其中一个；确实都没有的，由登记机关先行赋码。";
    DISTRICT_SHAPE = "TEXT-017",
        "“{text}”不是 6 位行政区划代码。", None,
        "填 6 位数字，如湖滨区 411202；本地自设区域用登记的本地代码。";
    AREA_SHAPE = "TEXT-018",
        "片区“{text}”不能用。", Some("shuang/1 第 2 节"),
        "片区写 1 至 31 个数字、字母、点、横线或下划线，不写汉字；中文名在片区表里对应。";
    CREDENTIAL_SHAPE = "TEXT-019",
        "执法证号“{text}”不能用。", None,
        "填证件上的号码：4 至 30 位数字、字母或横线。";
    VALUE_UNKNOWN = "TEXT-020",
        "“{field}”里没有“{text}”这一项。", None,
        "改为下列之一：{choices}。";
    INSPECTOR_CODE_SHAPE = "TEXT-021",
        "检查人员代码“{text}”不能用。", Some("shuang/1 第 2 节"),
        "写 1 至 31 个数字、字母、点、横线或下划线，如 F001。";
    TIER_WITHOUT_SOURCE = "TEXT-022",
        "信用等级没有来源或日期。", Some("国市监信发〔2022〕6号"),
        "等级连同来源、日期一起导入；没有等级的留空，按“未定级”抽取。";

    // Campaign.
    CAMPAIGN_WRONG_STATE = "CAMP-001",
        "抽查处于“{state}”，不能办理“{verb}”。", None,
        "现在可以办理：{offered}。";
    CAMPAIGN_NOT_SUBMITTER = "CAMP-002",
        "只有提交人可以撤回报批。", Some("细则四（二）"),
        "由提交人撤回，或由审批人退回。";
    CAMPAIGN_REASON_MISSING = "CAMP-003",
        "办理“{verb}”须写明理由。", Some("细则五（二）"),
        "补写理由；理由会永久留痕。";
    CAMPAIGN_PLAN_TOO_RECENT = "CAMP-005",
        "方案批准未满 {days} 日，{until} 之前不能公布承诺。", Some("细则四（一）"),
        "到时再公布；需要缩短间隔的，先修订实施细则的参数。";
    CAMPAIGN_REVEAL_TOO_SOON = "CAMP-006",
        "公布承诺到随机数揭示的间隔不足 {minutes} 分钟。", Some("shuang/1 第 1 节"),
        "把揭示期限和信标期号往后定。";
    CAMPAIGN_BEACON_BEFORE_REVEAL = "CAMP-007",
        "信标在各方揭示期限之前就会产生。", Some("shuang/1 第 1 节"),
        "选更晚的一期信标，或提前揭示期限。";
    CAMPAIGN_BELOW_LEVEL = "CAMP-008",
        "见证方和信标合计只达到“{level}”，低于细则要求的“{minimum}”。", Some("shuang/1 第 1 节"),
        "请两家外部单位到场递交承诺值，或在方案里写明一个公共信标。";
    CAMPAIGN_PARTY_WAITING = "CAMP-009",
        "{party} 还没有递交承诺值。", Some("shuang/1 第 1 节"),
        "等其递交；不能到场的，作废本次冻结后改由他人见证。";
    CAMPAIGN_VISITS_OPEN = "CAMP-010",
        "还有 {count} 户检查没有结果，不能结束。", Some("细则四（七）"),
        "逐户录入结果；确实无法检查的，登记未能检查的情形和证明。";
    CAMPAIGN_NOT_OPENED = "CAMP-011",
        "抽取材料尚未公开，不能归档。", Some("细则五（二）"),
        "先公开抽取材料。";
    CAMPAIGN_ALREADY_OPENED = "CAMP-012",
        "抽取材料已于 {at} 公开，不能重复公开。", None,
        "到公开页面查看。";
    CAMPAIGN_PLAN_CHANGED = "CAMP-013",
        "方案在提交后被改动过，与报批的文本不一致。", Some("细则四（二）"),
        "退回后重新提交。";
    CAMPAIGN_NOTHING_DRAWN = "CAMP-014",
        "各层应抽数量都是 0，抽取没有意义。", None,
        "核对对象范围、比例和不参加抽取的理由。";
    CAMPAIGN_CLOCK_BACK = "CAMP-015",
        "当前时间早于上一步的 {at}，时钟可能被拨回。", None,
        "校准服务器时钟后再办理。";

    // The draw.
    DRAW_NOT_YET = "DRAW-003",
        "随机数尚未产生，现在不能抽取。", Some("shuang/1 第 1 节"),
        "信标 {at} 到达后，本页自动放开。";
    DRAW_BEACON_MISSING = "DRAW-004",
        "信标已到时间，但还没有录入。", Some("shuang/1 第 1 节"),
        "录入公布的信标数值；迟到的继续等待，没有替代的随机数。";
    DRAW_NONCE_MISMATCH = "DRAW-005",
        "{party} 交来的随机数与承诺值不符。", Some("shuang/1 第 1 节"),
        "核对是否抄错、是否混入空格；确实遗失的，到期后记为未揭示。";
    DRAW_REVEAL_OVER = "DRAW-006",
        "揭示期限 {until} 已过，不再接收随机数。", Some("shuang/1 第 1 节"),
        "未揭示的各方记为缺席并公开理由。";
    DRAW_REVEAL_EARLY = "DRAW-007",
        "{party} 还没有揭示，期限 {until} 未到，不能记为缺席。", Some("shuang/1 第 1 节"),
        "等到期限，或等其揭示。";
    DRAW_LEVEL_LOST = "DRAW-008",
        "缺席之后只剩“{level}”，低于细则要求的“{minimum}”。", Some("shuang/1 第 1 节"),
        "本次抽取须作废，另行冻结后重来。";
    DRAW_PARTY_UNKNOWN = "DRAW-009",
        "方案里没有名为 {party} 的见证方。", None,
        "核对见证方名称；见证方在方案里定下，冻结后不能增减。";
    DRAW_PARTY_STATE = "DRAW-010",
        "{party} 已经{done}，不能再{wanted}。", Some("shuang/1 第 1 节"),
        "承诺值和随机数各只收一次。";
    DRAW_FINGERPRINT_SHAPE = "DRAW-011",
        "承诺值和随机数都是 64 位小写十六进制数字。", Some("shuang/1 第 2 节"),
        "从见证方自己的设备上复制，不要手抄。";
    DRAW_RESULT_REFUSED = "DRAW-012",
        "抽取结果没有通过自带的复算，不能记录。", Some("shuang/1 第 4 节"),
        "保留现场，联系维护人员；名录和随机数都没有丢失。";
    DRAW_PARTIES_WAITING = "DRAW-013",
        "各方随机数还没有全部揭示。", Some("shuang/1 第 1 节"),
        "等各方揭示，或到 {until} 后把未揭示的记为缺席。";
    DRAW_NO_FREE_CHOICE = "DRAW-021",
        "不能指定递补人。", Some("细则四（三）"),
        "按抽取次序，下一位是{next}；他也不能参加的，登记理由后继续顺延。";
    DRAW_NO_RESERVE = "DRAW-022",
        "本层候补人员已经用完。", Some("细则四（三）"),
        "按细则借调有执法资格的人员，另行冻结并抽取。";

    // Registers.
    ROSTER_DUPLICATE_CODE = "ROST-001",
        "代码 {code} 已登记在“{name}”名下。", Some("细则三（三）"),
        "是同一对象的，改为更新；不是的，核对代码。";
    ROSTER_NOT_ACTIVE = "ROST-005",
        "{inspector}不在岗（{standing}），不能列入抽取。", Some("细则三（二）"),
        "恢复在岗后重新冻结。";
    ROSTER_NO_CREDENTIAL = "ROST-006",
        "{inspector}没有行政执法资格证，不能列入抽取。", Some("细则三（二）"),
        "取得证件并登记后重新冻结；辅助人员另册登记，不计入检查人数。";
    ROSTER_CREDENTIAL_EXPIRED = "ROST-007",
        "{inspector}的执法资格证于 {until} 到期，不能列入抽取。", Some("细则三（二）"),
        "更新证件后重新冻结。";
    ROSTER_OUT_OF_SCOPE = "ROST-008",
        "{inspector}的执法范围不含本次抽查事项。", Some("细则三（二）"),
        "核对证件上的执法范围；确有资格的，更新人员名录后重新冻结。";
    ROSTER_SELF_RECUSAL_GROUND = "ROST-010",
        "回避没有写明理由。", Some("行政处罚法第四十三条"),
        "选择回避情形；选“其他”的，补写说明。";

    // Calendar and rulebook.
    CALENDAR_TOO_LONG = "CAL-001",
        "{count} 个工作日太长，最多 {limit} 个，且不超出 2199 年。", None,
        "核对天数。";
    CALENDAR_ROW = "CAL-002",
        "“{text}”不是节假日安排的一行。", None,
        "首行写 date,kind,source；以下每行写日期、off 或 work、通知名称，用半角逗号分开。";
    CALENDAR_TWICE = "CAL-003",
        "{day} 出现了两次。", None,
        "同一天只留一行。";
    CALENDAR_NOT_WEEKEND = "CAL-004",
        "{day} 不是周末，不能写成调休上班。", None,
        "核对通知；平日上班的不用写。";
    RULEBOOK_MISSING = "RULE-001",
        "细则缺少参数 {key}。", Some("细则三（四）"),
        "补上这一项；没有默认值。";
    RULEBOOK_VALUE = "RULE-002",
        "细则参数 {key}（{label}）的值“{value}”不能用。", Some("细则三（四）"),
        "核对数值和写法：比例写 5/100，数量写整数。";
    RULEBOOK_FILE = "RULE-003",
        "细则参数文件读不出：{detail}。", None,
        "对照安装包里的 rulebook.toml 改正。";
    RULEBOOK_UNKNOWN = "RULE-004",
        "没有名为 {key} 的细则参数。", None,
        "核对拼写，或删去这一项。";
    RULEBOOK_TWICE = "RULE-005",
        "细则参数 {key} 出现了两次。", None,
        "同一参数只留一项。";

    // Catalog.
    CATALOG_UNPUBLISHED = "CATA-001",
        "事项“{item}”的这一版还没有公布，不能列入方案。", Some("国办发〔2024〕54号"),
        "先公布这一版，或改用已公布的一版。";
    CATALOG_PUBLISHED_LATER = "CATA-002",
        "事项“{item}”{on} 才公布，晚于检查开始日期。", Some("国办发〔2024〕54号"),
        "推迟检查，或改用已公布的一版。";
    CATALOG_NO_BASIS = "CATA-003",
        "事项“{item}”在 {on} 没有任何现行有效的依据。", Some("细则三（一）"),
        "由法制审核确认新的依据，修订并公布事项后再用。";
    CATALOG_NOT_RANDOM = "CATA-004",
        "事项“{item}”不是随机抽查事项。", Some("细则三（一）"),
        "另选事项；需要改为随机抽查的，先修订清单。";
    CATALOG_GAP = "CATA-005",
        "抽查事项缺少“{part}”。", Some("细则三（一）"),
        "补填后再公布。";
    CATALOG_TWICE = "CATA-006",
        "编号 {id} 出现了两次。", None,
        "改为不同的编号。";
    CATALOG_BASIS_UNKNOWN = "CATA-007",
        "检查内容 {id} 引用了没有登记的依据 {key}。", Some("细则三（一）"),
        "先登记依据，或改正引用。";
    CATALOG_FILE = "CATA-008",
        "事项文件读不出：{detail}。", None,
        "对照安装包里的 items.toml 改正。";
    OUTCOME_ROW = "CATA-009",
        "“{text}”不是检查结果代码的一行，或与前面重复。", None,
        "每行八列：代码、用语、类别、后续、起用日、停用日、版本、来源。";

    // The plan.
    PLAN_GAP = "PLAN-001",
        "方案缺少“{part}”。", Some("细则四（二）"),
        "补填后再提交；七个部分缺一不可。";
    PLAN_WINDOW = "PLAN-002",
        "实施时间 {from} 至 {until} 不能用。", Some("细则四（二）"),
        "结束日不早于开始日，全程不超过一年。";
    PLAN_ITEM_TWICE = "PLAN-003",
        "事项 {item} 列了两次。", Some("细则五（二）"),
        "同一事项只列一次。";
    PLAN_ITEM_UNKNOWN = "PLAN-004",
        "清单里没有事项 {item} 的第 {revision} 版。", Some("细则三（一）"),
        "从已公布的清单里选。";
    PLAN_TEAM_SMALL = "PLAN-005",
        "每户检查人员 {size} 名，不足 {least} 名。", Some("行政处罚法第四十二条"),
        "增加每户人数。";
    PLAN_DRAWN_FEW = "PLAN-006",
        "{authority} 抽取 {drawn} 名，每组需要 {per_team} 名。", Some("细则四（三）"),
        "抽取人数不少于每组人数，且每组至少 1 名。";
    PLAN_GROUPS_UNEVEN = "PLAN-007",
        "分 {groups} 组需要 {needed} 名，方案写的是 {drawn} 名。", Some("shuang/1 第 3 节"),
        "使抽取人数等于组数乘以每组人数。";
    PLAN_NO_LEADER = "PLAN-008",
        "没有指派检查组组长。", Some("细则四（四）"),
        "指派一名科室负责人，并列出替补次序。";
    PLAN_LEADER_NO_HEAD = "PLAN-009",
        "{leader} 不是名录里的科室负责人，不能指派为组长。", Some("细则四（四）"),
        "另行指派，或更新人员名录。";
    PLAN_LEADER_TWICE = "PLAN-010",
        "组长 {leader} 列了两次。", Some("细则四（四）"),
        "每人只列一次，按替补次序排列。";
    PLAN_AREAS_WITHOUT_GROUPS = "PLAN-011",
        "列了片区，但没有分组。", Some("shuang/1 第 2 节"),
        "改为分组检查，或删去片区。";
    PLAN_UNANNOUNCED = "PLAN-012",
        "不预先通知的检查没有写理由。", Some("国办发〔2024〕54号"),
        "写明不预先通知的理由。";
    PLAN_NO_JURISDICTION = "PLAN-013",
        "没有选定管辖区域。", Some("细则二"),
        "选定本次抽查管辖的行政区划；不属市本级管辖的不进入抽取。";
    PLAN_PARTY_TWICE = "PLAN-014",
        "见证方 {party} 列了两次。", Some("shuang/1 第 1 节"),
        "每个见证方用不同的代码。";
    PLAN_PARTY_NAME = "PLAN-015",
        "见证方 {party} 没有写单位或到场人员。", Some("shuang/1 第 1 节"),
        "补写单位和到场人员。";
    PLAN_PARTY_OWN = "PLAN-016",
        "{party}属于发起单位，不能作见证方。", Some("shuang/1 第 1 节"),
        "另请发起单位以外的部门或人员。";
    PLAN_QUOTA_ZERO = "PLAN-017",
        "事项 {item} 的抽取数量是 0。", Some("细则三（四）"),
        "写大于 0 的数量，或按细则的比例抽取。";
    PLAN_AUTHORITY_TWICE = "PLAN-018",
        "检查人员类别 {authority} 列了两次。", Some("shuang/1 第 3 节"),
        "同一类别合并为一行。";
    PLAN_BEACON = "PLAN-019",
        "信标来源写得不对。", Some("shuang/1 第 2 节"),
        "写 drand: 加 64 位链标识，或 cwl-ssq 等来源代码。";

    // The frame.
    ROSTER_NO_AREA = "ROST-011",
        "有 {count} 户没有方案所列的片区：{names}。", Some("shuang/1 第 2 节"),
        "在名录里补上片区，或修改方案的片区后重新冻结。";
    ROSTER_EMPTY_POOL = "ROST-012",
        "所选事项的专项库里没有检查对象。", Some("细则三（三）"),
        "在名录里给检查对象标上专项库，再冻结。";
    DRAW_ROW_REFUSED = "DRAW-014",
        "名录或方案不合抽取规程：{fault}。", Some("shuang/1 第 2 节"),
        "改正后重新冻结：{hint}。";

    // Inspections.
    INSPECTION_WRONG_STATE = "INSP-001",
        "检查处于“{state}”，不能办理“{verb}”。", None,
        "现在可以办理：{offered}。";
    INSPECTION_FEW_PRESENT = "INSP-002",
        "到场的执法检查人员只有 {present} 名，不足 2 名。", Some("行政处罚法第四十二条"),
        "等人员到齐，或按抽取次序递补后再开始。";
    INSPECTION_NOT_IN_TEAM = "INSP-003",
        "{inspector} 不在本次检查的检查组里。", Some("细则四（三）"),
        "由检查组成员办理；需要换人的，按抽取次序递补。";
    INSPECTION_CRITERION_UNKNOWN = "INSP-004",
        "检查表里没有 {id}。", None,
        "按检查表逐项填写。";
    INSPECTION_CRITERION_TWICE = "INSP-005",
        "{id} 填了两次。", None,
        "每项只填一次结果。";
    INSPECTION_CRITERION_MISSING = "INSP-006",
        "还有 {count} 项没有填结果：{ids}。", Some("细则四（四）"),
        "逐项填写；没有检查的选“未检查”，确不适用的选“合理缺项”，并写明理由。";
    INSPECTION_EVIDENCE = "INSP-007",
        "{id} 缺少证据：{missing}。", Some("行政处罚法第四十七条"),
        "补上证据；当场无法取得的，改选“未检查”并写明理由。";
    INSPECTION_NOTE = "INSP-008",
        "{id} 选了“{verdict}”，没有写理由。", None,
        "补写理由。";
    INSPECTION_OUTCOME_UNUSABLE = "INSP-009",
        "结果“{label}”在 {on} 不能使用。", None,
        "选用现行的检查结果用语。";
    INSPECTION_OUTCOME_CONTRADICTS = "INSP-010",
        "结果“{label}”与检查表不一致：不合格 {failed} 项，未检查 {open} 项。", Some("细则四（五）"),
        "核对检查表，或改选结果。";
    INSPECTION_CLOCK_BACK = "INSP-011",
        "时间早于上一步的 {at}。", None,
        "核对到场和结束时间。";
    INSPECTION_PROOF = "INSP-012",
        "登记“{label}”须写明经过并附证明。", Some("细则四（四）"),
        "写明时间、地点和证明材料；无法联系的须有两次以上的联系记录。";
    INSPECTION_RETURN_REASON = "INSP-013",
        "退回检查结果没有写理由。", Some("细则五（二）"),
        "写明需要补正的内容。";

    // Publication.
    PUBLICATION_REASON = "PUBL-001",
        "撤下公示没有写理由。", Some("行政处罚法第四十八条"),
        "写明理由；理由和日期会永久公开。";
    PUBLICATION_WITHDRAWN = "PUBL-002",
        "这条公示已于 {at} 撤下。", None,
        "到公示页面查看撤下的理由。";
    PUBLICATION_NOT_CONFIRMED = "PUBL-003",
        "检查结果尚未公示，没有公示内容。", Some("细则四（五）"),
        "先由另一人复核，再由公示岗公示。";
}
