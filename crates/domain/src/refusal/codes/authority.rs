//! Who may, and which two acts one person may not do both: the separation of duties and four eyes.
//! Deliberately absent: wrong passwords and locked accounts, which the shell words itself.

use super::Code;

registry! { AUTHORITY:
    AUTH_NOT_ALLOWED = "AUTH-001",
        "当前账号的岗位不能办理“{verb}”。", None,
        "由有此岗位的同事办理，或向安全管理员申请授权。";
    AUTH_SELF_APPROVAL = "AUTH-012",
        "方案由本人起草、修改或提交，不能由本人批准。", Some("细则四（二）"),
        "由没有起草、修改或提交过这份方案的分管领导批准。";
    AUTH_DRAWER_APPROVED = "AUTH-013",
        "方案由本人批准，不能再由本人经办抽取。", Some("细则五（二）"),
        "由另一名抽取经办人办理。";
    AUTH_SELF_CONFIRM = "AUTH-014",
        "检查结果有本人录入的内容，不能由本人审核。", Some("细则五（二）"),
        "由没有录入过这次检查的同组人员或组长审核。";
    AUTH_OWN_RESULT = "AUTH-015",
        "检查结果有本人录入的内容或由本人审核，不能由本人批准公示。", Some("细则五（二）"),
        "由没有录入也没有审核过这次检查的分管领导批准；批准之后，公示岗的任何账号都可以公示。";
    AUTH_SELF_RETURN = "AUTH-016",
        "方案由本人提交，不能由本人退回。", Some("细则四（二）"),
        "需要修改的，在批准前撤回方案。";
    AUTH_ADMIN_BUSINESS = "AUTH-020",
        "系统、安全、审计管理员不能兼任业务岗位。", Some("GB/T 22239-2019 三员分立"),
        "为业务岗位另设账号。";
    AUTH_ADMINS_TOGETHER = "AUTH-021",
        "系统、安全、审计三员不能由同一账号兼任。", Some("GB/T 22239-2019 三员分立"),
        "三个岗位分给三个账号。";
    AUTH_SAME_ENTRY = "AUTH-017",
        "这个数值已由本人录入，还要由另一个账号再录一遍。", Some("shuang/2 第 1 节"),
        "请另一人（抽取经办、分管领导或见证人）照骰子或公告用自己的账号录入；要改本人录入的，改好再提交。";
    AUTH_GRANT_TO_SELF = "AUTH-022",
        "不能给本人账号授权。", Some("GB/T 22239-2019 三员分立"),
        "由另一名安全管理员授权。";
    AUTH_LAST_ADMINISTRATOR = "AUTH-023",
        "这是最后一名在用的{role}，不能停用或收回。", Some("GB/T 22239-2019 三员分立"),
        "先给另一账号授予同一岗位，再办理。";
    AUTH_OWN_REQUEST = "AUTH-018",
        "申请由本人提出，不能由本人确认。", Some("GB/T 22239-2019 三员分立"),
        "由另一名管理员（系统、安全、审计均可）确认；不要的，可以撤销。";
    AUTH_OWN_ACCESS = "AUTH-019",
        "申请的是本人账号的岗位或口令，不能由本人确认。", Some("GB/T 22239-2019 三员分立"),
        "由提出人和本人之外的一名管理员（系统、安全、审计均可）确认。";
    AUTH_NOT_GRANTABLE = "AUTH-024",
        "“{role}”不是可以授予的岗位。", None,
        "社会公众不登录就能查看公开的内容，不必授权；另选一个岗位。";
    AUTH_REOPENS_GUARDED = "AUTH-027",
        "停用的账号还有{role}岗位，恢复它等于一人重新授予这个岗位。", Some("GB/T 22239-2019 三员分立"),
        "先由安全管理员收回这个岗位，再恢复账号；要用这个岗位的，恢复之后重新提出、由另一名管理员确认。";
    AUTH_RESET_STANDS = "AUTH-028",
        "运维已经重置了这个账号的口令，这项申请不能撤销，撤销就等于恢复它的岗位。", Some("GB/T 22239-2019 三员分立"),
        "当面核实本人之后确认；不认的，不确认，它就一直没有岗位，并查明是谁重置的。";
    AUTH_REQUEST_DECIDED = "AUTH-026",
        "这项申请{state}，不再办理。", None,
        "在“等待确认的申请”里看还有哪些；仍要办理的，重新提出。";
    AUTH_OWN_PAPER = "AUTH-041",
        "这份线下签批由本人代录，不能由本人核对。", Some("细则五（二）"),
        "由另一个有“核对线下签批”岗位的账号对照扫描件核对，签批人本人也可以；录错的，可以撤回。";
    AUTH_PAPER_HAND = "AUTH-042",
        "所签批的内容有本人起草、修改、提交或录入的部分，不能由本人核对签批。", Some("细则五（二）"),
        "由没有写过这份内容的账号核对，签批人本人也可以。";
    AUTH_PAPER_DROP = "AUTH-043",
        "这份线下签批既不是本人代录，也不是以本人名义，不能由本人撤回。", None,
        "由代录人或签批人撤回；核对不符的，不核对，告诉代录人。";
    AUTH_PAPER_NOTE = "AUTH-044",
        "这份线下签批不是以本人名义录入的，不必由本人知悉。", None,
        "由签批人在工作台知悉。";
}
