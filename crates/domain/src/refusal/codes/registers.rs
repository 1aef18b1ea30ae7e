//! What stands in the way of an entry: registers, the frame made from them, catalog, rulebook.
//! A single field of a row is worded in `values.rs`.

use super::Code;

registry! { REGISTERS:
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
    ROSTER_RECUSAL_UNTIED = "ROST-015",
        "有 {count} 条回避登记对不上人：{pairs}。人员代码后来改过，看不出是谁的回避，不能略去。", Some("行政处罚法第四十三条"),
        "在执法检查人员名录里打开当时用这个代码的人，点修改，内容不变也保存一次：程序按留痕核对后，把这些回避改到他现在的代码名下。";
    RULEBOOK_MISSING = "RULE-001",
        "细则缺少参数 {key}（{label}）。", Some("细则三（四）"),
        "写明这一项，批准新的一版后再办。";
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
    RULEBOOK_FOUNDED = "RULE-006",
        "本局已有实施细则（{version}），不能再以建立本局的名义安装。", Some("细则四（二）"),
        "由有“批准实施细则”权限的账号批准新的一版。";
    RULEBOOK_NAME = "RULE-007",
        "细则版本的名称“{version}”不能用。", Some("shuang/2 第 3 节"),
        "用 1—63 个可见的 ASCII 字符，不含空格，例如 2026-1。";
    KEPT_NEWER = "KEPT-001",
        "{shape} 是更新的程序写下的第 {version} 版，本程序只认识到第 {known} 版。", None,
        "请管理服务器的人换用写下它的那一版程序，或更新的程序。";
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
    ROSTER_NO_AREA = "ROST-011",
        "有 {count} 户没有方案所列的片区：{names}。", Some("摇号协议第 2 节"),
        "在名录里补上片区，或修改方案的片区后重新冻结。";
    ROSTER_EMPTY_POOL = "ROST-012",
        "所选事项的专项库里没有检查对象。", Some("细则三（三）"),
        "在名录里给检查对象标上专项库，再冻结。";
    ROSTER_STILL_SERVES = "ROST-013",
        "“{name}”还没有调离，个人信息不能删除。", Some("个人信息保护法第四十七条"),
        "先把在岗情况改为“调离”，保留期限届满后再办理。";
    ROSTER_STILL_KEPT = "ROST-014",
        "“{name}”的个人信息要保留到 {until}，现在不能删除。", Some("个人信息保护法第四十七条"),
        "期满后再办理；保留年数见实施细则参数 retention.person_years。";
}
