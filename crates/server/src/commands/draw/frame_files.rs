//! Subjects, inspectors and recusals from their files into a frame, with every bad row named.
//!
//! Ids are narrowed (full-width to half-width) and then strict: a number mangled by a spreadsheet, a
//! citizen number, Chinese, or an 18-character code that is no valid credit code is refused, never
//! repaired. Names are read past: they never enter the draw. Deliberately absent: any guess.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

use ::draw::frame::Rows;
use ::draw::name::{Status, is_name_byte};
use ::draw::{Frame, Stratum, Token, Version};
use domain::text::{Usci, is_citizen_number, narrow, scientific_loss};

use super::csv_table::{Column, CsvRow, CsvTable};
use crate::commands::{Failure, Problem, threads};

/// Above this many lines the file is read in parts, and duplicates are left to the draw itself, which
/// names ids but not rows.
const ROWS_REMEMBERED: usize = 500_000;

const SUBJECT: &[Column] = &[
    (
        "id",
        &["代码", "对象代码", "统一社会信用代码", "信用代码", "uscc"],
        true,
    ),
    ("item", &["事项", "事项代码"], false),
    ("class", &["类别", "信用类别", "类别代码"], true),
    ("status", &["状态"], false),
    ("area", &["片区", "片区代码"], false),
];
const INSPECTOR: &[Column] = &[
    ("id", &["代码", "人员代码"], true),
    ("authority", &["单位", "单位代码", "专业"], false),
    ("status", &["状态"], false),
];
const RECUSAL: &[Column] = &[
    ("inspector", &["人员代码", "检查人员"], true),
    ("subject", &["对象代码", "检查对象"], true),
];

/// The register files of a draw.
pub(super) struct Files<'a> {
    pub(super) subjects: &'a Path,
    pub(super) inspectors: &'a Path,
    pub(super) recusals: Option<&'a Path>,
}

/// Reads the three files; all errors of all files at once. A recusal names an
/// inspector of the file or one of the leaders.
pub(super) fn read(files: &Files<'_>, leaders: &[Token]) -> Result<Frame, Failure> {
    let mut frame = Frame::default();
    let mut failure = Failure::default();
    let mut note = |ended: Result<(), Failure>| {
        if let Err(more) = ended {
            failure.problems.extend(more.problems);
        }
    };
    note(read_subjects(files.subjects, &mut frame));
    note(read_inspectors(files.inspectors, &mut frame));
    if let Some(recusals) = files.recusals {
        note(read_recusals(recusals, leaders, &mut frame));
    }
    failure.or_nothing()?;
    Ok(frame)
}

fn read_subjects(path: &Path, frame: &mut Frame) -> Result<(), Failure> {
    let table = CsvTable::read(path, SUBJECT)?;
    if table.lines() > ROWS_REMEMBERED {
        return read_in_parts(&table, frame);
    }
    let mut seen: HashMap<(Token, String), u64> = HashMap::new();
    let rows = table.each(|row, failure| {
        take_subject(&table, row, failure, frame, |id, item, failure| {
            let first = seen.insert((id, item.to_owned()), row.number);
            if let Some(first) = first {
                let sentence =
                    format!("{id} 在事项 {item} 下已见于第 {first} 行，请删去重复的一行。");
                failure.push("CLI-214", table.place(row.number), sentence);
            }
            first.is_none()
        });
    })?;
    empty(&table, rows)
}

/// Reads a large table on every core; each thread has a frame of its own, joined in order.
fn read_in_parts(table: &CsvTable, frame: &mut Frame) -> Result<(), Failure> {
    let parts = table.parts(threads().get());
    let read = |part| {
        let mut own = Frame::default();
        let rows = table.each_of(part, |row, failure| {
            take_subject(table, row, failure, &mut own, |_, _, _| true);
        });
        rows.map(|rows| (rows, own.subjects))
    };
    let ends: Vec<Result<(u64, Rows), Failure>> = std::thread::scope(|scope| {
        let running: Vec<_> = parts
            .iter()
            .map(|part| scope.spawn(move || read(part)))
            .collect();
        running
            .into_iter()
            .map(|part| part.join().expect("reading rows does not panic"))
            .collect()
    });
    let (mut failure, mut all) = (Failure::default(), 0);
    for end in ends {
        match end {
            Ok((rows, subjects)) => {
                all += rows;
                frame.subjects.append(subjects)?;
            }
            Err(more) => failure.problems.extend(more.problems),
        }
    }
    failure.or_nothing()?;
    empty(table, all)
}

/// Adds one row unless a cell is wrong or `fresh` says it stood there before.
fn take_subject(
    table: &CsvTable,
    row: &CsvRow<'_>,
    failure: &mut Failure,
    frame: &mut Frame,
    fresh: impl FnOnce(Token, &str, &mut Failure) -> bool,
) {
    let place = || table.place(row.number);
    let Some(id) = keep(code(row.cell(0), true), &place, failure) else {
        return;
    };
    let item = filled(row.cell(1), "-");
    let Some(stratum) = keep(stratum(item, row.cell(2)), &place, failure) else {
        return;
    };
    let Some(status) = keep(status(row.cell(3), true), &place, failure) else {
        return;
    };
    let Some(area) = keep(dashed(row.cell(4), "片区"), &place, failure) else {
        return;
    };
    if !fresh(id, item, failure) {
        return;
    }
    if let Err(fault) = frame.push_subject(id.as_str(), &stratum, status, area) {
        failure
            .problems
            .extend(Failure::from(fault.within(&place())).problems);
    }
}

/// A cell, or what an empty one means.
fn filled<'a>(cell: &'a str, empty: &'a str) -> &'a str {
    if cell.is_empty() { empty } else { cell }
}

fn read_inspectors(path: &Path, frame: &mut Frame) -> Result<(), Failure> {
    let table = CsvTable::read(path, INSPECTOR)?;
    let mut seen: HashMap<Token, u64> = HashMap::new();
    let rows = table.each(|row, failure| {
        let place = || table.place(row.number);
        let Some(id) = keep(code(row.cell(0), false), &place, failure) else {
            return;
        };
        let authority = keep(dashed(row.cell(1), "单位"), &place, failure);
        let status = keep(status(row.cell(2), false), &place, failure);
        let (Some(authority), Some(status)) = (authority, status) else {
            return;
        };
        if let Some(first) = seen.insert(id, row.number) {
            failure.push(
                "CLI-214",
                place(),
                format!("人员 {id} 已见于第 {first} 行；一人只列在一个单位之下。"),
            );
            return;
        }
        if let Err(fault) = frame.push_inspector(id.as_str(), authority, status) {
            failure
                .problems
                .extend(Failure::from(fault.within(&place())).problems);
        }
    })?;
    empty(&table, rows)
}

fn read_recusals(path: &Path, leaders: &[Token], frame: &mut Frame) -> Result<(), Failure> {
    let table = CsvTable::read(path, RECUSAL)?;
    let known: HashSet<Token> = frame.subjects.iter().map(|row| row.id).collect();
    let serving: BTreeSet<Token> = frame.inspectors.iter().map(|row| row.id).collect();
    let is_read = !serving.is_empty();
    let serving: BTreeSet<Token> = serving.into_iter().chain(leaders.iter().copied()).collect();
    let mut seen: HashMap<(Token, Token), u64> = HashMap::new();
    table.each(|row: &CsvRow<'_>, failure| {
        let place = || table.place(row.number);
        let person = keep(code(row.cell(0), false), &place, failure);
        let subject = keep(code(row.cell(1), true), &place, failure);
        let (Some(person), Some(subject)) = (person, subject) else {
            return;
        };
        let found = failure.problems.len();
        // Where a file could not be read, its own errors say so.
        if !known.is_empty() && !known.contains(&subject) {
            let sentence = format!("检查对象 {subject} 不在名录中，请核对代码。");
            failure.push("CLI-215", place(), sentence);
        }
        if is_read && !serving.contains(&person) {
            failure.push("CLI-218", place(), stranger(person, &serving));
        }
        let good = failure.problems.len() == found;
        if good && seen.insert((person, subject), row.number).is_none() {
            frame.recusals.push((person, subject));
        }
    })?;
    Ok(())
}

/// A person nobody knows, beside those whose codes look alike: `f002` and `F02` beside `F002`.
fn stranger(person: Token, serving: &BTreeSet<Token>) -> String {
    let alike = |token: &Token| token.as_str().to_ascii_lowercase().replace('0', "");
    let like: Vec<&str> = serving
        .iter()
        .filter(|token| alike(token) == alike(&person))
        .map(Token::as_str)
        .collect();
    let hint = match like.is_empty() {
        true => String::new(),
        false => format!("相近的有 {}。", like.join("、")),
    };
    format!(
        "人员 {person} 既不是名录中的检查人员，也不是方案中的组长，这一条回避不会起作用。{hint}代码要逐字相同，大小写也要。"
    )
}

fn empty(table: &CsvTable, rows: u64) -> Result<(), Failure> {
    match rows {
        0 => Err(Failure::new(
            "CLI-206",
            table.name(),
            "表头之下没有一行内容。",
        )),
        _ => Ok(()),
    }
}

fn keep<T>(
    value: Result<T, Problem>,
    place: &impl Fn() -> String,
    failure: &mut Failure,
) -> Option<T> {
    match value {
        Ok(value) => Some(value),
        Err(problem) => {
            failure.push(&problem.code, place(), problem.sentence);
            None
        }
    }
}

fn problem(code: &str, sentence: String) -> Problem {
    Problem {
        code: code.to_owned(),
        place: String::new(),
        sentence,
    }
}

/// An id of a subject or inspector.
fn code(cell: &str, subject: bool) -> Result<Token, Problem> {
    let text = narrowed(cell);
    if text.is_empty() {
        return Err(problem("CLI-210", "代码是空的。".to_owned()));
    }
    if let Some(lost) = scientific_loss(&text) {
        return Err(problem(
            "CLI-211",
            format!(
                "“{text}”是表格软件改写过的数字，末 {lost} 位已经丢失。请把该列设为文本，从原始资料重新导出。"
            ),
        ));
    }
    if is_citizen_number(&text) {
        return Err(problem(
            "CLI-212",
            "这是公民身份号码，不得进入抽取。请改用统一社会信用代码、登记号或人员编号。".to_owned(),
        ));
    }
    if subject && text.len() == 18 && text.bytes().all(|b| b.is_ascii_alphanumeric()) {
        Usci::parse(&text).map_err(|error| {
            problem(
                error.code,
                format!("“{text}”：{}{}", error.sentence, error.remedy),
            )
        })?;
    }
    let token = Token::new(text.as_bytes()).ok_or_else(|| {
        problem("CLI-213", format!("“{text}”不是合法的代码：只能是 1—31 个数字、英文字母、点、下划线、连字符，不能有汉字。"))
    })?;
    begins(token)
}

/// A name begins with a letter or digit.
fn begins(token: Token) -> Result<Token, Problem> {
    match Version::Two.allows(token) {
        true => Ok(token),
        false => Err(problem(
            "CLI-219",
            format!(
                "“{token}”不能作代码：第一个字符须是数字或者英文字母，单独一个连字符不是代码。"
            ),
        )),
    }
}

/// A name, or nothing where there is only one.
fn dashed<'a>(cell: &'a str, what: &str) -> Result<&'a str, Problem> {
    let text = filled(cell, "-");
    let good = match Token::new(text.as_bytes()) {
        Some(token) => text == "-" || Version::Two.allows(token),
        None => false,
    };
    match good {
        true => Ok(text),
        false => Err(problem(
            "CLI-220",
            format!("{what}“{text}”不是合法的代码，例如 east、cg。"),
        )),
    }
}

/// Full-width to half-width; nothing is copied where nothing can change.
fn narrowed(cell: &str) -> Cow<'_, str> {
    match cell.bytes().all(is_name_byte) {
        true => Cow::Borrowed(cell),
        false => Cow::Owned(narrow(cell)),
    }
}

fn stratum<'a>(item: &str, class: &'a str) -> Result<Cow<'a, str>, Problem> {
    let token = |text: &str| Token::new(text.as_bytes());
    let named = |name: &Token| begins(*name).is_ok();
    let item_token = token(item).filter(|name| item == "-" || named(name));
    match (item_token, token(class).filter(named)) {
        (Some(_), Some(_)) if item == "-" => Ok(Cow::Borrowed(class)),
        (Some(item), Some(class)) => Ok(Cow::Owned(Stratum::of(item, class).to_string())),
        _ => Err(problem(
            "CLI-216",
            format!("事项“{item}”或类别“{class}”不是合法的代码，例如 A、B、waste。"),
        )),
    }
}

/// Empty means the row takes part.
fn status(cell: &str, subject: bool) -> Result<&str, Problem> {
    let text = filled(cell, "draw");
    let named = |reason| begins(reason).is_ok();
    match text.parse::<Status>() {
        Ok(Status::Draw) => Ok(text),
        Ok(Status::Skip(reason)) if named(reason) => Ok(text),
        Ok(Status::Must(reason)) if subject && named(reason) => Ok(text),
        _ => Err(problem(
            "CLI-217",
            format!(
                "状态“{text}”不对：draw、skip:原因代码{}。",
                if subject { "、must:原因代码" } else { "" }
            ),
        )),
    }
}
