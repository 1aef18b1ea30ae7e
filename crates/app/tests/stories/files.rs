//! Content whose row says less than it unpacks to: opening it stops at what the row says, in a sentence of its own.

use std::sync::Arc;

use app::sealing::SealingKey;
use domain::event::{Act, Actor};
use domain::id::CampaignId;
use store::attachment::{self, Form, Label, Owner};
use store::{SealKey, StoreError};
use testkit::city::City;
use testkit::engines::on_both;

/// Keeps bytes as they are and names them as an attachment of this form and length.
async fn attached(
    city: &City,
    owner: Owner<'_>,
    (name, form): (&str, Form),
    length: u64,
    stored: &[u8],
) {
    let app = &city.app;
    let mut writer = app.db.keep(u64::MAX);
    writer.write(stored).await.unwrap();
    let kept = writer.finish().await.unwrap();
    let label = Label {
        name: name.to_owned(),
        media_type: "text/plain".to_owned(),
        form,
        length,
    };
    let tx = app.db.begin("story.attach").await.unwrap();
    let event = app.event(Act::UnitEdited, Actor::program("样例"));
    let mut rec = tx.record(event, app.confidential()).unwrap();
    attachment::attach(&mut rec, owner, &label, &kept)
        .await
        .unwrap();
    rec.commit().await.unwrap();
}

async fn refused(city: &City, owner: Owner<'_>, name: &str) -> String {
    let mut reader = city.app.db.read().await.unwrap();
    let opened = city.app.attached(&mut reader, owner, name).await;
    let error = opened.unwrap_err();
    assert!(
        matches!(error, app::AppError::Store(StoreError::Content { .. })),
        "{error}"
    );
    error.to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn content_that_unpacks_to_more_than_its_row_says_is_not_unpacked() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let campaign = CampaignId::from_entropy([9; 12]);
        let owner = Owner::Attempt(&campaign, 1);
        let key = SealingKey {
            key: city.app.storage_key.clone(),
            entropy: Arc::clone(&city.app.entropy),
        };
        let sealed = |name: &str, plain: &[u8]| {
            let mut sealer = key.sealer(&owner.place(name));
            let mut stored = sealer.push(plain);
            stored.extend(sealer.finish());
            stored
        };
        let zeros = vec![0; 32 << 20];
        // As it is kept by the program, it opens.
        let honest = (("honest", Form::Sealed), zeros.len() as u64);
        attached(&city, owner, honest.0, honest.1, &sealed("honest", &zeros)).await;
        let mut reader = city.app.db.read().await.unwrap();
        let open = city.app.attached(&mut reader, owner, "honest").await;
        assert!(open.unwrap().unwrap() == zeros);
        drop(reader);
        let bomb = sealed("bomb", &zeros);
        assert!(bomb.len() < 1 << 20);
        attached(&city, owner, ("bomb", Form::Sealed), 1_000, &bomb).await;
        attached(&city, owner, ("plain", Form::Plain), 1_000, &zeros).await;
        for name in ["bomb", "plain"] {
            let words = refused(&city, owner, name).await;
            let said =
                format!("（attachments/attempt/{campaign}/1/{name}）打开后比登记的 1000 字节长");
            assert!(
                words.contains("STOR-504") && words.contains(&said),
                "{words}"
            );
        }
        let secret = ("secret", Form::Secret);
        attached(&city, owner, secret, 32, &zeros).await;
        let words = refused(&city, owner, "secret").await;
        assert!(words.contains("比登记的 4096 字节长"), "{words}");
        // A row that says more than can be opened at all is believed no byte of.
        for form in [Form::Plain, Form::Sealed, Form::Secret] {
            let name = format!("huge {form:?}");
            attached(&city, owner, (&name, form), 5 << 30, b"x").await;
            let words = refused(&city, owner, &name).await;
            assert!(words.contains("登记为 5368709120 字节"), "{words}");
        }
        assert_eq!(store::audit(&city.app.db).await.unwrap().faults, []);
    })
    .await;
}
