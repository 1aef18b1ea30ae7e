//! What a confirmation page says: what will happen, what is then fixed, who will see it.

use super::{CampaignAct, Seen, dice, fields};
use domain::campaign::CampaignState;
use domain::campaign::version::Version;

use crate::text::thousands;

fn lines(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

/// What will happen.
pub(super) fn happens(act: CampaignAct, seen: &Seen) -> Vec<String> {
    match act {
        CampaignAct::Submit => {
            lines(&["方案提交分管领导审批，编号不变。", "批准之前仍可撤回修改。"])
        }
        CampaignAct::Recall => lines(&["方案回到草稿，可以修改后重新提交。"]),
        CampaignAct::Return => lines(&["方案退回提交人，理由写入留痕。"]),
        CampaignAct::Approve => lines(&[
            "批准的就是提交的这一份：按下时核对它与提交时的摘要一致。",
            "方案的记录写入公开日志，任何人可查。",
        ]),
        CampaignAct::Paper => paper(),
        CampaignAct::Launch => lines(&[
            "发起科室会同执法支队、专业大队启动本次抽查。",
            "此后由抽取经办冻结名录。",
        ]),
        CampaignAct::Freeze => lines(&[
            "取检查对象、执法人员、回避登记此刻的内容，固定为本次抽取的名录。",
            "生成本次抽取的密值，加密保存；它的承诺随后公布。",
            "人员不足、回避后无人可派的，此时就会拒绝，不留下一半。",
            "名录很大的在后台办，进度和结果在导航里的“后台办理”。",
        ]),
        CampaignAct::Commit => commit(seen),
        CampaignAct::Dice => dice::happens(seen),
        CampaignAct::Ceremony => lines(&[
            "您主持这次抽取仪式。见证人登记到场之后，各方才能公开随机数。",
            "随机数到齐、来源公布之后，结果由程序自动算出并公布，不再经任何人决定。",
        ]),
        CampaignAct::Attend => {
            lines(&["登记您本人在场见证。经办、公布承诺和批准方案的人不能作见证人。"])
        }
        CampaignAct::Slip => {
            lines(&["登记一位没有账号的见证人：他已在签到单上签名。签到单随纸质材料归档。"])
        }
        CampaignAct::Beacon => {
            fields::beacon(seen).map_or_else(Vec::new, |beacon| beacon.happens())
        }
        CampaignAct::Reveal => reveal(seen),
        CampaignAct::Draw => lines(&[
            "由承诺和各方随机数算出种子，再算出检查对象、执法人员和编组。",
            "程序先自行复算一遍；复算不一致的不会公布。",
            "结果的摘要写入公开日志；名单封存，查看名单另行确认并留痕。",
        ]),
        CampaignAct::Void => void(seen),
        CampaignAct::Assign => {
            lines(&["抽中的各户检查派发到各检查组，检查人员从此看到各自的任务。"])
        }
        CampaignAct::End => vec![format!(
            "检查阶段结束，{} 个工作日的报告期限从今天起算。",
            seen.rulebook.report_days
        )],
        CampaignAct::Open => lines(&[
            "公开次序文件、界限、被查对象各自的证明和检查组编组（人员只列代码）。",
            "未被抽中的企业及其分类不公开；密值只交监督方。",
        ]),
        CampaignAct::Abandon => {
            lines(&["任务终止，不再办理；标题、编号和所选的事由公开可查；写的理由留在内部。"])
        }
    }
}

fn paper() -> Vec<String> {
    lines(&[
        "代录本身不作决定：由另一个账号对照扫描件核对之后，方案才以签批人的名义批准。",
        "起草、修改或提交过方案的人不能是签批人，也不能核对；签批人本人可以核对。",
        "核对之前方案有改动的，这次代录失效，要重新签批。",
    ])
}

fn commit(seen: &Seen) -> Vec<String> {
    let mut lines = lines(&[match seen.version() {
        Version::One => "公布承诺记录并写入公开日志；各见证方从此可以公开随机数。",
        Version::Two => "公布承诺记录并写入公开日志；各见证方从下面写的时间起公开随机数。",
    }]);
    if let Ok(figures) = app::drawing::Figures::parse(&seen.stored.figures) {
        let pool: u64 = figures.quotas.iter().map(|line| line.pool).sum();
        let drawn: u64 = figures.quotas.iter().map(|line| line.drawn).sum();
        lines.push(format!(
            "固定：{} 户参加，抽 {} 户。",
            thousands(pool),
            thousands(drawn)
        ));
    }
    if let Some(frozen) = seen.stored.campaign.state.frame() {
        let offices: Vec<&str> = frozen
            .parties
            .iter()
            .map(|party| party.name.office.as_str())
            .collect();
        if !offices.is_empty() {
            lines.push(format!(
                "固定：见证方 {}，各自的承诺值已收存。",
                offices.join("、")
            ));
        }
    }
    lines
}

fn void(seen: &Seen) -> Vec<String> {
    let mut lines =
        lines(&["本次抽取作废，回到已批准的方案；重新启动后是下一次抽取，名录与密值都重新生成。"]);
    let revealed = matches!(seen.stored.campaign.state, CampaignState::Revealed(_));
    if revealed && seen.version() == Version::Two {
        lines.push("揭示之后作废的，本来会抽中的名单要公开。".to_owned());
    }
    lines
}

fn reveal(seen: &Seen) -> Vec<String> {
    let waiting: Vec<&str> = seen
        .stored
        .campaign
        .state
        .frame()
        .map_or_else(Vec::new, |frozen| {
            let waiting = frozen.parties.iter().filter(|party| party.is_waiting());
            waiting.map(|party| party.name.office.as_str()).collect()
        });
    if waiting.is_empty() {
        lines(&["各方随机数已经公开并核对，揭示记录写入公开日志。"])
    } else {
        let why = match seen.version() {
            Version::One => "理由写入公开记录",
            Version::Two => "公开记录里一律写逾期",
        };
        vec![format!(
            "{}记为缺席，{why}；其余各方的随机数照用。",
            waiting.join("、")
        )]
    }
}

/// What can no longer be changed afterwards.
pub(super) fn fixed_after(act: CampaignAct) -> Vec<String> {
    match act {
        CampaignAct::Approve => {
            lines(&["方案的各部分：项目、时间、人数、见证方。要改只能终止后另立任务。"])
        }
        CampaignAct::Freeze => {
            lines(&["名录、比例和人数。此后对名录的修改不影响本次抽取；要改只能作废。"])
        }
        CampaignAct::Commit => lines(&[
            "公布后，名录、比例和人数不能再改。发现错误只能作废重来，作废的承诺和事由永久公开。",
        ]),
        CampaignAct::Dice => lines(&["两个账号录入一致之后，掷骰结果不能再改。"]),
        CampaignAct::Beacon => lines(&["录入算数之后不能再改；随之算出的结果不能重抽。"]),
        CampaignAct::Ceremony => lines(&["主持人和开始的时间。"]),
        CampaignAct::Attend | CampaignAct::Slip => lines(&["到场的登记。"]),
        CampaignAct::Reveal => lines(&["各方的随机数与缺席记录。"]),
        CampaignAct::Draw => lines(&["抽取结果。不能重抽，也不能换人换户。"]),
        CampaignAct::Void => lines(&["作废本身：记录和事由永久公开。"]),
        CampaignAct::Open => lines(&["已公开的内容不能收回。"]),
        CampaignAct::Abandon => lines(&["终止本身：同一方案须另立任务。"]),
        CampaignAct::End => lines(&["检查阶段不能重新打开。"]),
        CampaignAct::Paper => lines(&["代录的内容和扫描件。录错的，在核对之前撤回，另录一份。"]),
        CampaignAct::Submit
        | CampaignAct::Recall
        | CampaignAct::Return
        | CampaignAct::Launch
        | CampaignAct::Assign => Vec::new(),
    }
}

/// Who will see it.
pub(super) fn seen_by(act: CampaignAct) -> Vec<String> {
    match act {
        CampaignAct::Approve | CampaignAct::Commit | CampaignAct::Reveal | CampaignAct::Void => {
            lines(&["社会公众：公示页和公开日志。"])
        }
        CampaignAct::Dice => lines(&["揭示公布之后：社会公众。"]),
        CampaignAct::Beacon => lines(&["社会公众：随结果公布。"]),
        CampaignAct::Ceremony | CampaignAct::Attend | CampaignAct::Slip => {
            lines(&["本局有权查看本任务的账号。"])
        }
        CampaignAct::Draw => lines(&[
            "社会公众：种子、各层界限和封存文件的摘要，不含任何企业。",
            "本局有权查看名单的账号：名单和编组。",
        ]),
        CampaignAct::Open => lines(&["社会公众。"]),
        CampaignAct::Freeze => {
            lines(&["本局有权查看本任务的账号：各层户数与抽取数，不含企业名单。"])
        }
        CampaignAct::Submit => lines(&["分管领导与监督账号。"]),
        CampaignAct::Paper => lines(&[
            "签批人：在工作台看到有以本人名义代录的签批。",
            "核对线下签批的账号和查看本单位留痕的账号：扫描件。",
        ]),
        _ => Vec::new(),
    }
}
