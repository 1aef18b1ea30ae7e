//! A register comes in from a file with some bad rows: nothing is written before the preview is
//! answered, only the good rows are, and the bad ones come back in a file.

use std::fs;

use crate::bureau::Bureau;
use crate::chrome::{Chrome, Screen};
use crate::person::Person;

/// Two good rows; then a wrong check letter, a missing name, a code in scientific notation.
const ROWS: &str = "名称,统一社会信用代码,主体类型,行政区划,住所,专项库\n\
    示例新来面馆,92411202MA0X90001,个体工商户,411200,示例市虚拟大道1号,餐饮\n";

#[tokio::test]
async fn browser_import_a_register() {
    let bureau = Bureau::open();
    let chrome = Chrome::start();
    let desk = Person::at(&chrome, &bureau, Screen::Desk).await;
    let file = bureau.beside("名录.csv");
    fs::write(&file, ROWS).unwrap();
    desk.sign_in("registrar").await;
    desk.open("/w/subjects").await;
    desk.follow("导入").await;
    desk.field("文件").await.send_keys(file.to_str().unwrap()).await.unwrap();
    desk.press("上传并读取").await;
    desk.picture("import-columns").await;
    desk.press("比对名录").await;
    desk.reads("比对结果").await;
    desk.picture("import-preview").await;
}
