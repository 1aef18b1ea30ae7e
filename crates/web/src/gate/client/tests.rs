use axum::http::Request;

use super::*;

fn seen(peer: &str, forwarded: &[&str], trusted: &[&str]) -> Option<String> {
    let mut request = Request::builder();
    for line in forwarded {
        request = request.header(FORWARDED, *line);
    }
    let (mut parts, ()) = request.body(()).unwrap().into_parts();
    let peer: IpAddr = peer.parse().unwrap();
    parts
        .extensions
        .insert(ConnectInfo(SocketAddr::new(peer, 4711)));
    let networks: Vec<Network> = trusted.iter().map(|one| one.parse().unwrap()).collect();
    client(&parts, &Proxies::new(&networks)).map(|client| client.to_string())
}

#[test]
fn nobody_gives_himself_another_address() {
    let at = |peer, forwarded: &[&str]| seen(peer, forwarded, &["127.0.0.1", "10.1.0.0/16"]);
    assert_eq!(at("192.0.2.7", &["198.51.100.1"]), Some("192.0.2.7".into()));
    assert_eq!(
        at("127.0.0.1", &["198.51.100.1, 192.0.2.7"]),
        Some("192.0.2.7".into()),
        "what the client wrote himself stands before what the proxy added"
    );
    assert_eq!(
        at("127.0.0.1", &["198.51.100.1", "192.0.2.7, 10.1.2.3"]),
        Some("192.0.2.7".into()),
        "through two proxies, in two lines"
    );
    assert_eq!(at("127.0.0.1", &["nonsense"]), Some("127.0.0.1".into()));
    assert_eq!(at("127.0.0.1", &[]), Some("127.0.0.1".into()));
    assert_eq!(
        seen("127.0.0.1", &["192.0.2.7"], &[]),
        Some("127.0.0.1".into()),
        "no proxy is trusted unless it is named"
    );
}

#[test]
fn a_network_is_told_by_its_bits() {
    let holds = |network: &str, address: &str| {
        let network: Network = network.parse().unwrap();
        network.holds(address.parse().unwrap())
    };
    assert!(holds("10.0.0.0/8", "10.255.0.1"));
    assert!(!holds("10.0.0.0/8", "11.0.0.1"));
    assert!(holds("0.0.0.0/0", "192.0.2.1"));
    assert!(holds("10.0.0.5", "::ffff:10.0.0.5"));
    assert!(holds("fd00::/8", "fd12::1"));
    assert!(!holds("fd00::/8", "10.0.0.1"));
    for wrong in ["", "10.0.0.0/33", "10.0.0/8", "fd00::/x", "proxy"] {
        assert_eq!(wrong.parse::<Network>(), Err(NoNetwork), "{wrong}");
    }
}

#[test]
fn without_a_connection_nobody_knows() {
    let (parts, ()) = Request::new(()).into_parts();
    assert_eq!(client(&parts, &Proxies::default()), None);
}
