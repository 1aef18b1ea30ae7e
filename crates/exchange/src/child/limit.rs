//! The limits the child puts on itself, before it has seen a byte of the file.

use std::io;

use rlimit::Resource;

use crate::table::Limits;

/// Open files the child needs: the three standard ones, the table, and room for the runtime.
const OPEN_FILES: u64 = 32;

/// Limits address space, processor time, core dumps, written files and open files, for good.
pub(super) fn impose(limits: &Limits) -> io::Result<()> {
    lower(Resource::AS, limits.memory)?;
    lower(Resource::CPU, limits.seconds)?;
    lower(Resource::CORE, 0)?;
    lower(Resource::FSIZE, 0)?;
    lower(Resource::NOFILE, OPEN_FILES)
}

/// A limit that is already stricter stays.
fn lower(resource: Resource, limit: u64) -> io::Result<()> {
    let limit = limit.min(resource.get_hard()?);
    resource.set(limit, limit)
}
