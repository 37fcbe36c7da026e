//! Hostile evidence: bombs, paths that lead out, links, members that cannot be read.

use super::*;

const MIB: u64 = 1 << 20;

fn counting() -> Reader {
    Reader { counts_only: true, ..Reader::default() }
}

fn zeros(mib: usize) -> Vec<u8> {
    vec![0; mib << 20]
}

#[test]
fn bombs_are_stopped_and_the_limit_is_named() {
    let zeros = zeros(80);
    for (name, bytes) in [("a.gz", gzip(&zeros)), ("a.zst", zstandard(&zeros))] {
        let told = visited(name, &bytes, &Limits::default(), counting());
        assert_eq!(lines(&told), [format!("leaf {name} [] 0 E104")]);
        assert!(told[0].problem().what.contains("more than 400 times"), "{:?}", told[0].problem());
        assert!(told[0].custody().inflated_size >= 60 * MIB);
    }
    let told = visited("a.zip", &zipped(&[("zeros", &zeros)]), &Limits::default(), counting());
    assert_eq!(lines(&told), ["leaf a/zeros [a.zip] 0 E104", "bundle a.zip [] 1"]);
    let told = visited("a.tgz", &gzip(&tarred(&[("zeros", &zeros)])), &Limits::default(), counting());
    assert_eq!(lines(&told), ["leaf a/zeros [a.tgz] 0 E104", "bundle a.tgz [] 1 E104"]);
}

#[test]
fn many_members_together_are_judged_like_one() {
    let zeros = zeros(30);
    let members: [(&str, &[u8]); 4] = [("a", &zeros), ("b", &zeros), ("c", &zeros), ("d", &zeros)];
    let told = visited("x.zip", &zipped(&members), &Limits::default(), counting());
    assert_eq!(told[1].line(), "leaf x/b [x.zip] 0");
    assert_eq!(told[2].line(), "leaf x/c [x.zip] 0 E104");
    assert!(told[2].problem().what.contains("the file it comes from"));
}

#[test]
fn a_leaf_over_its_size_is_cut_at_the_limit() {
    let limits = Limits { inflated_bytes_max: 1_000, ..Limits::default() };
    for (bytes, fits) in [(gzip(&noise(1_000)), true), (gzip(&noise(1_001)), false)] {
        let told = told_under("a.gz", &bytes, &limits);
        assert_eq!(lines(&told) == ["leaf a.gz [] 1000"], fits, "{:?}", lines(&told));
        if !fits {
            assert_eq!(told[0].bytes(), &noise(1_000));
            assert_eq!(told[0].problem().byte, Some(1_000));
            assert_eq!(code_of(&told[0]), ProblemCode::OverLimit);
            assert!(told[0].problem().what.contains("1000 bytes"));
        }
    }
    assert_eq!(lines(&told_under("plain", &noise(5_000), &limits)), ["leaf plain [] 5000"]);
}

#[test]
fn too_many_members_are_refused() {
    let members: [(&str, &[u8]); 3] = [("a", b"1"), ("b", b"1"), ("c", b"1")];
    let limits = Limits { members_max: 2, ..Limits::default() };
    assert_eq!(lines(&told_under("x.zip", &zipped(&members), &limits)), ["bundle x.zip [] 0 E104"]);
    let tar = told_under("x.tar", &tarred(&members), &limits);
    assert_eq!(lines(&tar), ["leaf x/a [x.tar] 1", "leaf x/b [x.tar] 1", "bundle x.tar [] 2 E104"]);
    assert!(tar[2].problem().what.contains("more than 2 members"));
}

#[test]
fn depth_and_spool_are_limited() {
    let limits = Limits { bundle_depth_max: 0, ..Limits::default() };
    assert_eq!(lines(&told_under("x.zip", &zipped(&[("a", b"1")]), &limits)), ["bundle x.zip [] 0 E106"]);
    let limits = Limits { spool_bytes_max: 100, ..Limits::default() };
    let bytes = tarred(&[("in.zip", &zipped(&[("a", &noise(500))])), ("b", b"1")]);
    let told = told_under("x.tar", &bytes, &limits);
    assert_eq!(lines(&told), ["bundle x/in.zip [x.tar] 0 E104", "leaf x/b [x.tar] 1", "bundle x.tar [] 2"]);
    assert!(told[0].problem().what.contains("100 bytes"));
}

#[test]
fn paths_that_lead_out_are_refused_and_the_rest_is_read() {
    let escapes = ["../up.json", "a/../../up.json", "/etc/passwd", "C:\\evil.json", "\\\\host\\share", "..\\up"];
    for escape in escapes {
        let told = told("x.tar", &tarred(&[(escape, b"1"), ("good", b"1")]));
        assert_eq!(lines(&told)[1..], ["leaf x/good [x.tar] 1", "bundle x.tar [] 2"], "{escape}");
        assert_eq!(code_of(&told[0]), ProblemCode::PathEscapes, "{escape}");
        assert_eq!(lines(&told)[0], format!("refused {} [x.tar] E103", escape.replace('\\', "/")));
    }
    let zip = told("x.zip", &zipped(&[("../up.json", b"1"), ("good", b"1")]));
    assert_eq!(lines(&zip), ["refused ../up.json [x.zip] E103", "leaf x/good [x.zip] 1", "bundle x.zip [] 2"]);
}

#[test]
fn links_and_devices_in_a_tar_are_refused_and_folders_passed_over() {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, kind) in [
        ("folder/", tar::EntryType::Directory),
        ("soft", tar::EntryType::Symlink),
        ("hard", tar::EntryType::Link),
        ("pipe", tar::EntryType::Fifo),
        ("device", tar::EntryType::Block),
        ("odd", tar::EntryType::new(b'Z')),
        ("good", tar::EntryType::Regular),
    ] {
        append(&mut builder, name, kind, b"");
    }
    let told = told("x.tar", &builder.into_inner().unwrap());
    let refused = |name| format!("refused x/{name} [x.tar] E102");
    let mut expected: Vec<String> = ["soft", "hard", "pipe", "device", "odd"].map(refused).to_vec();
    expected.extend(["leaf x/good [x.tar] 0".to_owned(), "bundle x.tar [] 6".to_owned()]);
    assert_eq!(lines(&told), expected);
}

#[test]
fn links_and_locked_members_of_a_zip_are_refused() {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    writer.add_directory("folder", options).unwrap();
    writer.add_symlink("link", "/etc/passwd", options).unwrap();
    writer.start_file("locked", options).unwrap();
    writer.write_all(b"secret").unwrap();
    writer.start_file("odd", options).unwrap();
    writer.write_all(b"packed").unwrap();
    let mut bytes = writer.finish().unwrap().into_inner();
    // In the directory: flags stand 38 bytes before the name, the method two bytes further.
    let at = |name: &[u8]| bytes.windows(name.len()).rposition(|window| window == name).unwrap();
    let (locked, odd) = (at(b"locked"), at(b"odd"));
    bytes[locked - 38] |= 1;
    bytes[odd - 36] = 12;
    let told = told("x.zip", &bytes);
    assert_eq!(
        lines(&told),
        [
            "refused x/link [x.zip] E102",
            "refused x/locked [x.zip] F101",
            "refused x/odd [x.zip] F101",
            "bundle x.zip [] 3"
        ]
    );
    assert!(told[1].problem().what.contains("`locked` is encrypted"), "{:?}", told[1].problem());
    assert!(told[2].problem().what.contains("zip method"));
}

#[test]
fn members_that_overlap_are_a_bomb() {
    let mut bytes = zipped_by(&[("a", &noise(5_000)), ("b", b"2")], zip::CompressionMethod::Stored);
    // The second entry of the directory is made to name the first one's bytes.
    let second = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    let first = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    let copy = bytes[first + 16..first + 28].to_vec();
    bytes[second + 16..second + 28].copy_from_slice(&copy);
    bytes[second + 42..second + 46].copy_from_slice(&[0; 4]);
    let told = told("x.zip", &bytes);
    assert_eq!(lines(&told), ["leaf x/a [x.zip] 5000", "bundle x.zip [] 2 E104"]);
    assert!(told[1].problem().what.contains("overlap"));
}

#[test]
fn a_huge_extended_header_is_not_read_into_memory() {
    let mut header = tar::Header::new_ustar();
    header.set_entry_type(tar::EntryType::XHeader);
    header.set_size(1 << 40);
    header.set_cksum();
    let bytes = [header.as_bytes().to_vec(), vec![0; 4096]].concat();
    let told = told("x.tar", &bytes);
    assert_eq!(lines(&told), ["bundle x.tar [] 0 E104"]);
}

#[test]
fn a_malformed_extended_header_is_damage() {
    for text in [&b"99 path=a\n"[..], b"path=a\n", b"10 size=x\n", b"5 a=b", b"0 \n"] {
        let mut builder = tar::Builder::new(Vec::new());
        append(&mut builder, "header", tar::EntryType::XHeader, text);
        append(&mut builder, "a", tar::EntryType::Regular, b"1");
        let told = told("x.tar", &builder.into_inner().unwrap());
        assert_eq!(lines(&told), ["bundle x.tar [] 0 E105"]);
    }
}

#[test]
fn cut_anywhere_nothing_panics_and_custody_covers_all() {
    let inner = zipped(&[("b.json.gz", &gzip(&noise(400))), ("c", b"2")]);
    let tar = tarred(&[("in.zip", &inner), ("a", b"1")]);
    for whole in [gzip(&tar), zstandard(&tar), xz(&tar), zipped(&[("in.tar", &tar), ("a", b"1")]), tar.clone()] {
        for cut in (0..whole.len()).step_by(37) {
            told("x", &whole[..cut]);
        }
    }
}

#[test]
fn changed_anywhere_nothing_panics() {
    let inner = zipped(&[("b.json.gz", &gzip(&noise(200))), ("c", b"2")]);
    let tar = tarred(&[("in.zip", &inner), ("a", b"1")]);
    for whole in [gzip(&tar), zstandard(&tar), xz(&tar), zipped(&[("in.tar", &tar), ("a", b"1")]), tar.clone()] {
        for at in (0..whole.len()).step_by(11) {
            let mut changed = whole.clone();
            changed[at] = changed[at].wrapping_add(0x55);
            told("x", &changed);
        }
    }
}
