//! Recorded rounds of quicknet are right, everything else is refused; `drand-verify`, which shares no code with
//! `blst`, agrees on every value.

use drand_verify::{G2PubkeyRfc, Pubkey};
use draw::record::freeze::BeaconName;
use draw::seed::beacon::QUICKNET;

use super::{KEY, hex, key, verify_value};

/// Rounds of quicknet as they were published.
const RECORDED: [(u64, &str); 2] = [
    (
        123,
        "b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92",
    ),
    (
        1000,
        "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39",
    ),
];

fn beacon(source: &str, round: &str) -> BeaconName {
    BeaconName {
        source: source.to_owned(),
        round: round.parse().expect("a name"),
    }
}

/// What is wrong with a value for a round of quicknet.
fn wrong(round: &str, value: &str) -> String {
    let fault = verify_value(&beacon(QUICKNET, round), value).expect_err("a wrong value");
    fault.to_string()
}

/// The other program's opinion; what it cannot read is not right.
fn second_opinion(round: u64, value: &str) -> bool {
    let key: [u8; 96] = hex(KEY).expect("hex").try_into().expect("96 bytes");
    let key = G2PubkeyRfc::from_fixed(key).expect("a point of G2");
    let signature = hex(value).unwrap_or_default();
    key.verify(round, b"", &signature).unwrap_or(false)
}

#[test]
fn recorded_rounds_are_right() {
    for (round, value) in RECORDED {
        assert_eq!(
            verify_value(&beacon(QUICKNET, &round.to_string()), value),
            Ok(())
        );
        assert!(second_opinion(round, value));
    }
}

#[test]
fn the_pinned_key_is_one_of_the_prime_order_subgroup() {
    assert!(key().validate().is_ok());
    assert_eq!(hex(KEY).map(|bytes| bytes.len()), Some(96));
}

#[test]
fn the_signature_of_another_round_is_wrong() {
    for (round, other) in [(124, 0), (122, 0), (1000, 0), (123, 1), (1001, 1)] {
        let value = RECORDED[other].1;
        let said = wrong(&round.to_string(), value);
        assert!(said.contains(&format!("第 {round} 轮")), "{said}");
        assert!(said.contains("不是 quicknet 对这一轮的签名"), "{said}");
        assert!(!second_opinion(round, value));
    }
}

#[test]
fn another_chain_and_what_is_no_round_are_refused() {
    let (_, value) = RECORDED[1];
    let chain = QUICKNET.replace("52db", "53db");
    let said = verify_value(&beacon(&chain, "1000"), value).expect_err("another chain");
    assert!(said.to_string().contains("不是 quicknet"), "{said}");
    for round in ["0", "01000", "x", "18446744073709551616", "1000.0"] {
        assert!(wrong(round, value).contains("轮次不是"), "{round}");
    }
}

#[test]
fn a_flipped_bit_is_refused_by_both() {
    for (round, value) in RECORDED {
        let bytes = hex(value).expect("hex");
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let flipped: String = flipped.iter().map(|byte| format!("{byte:02x}")).collect();
            wrong(&round.to_string(), &flipped);
            // The other program is slow where nothing is optimized: one bit of each byte.
            if bit % 8 == 0 {
                assert!(!second_opinion(round, &flipped), "bit {bit}");
            }
        }
    }
}

#[test]
fn what_is_no_point_of_the_prime_order_subgroup_is_refused() {
    let padded =
        |first: &str, last: &str| format!("{first:0<width$}{last}", width = 96 - last.len());
    let cases = [
        // x = 1 has no y.
        (padded("80", "01"), "不是曲线上的点"),
        // (0, 2) is of order 3.
        (padded("80", ""), "不在素数阶子群中"),
        (padded("80", "04"), "不在素数阶子群中"),
        (padded("c0", ""), "无穷远点"),
        // The identity with the sign of a point, and with an x.
        (padded("e0", ""), "压缩写法"),
        (padded("c0", "01"), "压缩写法"),
        // x = p, which is 0 written otherwise.
        (
            "9a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab"
                .to_owned(),
            "压缩写法",
        ),
        // x of round 1000 without the mark of a compressed point.
        (RECORDED[1].1.replacen('b', "3", 1), "压缩写法"),
        (RECORDED[1].1.replacen('b', "1", 1), "压缩写法"),
    ];
    for (value, why) in cases {
        let said = wrong("1000", &value);
        assert!(said.contains(why), "{value}: {said}");
        assert!(!second_opinion(1000, &value), "{value}");
    }
}

#[test]
fn the_other_root_is_a_point_but_no_signature() {
    let negative = RECORDED[1].1.replacen('b', "9", 1);
    assert!(wrong("1000", &negative).contains("不是 quicknet 对这一轮的签名"));
    assert!(!second_opinion(1000, &negative));
}

#[test]
fn other_forms_of_the_right_point_are_refused() {
    let (_, value) = RECORDED[1];
    let uncompressed = "144679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39\
                        11f92e4521ef54f047b64b85fa98db2d46f0f44add1f60b93f8a0dbddd63b34f238657c2d93aed18b90bddd60a01b6d2";
    let forms = [
        uncompressed.to_owned(),
        value.to_uppercase(),
        format!("{value} "),
        format!("0x{}", &value[2..]),
        value[..94].to_owned(),
        value[1..].to_owned(),
        String::new(),
        "签".repeat(32),
    ];
    for form in forms {
        assert!(wrong("1000", &form).contains("96 位小写十六进制"), "{form}");
    }
}
