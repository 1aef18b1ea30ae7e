//! The handle for untraced tables cannot write a traced one.

async fn add(db: store::Db, unit: domain::org::OrgUnit) -> Result<(), store::StoreError> {
    let mut scratch = db.scratch().await?;
    store::org::add(&mut scratch.inside(), &unit).await
}

fn main() {}
