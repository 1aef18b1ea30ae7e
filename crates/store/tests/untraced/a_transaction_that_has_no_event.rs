//! `Tx` only reads: adding a unit needs the `Recording` that an event opens.

async fn add(db: store::Db, unit: domain::org::OrgUnit) -> Result<(), store::StoreError> {
    let mut tx = db.begin("unit.add").await?;
    store::org::add(&mut tx, &unit).await
}

fn main() {}
