//! Our own registers as table files: which names their columns go by, and the port through which
//! `app::staging` reads, writes and hands out templates.
//!
//! No column is required here: a file whose column names we do not know is matched by hand on the
//! page, so only a file without any header is refused. 企业类型 of registration authorities is
//! understood as 类型; what their legal forms mean is `app::import`.

use std::path::{Path, PathBuf};

use app::import::{Flaw, Register, StagedRow};
use app::staging::port::{ErrorFile, Found, RowSink, Tables, TemplateForm};
use domain::refusal::Refusal;

use crate::errors_file::ErrorsFile;
use crate::header::{Column, Records};
use crate::table::{Cell, Event, Limits, Row};
use crate::{child, template};

const fn column(
    key: &'static str,
    title: &'static str,
    aliases: &'static [&'static str],
    example: &'static str,
    explanation: &'static str,
) -> Column {
    Column {
        key,
        title,
        aliases,
        required: false,
        example,
        explanation,
    }
}

/// The columns of 检查对象名录.
pub const SUBJECTS: [Column; 14] = [
    column(
        "usci",
        "统一社会信用代码",
        &[
            "信用代码",
            "社会信用代码",
            "代码",
            "统一代码",
            "uscc",
            "usci",
            "纳税人识别号",
        ],
        "91110000MA00000038",
        "18 位；没有的填注册号。没有代码的对象可以登记，但不参加抽取",
    ),
    column(
        "register_number",
        "注册号",
        &["工商注册号", "营业执照注册号"],
        "",
        "15 位，旧执照上的号码",
    ),
    column(
        "name",
        "名称",
        &[
            "企业名称",
            "单位名称",
            "主体名称",
            "市场主体名称",
            "对象名称",
            "检查对象名称",
            "字号名称",
            "name",
        ],
        "样例餐饮店（示例行，导入时跳过）",
        "必填。营业执照或登记证上的名称",
    ),
    column(
        "kind",
        "类型",
        &["企业类型", "主体类型", "市场主体类型", "对象类型"],
        "个体工商户",
        "企业、个体工商户、农民专业合作社、机关事业单位、社会组织、工地、其他；不填按企业",
    ),
    column(
        "district",
        "行政区划代码",
        &["区划代码", "行政区划", "区县代码", "district"],
        "411202",
        "6 位；文件里没有这一列时，可在导入页为整个文件填一个",
    ),
    column(
        "area",
        "片区",
        &["网格", "片区代码"],
        "",
        "字母、数字、点和横线，不超过 31 个",
    ),
    column(
        "address",
        "经营地址",
        &[
            "注册地址",
            "地址",
            "住所",
            "经营场所",
            "经营（驻在）地址",
            "生产经营地址",
        ],
        "样例市演示路 1 号",
        "",
    ),
    column("scope", "经营范围", &["业务范围"], "餐饮服务", ""),
    column(
        "registered_on",
        "注册日期",
        &["成立日期", "登记日期", "设立日期", "核准日期"],
        "2024-03-01",
        "年-月-日",
    ),
    column(
        "standing",
        "登记状态",
        &["经营状态", "企业状态", "状态"],
        "存续",
        "存续、吊销未注销、注销、迁出、撤销、歇业、其他；不填按存续",
    ),
    column(
        "pools",
        "专项库",
        &["专项名录", "标签"],
        "餐饮",
        "几个之间用顿号隔开",
    ),
    column(
        "class",
        "信用等级",
        &["信用风险等级", "风险分类", "信用风险分类"],
        "A",
        "A、B、C、D",
    ),
    column(
        "class_source",
        "等级来源",
        &["评级单位", "分类来源"],
        "样例市市场监管局",
        "填了等级就要填",
    ),
    column(
        "class_on",
        "等级日期",
        &["评级日期", "分类日期"],
        "2026-01-31",
        "填了等级就要填",
    ),
];

/// The columns of 执法检查人员名录.
pub const INSPECTORS: [Column; 9] = [
    column(
        "code",
        "人员代码",
        &["代码", "工号", "单位工号", "编号"],
        "F000",
        "必填。不用身份证号",
    ),
    column(
        "name",
        "姓名",
        &["人员姓名", "检查人员"],
        "检查员甲（示例行，导入时跳过）",
        "必填",
    ),
    column(
        "unit",
        "所属单位",
        &["单位", "部门", "工作单位", "所属部门"],
        "",
        "与系统中的机构名称一致；不填为导入的单位",
    ),
    column(
        "authority",
        "执法机关代码",
        &["机关代码"],
        "",
        "只有一类执法资格时不填",
    ),
    column(
        "credential",
        "执法证号",
        &["行政执法证号", "证号", "执法证编号"],
        "",
        "没有证的不参加抽取",
    ),
    column(
        "valid_until",
        "有效期至",
        &["有效期", "证件有效期", "到期日期"],
        "",
        "年-月-日；填了证号就要填",
    ),
    column(
        "scope",
        "执法事项",
        &["执法事项范围", "事项范围"],
        "",
        "事项代码，几个之间用顿号隔开；不填为全部事项",
    ),
    column(
        "presence",
        "在岗情况",
        &["在岗状态", "人员状态"],
        "在岗",
        "在岗、离岗、调离；不填按在岗",
    ),
    column(
        "may_lead",
        "科室负责人",
        &["负责人", "可任组长"],
        "否",
        "是、否；不填按否",
    ),
];

/// The columns of a register.
#[must_use]
pub const fn columns(register: Register) -> &'static [Column] {
    match register {
        Register::Subjects => &SUBJECTS,
        Register::Inspectors => &INSPECTORS,
    }
}

/// Table files read in a limited child process of the same binary.
#[derive(Clone, Debug)]
pub struct TableFiles {
    exe: PathBuf,
    limits: Limits,
}

impl TableFiles {
    /// `exe` answers [`child::SUBCOMMAND`]: this very binary.
    #[must_use]
    pub fn new(exe: PathBuf) -> Self {
        Self {
            exe,
            limits: Limits::default(),
        }
    }
}

fn staged(row: Row) -> StagedRow {
    let mut flaws = Vec::new();
    for (at, cell) in row.cells.iter().enumerate() {
        if let Err(error) = cell.text() {
            flaws.push((at, Flaw::from(&error)));
        }
    }
    let text = |cell: Cell| match cell {
        Cell::Empty | Cell::Formula => String::new(),
        Cell::Text(text) | Cell::Lossy(text) | Cell::Error(text) => text,
    };
    StagedRow {
        number: row.number,
        cells: row.cells.into_iter().map(text).collect(),
        flaws,
    }
}

impl Tables for TableFiles {
    fn read(
        &self,
        register: Register,
        file: &Path,
        sink: &mut RowSink<'_>,
    ) -> Result<Found, Refusal> {
        let columns = columns(register);
        let mut records = Records::new(columns);
        child::read_in_child(
            &self.exe,
            file,
            &self.limits,
            &mut |event: Event| match records.take(event)? {
                Some(record) => sink(staged(record.original)),
                None => Ok(()),
            },
        )?;
        let summary = records.finish()?;
        let recognized = summary.header.recognized(columns);
        Ok(Found {
            what: summary.source.to_string(),
            header_row: summary.header.row,
            places: recognized.map(|(key, at)| (key.to_owned(), at)).collect(),
            names: summary.header.names.clone(),
            nameless: summary.nameless,
            rows: summary.records,
        })
    }

    fn error_file(&self, names: &[String]) -> Result<Box<dyn ErrorFile>, Refusal> {
        Ok(Box::new(Errors(ErrorsFile::with_names(names)?)))
    }

    fn template(&self, register: Register, form: TemplateForm) -> Result<Vec<u8>, Refusal> {
        match form {
            TemplateForm::Workbook => template::workbook(columns(register)),
            TemplateForm::Csv => template::csv(columns(register)),
        }
    }
}

struct Errors(ErrorsFile);

impl ErrorFile for Errors {
    fn row(&mut self, row: &StagedRow, error: &str) -> Result<(), Refusal> {
        let cells = row.cells.iter().map(|text| match text.as_str() {
            "" => Cell::Empty,
            text => Cell::Text(text.to_owned()),
        });
        let shown = Row {
            number: row.number,
            cells: cells.collect(),
        };
        self.0.row(&shown, error)
    }

    fn finish(self: Box<Self>) -> Result<Vec<u8>, Refusal> {
        self.0.bytes()
    }
}

#[cfg(test)]
mod tests;
