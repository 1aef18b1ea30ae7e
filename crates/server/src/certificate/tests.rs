//! A browser that trusts the local root trusts the server, by name, now and after a renewal; and
//! nothing else.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use app::port::Clock as _;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection, Stream,
};

use super::{found, renew};
use crate::bureau::Place;
use crate::ports::OsClock;

fn place(folder: &tempfile::TempDir) -> Place {
    Place {
        data: folder.path().to_owned(),
        database: None,
        checkpoints: Vec::new(),
        accepted: None,
    }
}

/// One handshake and one word, over loopback; what the client's side says.
fn greeted(folder: &std::path::Path, root: &std::path::Path, name: &str) -> Result<(), String> {
    let provider = || Arc::new(rustls::crypto::ring::default_provider());
    let chain: Vec<_> = CertificateDer::pem_file_iter(folder.join("server.pem"))
        .expect("a chain")
        .map(|certificate| certificate.expect("a certificate"))
        .collect();
    let key = PrivateKeyDer::from_pem_file(folder.join("server.key")).expect("a key");
    let server = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("the key fits the certificate");
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(root).expect("a root"))
        .expect("a usable root");
    let client = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let serving = std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().expect("a caller");
        let mut session = ServerConnection::new(Arc::new(server)).expect("a session");
        // A caller who does not trust us hangs up; that is his to tell.
        let _ = Stream::new(&mut session, &mut socket).write_all(b"!");
    });
    let name = ServerName::try_from(name.to_owned()).expect("a name");
    let mut socket = TcpStream::connect(address).expect("a server");
    let mut session = ClientConnection::new(Arc::new(client), name).expect("a session");
    let mut word = [0];
    let read = Stream::new(&mut session, &mut socket).read_exact(&mut word);
    drop(socket);
    serving.join().expect("the server ends");
    read.map_err(|error| error.to_string())
}

#[test]
fn who_trusts_the_local_root_trusts_the_server_and_its_renewal() {
    let folder = tempfile::tempdir().expect("a folder");
    let other = tempfile::tempdir().expect("a folder");
    let today = OsClock.now().date();
    let names = ["cg.example".to_owned(), "127.0.0.1".to_owned()];
    let first = found(&place(&folder), &names, today).expect("certificates");
    assert_eq!(first.until, today.plus_days(820));
    let root = first.folder.join("ca.pem");
    assert_eq!(greeted(&first.folder, &root, "cg.example"), Ok(()));
    assert_eq!(greeted(&first.folder, &root, "127.0.0.1"), Ok(()));
    let stranger = greeted(&first.folder, &root, "other.example").expect_err("not its name");
    assert!(stranger.contains("not valid for name"), "{stranger}");

    let before = std::fs::read(first.folder.join("server.pem")).expect("a chain");
    let renewed = renew(&place(&folder), &["neu.example".to_owned()], today).expect("renewed");
    let after = std::fs::read(renewed.folder.join("server.pem")).expect("a chain");
    assert_ne!(before, after);
    assert_eq!(greeted(&renewed.folder, &root, "neu.example"), Ok(()));

    let foreign = found(&place(&other), &names, today).expect("certificates");
    let refused = greeted(
        &renewed.folder,
        &foreign.folder.join("ca.pem"),
        "neu.example",
    );
    assert!(refused.is_err(), "another root vouches for nothing here");
}

#[test]
fn a_certificate_that_has_ended_is_refused_and_a_root_without_key_renews_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let long_ago = OsClock.now().date().plus_days(-821);
    let names = ["cg.example".to_owned()];
    let ended = found(&place(&folder), &names, long_ago).expect("certificates");
    let root = ended.folder.join("ca.pem");
    let refused = greeted(&ended.folder, &root, "cg.example").expect_err("it has ended");
    assert!(refused.contains("expired"), "{refused}");

    std::fs::remove_file(ended.folder.join("ca.key")).expect("put away");
    let failure = renew(&place(&folder), &names, OsClock.now().date()).expect_err("no key");
    assert_eq!(failure.problems[0].code, "CERT-001");
    assert!(failure.problems[0].sentence.contains("离线介质"));
}

#[test]
fn the_key_of_another_root_renews_nothing() {
    let today = OsClock.now().date();
    let [own, other] = std::array::from_fn(|_| tempfile::tempdir().expect("a folder"));
    let names = ["127.0.0.1".to_owned()];
    for folder in [&own, &other] {
        found(&place(folder), &names, today).expect("a certificate");
    }
    let [before, key] = ["server.pem", "ca.key"].map(|name| own.path().join("tls").join(name));
    let kept = std::fs::read(&before).expect("a certificate");
    std::fs::copy(other.path().join("tls/ca.key"), &key).expect("a key");
    let failure = renew(&place(&own), &names, today).expect_err("a foreign key");
    assert_eq!(failure.problems[0].code, "CERT-003");
    assert!(kept == std::fs::read(&before).expect("a certificate"));
}
