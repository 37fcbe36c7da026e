//! Compressions: known by their bytes, undone to the last whole byte.

use super::*;

fn only(mut told: Vec<Told>) -> Told {
    assert_eq!(told.len(), 1, "{told:?}");
    told.remove(0)
}

#[test]
fn every_compression_is_known_by_its_bytes_and_not_by_its_name() {
    let text = b"{\"fileVersion\":\"1.0\"}".repeat(50_000);
    for (bytes, name) in [(text.clone(), "none"), (gzip(&text), "gzip"), (zstandard(&text), "zstd"), (xz(&text), "xz")]
    {
        let leaf = only(told("misleading.zip", &bytes));
        assert_eq!(leaf.line(), format!("leaf misleading.zip [] {}", text.len()));
        assert_eq!(leaf.bytes(), text);
        assert_eq!(leaf.custody().compression, name);
        assert_eq!(leaf.custody().inflated_size, text.len() as u64);
    }
}

#[test]
fn several_members_streams_and_frames_are_one_content() {
    let (one, two) = (noise(300_000), b"second".to_vec());
    let whole = [one.clone(), two.clone()].concat();
    for bytes in [
        [gzip(&one), gzip(&two)].concat(),
        [zstandard(&one), vec![0x53, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 7, 7], zstandard(&two)].concat(),
        [xz(&one), vec![0; 8], xz(&two)].concat(),
    ] {
        let leaf = only(told("two", &bytes));
        assert_eq!(leaf.bytes(), whole);
        assert_eq!(leaf.line(), format!("leaf two [] {}", whole.len()));
    }
}

#[test]
fn many_small_gzip_members_are_one_content() {
    let bytes: Vec<u8> = (0..5_000_u32).flat_map(|number| gzip(&number.to_le_bytes())).collect();
    let whole: Vec<u8> = (0..5_000_u32).flat_map(u32::to_le_bytes).collect();
    assert_eq!(only(told("many", &bytes)).bytes(), whole);
}

#[test]
fn gzip_in_gzip_is_undone_and_a_third_is_refused_with_custody() {
    let twice = gzip(&gzip(b"firehose"));
    assert_eq!(only(told("a.gz", &twice)).bytes(), b"firehose");
    let thrice = only(told("a.gz", &gzip(&twice)));
    assert_eq!(thrice.line(), "leaf a.gz [] 0 E104");
    assert!(thrice.problem().what.contains("more than 2 times over"));
}

#[test]
fn a_cut_compression_keeps_every_whole_byte() {
    let text = noise(500_000);
    for bytes in [gzip(&text), zstandard(&text), xz(&text)] {
        let cut = &bytes[..bytes.len() / 2];
        let leaf = only(told("cut", cut));
        assert_eq!(code_of(&leaf), ProblemCode::Damaged);
        assert!(leaf.problem().what.contains("ends early"), "{:?}", leaf.problem());
        assert!(text.starts_with(leaf.bytes()));
        assert!(leaf.bytes().len() > 110_000, "{}", leaf.bytes().len());
        assert_eq!(leaf.problem().byte, Some(leaf.bytes().len() as u64));
    }
}

#[test]
fn damage_keeps_what_stands_before_it_in_the_same_step() {
    // A whole stored block, then a block of a type that does not exist.
    let mut bytes = b"\x1f\x8b\x08\0\0\0\0\0\0\xff".to_vec();
    bytes.extend(b"\x00\x05\x00\xfa\xffwhole\x07 and more");
    let leaf = only(told("a.gz", &bytes));
    assert_eq!((leaf.bytes(), code_of(&leaf)), (&b"whole"[..], ProblemCode::Damaged));
    assert_eq!(leaf.problem().byte, Some(5));
}

#[test]
fn a_wrong_checksum_is_damage_after_all_bytes() {
    let mut bytes = gzip(b"content");
    let at = bytes.len() - 8;
    bytes[at] ^= 1;
    let leaf = only(told("a.gz", &bytes));
    assert_eq!((leaf.bytes(), code_of(&leaf)), (&b"content"[..], ProblemCode::Damaged));
}

#[test]
fn what_follows_the_last_member_is_damage_and_the_rest_is_kept() {
    for (bytes, what) in [
        ([gzip(b"content"), b"garbage".to_vec()].concat(), "after the last whole gzip member"),
        ([zstandard(b"content"), b"garbage".to_vec()].concat(), "zstd data is damaged"),
        ([xz(b"content"), b"garbage!".to_vec()].concat(), "xz data is damaged"),
    ] {
        let leaf = only(told("a", &bytes));
        assert_eq!((leaf.bytes(), code_of(&leaf)), (&b"content"[..], ProblemCode::Damaged), "{what}");
        assert!(leaf.problem().what.contains(what), "{:?}", leaf.problem());
    }
}

#[test]
fn nothing_but_a_magic_is_damage() {
    for bytes in [&b"\x1f\x8b"[..], b"\x28\xb5\x2f\xfd", b"\xfd7zXZ\0"] {
        let leaf = only(told("a", bytes));
        assert_eq!((leaf.bytes(), code_of(&leaf)), (&b""[..], ProblemCode::Damaged));
    }
}

#[test]
fn a_visitor_that_stops_early_still_gets_custody_of_all() {
    let bytes = gzip(&noise(3_000_000));
    let reader = Reader { stop: Some(10), ..Reader::default() };
    let leaf = only(visited("a.gz", &bytes, &Limits::default(), reader));
    assert_eq!((leaf.bytes().len(), leaf.custody().inflated_size), (10, 10));
}

#[test]
fn foreign_packing_is_named_and_hashed() {
    for (bytes, name) in [
        (&b"BZh91AY&SY\0\0\0\0"[..], "bzip2"),
        (b"7z\xbc\xaf\x27\x1c\0\x04", "7z"),
        (b"Rar!\x1a\x07\x01\0", "rar"),
        (b"\x04\x22\x4d\x18\0", "lz4"),
    ] {
        let leaf = only(told("a", bytes));
        assert_eq!(leaf.line(), "leaf a [] 0 F101");
        assert!(leaf.problem().what.contains(name));
    }
    assert_eq!(only(told("a", b"BZh9 is no bzip2")).bytes(), b"BZh9 is no bzip2");
}

#[test]
fn an_empty_file_is_an_empty_leaf() {
    let leaf = only(told("empty.json", b""));
    assert_eq!(leaf.line(), "leaf empty.json [] 0");
    assert_eq!(leaf.custody().sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/// `{"configurationItems":[]}` four hundred times, as `xz -6` packs it.
const XZ_SAMPLE: &str = "fd377a585a000004e6d6b4460200210116000000742fe5a3e0270f00465d003d88886734059bb2cce244ddb534614dc7 \
    bc46cd1e1bcefca99fc6797f0a0570d4f5ac50bbc6c40c9cb4996fec5127a8582f67a8f1c24f2d74122bff8487b7d00d \
    61c11899000000004f6ab6ae0c6e2266000162904e0000009272a42cb1c467fb020000000004595a";

#[test]
fn xz_as_others_write_it_is_undone() {
    let bytes = hex::decode(XZ_SAMPLE.replace([' ', '\n'], "")).unwrap();
    let leaf = only(told("a", &bytes));
    assert_eq!(leaf.bytes(), b"{\"configurationItems\":[]}".repeat(400));
    assert_eq!(leaf.problem_code(), None);
}
