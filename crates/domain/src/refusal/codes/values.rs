//! Single values that cannot be read: dates, codes, names, holiday tables and terms.
//! These stand beside a field; the other families stand beside an act.

use super::Code;

registry! { VALUES:
    DATE_UNREADABLE = "DATE-001",
        "“{text}”读不出日期。", None,
        "写成 2026-11-03、2026.11.3、20261103 或 2026年11月3日。";
    DATE_MISSING_DAY = "DATE-002",
        "“{text}”不是日历上的日子。", None,
        "核对年、月、日；年份在 1900 至 2199 之间。";
    TIME_UNREADABLE = "DATE-003",
        "“{text}”读不出日期和时刻。", None,
        "日期后空一格写时和分，24 小时制，如 2026-11-23 09:00。";
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
        "统一社会信用代码和注册号都没有，不能进入抽取。", Some("摇号协议第 2 节"),
        "补上其中一个；确实都没有的，由登记机关先行赋码。";
    DISTRICT_SHAPE = "TEXT-017",
        "“{text}”不是 6 位行政区划代码。", None,
        "填 6 位数字，如湖滨区 411202；本地自设区域用登记的本地代码。";
    AREA_SHAPE = "TEXT-018",
        "片区“{text}”不能用。", Some("摇号协议第 2 节"),
        "片区写 1 至 31 个数字、字母、点、横线或下划线，不写汉字；中文名在片区表里对应。";
    CREDENTIAL_SHAPE = "TEXT-019",
        "执法证号“{text}”不能用。", None,
        "填证件上的号码：4 至 30 位数字、字母或横线。";
    VALUE_UNKNOWN = "TEXT-020",
        "“{field}”里没有“{text}”这一项。", None,
        "改为下列之一：{choices}。";
    INSPECTOR_CODE_SHAPE = "TEXT-021",
        "检查人员代码“{text}”不能用。", Some("摇号协议第 2 节"),
        "写 1 至 31 个数字、字母、点、横线或下划线，如 F001。";
    TIER_WITHOUT_SOURCE = "TEXT-022",
        "信用等级没有来源或日期。", Some("国市监信发〔2022〕6号"),
        "等级连同来源、日期一起导入；没有等级的留空，按“未定级”抽取。";
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
}
