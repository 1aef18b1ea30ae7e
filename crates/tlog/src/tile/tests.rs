use std::collections::BTreeMap;

use super::*;
use crate::frontier::Frontier;
use crate::hash::leaf_hash;

struct Mirror {
    size: u64,
    root: Hash,
    tiles: BTreeMap<Tile, Vec<u8>>,
}

fn mirror(size: u64) -> Mirror {
    let mut frontier = Frontier::new();
    let mut nodes = BTreeMap::new();
    for number in 0..size {
        let completed = frontier.append(leaf_hash(&number.to_be_bytes())).unwrap();
        nodes.extend(completed.into_iter().map(|node| (node.id, node.hash)));
    }
    let tiles = Tile::between(0, size)
        .map(|tile| (tile, tile.bytes(|id| nodes.get(&id).copied()).unwrap()))
        .collect();
    Mirror {
        size,
        root: frontier.root(),
        tiles,
    }
}

impl Mirror {
    fn authenticate(&self) -> Result<(), Error> {
        authenticate(self.size, &self.root, |tile| self.tiles.get(tile).cloned())
    }
}

fn shape(size: u64) -> Vec<(u8, u64, u16)> {
    Tile::between(0, size)
        .map(|tile| (tile.level(), tile.index(), tile.width()))
        .collect()
}

#[test]
fn seventy_thousand_entries_have_the_tiles_of_the_specification() {
    let tiles = shape(70_000);
    let full = |level| tiles.iter().filter(|t| t.0 == level && t.2 == 256).count();
    let partial: Vec<_> = tiles.iter().filter(|t| t.2 < 256).copied().collect();
    assert_eq!((full(0), full(1), full(2)), (273, 1, 0));
    assert_eq!(partial, [(0, 273, 112), (1, 1, 17), (2, 0, 1)]);
}

#[test]
fn sizes_around_one_tile_have_the_tiles_of_the_specification() {
    assert_eq!(shape(0), []);
    assert_eq!(shape(1), [(0, 0, 1)]);
    assert_eq!(shape(255), [(0, 0, 255)]);
    assert_eq!(shape(256), [(0, 0, 256), (1, 0, 1)]);
    assert_eq!(shape(257), [(0, 0, 256), (0, 1, 1), (1, 0, 1)]);
}

#[test]
fn a_mirror_fetches_only_what_grew() {
    let grown = |old, new| {
        Tile::between(old, new)
            .map(|tile| tile.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(grown(256, 256), Vec::<String>::new());
    assert_eq!(grown(255, 256), ["tile/0/000", "tile/1/000.p/1"]);
    assert_eq!(grown(256, 300), ["tile/0/001.p/44"]);
    assert_eq!(
        grown(300, 600),
        ["tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2"]
    );
    assert_eq!(grown(5, 4), Vec::<String>::new());
    assert_eq!(grown(0, u64::MAX), Vec::<String>::new());
}

#[test]
fn paths_are_those_of_the_specification() {
    let path = |level, index, width| Tile::new(level, index, width).unwrap().to_string();
    assert_eq!(path(0, 1_234_067, 256), "tile/0/x001/x234/067");
    assert_eq!(path(3, 0, 256), "tile/3/000");
    assert_eq!(path(0, 273, 112), "tile/0/273.p/112");
    assert_eq!(path(1, 1000, 1), "tile/1/x001/000.p/1");
    let entries = Tile::new(0, 1_234_067, 9).unwrap();
    assert_eq!(
        entries.entries_path().unwrap(),
        "tile/entries/x001/x234/067.p/9"
    );
    assert_eq!(
        Tile::parse_entries("tile/entries/x001/x234/067.p/9").unwrap(),
        entries
    );
    assert_eq!(Tile::new(1, 0, 1).unwrap().entries_path(), None);
}

#[test]
fn every_path_reads_back_and_no_other_spelling_does() {
    for index in [
        0, 1, 9, 10, 99, 100, 999, 1000, 1001, 999_999, 1_000_000, 1_234_067,
    ] {
        for width in [1, 9, 10, 255, 256] {
            let tile = Tile::new(0, index, width).unwrap();
            assert_eq!(Tile::parse(&tile.to_string()).unwrap(), tile);
        }
    }
    for bad in [
        "",
        "tile/0/",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/x000/000",
        "tile/0/x001/234/067",
        "tile/0/x001/x234/x067",
        "tile/00/000",
        "tile/8/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000/",
        "/tile/0/000",
        "tile/0/+01",
        "tile/0/../001",
        "tile/entries/000",
        "tile/0/xx01/000",
        "tile/0/x01/0000",
        "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
        "tile/7/x001/000",
        "tile/0/000.p/1.p/1",
        "tile/0/é00",
    ] {
        assert_eq!(Tile::parse(bad), Err(Error::TilePath), "{bad:?}");
    }
}

#[test]
fn an_honest_mirror_is_accepted_at_every_shape() {
    for size in [
        0, 1, 2, 3, 255, 256, 257, 300, 511, 512, 513, 1000, 65_535, 65_536, 65_537, 70_000,
    ] {
        mirror(size)
            .authenticate()
            .unwrap_or_else(|why| panic!("{size}: {why}"));
    }
}

#[test]
fn one_flipped_byte_in_any_single_tile_is_refused() {
    for size in [257, 300, 65_537, 70_000] {
        let mut forged = mirror(size);
        let all: Vec<Tile> = forged.tiles.keys().copied().collect();
        for (number, tile) in all.into_iter().enumerate() {
            let bytes = forged.tiles.get_mut(&tile).unwrap();
            let at = (number * 37) % bytes.len();
            bytes[at] ^= 0x40;
            let verdict = forged.authenticate();
            assert!(
                matches!(verdict, Err(Error::TileForged { .. })),
                "{size}: {tile}"
            );
            forged.tiles.get_mut(&tile).unwrap()[at] ^= 0x40;
        }
        forged.authenticate().unwrap();
    }
}

#[test]
fn the_first_bytes_of_the_first_full_tile_are_not_taken_on_trust() {
    let mut forged = mirror(300);
    let first = Tile::new(0, 0, 256).unwrap();
    forged.tiles.get_mut(&first).unwrap()[..4].copy_from_slice(&[1, 2, 3, 4]);
    assert!(forged.authenticate().is_err());
}

#[test]
fn a_missing_or_cut_tile_is_named() {
    let mut holed = mirror(600);
    let tile = Tile::new(0, 1, 256).unwrap();
    let bytes = holed.tiles.remove(&tile).unwrap();
    assert_eq!(
        holed.authenticate(),
        Err(Error::TileLength {
            path: "tile/0/001".to_owned()
        })
    );
    holed.tiles.insert(tile, bytes[..bytes.len() - 1].to_vec());
    assert_eq!(
        holed.authenticate(),
        Err(Error::TileLength {
            path: "tile/0/001".to_owned()
        })
    );
}

#[test]
fn another_root_or_an_impossible_size_is_refused() {
    let mut other = mirror(600);
    other.root = Hash::of(b"another");
    assert!(matches!(
        other.authenticate(),
        Err(Error::TileForged { .. })
    ));
    assert!(authenticate(u64::MAX, &Hash::EMPTY_ROOT, |_| None).is_err());
    assert!(authenticate(0, &Hash::of(b"x"), |_| None).is_err());
}

#[test]
fn bundles_split_into_the_entries_they_were_made_of() {
    let entries: [&[u8]; 3] = [b"first", b"", b"third"];
    let bytes = bundle(entries).unwrap();
    let tile = Tile::new(0, 0, 3).unwrap();
    assert_eq!(split_bundle(&tile, &bytes).unwrap(), entries);
    for cut in 0..bytes.len() {
        assert!(split_bundle(&tile, &bytes[..cut]).is_err(), "cut at {cut}");
    }
    assert!(split_bundle(&Tile::new(0, 0, 2).unwrap(), &bytes).is_err());
    assert!(split_bundle(&tile, &[bytes.as_slice(), &[0]].concat()).is_err());
    assert!(bundle([vec![0; 65_536].as_slice()]).is_err());
}
