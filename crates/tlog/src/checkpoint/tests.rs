use super::*;
use crate::hash::leaf_hash;

const ORIGIN: &str = "log.example/demo";

fn log_key() -> SignerKey {
    SignerKey::from_seed(ORIGIN, KeyKind::Log, &[7; 32]).unwrap()
}

fn witness(number: u8) -> SignerKey {
    SignerKey::from_seed(
        &format!("witness.example/{number}"),
        KeyKind::Cosigner,
        &[number; 32],
    )
    .unwrap()
}

fn head() -> Checkpoint {
    Checkpoint::new(ORIGIN, 1, leaf_hash(b"only entry")).unwrap()
}

#[test]
fn a_body_reads_and_writes() {
    let body =
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    let checkpoint = Checkpoint::parse(body).unwrap();
    assert_eq!(
        (checkpoint.origin(), checkpoint.size()),
        ("example.com/behind-the-sofa", 20_852_163)
    );
    assert_eq!(checkpoint.to_string(), body);
}

#[test]
fn extension_lines_of_other_logs_are_kept_because_they_are_signed() {
    let body = format!("{}extension one\nextension two\n", head());
    assert_eq!(Checkpoint::parse(&body).unwrap().to_string(), body);
}

#[test]
fn broken_bodies_are_refused() {
    let good = head().to_string();
    let root = leaf_hash(b"only entry").to_base64();
    for (bad, why) in [
        (String::new(), "empty"),
        (good.trim_end().to_owned(), "no last line feed"),
        (good.replace("\n1\n", "\n01\n"), "leading zero"),
        (good.replace("\n1\n", "\n+1\n"), "sign"),
        (good.replace("\n1\n", "\n-1\n"), "negative"),
        (good.replace("\n1\n", "\n 1\n"), "space"),
        (good.replace("\n1\n", "\n\n"), "no size"),
        (
            good.replace("\n1\n", "\n9223372036854775808\n"),
            "above the limit",
        ),
        (
            good.replace("\n1\n", "\n99999999999999999999999\n"),
            "far above the limit",
        ),
        (good.replace("\n1\n", "\n0\n"), "an empty log with a root"),
        (good.replace(&root, &root[1..]), "short root"),
        (good.replace(&root, "AAAA"), "three bytes of root"),
        (good.replace(ORIGIN, ""), "no origin"),
        (good.replace(ORIGIN, "log.example/a+b"), "a plus sign"),
        (good.replace(ORIGIN, "log.example/a b"), "a blank"),
        (
            good.replace(ORIGIN, "log.example/a\u{3000}b"),
            "a wide blank",
        ),
        (
            good.replace(ORIGIN, "log.example/a\u{7f}b"),
            "a control character",
        ),
        (format!("{good}\n"), "empty extension line"),
    ] {
        assert!(Checkpoint::parse(&bad).is_err(), "{why}: {bad:?}");
    }
    assert!(Checkpoint::new("two words", 0, Hash::EMPTY_ROOT).is_err());
    assert!(Checkpoint::new(ORIGIN, 0, Hash::of(b"x")).is_err());
    assert!(Checkpoint::new(ORIGIN, MAX_SIZE + 1, Hash::of(b"x")).is_err());
}

#[test]
fn a_signed_head_is_verified_and_its_witnesses_are_named_with_their_times() {
    let mut signed = head().sign(&log_key()).unwrap();
    signed.cosign(&witness(1), 1_789_000_000).unwrap();
    signed.cosign(&witness(2), 1_789_000_005).unwrap();
    let reread = SignedCheckpoint::parse(&signed.to_string()).unwrap();
    assert_eq!(reread, signed);

    let known = [witness(2).verifier().clone(), witness(3).verifier().clone()];
    let cosigned = reread.verify(log_key().verifier(), &known).unwrap();
    assert_eq!(
        cosigned,
        [Verified {
            key: &known[0],
            cosigned_at: Some(1_789_000_005)
        }]
    );
    assert_eq!(reread.verify(log_key().verifier(), &[]).unwrap(), []);
}

#[test]
fn a_witness_line_sent_back_is_added_and_then_verified() {
    let mut at_witness = head().sign(&log_key()).unwrap();
    at_witness.cosign(&witness(1), 5).unwrap();
    let line = at_witness.to_string().lines().last().unwrap().to_owned();
    let mut at_log = head().sign(&log_key()).unwrap();
    at_log.add_line(&line).unwrap();
    let known = [witness(1).verifier().clone()];
    assert_eq!(
        at_log.verify(log_key().verifier(), &known).unwrap().len(),
        1
    );
    assert!(at_log.add_line(&line).is_err(), "the same line twice");
}

/// What somebody copied into a note may repeat a line; a witness is not two witnesses by it.
#[test]
fn a_line_that_stands_twice_counts_once_and_every_line_of_a_known_key_must_hold() {
    let line = |text: &str, time| {
        let mut note = head().sign(&log_key()).unwrap();
        note.note.push(witness(1).cosign_text(text, time)).unwrap();
        note.to_string().lines().last().unwrap().to_owned()
    };
    let note = head().sign(&log_key()).unwrap().to_string();
    let body = head().sign(&log_key()).unwrap().note().text().to_owned();
    let log = note.lines().last().unwrap();
    let known = [witness(1).verifier().clone()];
    let times = |lines: &[&str]| {
        let more: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let reread = SignedCheckpoint::parse(&format!("{note}{more}")).unwrap();
        let cosigned = reread.verify(log_key().verifier(), &known);
        let cosigned = cosigned.map_err(|error| error.code())?;
        Ok(cosigned.iter().filter_map(|one| one.cosigned_at).collect())
    };
    let (first, later) = (line(&body, 5), line(&body, 9));
    assert_eq!(times(&[log, &first, &first, &later]), Ok(vec![5]));
    assert_eq!(
        times(&[&first, &line("another head\n", 9)]),
        Err("TLOG-012")
    );
}

#[test]
fn a_cosignature_with_a_moved_time_is_refused() {
    let mut signed = head().sign(&log_key()).unwrap();
    let mut line = witness(1).cosign_text(signed.note().text(), 1_789_000_000);
    line.signature[7] ^= 1;
    signed.note.push(line).unwrap();
    let known = [witness(1).verifier().clone()];
    assert_eq!(
        signed
            .verify(log_key().verifier(), &known)
            .unwrap_err()
            .code(),
        "TLOG-012"
    );
}

#[test]
fn a_cosignature_beyond_the_allowed_time_is_refused_though_correctly_signed() {
    let mut signed = head().sign(&log_key()).unwrap();
    signed.cosign(&witness(1), u64::MAX).unwrap();
    let known = [witness(1).verifier().clone()];
    assert_eq!(
        signed
            .verify(log_key().verifier(), &known)
            .unwrap_err()
            .code(),
        "TLOG-012"
    );
}

#[test]
fn cosignatures_without_the_log_prove_nothing() {
    let mut signed = head().sign(&log_key()).unwrap();
    signed.cosign(&witness(1), 5).unwrap();
    let other = SignerKey::from_seed(ORIGIN, KeyKind::Log, &[8; 32]).unwrap();
    let known = [witness(1).verifier().clone()];
    assert_eq!(
        signed.verify(other.verifier(), &known),
        Err(Error::NoKnownSignature)
    );
}

#[test]
fn keys_serve_only_what_they_are_for() {
    let stranger = SignerKey::from_seed("other.example", KeyKind::Log, &[7; 32]).unwrap();
    assert_eq!(head().sign(&stranger).unwrap_err().code(), "TLOG-021");
    assert_eq!(head().sign(&witness(1)).unwrap_err().code(), "TLOG-011");
    let mut signed = head().sign(&log_key()).unwrap();
    assert_eq!(signed.cosign(&log_key(), 5).unwrap_err().code(), "TLOG-011");
    assert_eq!(
        signed.verify(stranger.verifier(), &[]).unwrap_err().code(),
        "TLOG-021"
    );
    let log_as_witness = [log_key().verifier().clone()];
    assert_eq!(
        signed
            .verify(log_key().verifier(), &log_as_witness)
            .unwrap_err()
            .code(),
        "TLOG-011"
    );
}
