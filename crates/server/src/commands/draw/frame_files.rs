//! Subjects, inspectors and recusals from their files into a frame, with every bad row named.
//!
//! Ids are narrowed (full-width to half-width) and then strict: a number mangled by a spreadsheet, a
//! citizen number, Chinese, or an 18-character code that is no valid credit code is refused, never
//! repaired. Names are read past: they never enter the draw. Deliberately absent: any guess.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use ::draw::frame::Rows;
use ::draw::name::{Status, is_name_byte};
use ::draw::{Frame, Stratum, Token};
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

/// Reads the three files; all errors of all files at once.
pub(super) fn read(
    subjects: &Path,
    inspectors: &Path,
    recusals: Option<&Path>,
) -> Result<Frame, Failure> {
    let mut frame = Frame::default();
    let mut failure = Failure::default();
    let mut note = |ended: Result<(), Failure>| {
        if let Err(more) = ended {
            failure.problems.extend(more.problems);
        }
    };
    note(read_subjects(subjects, &mut frame));
    note(read_inspectors(inspectors, &mut frame));
    if let Some(recusals) = recusals {
        note(read_recusals(recusals, &mut frame));
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
    let area = filled(row.cell(4), "-");
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
        let authority = filled(row.cell(1), "-");
        let Some(status) = keep(status(row.cell(2), false), &place, failure) else {
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

fn read_recusals(path: &Path, frame: &mut Frame) -> Result<(), Failure> {
    let table = CsvTable::read(path, RECUSAL)?;
    let known: std::collections::HashSet<Token> = frame.subjects.iter().map(|row| row.id).collect();
    let mut seen: HashMap<(Token, Token), u64> = HashMap::new();
    table.each(|row: &CsvRow<'_>, failure| {
        let place = || table.place(row.number);
        let inspector = keep(code(row.cell(0), false), &place, failure);
        let subject = keep(code(row.cell(1), true), &place, failure);
        let (Some(inspector), Some(subject)) = (inspector, subject) else {
            return;
        };
        if !known.is_empty() && !known.contains(&subject) {
            failure.push(
                "CLI-215",
                place(),
                format!("检查对象 {subject} 不在名录中，请核对代码。"),
            );
            return;
        }
        if seen.insert((inspector, subject), row.number).is_none() {
            frame.recusals.push((inspector, subject));
        }
    })?;
    Ok(())
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
    Token::new(text.as_bytes()).ok_or_else(|| {
        problem("CLI-213", format!("“{text}”不是合法的代码：只能是 1—31 个数字、英文字母、点、下划线、连字符，不能有汉字。"))
    })
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
    match (token(item), token(class)) {
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
    match text.parse::<Status>() {
        Ok(Status::Draw | Status::Skip(_)) => Ok(text),
        Ok(Status::Must(_)) if subject => Ok(text),
        _ => Err(problem(
            "CLI-217",
            format!(
                "状态“{text}”不对：draw、skip:原因代码{}。",
                if subject { "、must:原因代码" } else { "" }
            ),
        )),
    }
}
