//! Side by side or one after the other: the same hashes, at every length where padding turns.

use super::Message;
use crate::digest::Suite;

#[test]
fn texts_of_every_length_hash_the_same_side_by_side_as_alone() {
    let bytes: Vec<u8> = (0..=255u8).cycle().take(300).collect();
    for suite in [Suite::Sha256, Suite::Sm3] {
        for length in 0..bytes.len() {
            // Three neighbors of different lengths, so that lanes end at different turns.
            let texts = [
                &bytes[..length],
                &bytes[length..],
                &bytes[length / 2..length],
            ];
            assert_eq!(
                suite.abreast(texts),
                texts.map(|text| suite.bytes(text)),
                "{length}"
            );
        }
    }
}

#[test]
fn a_kept_prefix_of_any_length_changes_nothing() {
    let bytes = [b'x'; 200];
    for suite in [Suite::Sha256, Suite::Sm3] {
        for prefix in 0..bytes.len() {
            let mut message = Message::new(suite);
            message.raw(&bytes[..prefix]);
            let mut message = message.keep();
            for rest in [0, 1, 63, 64, 200 - prefix] {
                let rest = rest.min(200 - prefix);
                message.rewind().raw(&bytes[..rest]);
                assert_eq!(message.hash(), suite.bytes(&bytes[..prefix + rest]));
                let mut other = Message::new(suite);
                let both = Message::abreast([&mut message, &mut other]);
                assert_eq!(
                    both,
                    [suite.bytes(&bytes[..prefix + rest]), suite.bytes(b"")]
                );
            }
        }
    }
}
