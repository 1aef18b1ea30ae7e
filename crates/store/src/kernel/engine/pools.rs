//! The connections of this process: which of them are whose, how much of them is in use, and their end.

use super::{Db, Pools};
use crate::kernel::health::PoolUse;

impl Db {
    /// The same database for pages that anybody may ask for: they read by connections of their own.
    #[must_use]
    pub fn for_public(&self) -> Self {
        let mut db = self.clone();
        match &mut db.pools {
            Pools::Lite { read, public, .. } => read.clone_from(public),
            Pools::Pg { read, public, .. } => read.clone_from(public),
        }
        db
    }

    /// How much of each pool is in use.
    #[must_use]
    pub fn pools(&self) -> Vec<PoolUse> {
        let of = |pool, size: u32, idle: usize| {
            let idle = u32::try_from(idle).unwrap_or(u32::MAX);
            PoolUse {
                pool,
                busy: size.saturating_sub(idle),
                idle,
            }
        };
        match &self.pools {
            Pools::Lite {
                write,
                read,
                public,
                ..
            } => vec![
                of("write", write.size(), write.num_idle()),
                of("read", read.size(), read.num_idle()),
                of("public", public.size(), public.num_idle()),
            ],
            Pools::Pg {
                acts,
                read,
                public,
                blobs,
                signs,
            } => vec![
                of("acts", acts.size(), acts.num_idle()),
                of("read", read.size(), read.num_idle()),
                of("public", public.size(), public.num_idle()),
                of("blobs", blobs.size(), blobs.num_idle()),
                of("signs", signs.size(), signs.num_idle()),
            ],
        }
    }

    /// Waits until all connections are given back and closed.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Lite {
                write,
                read,
                public,
                ..
            } => {
                read.close().await;
                public.close().await;
                write.close().await;
            }
            Pools::Pg {
                acts,
                read,
                public,
                blobs,
                signs,
            } => {
                signs.close().await;
                blobs.close().await;
                read.close().await;
                public.close().await;
                acts.close().await;
            }
        }
    }
}
