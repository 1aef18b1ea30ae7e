//! Step one: a file is chosen and streamed to the disk; and what was uploaded lately.

use app::AppError;
use app::UnreadableRow;
use app::import::{Importer, Register};
use app::staging::Incoming;
use axum::extract::State;
use axum::extract::multipart::{Field as Part, Multipart, MultipartError, MultipartRejection};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use domain::id::OrgUnitId;
use domain::org::OrgUnit;
use domain::refusal::Code;
use domain::text::FieldErrors;
use domain::time::Instant;
use sha2::{Digest as _, Sha256};
use store::org;

use super::{home, page, register_of};
use crate::component::{
    Act, Badge, Cell, Choice, Column, EmptyState, Field, Form, Fragment, Head, Refusal, Row, Sheet,
    Table, Tone, Weight,
};
use crate::form::{FORM_TOKEN_FIELD, IDEMPOTENCY_FIELD, IdempotencyKey, Submitted};
use crate::gate::{
    Answer, BROKEN, NO_KEY, NO_TOKEN, Stop, TOO_LARGE, Visit, WRONG_KIND, WebState, see_other,
};
use crate::screen::shared::{moment, rulebook};

static ELSEWHERE: Code = Code::new(
    "FORM-015",
    "打开本页之后，您在另一处重新登录过；这个文件没有接收。",
    None,
    "所选单位还在；浏览器不让网页代选文件，请重新选一次文件再上传。",
);

/// The most bytes of a field that is no file.
const FIELD_BYTES: usize = 4 * 1024;

pub(super) async fn ask(State(web): State<WebState>, visit: Visit) -> Answer {
    Ok(form(&web, &visit, None).await?.into_response())
}

/// The form; `again` with why nothing was taken in and which unit had been chosen. A browser does not let a
/// page choose the file.
async fn form(
    web: &WebState,
    visit: &Visit,
    again: Option<(Refusal, String)>,
) -> Result<crate::layout::WorkbenchPage, Stop> {
    let register = register_of(visit);
    let units = org::units(&mut web.app.db.read().await?).await?;
    let own = Importer::units(register, &visit.acting.grants);
    let own: Vec<&OrgUnit> = units
        .iter()
        .filter(|unit| own.contains(&&unit.id))
        .collect();
    let mut fields = Vec::new();
    if own.len() > 1 {
        let choices = own
            .iter()
            .map(|unit| Choice::new(unit.id.as_str(), unit.name.as_str()));
        fields.push(Field::menu(
            "unit",
            "导入到哪个单位的名录",
            choices.collect(),
        ));
    }
    fields.push(
        Field::upload("file", "文件", ".xlsx,.csv,.txt")
            .with_help("XLSX，或 CSV（UTF-8、GB18030 均可），不超过 48 MB。第一张有内容的工作表，列名在前 20 行内。"),
    );
    let base = home(register);
    let head = Head::new(format!("导入{}", register.label()))
        .with_act(Act::open(
            "下载模板（XLSX）",
            base.clone().child("template.xlsx"),
            Weight::Outlined,
        ))
        .with_act(Act::open(
            "下载模板（CSV）",
            base.clone().child("template.csv"),
            Weight::Plain,
        ));
    let ask = Form::new(base, visit.hidden(web), "上传并读取").with_group("", fields);
    let ask = match &again {
        Some((_, unit)) => {
            let sent = Submitted::from_pairs(vec![("unit".to_owned(), unit.clone())]);
            ask.filled(&sent, &FieldErrors::new())
        }
        None => ask,
    };
    let refusal = again.map(|(refusal, _)| refusal);
    let failed = refusal.is_some();
    let mut page = page(web, visit, head, (0, None)).await?;
    if failed {
        page = page.with_errors_in_form();
    }
    let latest = latest(web, visit, register).await?;
    Ok(page
        .with(refusal.map_or_else(Fragment::default, Fragment::from))
        .with(Sheet::new("choose", "选文件", ask).padded())
        .with(Sheet::new("latest", "最近的导入", latest)))
}

async fn latest(web: &WebState, visit: &Visit, register: Register) -> Result<Table, Stop> {
    let found = web
        .imports()?
        .latest(&visit.acting.account, register)
        .await?;
    let rows = found.iter().map(|listed| {
        let import = match listed {
            Ok(import) => import,
            Err(unreadable) => return unreadable_row(unreadable, register, visit.now),
        };
        let at = Instant::from_unix_ms(import.stored.started_at_ms);
        Row::new(vec![
            Cell::new(moment(at, visit.now)),
            Cell::link(import.stored.file_name.clone(), super::page_of(import)),
            Cell::new(import.state.label()),
        ])
    });
    let columns = vec![
        Column::unbroken("上传"),
        Column::words("文件"),
        Column::unbroken("状态").in_corner(),
    ];
    let kept_days = rulebook(web).await?.retention.import_days;
    let empty = EmptyState::nothing(format!(
        "这里列出您最近 {kept_days} 天上传的文件和回执，至多 50 份。"
    ));
    Ok(Table::new("最近的导入", columns, rows.collect(), empty))
}

/// A row that names itself, so that whoever looks after the system can find it.
fn unreadable_row(unreadable: &UnreadableRow, register: Register, now: Instant) -> Row {
    let begun = moment(Instant::from_unix_ms(unreadable.started_at_ms), now);
    let words = format!("记录读不出：{}", unreadable.id);
    Row::new(vec![
        Cell::new(begun),
        Cell::link(words, home(register).child(&unreadable.id)),
        Cell::new(Badge::new(Tone::Bad, "读不出")),
    ])
}

/// What came before the file, proved before a byte of the file is taken.
#[derive(Default)]
struct Fields {
    token: String,
    key: String,
    unit: String,
    /// How much is announced to come: the file with the few bytes of its form.
    coming: Option<u64>,
}

pub(super) async fn receive(
    State(web): State<WebState>,
    visit: Visit,
    headers: HeaderMap,
    parts: Result<Multipart, MultipartRejection>,
) -> Answer {
    let parts = parts.map_err(|_| {
        Stop::unusable(&WRONG_KIND.refuse(&[])).with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)
    })?;
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|text| text.to_str().ok());
    let mut fields = Fields {
        coming: announced.and_then(|text| text.parse().ok()),
        ..Fields::default()
    };
    match take(&web, &visit, parts, &mut fields).await {
        Ok(id) => Ok(see_other(&home(register_of(&visit)).child(&id))),
        Err(Trouble::Stop(stop)) => Err(stop),
        Err(Trouble::App(AppError::Refused(refusal))) if refusal.code != "AUTH-001" => {
            let again = form(&web, &visit, Some(((&refusal).into(), fields.unit))).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response())
        }
        Err(Trouble::Elsewhere) => {
            let refusal = Refusal::from(&ELSEWHERE.refuse(&[]));
            let again = form(&web, &visit, Some((refusal, fields.unit))).await?;
            Ok((StatusCode::CONFLICT, again).into_response())
        }
        Err(Trouble::App(other)) => Err(other.into()),
    }
}

enum Trouble {
    /// The form stood on a page of another session of the same account.
    Elsewhere,
    Stop(Stop),
    App(AppError),
}

impl From<Stop> for Trouble {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl From<AppError> for Trouble {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

impl From<MultipartError> for Trouble {
    fn from(error: MultipartError) -> Self {
        let stop = match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => {
                Stop::unusable(&TOO_LARGE.refuse(&[])).with_status(StatusCode::PAYLOAD_TOO_LARGE)
            }
            _ => Stop::unusable(&BROKEN.refuse(&[])),
        };
        Self::Stop(stop)
    }
}

async fn take(
    web: &WebState,
    visit: &Visit,
    mut parts: Multipart,
    fields: &mut Fields,
) -> Result<String, Trouble> {
    let staging = web.imports()?;
    let register = register_of(visit);
    while let Some(part) = parts.next_field().await? {
        let Some(name) = part.file_name().map(str::to_owned) else {
            note(fields, part).await?;
            continue;
        };
        prove(visit, fields)?;
        let unit = chosen_unit(visit, register, &fields.unit)?;
        let importer = Importer::of(&visit.acting, register, &unit)?;
        let key = upload_key(visit, fields);
        let incoming = match staging.incoming_for(&importer, &key, fields.coming).await {
            Ok(incoming) => streamed(incoming, part).await?,
            Err(refused) => return Err(after_the_rest(part, refused).await),
        };
        let name = shown_name(&name);
        let taken = staging
            .accept(&importer, (register, &unit), &key, &name, incoming)
            .await?;
        if taken.fresh {
            staging.start_reading(&taken.id).await?;
        }
        return Ok(taken.id);
    }
    prove(visit, fields)?;
    Err(Stop::unusable(&BROKEN.refuse(&[])).into())
}

async fn note(fields: &mut Fields, mut part: Part<'_>) -> Result<(), Trouble> {
    let name = part.name().unwrap_or("").to_owned();
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > FIELD_BYTES {
            return Err(Stop::unusable(&BROKEN.refuse(&[])).into());
        }
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    match name.as_str() {
        FORM_TOKEN_FIELD => fields.token = text,
        IDEMPOTENCY_FIELD => fields.key = text,
        "unit" => fields.unit = text,
        _ => {}
    }
    Ok(())
}

fn prove(visit: &Visit, fields: &Fields) -> Result<(), Trouble> {
    let token = visit.form_token();
    if token.agrees_with(&fields.token) {
        match IdempotencyKey::parse(&fields.key) {
            Some(_) => Ok(()),
            None => Err(Stop::unusable(&NO_KEY.refuse(&[])).into()),
        }
    } else if token.is_of_same_account(&fields.token) {
        Err(Trouble::Elsewhere)
    } else {
        Err(Stop::forbidden(&NO_TOKEN.refuse(&[])).into())
    }
}

/// The unit of the form, or the only one there is; another's is refused by the right to it.
fn chosen_unit(visit: &Visit, register: Register, typed: &str) -> Result<OrgUnitId, Stop> {
    if typed.is_empty() {
        let own = Importer::units(register, &visit.acting.grants);
        return own
            .first()
            .map(|unit| (*unit).clone())
            .ok_or_else(Stop::not_found);
    }
    OrgUnitId::parse(typed).map_err(|_| Stop::not_found())
}

/// Nothing of the file is taken, and the rest of it is let by: a browser that is cut off while it sends shows no refusal.
async fn after_the_rest(mut part: Part<'_>, refused: AppError) -> Trouble {
    while let Ok(Some(_)) = part.chunk().await {}
    refused.into()
}

async fn streamed(mut incoming: Incoming, mut part: Part<'_>) -> Result<Incoming, Trouble> {
    while let Some(chunk) = part.chunk().await? {
        incoming.write(&chunk).await?;
    }
    Ok(incoming)
}

/// One press, one upload: the key of the form names it, together with the account, so that nobody
/// can hit another's.
fn upload_key(visit: &Visit, fields: &Fields) -> String {
    let mut hash = Sha256::new();
    hash.update(visit.acting.account.as_str());
    hash.update(&fields.key);
    store::hex(&hash.finalize()[..16])
}

/// The name as people see it; never part of a path.
fn shown_name(sent: &str) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = last
        .chars()
        .filter(|letter| !letter.is_control())
        .take(120)
        .collect();
    if name.is_empty() {
        "未命名".to_owned()
    } else {
        name
    }
}
