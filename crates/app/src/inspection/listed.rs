//! A list of publications under one confirmation: approved, or carried out.

use domain::id::InspectionId;

use crate::listed::{Chosen, Left};
use crate::{Acting, App, AppError};

impl App {
    /// Approves the publications that were chosen; yields those left over.
    ///
    /// # Errors
    /// If none could be approved, why the first could not.
    pub async fn approve_outcomes(
        &self,
        acting: &Acting,
        chosen: &[Chosen<InspectionId>],
    ) -> Result<Vec<Left<InspectionId>>, AppError> {
        self.each(chosen, |app, one| async move {
            app.approve_outcome(acting, &one.id, &one.premise).await
        })
        .await
    }

    /// Carries out the approved publications that were chosen; yields those left over.
    ///
    /// # Errors
    /// If none could be published, why the first could not.
    pub async fn publish_outcomes(
        &self,
        acting: &Acting,
        chosen: &[Chosen<InspectionId>],
    ) -> Result<Vec<Left<InspectionId>>, AppError> {
        self.each(chosen, |app, one| async move {
            let published = app.publish_outcome(acting, &one.id, &one.premise);
            published.await.map(drop)
        })
        .await
    }
}
