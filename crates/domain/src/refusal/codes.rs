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
}
