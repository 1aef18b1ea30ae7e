//! The five steps, walked by a registrar.

use app::staging::State;
use axum::http::StatusCode;
use domain::text::Usci;
use testkit::city::register_number;
use testkit::engines::on_both;

use crate::office::{Office, SUBJECTS, caterers, rows_of};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_becomes_entries_and_one_event() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let clerk = office.registrar().await;
        let before = office.log_size().await;
        let text = format!("某科名录\n\n{}", caterers(1, 1_200));
        let at = clerk.upload("名录.csv", &text).await;
        assert_eq!(office.files(), 0, "the file is gone once it is read");
        let matching = clerk.get(&at).await;
        assert!(
            matching.shows("第 3 行") && matching.shows("1,200 行"),
            "{}",
            matching.text
        );
        assert!(matching.shows("样例餐饮0001店"));
        let confirmed = clerk.confirm(&at, &[("all-district", "411202")]).await;
        assert_eq!(
            confirmed.status,
            StatusCode::SEE_OTHER,
            "{}",
            confirmed.text
        );
        let preview = clerk.get(&at).await;
        assert_eq!(preview.counts(), [1_200, 0, 0, 0]);
        assert_eq!(office.subjects().await, 0, "a preview writes nothing");
        let receipt = clerk.decide(&at, "all").await;
        assert_eq!(receipt.counts(), [1_200, 0, 0, 0]);
        assert_eq!(
            office.subjects().await,
            1_200,
            "the receipt tells what the database holds"
        );
        assert_eq!(
            office.log_size().await,
            before + 1,
            "one import is one event"
        );
        assert!(
            receipt.shows(&format!("/w/log/{before}")),
            "{}",
            receipt.text
        );
        let again = clerk.bring_in(&caterers(1, 1_200)).await;
        assert_eq!(again.counts(), [0, 0, 1_200, 0]);
        office.audited().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn columns_can_be_corrected_and_every_mistake_is_told_at_its_field() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let clerk = office.registrar().await;
        let code = register_number(7);
        let text = format!("注册号,经营地址,店招,备注\n{code},样例路 1 号,样例甲店,x\n");
        let at = clerk.upload("a.csv", &text).await;
        let wrong = clerk.confirm(&at, &[("name", "-"), ("address", "0")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        for told in [
            "IMPT-075",
            "IMPT-076",
            "href=\"#f-name\"",
            "href=\"#f-district\"",
        ] {
            assert!(wrong.shows(told), "{told}: {}", wrong.text);
        }
        assert_eq!(clerk.state(&at).await, State::Mapping, "nothing has moved");
        clerk
            .confirm(&at, &[("name", "2"), ("all-district", "411202")])
            .await;
        let receipt = clerk.decide(&at, "all").await;
        assert_eq!(receipt.counts(), [1, 0, 0, 0]);
        let mut reader = office.city.app.db.read().await.unwrap();
        let kept = store::subject::by_code(&mut reader, &code)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(kept.subject.name.as_str(), "样例甲店");
        assert_eq!(kept.unit, crate::office::second_section());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beside_bad_rows_nothing_is_chosen_in_advance_and_the_button_names_no_number() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let clerk = office.registrar().await;
        let text = format!("{}坏店,9.14112E+17,路\n", caterers(1, 10));
        let at = clerk.upload("名录.csv", &text).await;
        clerk.confirm(&at, &[("all-district", "411202")]).await;
        let preview = clerk.get(&at).await;
        assert!(
            preview.shows("现在有 1 行有误，一行也不会写入")
                && preview.shows("导入 10 行；有误的行进错误文件"),
            "{}",
            preview.text
        );
        assert!(
            !preview.shows("导入 10 行</button>") && !preview.shows("checked"),
            "{}",
            preview.text
        );
        let before = office.log_size().await;
        let action = format!("{at}/apply");
        let undecided = clerk.press(&preview, &action, &[]).await;
        assert_eq!(undecided.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            undecided.shows("IMPT-090") && undecided.shows("href=\"#f-mode\""),
            "{}",
            undecided.text
        );
        assert_eq!(
            (office.subjects().await, office.log_size().await),
            (0, before)
        );
        let receipt = clerk.press(&undecided, &action, &[("mode", "good")]).await;
        assert_eq!(receipt.status, StatusCode::SEE_OTHER, "{}", receipt.text);
        clerk.settle(&at).await;
        assert_eq!(office.subjects().await, 10);
        // Without bad rows there is nothing to choose, and the button says what it does.
        let at = clerk.upload("名录.csv", &caterers(1, 12)).await;
        clerk.confirm(&at, &[("all-district", "411202")]).await;
        let preview = clerk.get(&at).await;
        assert!(preview.shows("导入 2 行</button>") && !preview.shows("有误的行怎么办"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_program_exports_it_imports_without_a_change_or_a_hint() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let clerk = office.registrar().await;
        // Codes whose inner check fails are good codes; what spreadsheets would run is text.
        let file = "名称,统一社会信用代码,注册号,经营地址,经营范围,注册日期,专项库\n\
            样例内码店,91411200MA9XXXXXXX,,=1+1,\"餐饮,\"\"外卖\"\"\",2020-03-05,餐饮、夜市\n\
            样例等号店,,NUMBER1,-3号,+加工,,\n\
            @样例店,,NUMBER2,'=路,123456789012345,,\n\
            样例无码店,,,＝路,@范围,,\n";
        let inner = "0123456789ABCDEFGHJKLMNPQRTUWXY"
            .chars()
            .filter_map(|check| Usci::parse(&format!("91411202MA0X00001{check}")).ok())
            .find(|code| code.warning().is_some())
            .unwrap();
        let file = file
            .replace("91411200MA9XXXXXXX", inner.as_str())
            .replace("NUMBER1", &register_number(1))
            .replace("NUMBER2", &register_number(2));
        let at = clerk.upload("名录.csv", &file).await;
        clerk.confirm(&at, &[("all-district", "411202")]).await;
        let preview = clerk.get(&at).await;
        assert_eq!(preview.counts(), [4, 0, 0, 0], "{}", preview.text);
        assert!(preview.shows("TEXT-023") && preview.shows("TEXT-016"));
        clerk.decide(&at, "all").await;
        let before = office.log_size().await;
        let export = clerk.get("/w/subjects.csv").await;
        assert_eq!(export.status, StatusCode::OK, "{}", export.text);
        let again = clerk.upload_to(SUBJECTS, "导出.csv", &export.bytes).await;
        clerk.confirm(&again, &[]).await;
        let preview = clerk.get(&again).await;
        assert_eq!(preview.counts(), [0, 0, 4, 0], "{}", preview.text);
        assert!(
            preview.shows("没有要改的行</button>") && !preview.shows("TEXT-0"),
            "{}",
            preview.text
        );
        assert_eq!(office.log_size().await, before + 1, "the export alone");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_or_the_good_rows() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let clerk = office.registrar().await;
        let twice = register_number(5);
        let text = format!(
            "{}重复店,{twice},路\n坏店,9.14112E+17,路\n身份证店,110101199003077053,路\n",
            caterers(1, 10)
        );
        let at = clerk.upload("名录.csv", &text).await;
        clerk.confirm(&at, &[("all-district", "411202")]).await;
        let preview = clerk.get(&at).await;
        assert_eq!(preview.counts(), [10, 0, 0, 3]);
        for told in ["IMPT-070", "第 6 行", "IMPT-040", "9.14112E+17", "TEXT-"] {
            assert!(preview.shows(told), "{told}: {}", preview.text);
        }
        let refused = clerk.decide(&at, "all").await;
        assert!(refused.shows("IMPT-071"), "{}", refused.text);
        assert_eq!(
            (office.subjects().await, refused.counts()),
            (0, [10, 0, 0, 3])
        );
        let receipt = clerk.decide(&at, "good").await;
        assert_eq!(
            (receipt.counts(), office.subjects().await),
            ([10, 0, 0, 3], 10)
        );
        let before = office.log_size().await;
        let report = clerk.get(&format!("{at}/errors.xlsx")).await;
        assert_eq!(
            office.log_size().await,
            before + 1,
            "who takes rows out of the house is in the log"
        );
        let rows = rows_of(&report.bytes);
        assert_eq!(rows[0], ["名称", "注册号", "经营地址", "错误"]);
        assert_eq!(rows.len(), 4);
        assert_eq!(
            rows[2][..2],
            ["坏店", "9.14112E+17"],
            "the row as he wrote it"
        );
        assert!(
            rows[2][3].contains("第 13 行") && rows[2][3].contains("IMPT-040"),
            "{:?}",
            rows[2]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_corrected_error_file_comes_in_and_blanks_clear_nothing() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let clerk = office.registrar().await;
        clerk.bring_in(&caterers(1, 3)).await;
        let code = register_number(2);
        let corrected =
            format!("名称,注册号,经营地址,错误\n样例新名店,{code},,已改\n样例无代码店,,某路,\n");
        let at = clerk.upload("改.csv", &corrected).await;
        clerk
            .confirm(&at, &[("all-district", "411202"), ("all-pools", "餐饮")])
            .await;
        let preview = clerk.get(&at).await;
        assert_eq!(preview.counts(), [1, 1, 0, 0]);
        assert!(
            preview.shows("名称：样例餐饮0002店 → 样例新名店"),
            "{}",
            preview.text
        );
        assert!(preview.shows("提示"), "no code is odd, not wrong");
        clerk.decide(&at, "all").await;
        let mut reader = office.city.app.db.read().await.unwrap();
        let kept = store::subject::by_code(&mut reader, &code)
            .await
            .unwrap()
            .unwrap()
            .subject;
        assert_eq!(kept.address.unwrap().as_str(), "样例市演示路2号");
        assert!(
            kept.pools.is_empty(),
            "a value for the whole file is for new entries only"
        );
        drop(reader);
        let at = clerk.upload("改.csv", &corrected).await;
        clerk
            .confirm(&at, &[("all-district", "411202"), ("all-pools", "餐饮")])
            .await;
        assert_eq!(
            clerk.get(&at).await.counts(),
            [0, 0, 2, 0],
            "an entry without code is known again"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn inspectors_come_in_by_the_same_road() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let clerk = office.registrar().await;
        let base = "/w/import/inspectors";
        let text = "工号,姓名,部门,执法证号,有效期至\nF001,检查员甲,市容科,YS001,2030-01-01\nF002,检查员乙,,YS002,2030-01-01\nF003,检查员丙,环卫处,YS003,2030-01-01\nF004,检查员丁,无此科,YS004,2030-01-01\n";
        let at = clerk.upload_to(base, "人员.csv", text.as_bytes()).await;
        clerk.confirm(&at, &[]).await;
        let preview = clerk.get(&at).await;
        assert_eq!(preview.counts(), [2, 0, 0, 2]);
        assert!(preview.shows("IMPT-072") && preview.shows("环卫处"), "{}", preview.text);
        let receipt = clerk.decide(&at, "good").await;
        assert_eq!(receipt.counts(), [2, 0, 0, 2]);
        let mut reader = office.city.app.db.read().await.unwrap();
        assert_eq!(store::inspector::all(&mut reader).await.unwrap().len(), 2);
        drop(reader);
        let changed = "工号,姓名,执法证号,有效期至\nF001,检查员甲,YS001,2031-01-01\nF002,检查员乙,,\n";
        let at = clerk.upload_to(base, "人员.csv", changed.as_bytes()).await;
        clerk.confirm(&at, &[]).await;
        assert_eq!(clerk.decide(&at, "all").await.counts(), [0, 1, 1, 0]);
        office.audited().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_templates_import_as_they_are_once_filled_in() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let clerk = office.registrar().await;
        for base in [SUBJECTS, "/w/import/inspectors"] {
            for form in ["xlsx", "csv"] {
                let template = clerk.get(&format!("{base}/template.{form}")).await;
                assert_eq!(template.status, StatusCode::OK);
                let at = clerk.upload_to(base, "模板", &template.bytes).await;
                assert_eq!(
                    clerk.state(&at).await,
                    State::Refused,
                    "the example is no row"
                );
                assert!(clerk.get(&at).await.shows("IMPT-034"));
            }
        }
    })
    .await;
}
