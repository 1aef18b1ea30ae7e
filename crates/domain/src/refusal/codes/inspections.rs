//! What stands in the way of a visit and of its publication: arrival, evidence, outcome, clock.
//! Deliberately absent: orders, penalties and objections, which come with enforcement.

use super::Code;

registry! { INSPECTIONS:
    INSPECTION_WRONG_STATE = "INSP-001",
        "检查处于“{state}”，不能办理“{verb}”。", None,
        "现在可以办理：{offered}。";
    INSPECTION_FEW_PRESENT = "INSP-002",
        "到场的执法检查人员只有 {present} 名，不足 2 名。", Some("行政处罚法第四十二条"),
        "等人员到齐后再开始。";
    INSPECTION_NOT_IN_TEAM = "INSP-003",
        "{inspector} 不在本次检查的检查组里。", Some("细则四（三）"),
        "由检查组成员办理。";
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
        "写明时间、地点和证明材料；无法联系的须有 {least} 次以上的联系记录。";
    INSPECTION_RETURN_REASON = "INSP-013",
        "退回检查结果没有写理由。", Some("细则五（二）"),
        "写明需要补正的内容。";
    INSPECTION_NO_ORDER = "INSP-014",
        "不能选“{label}”：不合格的 {ids} 所引的依据都没有责令改正的规定。", None,
        "当场指出问题，改选“发现问题待后续处理”或移送；依据引得不对的，由法制审核修订事项后再用。";
    INSPECTION_MEMBER_MISSING = "INSP-015",
        "抽中的 {inspector} 没有到场，不能开始检查。", Some("细则四（三）"),
        "等他到齐；今天不能到的，申请延期，由分管领导批准。不能由没有抽中的人顶替。";
    INSPECTION_CREDENTIAL = "INSP-016",
        "{inspector} 的行政执法证件{why}，今天不能检查。", Some("行政处罚法第四十二条"),
        "证件已更新的，先在执法检查人员名录里登记；没有更新的，申请延期，由分管领导批准。";
    INSPECTION_RECUSED = "INSP-017",
        "{inspector} 已登记与这一户回避，检查组不能出发。", Some("行政处罚法第四十三条"),
        "先不要去。抽取后的递补还没有办理的页面：报分管领导决定；回避解除之前，可以申请延期，不能改派别人。";
    INSPECTION_PUT_OFF_NO_END = "INSP-018",
        "延期不是未实施检查的一种，延期之后仍要检查。", None,
        "在这次检查的页面申请延期，由分管领导批准。";
    INSPECTION_PUT_OFF_REASON = "INSP-019",
        "申请延期须写明理由，并改到今天以后的一天。", Some("细则四（四）"),
        "写明为何不能按时检查，选今天以后的日期。";
    INSPECTION_BEYOND_WINDOW = "INSP-020",
        "{until} 超出方案的检查时间（到 {last} 为止），延期不能超出。", Some("细则四（二）"),
        "超出的须修订方案，批准之后的方案还没有修订的页面：改选 {last} 以前的一天；确实来不及的，过期检查时写明理由，照常办理。";
    INSPECTION_PUT_OFF_TWICE = "INSP-021",
        "这一户已经延期到 {until}，只能延期一次。", Some("细则四（四）"),
        "按期检查；过了方案的检查时间仍可到场，写明理由。";
    INSPECTION_LATE = "INSP-022",
        "方案的检查时间到 {last} 为止，现在到场没有写明理由。", Some("细则四（二）"),
        "写明为何过期检查；理由记入留痕，检查照常进行。";
    PUBLICATION_REASON = "PUBL-001",
        "撤下公示没有写理由；一个字、只有标点的不是理由。", Some("行政处罚法第四十八条"),
        "写明事实和依据；它记入操作记录，公开的是所选的事由和日期。";
    PUBLICATION_WITHDRAWN = "PUBL-002",
        "这条公示已于 {at} 撤下。", None,
        "到公示页面查看撤下的事由。";
    PUBLICATION_NOT_CONFIRMED = "PUBL-003",
        "检查结果尚未公示，没有公示内容。", Some("细则四（五）"),
        "先由另一人审核，由分管领导批准公示，再由公示岗公示。";
    PUBLICATION_APPROVED = "PUBL-004",
        "这次公示已经批准，内容没有变化。", Some("细则五（四）"),
        "由公示岗公示；不必再批准一次。";
    PUBLICATION_TEXT_CHANGED = "PUBL-005",
        "批准公示之后，要公示的内容有了变化，批准的不是现在这一份。", Some("细则五（四）"),
        "由没有录入也没有审核过这次检查的分管领导看过现在的内容，重新批准。";
}
