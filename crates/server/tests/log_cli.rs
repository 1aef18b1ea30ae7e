//! `mingqian log compare` as somebody runs it who kept a checkpoint and has nothing else but the portal's public
//! files: a log that only grew, one that was rewritten, files that are missing or belong elsewhere.
#![expect(clippy::unwrap_used, reason = "a test stops where its premise fails")]

#[path = "stage/command.rs"]
mod command;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use command::text;
use serde_json::Value;
use tlog::hash::leaf_hash;
use tlog::note::KeyKind;
use tlog::proof::{inclusion, inclusion_nodes};
use tlog::tile::Tile;
use tlog::{
    Checkpoint, Entry, EntryType, Frontier, Hash, KeyRotation, NodeId, Receipt, Restart, SignerKey,
};

/// A log as its publisher has it.
struct Published {
    key: SignerKey,
    nodes: BTreeMap<NodeId, Hash>,
    head: Checkpoint,
}

fn published(size: u64, changed: Option<u64>) -> Published {
    let mut frontier = Frontier::new();
    let mut nodes = BTreeMap::new();
    for number in 0..size {
        let leaf = match changed {
            Some(at) if at == number => leaf_hash(b"rewritten"),
            _ => leaf_hash(&number.to_be_bytes()),
        };
        let completed = frontier.append(leaf).unwrap();
        nodes.extend(completed.into_iter().map(|node| (node.id, node.hash)));
    }
    Published {
        key: SignerKey::from_seed("log.example/1", KeyKind::Log, &[7; 32]).unwrap(),
        nodes,
        head: Checkpoint::new("log.example/1", size, frontier.root()).unwrap(),
    }
}

impl Published {
    fn checkpoint(&self, folder: &Path, name: &str) -> PathBuf {
        let path = folder.join(name);
        fs::write(&path, self.head.sign(&self.key).unwrap().to_string()).unwrap();
        path
    }

    fn node(&self) -> impl FnMut(NodeId) -> Option<Hash> {
        |id| self.nodes.get(&id).copied()
    }

    /// A receipt for the last entry.
    fn receipt(&self, folder: &Path) -> PathBuf {
        let (index, size) = (self.head.size() - 1, self.head.size());
        assert!(!inclusion_nodes(index, size).unwrap().is_empty());
        let path: String = inclusion(index, size, self.node())
            .unwrap()
            .iter()
            .map(|hash| format!("{}\n", hash.to_base64()))
            .collect();
        let signed = self.head.sign(&self.key).unwrap();
        let place = folder.join("freeze.proof");
        let text = format!("c2sp.org/tlog-proof@v1\nindex {index}\n{path}\n{signed}");
        fs::write(&place, text).unwrap();
        place
    }

    fn tiles(&self, folder: &Path) {
        for tile in Tile::between(0, self.head.size()) {
            let path = folder.join(tile.to_string());
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, tile.bytes(self.node()).unwrap()).unwrap();
        }
    }
}

/// Exit code and what was said.
fn compare(words: &[&str]) -> (i32, String) {
    command::said(&[&["log", "compare"][..], words].concat())
}

#[test]
fn a_checkpoint_kept_for_a_year_shows_that_the_log_only_grew_since() {
    let root = tempfile::tempdir().unwrap();
    let (was, is) = (published(300, None), published(700, None));
    let key = was.key.verifier().to_string();
    let old = was.checkpoint(root.path(), "old");
    let new = is.checkpoint(root.path(), "new");
    let tiles = root.path().join("log");
    let words = [
        text(&old),
        text(&new),
        "--log-key",
        &key,
        "--tiles",
        text(&tiles),
    ];
    // Without the tiles: which ones, and where they are.
    let (exit, said) = compare(&words);
    assert_eq!(exit, 2, "{said}");
    assert!(
        said.contains("CLI-122") && said.contains("/log/tile/0/001"),
        "{said}"
    );
    is.tiles(&tiles);
    let (exit, said) = compare(&words);
    assert_eq!(exit, 0, "{said}");
    assert!(
        said.contains("其后只有追加") && said.contains("都有日志的签名"),
        "{said}"
    );
    // A receipt out of an old bundle states a checkpoint as well.
    let receipt = was.receipt(root.path());
    let (exit, said) = compare(&[
        "--json",
        text(&new),
        text(&receipt),
        "--tiles",
        text(&tiles),
    ]);
    let value: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(
        (exit, &value["found"], &value["signatures"]),
        (0, &"extended".into(), &false.into())
    );
    assert_eq!(
        (&value["older"], &value["newer"]),
        (&300.into(), &700.into())
    );
}

#[test]
fn a_rewritten_log_is_told_by_its_own_tiles_and_accused_by_no_others() {
    let root = tempfile::tempdir().unwrap();
    let (was, is, forged) = (
        published(300, None),
        published(700, None),
        published(700, Some(12)),
    );
    let key = was.key.verifier().to_string();
    let old = was.checkpoint(root.path(), "old");
    let tiles = root.path().join("log");
    is.tiles(&tiles);
    let rewritten = forged.checkpoint(root.path(), "rewritten");
    let (exit, said) = compare(&[text(&old), text(&rewritten), "--tiles", text(&tiles)]);
    assert_eq!(exit, 2, "{said}");
    assert!(said.contains("TLOG-006"), "{said}");
    let own = root.path().join("own");
    forged.tiles(&own);
    let (exit, said) = compare(&[text(&old), text(&rewritten), "--tiles", text(&own)]);
    assert_eq!(exit, 1, "{said}");
    assert!(said.contains("没有核对签名"), "{said}");
    let words = [
        text(&old),
        text(&rewritten),
        "--log-key",
        &key,
        "--tiles",
        text(&own),
    ];
    let (exit, said) = compare(&words);
    assert_eq!(exit, 1, "{said}");
    assert!(said.contains("它们就是证据"), "{said}");
}

#[test]
fn tiles_that_have_grown_since_the_checkpoint_serve_as_well() {
    let root = tempfile::tempdir().unwrap();
    let (was, is, today) = (
        published(10, None),
        published(200, None),
        published(256, None),
    );
    let old = was.checkpoint(root.path(), "old");
    let new = is.checkpoint(root.path(), "new");
    today.tiles(root.path());
    let (exit, said) = compare(&[text(&old), text(&new), "--tiles", text(root.path())]);
    assert_eq!(exit, 0, "{said}");
}

#[test]
fn two_heads_of_one_size_need_no_tiles_and_of_two_logs_are_not_compared() {
    let root = tempfile::tempdir().unwrap();
    let (one, other) = (published(40, None), published(40, Some(3)));
    let (first, second) = (
        one.checkpoint(root.path(), "1"),
        other.checkpoint(root.path(), "2"),
    );
    let key = one.key.verifier().to_string();
    assert_eq!(
        compare(&[text(&first), text(&second), "--log-key", &key]).0,
        1
    );
    assert_eq!(
        compare(&[text(&first), text(&first), "--log-key", &key]).0,
        0
    );
    let stranger = SignerKey::from_seed("log.example/2", KeyKind::Log, &[8; 32]).unwrap();
    let head = Checkpoint::new("log.example/2", 40, *one.head.root()).unwrap();
    let elsewhere = root.path().join("3");
    fs::write(&elsewhere, head.sign(&stranger).unwrap().to_string()).unwrap();
    for (words, code) in [
        (vec![text(&first), text(&elsewhere)], "TLOG-021"),
        (
            vec![text(&first), text(&elsewhere), "--log-key", &key],
            "TLOG-021",
        ),
        (
            vec![text(&first), text(&second), "--log-key", "no key"],
            "CLI-120",
        ),
        (vec![text(&first), "/nowhere"], "CLI-101"),
    ] {
        let (exit, said) = compare(&words);
        assert_eq!(exit, 2, "{said}");
        assert!(said.contains(code), "{code} in {said}");
    }
    let altered = fs::read_to_string(&first)
        .unwrap()
        .replacen("\n40\n", "\n41\n", 1);
    fs::write(&first, altered).unwrap();
    let (exit, said) = compare(&[text(&first), text(&second), "--log-key", &key]);
    assert_eq!(exit, 2, "{said}");
    assert!(said.contains("TLOG-012"), "{said}");
}

#[test]
fn what_cannot_be_compared_is_named_by_its_own_file_and_not_by_the_folder_of_tiles() {
    let root = tempfile::tempdir().unwrap();
    let one = published(40, None);
    let first = one.checkpoint(root.path(), "first");
    let stranger = SignerKey::from_seed("log.example/2", KeyKind::Log, &[8; 32]).unwrap();
    let head = Checkpoint::new("log.example/2", 50, *one.head.root()).unwrap();
    let elsewhere = root.path().join("elsewhere");
    fs::write(&elsewhere, head.sign(&stranger).unwrap().to_string()).unwrap();
    let saved = root.path().join("saved");
    let kept = fs::read_to_string(&first).unwrap();
    fs::write(&saved, format!("\u{feff}{kept}")).unwrap();
    let tiles = root.path().join("tiles-of-the-portal");
    for (other, words) in [
        (
            &elsewhere,
            vec![
                "TLOG-021",
                "log.example/1",
                "log.example/2",
                "first",
                "elsewhere",
            ],
        ),
        (&saved, vec!["CLI-123", "字节顺序标记", "saved"]),
    ] {
        for files in [[&first, other], [other, &first]] {
            let files = [text(files[0]), text(files[1]), "--tiles", text(&tiles)];
            let (exit, said) = compare(&files);
            assert_eq!(exit, 2, "{said}");
            for word in &words {
                assert!(said.contains(word), "{word} in {said}");
            }
            assert!(!said.contains("tiles-of-the-portal"), "{said}");
        }
    }
}

#[test]
fn heads_on_both_sides_of_a_changed_key_are_compared_by_whoever_holds_either_key_and_the_public_record()
 {
    let root = tempfile::tempdir().unwrap();
    let (was, mut is) = (published(300, None), published(700, None));
    let next = SignerKey::from_seed("log.example/1", KeyKind::Log, &[8; 32]).unwrap();
    let record = root.path().join("key-500.txt");
    let change = KeyRotation::sign(500, *published(500, None).head.root(), &was.key, &next);
    fs::write(&record, change.unwrap().to_string()).unwrap();
    let (old_key, new_key) = (was.key.verifier().to_string(), next.verifier().to_string());
    is.key = next;
    let old = was.checkpoint(root.path(), "old");
    let new = is.checkpoint(root.path(), "new");
    let tiles = root.path().join("log");
    is.tiles(&tiles);
    let words = |key| {
        vec![
            text(&old),
            text(&new),
            "--tiles",
            text(&tiles),
            "--log-key",
            key,
        ]
    };
    for key in [&old_key, &new_key] {
        let (exit, said) = compare(&words(key));
        assert_eq!(exit, 2, "{said}");
        assert!(
            said.contains("TLOG-013") && said.contains("更换记录"),
            "{said}"
        );
        let followed = [words(key), vec!["--key-rotation", text(&record)]].concat();
        let (exit, said) = compare(&followed);
        assert_eq!(exit, 0, "{said}");
        assert!(said.contains("都有日志的签名"), "{said}");
    }
    // The old key vouches for no head beyond the change.
    let late = root.path().join("late");
    let signed = is.head.sign(&was.key).unwrap();
    fs::write(&late, signed.to_string()).unwrap();
    let words = [
        text(&old),
        text(&late),
        "--tiles",
        text(&tiles),
        "--log-key",
        &old_key,
        "--key-rotation",
        text(&record),
    ];
    let (exit, said) = compare(&words);
    assert_eq!(exit, 2, "{said}");
    assert!(said.contains("TLOG-013"), "{said}");
}

/// A log that lost the end of another and begins with what is left of it: its portal's JSON of the entry that says so.
fn begun_anew(old: &Published, from: u64, size: u64, folder: &Path) -> (Published, PathBuf) {
    let left = published(from, None).head;
    let record = Restart::new(from, *left.root(), old.head.clone()).unwrap();
    let record = record.to_string();
    let act = Hash::from([9; 32]);
    let entry = Entry::with_record(EntryType::Restart, 1, act, Hash::of(record.as_bytes()));
    let entry = entry.unwrap().to_string();
    let mut frontier = Frontier::new();
    let mut nodes = BTreeMap::new();
    for number in 0..size {
        let leaf = match number == from {
            true => leaf_hash(entry.as_bytes()),
            false => leaf_hash(&number.to_be_bytes()),
        };
        let completed = frontier.append(leaf).unwrap();
        nodes.extend(completed.into_iter().map(|node| (node.id, node.hash)));
    }
    let new = Published {
        key: SignerKey::from_seed("log.example/2", KeyKind::Log, &[2; 32]).unwrap(),
        nodes,
        head: Checkpoint::new("log.example/2", size, frontier.root()).unwrap(),
    };
    let path = inclusion(from, size, new.node()).unwrap();
    let receipt = Receipt::new(from, path, new.head.sign(&new.key).unwrap()).to_string();
    let file = folder.join("restart.json");
    let given =
        serde_json::json!({"number": from, "entry": entry, "record": record, "receipt": receipt});
    fs::write(&file, given.to_string()).unwrap();
    (new, file)
}

/// A log of 600 entries, the one that goes on from its first 500, and what a stranger has of the new one.
struct Joined {
    root: tempfile::TempDir,
    entry: PathBuf,
    keys: [String; 4],
}

impl Joined {
    fn made() -> Self {
        let root = tempfile::tempdir().unwrap();
        let old = published(600, None);
        let (new, entry) = begun_anew(&old, 500, 700, root.path());
        new.checkpoint(root.path(), "later");
        new.tiles(&root.path().join("log"));
        let [own, former] = [&new, &old].map(|log| log.key.verifier().to_string());
        let keys = [
            "--log-key".to_owned(),
            own,
            "--old-log-key".to_owned(),
            former,
        ];
        Self { root, entry, keys }
    }

    fn compared(&self, head: &Published, more: &[&str]) -> (i32, String) {
        let path = head.checkpoint(self.root.path(), "head");
        let (later, tiles) = (self.root.path().join("later"), self.root.path().join("log"));
        let words = [text(&path), text(&later), "--tiles", text(&tiles)];
        compare(&[&words[..], more].concat())
    }

    /// By the entry that joins them and both keys.
    fn judged(&self, head: &Published) -> (i32, String) {
        let keys = self.keys.iter().map(String::as_str);
        let more: Vec<&str> = keys.chain(["--restart", text(&self.entry)]).collect();
        self.compared(head, &more)
    }
}

#[test]
fn the_entry_that_joins_two_logs_tells_what_of_the_earlier_one_is_left_and_what_is_lost() {
    let joined = Joined::made();
    // Of what is left nothing is lost.
    for size in [300, 500] {
        let (exit, said) = joined.judged(&published(size, None));
        assert_eq!(exit, 0, "{said}");
        assert!(
            said.contains("一条也没有少") && said.contains("都核对了"),
            "{said}"
        );
    }
    // Of what is lost so much as the log says, and no more.
    for (size, lost) in [(600, "最后 100 条"), (550, "最后 50 条")] {
        let (exit, said) = joined.judged(&published(size, None));
        assert_eq!(exit, 3, "{said}");
        assert!(
            said.contains(lost) && said.contains("到过 600 条"),
            "{said}"
        );
    }
    let (exit, said) = joined.judged(&published(650, None));
    assert_eq!(exit, 1, "{said}");
    assert!(
        said.contains("丢的比公开写明的多") && said.contains("证据"),
        "{said}"
    );
    // Two histories, at the head that is known and before what is left.
    for size in [600, 300] {
        let (exit, said) = joined.judged(&published(size, Some(12)));
        assert_eq!(exit, 1, "{said}");
        assert!(said.contains("不是同一份历史"), "{said}");
    }
}

#[test]
fn two_logs_are_joined_by_no_other_entry_and_a_log_whose_key_is_not_known_is_not_called_signed() {
    let joined = Joined::made();
    let head = published(300, None);
    // Without that entry they are two logs, and it is said where it is.
    let (exit, said) = joined.compared(&head, &[]);
    assert_eq!(exit, 2, "{said}");
    assert!(
        said.contains("TLOG-021") && said.contains("--restart"),
        "{said}"
    );
    let unsigned = [
        "--restart",
        text(&joined.entry),
        "--log-key",
        &joined.keys[1],
    ];
    let (exit, said) = joined.compared(&head, &unsigned);
    assert_eq!(exit, 0, "{said}");
    assert!(said.contains("--old-log-key"), "{said}");
    let whole = fs::read_to_string(&joined.entry).unwrap();
    fs::write(&joined.entry, whole.replace("from 500", "from 400")).unwrap();
    let (exit, said) = joined.judged(&head);
    assert_eq!(exit, 2, "{said}");
    assert!(said.contains("CLI-129"), "{said}");
}
