use domain::account::Account;
use domain::event::Act;
use domain::id::AccountId;
use domain::text::PersonName;

use crate::account;
use crate::engines::on_both;
use crate::kernel::engine::Db;
use crate::telling::begun;

const SET: &str = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA";

async fn opened(db: &Db) -> AccountId {
    let id = AccountId::from_entropy([1; 12]);
    let account = Account {
        id: id.clone(),
        name: PersonName::parse("检查员甲").unwrap(),
        grants: Vec::new(),
        active: true,
    };
    let mut rec = begun(db, Act::AccountOpened, 1).await;
    account::open(&mut rec, &account, "jia").await.unwrap();
    let set = account::set_phc(&mut rec, &id, (SET, true), 1, None);
    set.await.unwrap();
    rec.commit().await.unwrap();
    id
}

async fn faults(db: &Db) -> Vec<String> {
    let report = crate::audit(db).await.unwrap();
    report.faults.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_password_hash_that_no_act_has_set_is_named_with_its_account() {
    on_both(|db| async move {
        let id = opened(&db).await;
        assert_eq!(faults(&db).await, Vec::<String>::new());
        for (sql, why) in [
            (
                "UPDATE credentials SET phc = '$argon2id$planted'",
                "是换上的",
            ),
            ("DELETE FROM credentials", "不在了"),
        ] {
            db.meddle(sql).await;
            let told = faults(&db).await;
            assert_eq!(told.len(), 1, "{told:?}");
            for word in ["AUDT-024", "jia", id.as_str(), why] {
                assert!(told[0].contains(word), "{word}: {told:?}");
            }
        }
        // Set once more by an act, it is right again.
        let mut tx = db.begin("test.password").await.unwrap();
        let seen = crate::credential::seen(&mut tx, id.as_str()).await.unwrap();
        tx.abandon().await.unwrap();
        let mut rec = begun(&db, Act::PasswordSet, 2).await;
        let set = account::set_phc(&mut rec, &id, ("$argon2id$other", false), 2, seen.as_ref());
        set.await.unwrap();
        rec.commit().await.unwrap();
        assert_eq!(faults(&db).await, Vec::<String>::new());
        // Hidden together with its digest, the digest is missed.
        db.meddle("UPDATE credentials SET phc = '$argon2id$planted'")
            .await;
        db.meddle("DELETE FROM credential_marks").await;
        let told = faults(&db).await;
        let named = |code: &str| told.iter().any(|fault| fault.contains(code));
        assert!(named("AUDT-002") && named("AUDT-024"), "{told:?}");
    })
    .await;
}
