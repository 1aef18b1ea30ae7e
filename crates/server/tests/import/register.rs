//! The real register, as the bureau gets it from the registration authority.

use std::path::Path;

use testkit::engines::on_both;

use crate::office::{Office, SUBJECTS, rows_of};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the real register: make test-register"]
async fn the_register_comes_in_once_and_is_known_the_second_time() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/sanmenxia-registry.csv");
    let bytes = std::fs::read(path).expect("the register");
    on_both(|db| {
        let bytes = bytes.clone();
        async move {
            let office = Office::open(db).await;
            let clerk = office.registrar().await;
            let at = clerk.upload_to(SUBJECTS, "三门峡.csv", &bytes).await;
            clerk.confirm(&at, &[("all-district", "411200")]).await;
            let [added, changed, same, bad] = clerk.get(&at).await.counts();
            assert_eq!((added + bad, changed, same), (5_412, 0, 0));
            assert!(
                bad < 60,
                "{bad} rows of a public register cannot all be wrong"
            );
            let receipt = clerk.decide(&at, "good").await;
            assert_eq!(receipt.counts(), [added, 0, 0, bad]);
            assert_eq!(u64::try_from(office.subjects().await).unwrap(), added);
            if bad > 0 {
                let report = clerk.get(&format!("{at}/errors.xlsx")).await;
                let rows = rows_of(&report.bytes);
                assert_eq!(rows.len() as u64, bad + 1);
                assert_eq!(rows[0].last().unwrap(), "错误");
            }
            let at = clerk.upload_to(SUBJECTS, "三门峡.csv", &bytes).await;
            clerk.confirm(&at, &[("all-district", "411200")]).await;
            assert_eq!(clerk.decide(&at, "good").await.counts(), [0, 0, added, bad]);
            office.audited().await;
        }
    })
    .await;
}
