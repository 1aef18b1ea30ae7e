//! Where a visit stands: what is to be done now and by whom, and the buttons for it.
//!
//! Deliberately absent: the visit itself, see `record`.

use app::inspection::VisitView;
use domain::inspection::InspectionState;
use domain::policy::Verb;
use domain::publication::Tombstone;

use super::super::list::state_badge;
use super::super::{may, page_of};
use crate::component::{Act, Badge, Head, Link, Note, Tone, Weight};
use crate::gate::Visit;
use crate::text::Address;

pub(super) fn head(visit: &Visit, view: &VisitView, withdrawn: Option<&Tombstone>) -> Head {
    let stored = &view.stored;
    let here = |step: &str| page_of(&stored.visit.id).child(step);
    let mut head = Head::new(&stored.subject_name)
        .with_badge(match withdrawn {
            Some(_) => Badge::new(Tone::Warning, "公示已撤下"),
            None => state_badge(stored),
        })
        .with_line_beneath(format!(
            "{}　{}　第 {} 户　{}",
            stored.subject_code,
            stored.campaign_number,
            stored.ordinal,
            stored.visit.source.label()
        ));
    let open_to = |verb| may(visit, view, verb);
    match &stored.visit.state {
        InspectionState::Assigned if stored.dispatched && open_to(Verb::InspectionOpen) => {
            head = match view.held_up {
                None => head.with_act(Act::open("到场登记", here("arrive"), Weight::Main)),
                Some(_) => head,
            };
            if may(visit, view, Verb::InspectionConclude) {
                head = not_made(head, view);
            }
        }
        InspectionState::Opened(opened) if open_to(Verb::InspectionRecord) => {
            let full = opened.sheet.gaps(&view.items).is_empty();
            head = head.with_more(Link::new("登记未实施检查", here("absent")));
            head = on_the_spot(head, full, here);
        }
        InspectionState::Concluded(done)
            if open_to(Verb::InspectionConfirm)
                && !done.opened.hands.include(&visit.acting.account) =>
        {
            head = head
                .with_act(Act::open("退回", here("return"), Weight::Outlined))
                .with_act(Act::open("审核", here("confirm"), Weight::Main));
        }
        InspectionState::Reported(reported)
            if open_to(Verb::InspectionConfirm) && reported.step.by != visit.acting.account =>
        {
            let back = here("absence").child("return");
            head = head
                .with_act(Act::open("退回", back, Weight::Outlined))
                .with_act(Act::open("审核", here("absence"), Weight::Main));
        }
        InspectionState::Postponing(_) if open_to(Verb::InspectionPutOff) => {
            head = head.with_act(Act::open("审批延期", here("put-off"), Weight::Main));
        }
        _ => return to_the_portal(head, visit, view, withdrawn.is_some()),
    }
    head
}

/// The sheet comes first until it is full, then the conclusion.
fn on_the_spot(head: Head, full: bool, here: impl Fn(&str) -> Address) -> Head {
    let (fill, end) = match full {
        true => (Weight::Outlined, Weight::Main),
        false => (Weight::Main, Weight::Outlined),
    };
    let fill = Act::open("填检查表", here("sheet"), fill);
    let end = Act::open("形成结论", here("conclude"), end);
    match full {
        true => head.with_act(fill).with_act(end),
        false => head.with_act(end).with_act(fill),
    }
}

/// The steps from a confirmed result to the portal.
fn to_the_portal(head: Head, visit: &Visit, view: &VisitView, is_withdrawn: bool) -> Head {
    let stored = &view.stored;
    let (words, to, weight) = match &stored.visit.state {
        InspectionState::Confirmed(_) if may(visit, view, Verb::OutcomeApprove) => {
            let to = Address::fixed("/w/publication-approvals").child(stored.visit.id.as_str());
            ("审批公示", to, Weight::Main)
        }
        InspectionState::Approved(_) if may(visit, view, Verb::OutcomePublish) => {
            let to = Address::fixed("/w/publish").child(stored.visit.id.as_str());
            ("公示", to, Weight::Main)
        }
        InspectionState::Published(published) => {
            let to = Address::fixed("/r").child(published.publication.as_str());
            match is_withdrawn {
                true => ("看撤下的说明", to, Weight::Outlined),
                false => ("看公示", to, Weight::Outlined),
            }
        }
        _ => return head,
    };
    head.with_act(Act::open(words, to, weight))
}

/// How a visit is not made, or not yet. A team that may not set out has only the latter, and it is what is to be done.
fn not_made(mut head: Head, view: &VisitView) -> Head {
    let here = |step: &str| page_of(&view.stored.visit.id).child(step);
    let held_up = view.held_up.is_some();
    if !held_up {
        head = head.with_more(Link::new("登记未实施检查", here("absent")));
    }
    match (view.stored.visit.put_off.is_none(), held_up) {
        (true, true) => head.with_act(Act::open("申请延期", here("postpone"), Weight::Main)),
        (true, false) => head.with_more(Link::new("申请延期", here("postpone"))),
        (false, _) => head,
    }
}

/// What is to be done now, and by whom.
pub(super) fn standing(visit: &Visit, view: &VisitView) -> Note {
    match &view.stored.visit.state {
        InspectionState::Assigned if !view.stored.dispatched => Note::standing(
            "已抽中，等待派发。",
            "由发起科室派发之后，检查组才能到场登记。",
        ),
        InspectionState::Assigned => match view.held_up.as_ref().filter(|_| knows_why(visit, view))
        {
            Some(refusal) => Note::warning(refusal.sentence.as_str(), refusal.remedy.as_str()),
            None => to_be_made(view),
        },
        InspectionState::Postponing(asked) => Note::standing(
            "已申请延期，等待分管领导审批。",
            format!("申请延期到 {}。理由：{}", asked.until, asked.reason).as_str(),
        ),
        InspectionState::Reported(reported) => Note::standing(
            "已登记未实施检查，等待审核。",
            format!(
                "{}，上门 {} 次。由登记人之外的同组人员或组长审核或退回。",
                reported.how.label(),
                reported.attempts
            )
            .as_str(),
        ),
        InspectionState::Opened(opened) => {
            let gaps = opened.sheet.gaps(&view.items).len();
            let rest = match gaps {
                0 => "检查表已填满，可以形成结论。".to_owned(),
                n => format!("检查表还有 {n} 项没有结果。"),
            };
            match &opened.returned {
                Some(reason) => {
                    Note::warning("结果被退回。", format!("理由：{reason}。{rest}").as_str())
                }
                None => Note::standing("检查中。", rest.as_str()),
            }
        }
        InspectionState::Concluded(done) if done.opened.hands.include(&visit.acting.account) => {
            Note::standing(
                "等待审核。",
                "结果里有您录入的内容，须由没有录入过的同组人员或组长审核。",
            )
        }
        InspectionState::Concluded(_) => Note::standing(
            "等待审核。",
            "由没有录入过的同组人员或组长核对后审核通过或退回。",
        ),
        InspectionState::Confirmed(_) => Note::standing(
            "已审核，等待批准公示。",
            "由没有录入也没有审核过的分管领导批准，再由公示人员在期限内公示。",
        ),
        InspectionState::Approved(_) => Note::standing(
            "已批准公示，等待公示。",
            "由公示人员在期限内公示；内容变了，要重新批准。",
        ),
        InspectionState::Published(_) => Note::standing("已公示。", "任何人都可以查到结果。"),
        InspectionState::FellAway(fallen) => Note::warning(
            format!("未实施检查：{}。", fallen.how.label()),
            format!("上门 {} 次。{}", fallen.attempts, fallen.account).as_str(),
        ),
    }
}

/// The publication was taken down: what the public reads in its place.
pub(super) fn taken_down(tombstone: &Tombstone) -> Note {
    let at = tombstone.withdrawn_at.local_text();
    Note::warning(
        "公示已撤下。",
        format!(
            "{at} 撤下，公众在原地址看到的说明：{} 同一次检查不能再公示。",
            tombstone.reason
        )
        .as_str(),
    )
}

/// That somebody must not meet the subject is told to his team, and to who reads recusals.
fn knows_why(visit: &Visit, view: &VisitView) -> bool {
    view.assigned || visit.acting.reach(Verb::RecusalRead).everything
}

fn to_be_made(view: &VisitView) -> Note {
    let visit = &view.stored.visit;
    let how = "到场后由抽中的全部执法检查人员出示证件，登记到场，再逐项填写检查表。";
    match (&visit.sent_back, &visit.put_off) {
        (Some(reason), _) => Note::warning(
            "未实施检查的登记被退回。",
            format!("理由：{reason}。{how}").as_str(),
        ),
        (None, Some(put_off)) => Note::standing(
            format!("分管领导已批准延期到 {}。", put_off.asked.until),
            how,
        ),
        (None, None) => Note::standing("已派发，等待到场。", how),
    }
}
