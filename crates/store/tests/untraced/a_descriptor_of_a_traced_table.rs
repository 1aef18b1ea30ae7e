//! A raw insert is private to the kernel, so a descriptor alone opens nothing.

async fn add(mut rec: store::Recording) -> Result<(), store::StoreError> {
    rec.insert(&store::schema::ORG_UNITS, Vec::new()).await
}

fn main() {}
