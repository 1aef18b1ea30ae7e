//! The page every step of a visit stands on besides the checklist: the visit with the right to the
//! step, its form at first and again with what must change, and the press that does it once.
//!
//! Deliberately absent: what a step asks and what it does; see `act`, `second` and `absence`.

use app::inspection::{NOT_DISPATCHED, VisitView};
use app::premise::of_visit;
use app::{Acting, App, AppError};
use domain::id::InspectionId;
use domain::inspection::InspectionVerb;
use domain::policy::Verb;
use domain::premise::Premise;

use super::{absence, all, find_for, page_of, postponement, second};
use crate::component::{Crumb, Field, Form, Fragment, Head, HiddenFields, Link};
use crate::form::Submitted;
use crate::gate::feedback::Done;
use crate::gate::{Answer, Flaws, Pressed, Stop, Undone, Visit, WebState, once};
use crate::layout::WorkbenchPage;
use crate::screen::draft::{self, Draft};
use crate::text::Address;

/// One step: its address under the visit, its words, who may take it, and what it says when done.
pub(super) struct Way {
    pub(super) step: &'static str,
    pub(super) title: &'static str,
    pub(super) button: &'static str,
    pub(super) keeps_draft: bool,
    pub(super) right: Verb,
    pub(super) verb: InspectionVerb,
    pub(super) done: &'static Done,
}

/// A visit on the page of one of its steps.
pub(super) struct StepPage {
    pub(super) web: WebState,
    pub(super) visit: Visit,
    pub(super) view: VisitView,
    way: &'static Way,
}

impl StepPage {
    /// The visit, if this account may take the step.
    pub(super) async fn load(
        web: WebState,
        visit: Visit,
        way: &'static Way,
        id: &str,
    ) -> Result<Self, Stop> {
        let view = find_for(&web, &visit, way.right, id).await?;
        Ok(Self {
            web,
            visit,
            view,
            way,
        })
    }

    /// The same for a page that is opened: what the state of the visit rules out is refused before
    /// anything is typed. A press is not refused here: a second one still gets its first answer.
    pub(super) async fn open(
        web: WebState,
        visit: Visit,
        way: &'static Way,
        id: &str,
    ) -> Result<Self, Stop> {
        let page = Self::load(web, visit, way, id).await?;
        page.view.stored.visit.permit(way.verb)?;
        if !page.view.stored.dispatched {
            return Err(NOT_DISPATCHED.refuse(&[]).into());
        }
        Ok(page)
    }

    /// The page of the visit itself.
    pub(super) fn record(&self) -> Address {
        page_of(&self.view.stored.visit.id)
    }

    /// Where the step is pressed.
    pub(super) fn here(&self) -> Address {
        let segments = self.way.step.split('/');
        segments.fold(self.record(), |at, segment| at.child(segment))
    }

    pub(super) fn back(&self) -> Link {
        Link::new("返回，不办理", self.record())
    }

    /// The page before anything stands on it.
    pub(super) async fn page(&self) -> Result<WorkbenchPage, Stop> {
        let stored = &self.view.stored;
        let head = Head::new(self.way.title).with_line_beneath(format!(
            "{}　{}",
            stored.subject_name, stored.campaign_number
        ));
        let above = vec![
            Link::new("检查", all()),
            Link::new(stored.subject_code.as_str(), self.record()),
        ];
        let page = self.web.page(&self.visit, head).await?;
        Ok(page.with_crumb(Crumb::new(above, self.way.title)))
    }

    /// What stands above the form because its step decides on it; nothing above a step of the team.
    fn to_read(&self) -> Fragment {
        match self.way.verb {
            InspectionVerb::Return => Fragment::join(second::to_read(&self.view)),
            InspectionVerb::ReturnAbsence => absence::to_read(&self.view),
            InspectionVerb::DecidePostponement => postponement::to_read(self),
            _ => Fragment::default(),
        }
    }

    /// The hidden fields of a form on the visit as it is shown here.
    pub(super) fn hidden(&self, again: Option<(&Submitted, &Flaws)>) -> HiddenFields {
        let now = of_visit(&self.view.stored);
        self.visit.hidden_on(&self.web, &now, again)
    }

    /// The same page with the visit as it stands now, after a press was refused.
    pub(super) async fn anew(self) -> Result<Self, Stop> {
        let id = self.view.stored.visit.id.clone();
        Self::load(self.web, self.visit, self.way, id.as_str()).await
    }

    /// The form as it is opened, filled from its draft.
    pub(super) async fn ask(&self, fields: Vec<Field>) -> Answer {
        let kept = draft::of(&self.web, &self.visit).await?;
        self.form(fields, &kept, None).await
    }

    /// The form again with what was sent and what must change.
    pub(super) async fn again(
        &self,
        fields: Vec<Field>,
        sent: &Submitted,
        flaws: &Flaws,
    ) -> Answer {
        self.form(fields, &Draft::default(), Some((sent, flaws)))
            .await
    }

    async fn form(
        &self,
        fields: Vec<Field>,
        kept: &Draft,
        again: Option<(&Submitted, &Flaws)>,
    ) -> Answer {
        let to = self.here();
        let hidden = match (again, kept.typed.premise()) {
            (None, Some(begun)) => self.visit.hidden_on(&self.web, &begun, None),
            _ => self.hidden(again),
        };
        let mut form = Form::new(to.clone(), hidden, self.way.button)
            .with_group("", fields)
            .with_way_back(self.back());
        if self.way.keeps_draft {
            form = form.with_draft(draft::kept_at(to.as_str()), kept.line.as_str());
        }
        let page = self.page().await?.with(self.to_read());
        Ok(kept.form_page(page, form, again))
    }

    /// Does the act once and yields where its answer stands: the page `to`, saying that it is done.
    pub(super) async fn press<F, Fut>(
        &self,
        sent: &Pressed,
        to: Address,
        act: F,
    ) -> Result<Result<Address, Undone>, Stop>
    where
        F: FnOnce(App, Acting, InspectionId, Premise) -> Fut + Clone + Send + 'static,
        Fut: Future<Output = Result<(), AppError>> + Send + 'static,
    {
        let done = self.way.done.at(to);
        let acting = self.visit.acting.clone();
        let id = self.view.stored.visit.id.clone();
        let premise = sent.required_premise();
        let act = move |app| async move { act(app, acting, id, premise?).await };
        once(&self.web, &self.visit, sent, done, act).await
    }
}
