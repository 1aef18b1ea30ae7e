//! A register comes in from a file with some bad rows: nothing is written before the preview is
//! answered, only the good rows are, and the bad ones come back in a file.

use std::fs;

use crate::bureau::Bureau;
use crate::chrome::{Chrome, Screen};
use crate::person::Person;

/// Two good rows, one of them with a class; then a wrong check letter, a row without a name, and a
/// code that office software has turned into a number.
const ROWS: &str = "名称,统一社会信用代码,类型,登记状态,行政区划代码,经营地址,专项库\n\
    示例新来面馆,92411202MA0X90002W,个体工商户,存续,411200,示例市虚拟大道901号,餐饮\n\
    示例新来食堂,92411202MA0X900030,个体工商户,存续,411200,示例市虚拟大道902号,餐饮\n\
    示例错码面馆,92411202MA0X90004A,个体工商户,存续,411200,示例市虚拟大道903号,餐饮\n\
    ,92411202MA0X900043,个体工商户,存续,411200,示例市虚拟大道904号,餐饮\n\
    示例乱码食堂,9.24112E+17,个体工商户,存续,411200,示例市虚拟大道905号,餐饮\n";

#[tokio::test]
async fn browser_import_a_register() {
    let bureau = Bureau::open();
    let chrome = Chrome::start();
    let desk = Person::at(&chrome, &bureau, Screen::Desk).await;
    desk.sign_in("registrar").await;
    let file = bureau.beside("名录.csv");
    fs::write(&file, ROWS).unwrap();
    uploaded_and_compared(&desk, file.to_str().unwrap()).await;
    let preview = desk.path().await;
    assert_eq!(
        found(&desk, "示例新来").await,
        0,
        "written before anybody decided"
    );
    desk.open(&preview).await;
    desk.choose("只导入正确的行").await;
    desk.press("按所选办理").await;
    desk.reads("已写入：新增 2 行，更新 0 行。").await;
    desk.find(
        "//main//a[contains(., '下载错误文件')]",
        "the file of bad rows",
    )
    .await;
    desk.picture("import-receipt").await;
    if found(&desk, "示例新来").await != 2 {
        desk.fail("the two new subjects").await;
    }
    for bad in ["示例错码", "示例乱码"] {
        assert_eq!(found(&desk, bad).await, 0, "{bad}");
    }
}

/// To the preview, which names every bad row with what to do.
async fn uploaded_and_compared(desk: &Person, file: &str) {
    desk.open("/w/subjects").await;
    desk.follow("导入").await;
    desk.field("文件").await.send_keys(file).await.unwrap();
    desk.press("上传并读取").await;
    desk.reads("每一项对应文件的哪一列").await;
    desk.picture("import-columns").await;
    desk.press("比对名录").await;
    desk.reads("比对结果，名录还没有改动").await;
    desk.picture("import-preview").await;
    let faults = "//main//section[.//h2[normalize-space()='有误']]//tbody/tr";
    let mut rows = Vec::new();
    for row in desk.all(faults).await {
        rows.push(row.text().await.unwrap());
    }
    for number in ["4", "5", "6"] {
        assert!(
            rows.iter().any(|row| row.starts_with(number)),
            "row {number} is not named: {rows:?}"
        );
    }
    assert!(
        rows.iter().any(|row| row.contains("9.24112E+17")),
        "what was typed is not shown: {rows:?}"
    );
}

/// How many subjects the list finds.
async fn found(desk: &Person, name: &str) -> usize {
    desk.open("/w/subjects").await;
    desk.fill("名称、代码、地址", name).await;
    desk.press("筛选").await;
    desk.all(&format!("//main//table/tbody/tr[contains(., '{name}')]"))
        .await
        .len()
}
