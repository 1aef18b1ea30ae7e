//! What is signed on paper and entered afterwards (线下签批). Whom four eyes keep apart stands with the other `AUTH`.

use super::Code;

registry! { PAPERS:
    PAPER_DATED_LATER = "PAPR-001",
        "签批日期 {dated} 晚于今天（{today}）。", None,
        "照纸面上签的日期填写；还没有签的，签了再录。";
    PAPER_DATED_EARLIER = "PAPR-002",
        "签批日期 {dated} 早于送批的日期（{since}）。", None,
        "照纸面上签的日期填写；纸面在送批之前签的，批的不是现在这一份，要重新签批。";
    PAPER_NUMBER = "PAPR-003",
        "文号或编号没有填，或超过 {most} 字。", None,
        "照纸面填写，如“环签〔2026〕12 号”；没有文号的，填本单位收文登记的编号。";
    PAPER_DECIDED = "PAPR-004",
        "这份线下签批{state}，不再办理。", None,
        "看本页现在的情况；仍要录入的，另录一份。";
    PAPER_LAPSED = "PAPR-005",
        "代录之后，所签批的内容已有变化（{by}），这份线下签批的代录已失效，没有办理。", None,
        "纸面批的是代录时的那一份；现在的内容还要批准的，重新签批、重新代录。";
    PAPER_TWICE = "PAPR-006",
        "同一份扫描件已经代录，正等待核对。", None,
        "由另一个账号核对那一份；录错的，由代录人撤回之后重新代录。";
    PAPER_NOTED = "PAPR-007",
        "这份线下签批已经知悉。", None,
        "不必再办。";
    PAPER_SIGNATORY = "PAPR-008",
        "没有选择签批人，或所选的账号不存在、已停用。", None,
        "从列表中选在纸面上签字的人；列表里没有的，先由安全管理员给他的账号授予岗位。";
    PAPER_NO_RIGHT = "PAPR-012",
        "签批人{name}现在没有“{verb}”的岗位，以他名义的签批不能办理。", None,
        "选在纸面上签字的、有这个岗位的人；应当有的，先由安全管理员给他的账号授予岗位。";
    PAPER_REASON = "PAPR-014",
        "没有写明这份签批哪里不一致。", None,
        "写明是签批人、日期、文号还是方案不一致，代录人照此重录；一个字、只有标点的不算。";
    PAPER_NO_SCAN = "PAPR-009",
        "没有选取扫描件。", None,
        "选一个 PDF、JPG 或 PNG 文件；签字、日期和文号要看得清。";
    PAPER_NOT_A_SCAN = "PAPR-010",
        "选取的文件不是 PDF、JPG 或 PNG。", None,
        "把签批的纸面扫描或拍照，存为 PDF、JPG 或 PNG 再选；改了扩展名的文件不收。";
    PAPER_SCAN_LARGE = "PAPR-011",
        "扫描件超过 {limit} MB，没有接收。", None,
        "降低扫描的分辨率，或只扫描有签字的那几页，再选一次。";
    PAPER_OF_ANOTHER = "PAPR-013",
        "同一份扫描件已在任务 {number} 代录过（{dated} 的签批，{state}），所签批的不是现在这一份方案；一份签批只批一份方案。", None,
        "方案改过、另立任务的，重新签批，扫描新签的那一份；录错了任务的，撤回那一份，把纸面另扫描一次再录。";
}
