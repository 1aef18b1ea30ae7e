//! Two standing texts: what one may expect of the pages, and where the data are.

use axum::extract::State;
use axum::response::IntoResponse;

use super::shell;
use crate::component::{Cell, Column, EmptyState, Facts, Head, Note, Row, Sheet, Table};
use crate::gate::{Answer, Guest, WebState};
use crate::layout::PortalPage;
use crate::text::Address;

pub(super) async fn accessibility(State(web): State<WebState>, guest: Guest) -> Answer {
    let facts = Facts::default()
        .with("标准", "按 WCAG 2.2 AA 和 GB/T 37668 制作")
        .with(
            "放大",
            "页面放大到 200%、窄到 320 像素，不必左右滚动；宽表在自己的框内滚动",
        )
        .with(
            "关怀版、高对比",
            "页首切换，一次设置，以后都按它显示；两者可以同时打开",
        )
        .with("键盘", "全部内容和按钮都能用键盘到达；按 / 进入查询框")
        .with("读屏", "标题、表头、按钮都有文字；颜色之外一定另有文字说明")
        .with("脚本", "关闭脚本，除“在浏览器里重算”外，全部内容可读可办")
        .with("打印", "每一页都可以打印，导航和按钮不会印出来");
    let page = PortalPage::new(shell(&web, &guest, "").await?, Head::new("无障碍说明"))
        .with(Note::standing(
            "遇到读不了、点不到的地方，请告诉本局监督科。",
            "说明用的设备和软件，会更快改好。",
        ))
        .with(Sheet::new("accessibility", "现在做到的", facts).padded());
    Ok(page.into_response())
}

const DATA: &[(&str, &str)] = &[
    ("/index.json", "首页的数字和最近各项"),
    ("/items.json", "抽查事项清单；单个事项在 /items/ 编号 .json"),
    ("/rules.json", "实施细则参数"),
    (
        "/campaigns.json",
        "抽查任务；单次抽取在 /draw/ 任务号 .json",
    ),
    (
        "/results.json",
        "检查结果；单条在 /r/ 编号 .json，一家企业在 /entity/ 代码 .json",
    ),
    ("/tools.json", "验证工具和它们的 SHA-256"),
    ("/log.json", "留痕日志的检查点；单条在 /log/ 序号 .json"),
    ("/log/checkpoint", "签名的检查点，C2SP tlog-checkpoint"),
];

pub(super) async fn data(State(web): State<WebState>, guest: Guest) -> Answer {
    let columns = vec![Column::unbroken("地址"), Column::words("内容")];
    let rows = DATA.iter().map(|(path, what)| {
        Row::new(vec![
            Cell::link(*path, Address::fixed(path)),
            Cell::new(*what),
        ])
    });
    let table = Table::new(
        "数据地址",
        columns,
        rows.collect(),
        EmptyState::nothing("没有数据。"),
    );
    let page = PortalPage::new(shell(&web, &guest, "").await?, Head::new("数据说明"))
        .with(Note::standing(
            "每一页加 .json 就是它的数据，与网页上的数字出自同一处。",
            "列表一次给 50 条，next 是下一段的位置（参数 from）。日志另按 C2SP tlog-tiles 提供瓦片，任何人都可以镜像。",
        ))
        .with(Sheet::new("addresses", "数据地址", table));
    Ok(page.into_response())
}
