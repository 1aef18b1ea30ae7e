//! A use case loads before it records: `Recording` cannot read.

async fn late(mut rec: store::Recording) -> Result<(), store::StoreError> {
    store::org::units(&mut rec).await.map(|_| ())
}

fn main() {}
