use signed_note::{Note as OracleNote, StandardSigner, StandardVerifier, VerifierList};

use super::*;
use crate::Hash;

const VKEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

fn log_key() -> SignerKey {
    SignerKey::from_seed("log.example/demo", KeyKind::Log, &[7; 32]).unwrap()
}

fn witness(number: u8) -> SignerKey {
    SignerKey::from_seed(
        &format!("witness.example/{number}"),
        KeyKind::Cosigner,
        &[number; 32],
    )
    .unwrap()
}

fn signed(text: &str) -> Note {
    let mut note = Note::new(text.to_owned()).unwrap();
    note.sign(&log_key()).unwrap();
    note
}

#[test]
fn the_published_verifier_key_reads_and_writes() {
    let key = VerifierKey::parse(VKEY).unwrap();
    assert_eq!(
        (key.name(), key.key_id(), key.kind()),
        ("example.com/foo", 0x530d_903a, KeyKind::Log)
    );
    assert_eq!(key.to_string(), VKEY);
}

#[test]
fn the_note_of_the_specification_holds_and_no_changed_byte_of_it_does() {
    let example = "This is an example message.\n\n— example.com/foo \
        Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
    let known = [VerifierKey::parse(VKEY).unwrap()];
    let note = Note::parse(example).unwrap();
    assert_eq!(note.to_string(), example);
    assert_eq!(note.text(), "This is an example message.\n");
    assert_eq!(note.verify(&known).unwrap().len(), 1);
    let forged = example.replace("an example", "no example");
    assert_eq!(
        Note::parse(&forged)
            .unwrap()
            .verify(&known)
            .unwrap_err()
            .code(),
        "TLOG-012"
    );
}

#[test]
fn a_published_checkpoint_with_a_witness_writes_back_byte_for_byte() {
    let example = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
        — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
        — witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";
    let note = Note::parse(example).unwrap();
    assert_eq!(note.to_string(), example);
    assert_eq!(
        note.signatures()[1].signature[..8],
        1_679_315_147_u64.to_be_bytes()
    );
    assert_eq!(
        note.verify(&[VerifierKey::parse(VKEY).unwrap()]),
        Err(Error::NoKnownSignature)
    );
}

#[test]
fn the_oracle_accepts_our_signature_and_we_accept_its() {
    let key = log_key();
    let ours = signed("某次抽查\n\n第二段\n").to_string();
    let oracle_key = StandardVerifier::new(&key.verifier().to_string()).unwrap();
    let known = VerifierList::new(vec![Box::new(oracle_key)]);
    let (verified, unknown) = OracleNote::from_bytes(ours.as_bytes())
        .unwrap()
        .verify(&known)
        .unwrap();
    assert_eq!((verified.len(), unknown.len()), (1, 0));

    let signer = StandardSigner::new(&key.to_secret_text()).unwrap();
    let mut theirs = OracleNote::new("某次抽查\n\n第二段\n".as_bytes(), &[]).unwrap();
    theirs.add_sigs(&[&signer]).unwrap();
    assert_eq!(String::from_utf8(theirs.to_bytes()).unwrap(), ours);
}

#[test]
fn a_secret_key_reads_back_and_never_shows_itself() {
    let key = log_key();
    let again = SignerKey::parse(&key.to_secret_text()).unwrap();
    assert_eq!(again.verifier(), key.verifier());
    let shown = format!("{key:?}");
    assert!(
        !shown.contains(&base64::encode(&[7; 32])[..40]) && !shown.contains("[7, 7"),
        "{shown}"
    );
}

#[test]
fn any_changed_byte_of_a_signed_note_is_refused() {
    let known = [log_key().verifier().clone()];
    let good = signed("origin\n42\n").to_string();
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut bytes = good.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            let Ok(text) = String::from_utf8(bytes) else {
                continue;
            };
            let verdict = Note::parse(&text).and_then(|note| note.verify(&known).map(|_| ()));
            assert!(verdict.is_err(), "byte {at} bit {bit}: {text:?}");
        }
    }
}

#[test]
fn unknown_signatures_are_ignored_even_if_name_or_id_is_known() {
    let key = log_key();
    let mut note = signed("text\n");
    let namesake = SignatureLine {
        name: key.verifier().name().to_owned(),
        key_id: 1,
        signature: vec![0; 70],
    };
    let same_id = SignatureLine {
        name: "other.example".to_owned(),
        key_id: key.verifier().key_id(),
        signature: vec![0xff; 2428],
    };
    note.push(namesake).unwrap();
    note.push(same_id).unwrap();
    let known = [key.verifier().clone()];
    let reread = Note::parse(&note.to_string()).unwrap();
    let verified = reread.verify(&known).unwrap();
    assert_eq!(
        verified,
        [Verified {
            key: &known[0],
            cosigned_at: None
        }]
    );
}

#[test]
fn a_wrong_line_of_a_known_key_refuses_the_whole_note() {
    let key = log_key();
    let mut note = signed("text\n");
    let mut wrong = note.signatures()[0].clone();
    wrong.signature[10] ^= 1;
    // Not through `push`, which refuses a second line of one key: a hostile note may still hold it.
    note.signatures.push(wrong);
    let reread = Note::parse(&note.to_string()).unwrap();
    let name = key.verifier().name().to_owned();
    assert_eq!(
        reread.verify(&[key.verifier().clone()]),
        Err(Error::SignatureWrong(name))
    );
}

#[test]
fn sixteen_signatures_are_accepted_and_a_flood_is_not() {
    let key = log_key();
    let mut note = signed("text\n");
    for number in 1..u8::try_from(MAX_SIGNATURES).unwrap() {
        note.push(witness(number).cosign_text("text\n", 1_700_000_000))
            .unwrap();
        Note::parse(&note.to_string())
            .unwrap()
            .verify(&[key.verifier().clone()])
            .unwrap();
    }
    assert!(note.signatures().len() >= 16);
    let one_more = witness(200).cosign_text("text\n", 1);
    assert!(note.push(one_more.clone()).is_err());
    note.signatures.push(one_more);
    assert!(Note::parse(&note.to_string()).is_err());
}

#[test]
fn one_key_signs_a_note_once() {
    let mut note = signed("text\n");
    assert!(note.sign(&log_key()).is_err());
}

#[test]
fn broken_notes_are_refused() {
    let good = signed("text\n").to_string();
    let line = good.lines().last().unwrap().to_owned();
    for (bad, why) in [
        (String::new(), "empty"),
        ("text\n".to_owned(), "no signature"),
        ("text\n\n".to_owned(), "no signature"),
        (good.trim_end().to_owned(), "last line feed missing"),
        (good.replace('\n', "\r\n"), "carriage returns"),
        (good.replace("text", "te\0xt"), "control character"),
        (good.replace("— ", "- "), "hyphen for the dash"),
        (good.replace("— ", "—  "), "two spaces"),
        (format!("{good}\n"), "an empty line after the signatures"),
        (format!("text\n{line}\n"), "no empty line"),
        (format!("text\n\n{line}x\n"), "junk after the signature"),
        ("text\n\n— name AAAA\n".to_owned(), "signature too short"),
        ("text\n\n— na+me AAAAAAAA\n".to_owned(), "plus in a name"),
        (
            "text\n\n— na\u{3000}me AAAAAAAA\n".to_owned(),
            "wide space in a name",
        ),
    ] {
        assert!(Note::parse(&bad).is_err(), "{why}");
    }
    assert!(Note::new("no line feed".to_owned()).is_err());
    assert!(Note::new(String::new()).is_err());
    assert!(Note::new("a\tb\n".to_owned()).is_err());
}

#[test]
fn broken_keys_are_refused() {
    for bad in [
        "",
        "example.com/foo",
        "example.com/foo+530d903a",
        "example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+30d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3Q==",
        "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "a+b+c+d",
    ] {
        assert!(VerifierKey::parse(bad).is_err(), "{bad}");
        assert!(SignerKey::parse(bad).is_err(), "{bad}");
    }
    // The neutral point of the curve as a key: it would accept signatures that nobody made.
    let weak = [&[1_u8, 1][..], &[0; 31]].concat();
    let id = &Hash::of(&[b"weak\n".as_slice(), &weak].concat()).to_string()[..8];
    let vkey = format!("weak+{id}+{}", base64::encode(&weak));
    assert_eq!(VerifierKey::parse(&vkey), Err(Error::KeySyntax("弱公钥")));
    assert!(SignerKey::from_seed("a b", KeyKind::Log, &[1; 32]).is_err());
}
