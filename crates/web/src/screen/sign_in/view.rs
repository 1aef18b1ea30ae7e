//! The form of the sign-in page: name, password, and where to go afterwards. It carries no form
//! token, since there is no session yet; the origin of the request is its only proof.

use askama::Template;
use domain::rulebook::SignInRules;

use crate::component::{Field, Fragment};

/// Name and password, and where to go afterwards.
#[derive(Debug, Clone, Template)]
#[template(path = "screen/sign_in.html")]
pub(super) struct SignIn {
    pub(super) next: String,
    pub(super) login: Field,
    pub(super) password: Field,
    /// What the foot of the form says of failures and idle sessions.
    pub(super) rules: SignInRules,
}

impl From<SignIn> for Fragment {
    fn from(form: SignIn) -> Self {
        Self::of(&form)
    }
}
