//! Nobody outside the kernel reaches a connection.

fn take(reader: store::Reader) {
    let _ = reader.conn;
}

fn main() {}
