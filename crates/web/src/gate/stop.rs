//! Why there is no page: a problem with its status, rendered by the gate in the right shell.

use app::AppError;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::id::EventId;
use domain::premise::Premise;
use domain::refusal::{self, Code};
use domain::text::FieldErrors;
use store::StoreError;

use super::Undone;
use crate::component::{Form, Fragment, Link, Refusal};

use crate::problem::Problem;
use crate::text::Address;

/// The answer of a handler.
pub type Answer = Result<Response, Stop>;

static BUSY: Code = Code::new(
    "STOR-423",
    "别处正在写入，这次没有办成，也没有留下一半。",
    None,
    "等几秒再提交一次，填写的内容还在。",
);
static UNREACHABLE: Code = Code::new(
    "STOR-529",
    "联系不上数据库服务器，这次没有办成，也没有留下一半。",
    None,
    "稍后再试；一直这样的，请系统管理员查看数据库服务器和网络。",
);
static FULL: Code = Code::new(
    "STOR-530",
    "磁盘已满，这次没有办成，也没有留下一半；能看，能核对。",
    None,
    "请系统管理员腾出空间；有了空间自动恢复，再提交一次即可，填写的内容还在。",
);
static MOVED_ON: Code = Code::new(
    "STOR-409",
    "打开本页之后，这条记录已被别人改过，或同样的记录已经存在；这次没有写入。",
    None,
    "先看最新内容，再决定是否照此修改；填写的内容还在下面。",
);
static CLOCK: Code = Code::new(
    "STOR-425",
    "服务器的时钟比上一条留痕早，现在不能写入。",
    None,
    "请系统管理员校准服务器时间后再办；时间没有错的，用 mingqian log repair-clock 更正。",
);
static STEPPED: Code = Code::new(
    "STOR-531",
    "服务器的时钟在运行中忽然快了，这次没有写入：写进留痕的时间改不回来。",
    None,
    "请系统管理员校准服务器时间；时间没有错的，重新启动服务。填写的内容还在，校准之后再提交一次。",
);

static ALTERED: Code = Code::new(
    "STOR-521",
    "库里的记载与留痕日志对不上，这里不显示，也不办理。",
    None,
    "请系统管理员停止办理，运行 mingqian audit 查明，并报告审计管理员。",
);

pub(super) static UNKNOWN: Code = Code::new(
    "STOR-505",
    "提交之后没有收到数据库的答复：这一次是否已办成，结果未知。",
    None,
    "先到这里看结果。{next}",
);

/// A request that ends without its page.
#[derive(Debug, Clone)]
pub struct Stop {
    pub(super) status: StatusCode,
    pub(super) problem: Box<Problem>,
    /// What only the record of the server may say.
    pub(super) inside: Option<String>,
}

impl Stop {
    /// A problem under its own status.
    #[must_use]
    pub fn new(problem: Problem) -> Self {
        Self {
            status: problem.status(),
            problem: Box::new(problem),
            inside: None,
        }
    }

    /// A problem under another status than its own.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// No such page, or none this account may know of.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(Problem::NotFound)
    }

    /// The account may not; the refusal names the verb.
    #[must_use]
    pub fn forbidden(refusal: &refusal::Refusal) -> Self {
        Self::new(Problem::Forbidden(Refusal::from(refusal)))
    }

    /// What was sent cannot be used.
    #[must_use]
    pub fn unusable(refusal: &refusal::Refusal) -> Self {
        Self::new(Problem::Unusable(Refusal::from(refusal)))
    }

    /// Whether the act was done is not known: what to say, the same form once more, and what only the
    /// record of the server may say.
    pub(super) fn unknown(refusal: Refusal, again: Option<Form>, inside: String) -> Self {
        Self {
            inside: Some(inside),
            ..Self::new(Problem::Unknown(refusal, again.map(Box::new)))
        }
    }

    /// The same for an outside party, who sees on its own page what it has handed in.
    #[must_use]
    pub fn unknown_to_party(own: Link, why: String) -> Self {
        let next = "那一页没有的，再递交一次；同样的内容不会记两次。";
        let refusal = Refusal::from(&UNKNOWN.refuse(&[("next", &next)]));
        Self::unknown(refusal.with_remedy_link(own), None, why)
    }

    /// What is kept contradicts the log; `inside` goes to the record of the server.
    #[must_use]
    pub fn altered(inside: String) -> Self {
        Self {
            inside: Some(inside),
            ..Self::new(Problem::Unsound((&ALTERED.refuse(&[])).into()))
        }
    }

    /// There is no room to write; `inside` goes to the record of the server.
    pub(super) fn full(inside: Option<String>) -> Self {
        let stop = Self {
            inside,
            ..Self::new(Problem::Unavailable((&FULL.refuse(&[])).into()))
        };
        stop.with_status(StatusCode::INSUFFICIENT_STORAGE)
    }

    /// Our fault; `inside` goes to the record of the server and never to the browser.
    #[must_use]
    pub fn fault(inside: impl Into<String>) -> Self {
        let problem = Problem::Fault {
            request: String::new(),
        };
        Self {
            inside: Some(inside.into()),
            ..Self::new(problem)
        }
    }
}

impl IntoResponse for Stop {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound { .. } => Self::not_found(),
            StoreError::Conflict { .. } => {
                Self::new(Problem::Conflict((&MOVED_ON.refuse(&[])).into()))
            }
            StoreError::Busy | StoreError::Held(_) => {
                Self::new(Problem::Conflict((&BUSY.refuse(&[])).into()))
                    .with_status(StatusCode::SERVICE_UNAVAILABLE)
            }
            StoreError::Unreachable(_) => Self {
                inside: Some(error.to_string()),
                ..Self::new(Problem::Unavailable((&UNREACHABLE.refuse(&[])).into()))
            },
            StoreError::Full(_) => Self::full(Some(error.to_string())),
            StoreError::ClockSetBack { .. } | StoreError::ClockStepped { .. } => {
                let said = match error {
                    StoreError::ClockStepped { .. } => &STEPPED,
                    _ => &CLOCK,
                };
                let stop = Self::new(Problem::Conflict((&said.refuse(&[])).into()));
                Self {
                    inside: Some(error.to_string()),
                    ..stop.with_status(StatusCode::SERVICE_UNAVAILABLE)
                }
            }
            StoreError::Contradiction { .. } => Self::altered(error.to_string()),
            StoreError::Newer { ref refusal, .. } => {
                let stop = Self::new(Problem::Unread((&**refusal).into()));
                Self {
                    inside: Some(error.to_string()),
                    ..stop.with_status(StatusCode::SERVICE_UNAVAILABLE)
                }
            }
            // Names whose value it is and what to do, and nothing that was sealed.
            StoreError::Unopened(ref refusal) => {
                let stop = Self::new(Problem::Unread((&**refusal).into()));
                Self {
                    inside: Some(error.recorded()),
                    ..stop
                }
            }
            // Where the log is read, the page that says it knows.
            StoreError::CommitUnknown(_) => {
                let refusal = UNKNOWN.refuse(&[("next", &"没有办成的，再办一次。")]);
                Self::unknown((&refusal).into(), None, error.to_string())
            }
            other => match other.damage() {
                Some(damage) => {
                    let code = other.code();
                    Self {
                        inside: Some(other.recorded()),
                        ..Self::new(Problem::Damaged { code, damage })
                    }
                }
                None => Self::fault(other.recorded()),
            },
        }
    }
}

impl From<refusal::Refusal> for Stop {
    fn from(refusal: refusal::Refusal) -> Self {
        match refusal.code {
            "AUTH-001" => Self::forbidden(&refusal),
            _ => Self::new(Problem::Conflict((&refusal).into())),
        }
    }
}

impl From<AppError> for Stop {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Refused(refusal) => refusal.into(),
            AppError::Store(error) => error.into(),
            AppError::Fields(_) => {
                let first = Refusal::new(
                    "FORM-004",
                    "有几处填写需要改，没有保存。",
                    error.to_string(),
                );
                Self::new(Problem::Unusable(first))
            }
        }
    }
}

impl From<Undone> for Stop {
    fn from(undone: Undone) -> Self {
        match undone {
            Undone::App(error) => error.into(),
            Undone::OtherContent(refusal, _) | Undone::Elsewhere(refusal) => {
                Self::new(Problem::Conflict(refusal))
            }
            Undone::Unfit(refusal) => Self::new(Problem::Unusable(refusal)),
        }
    }
}

/// What a form is shown again with: errors beside its fields, or a refusal above it.
#[derive(Debug, Clone, Default)]
pub struct Flaws {
    /// Errors field by field.
    pub errors: FieldErrors,
    /// Why the act as a whole was refused.
    pub refusal: Option<Refusal>,
    /// From what the form goes on.
    goes_on: GoesOn,
    /// Whether it is the text that cannot be used, and nothing was asked of the act.
    unfit: bool,
}

/// From what a form that comes back goes on.
#[derive(Debug, Clone, Default)]
enum GoesOn {
    /// From what it was sent with.
    #[default]
    Sent,
    /// From what stands now: it was compared with what was shown, and the person was told.
    Now,
    /// From what its own first act left. If somebody wrote since, from what it was sent with, so that
    /// the next press meets that change.
    Own(Option<EventId>),
}

impl From<FieldErrors> for Flaws {
    fn from(errors: FieldErrors) -> Self {
        Self {
            errors,
            ..Self::default()
        }
    }
}

impl Flaws {
    /// Takes what a person can mend at the form; everything else is a [`Stop`].
    ///
    /// # Errors
    /// The problem page, for what no other input would change.
    pub fn of(error: impl Into<Undone>) -> Result<Self, Stop> {
        let error = match error.into() {
            Undone::App(error) => error,
            Undone::OtherContent(refusal, own) => {
                return Ok(Self {
                    refusal: Some(refusal),
                    goes_on: GoesOn::Own(own),
                    ..Self::default()
                });
            }
            Undone::Elsewhere(refusal) => {
                return Ok(Self {
                    refusal: Some(refusal),
                    ..Self::default()
                });
            }
            Undone::Unfit(refusal) => {
                return Ok(Self {
                    refusal: Some(refusal),
                    unfit: true,
                    ..Self::default()
                });
            }
        };
        let refused = |refusal: &refusal::Refusal| Self {
            refusal: Some(refusal.into()),
            goes_on: GoesOn::Now,
            ..Self::default()
        };
        match error {
            AppError::Fields(errors) => Ok(errors.into()),
            AppError::Refused(refusal) if refusal.code != "AUTH-001" => Ok(refused(&refusal)),
            AppError::Store(StoreError::Conflict { .. }) => Ok(refused(&MOVED_ON.refuse(&[]))),
            AppError::Store(StoreError::Busy | StoreError::Held(_)) => Ok(Self {
                goes_on: GoesOn::Sent,
                ..refused(&BUSY.refuse(&[]))
            }),
            other => Err(other.into()),
        }
    }

    /// Whether the form may go on from what stands `now`: the person was told how it differs from what
    /// was shown, or it is what the form itself has made.
    #[must_use]
    pub fn goes_on_from(&self, now: &Premise) -> bool {
        match &self.goes_on {
            GoesOn::Sent => false,
            GoesOn::Now => true,
            GoesOn::Own(own) => own.is_some() && *own == now.event,
        }
    }

    /// The status of the page that shows the form again.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        if self.refusal.is_some() && !self.unfit {
            StatusCode::CONFLICT
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        }
    }

    /// The refusal as a piece for the place above the form; empty without one.
    #[must_use]
    pub fn note(&self) -> Fragment {
        self.refusal
            .clone()
            .map_or_else(Fragment::default, Fragment::from)
    }
}

/// Sends the browser on with GET, so that a reload repeats nothing.
#[must_use]
pub fn see_other(to: &Address) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    // An address holds no control characters; one with letters outside ASCII is not made here.
    let value = HeaderValue::from_str(to.as_str()).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(LOCATION, value);
    response
}
