//! The body of an event goes to the database as it fills: what an act holds in memory does not grow with it.

use domain::event::Act;
use domain::id::OrgUnitId;

use super::*;
use crate::schema::ORG_UNITS;
use crate::telling::begun;
use crate::{audit, engines};

const ROWS: u32 = 20_000;
/// A chunk, and as much again while the last line before it is full makes the buffer grow.
const MOST: usize = 2 * 256 * 1024 + 4_096;

fn row(number: u32) -> Result<Cells, StoreError> {
    let mut id = [0; 12];
    id[..4].copy_from_slice(&number.to_be_bytes());
    Ok(vec![
        ("org_unit_id", OrgUnitId::from_entropy(id).as_str().into()),
        (
            "name",
            format!("样例科{number}{}", "长".repeat(150))
                .as_str()
                .into(),
        ),
        ("kind", "section".into()),
        ("parent_id", Value::Text(None)),
    ])
}

async fn stored_chunks(rec: &mut Recording) -> usize {
    let sql = "SELECT ordinal FROM log_bodies WHERE event_id = $1";
    let event = Value::from(rec.event.id.as_str());
    rec.reader.conn.fetch(sql, &[event]).await.unwrap().len()
}

#[tokio::test]
async fn an_act_of_many_rows_holds_no_more_of_its_body_than_one_of_few() {
    engines::on_both(|db| async move {
        let mut rec = begun(&db, Act::UnitEdited, 0xab).await;
        let mut most = 0;
        for first in (0..ROWS).step_by(1_000) {
            rec.insert_many(&ORG_UNITS, (first..first + 1_000).map(row))
                .await
                .unwrap();
            most = most.max(rec.body.held());
        }
        assert!(most <= MOST, "{most} bytes");
        let stored = stored_chunks(&mut rec).await;
        assert!(
            stored > 30,
            "{stored} chunks lie in the database before the end"
        );
        rec.commit().await.unwrap();
        assert_eq!(audit(&db).await.unwrap().faults, []);
    })
    .await;
}
