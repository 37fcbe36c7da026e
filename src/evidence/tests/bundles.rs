//! Bundles: each form, one inside another, and their members' names and order.

use super::*;

#[test]
fn every_form_of_bundle_gives_the_same_leaves() {
    let members: [(&str, &[u8]); 3] = [("b/two.json", b"22"), ("a/one.json", b"1"), ("three.json.gz", &gzip(b"333"))];
    let tar = tarred(&members);
    let stored = zipped_by(&members, zip::CompressionMethod::Stored);
    for (name, bytes, folder) in [
        ("estate.tar", tar.clone(), "estate"),
        ("estate.tar.gz", gzip(&tar), "estate"),
        ("estate.TGZ", gzip(&gzip(&tar)), "estate"),
        ("estate.tar.xz", xz(&tar), "estate"),
        ("estate.tar.zst", zstandard(&tar), "estate"),
        ("estate.zip", zipped(&members), "estate"),
        ("estate.zip", stored, "estate"),
        ("estate.zip.gz", gzip(&zipped(&members)), "estate.zip"),
    ] {
        let mut found = lines(&told(name, &bytes));
        let bundle = found.pop().unwrap();
        assert_eq!(bundle, format!("bundle {name} [] 3"));
        found.sort();
        assert_eq!(
            found,
            [
                format!("leaf {folder}/a/one.json [{name}] 1"),
                format!("leaf {folder}/b/two.json [{name}] 2"),
                format!("leaf {folder}/three.json.gz [{name}] 3"),
            ]
        );
    }
}

#[test]
fn a_tar_keeps_its_order_and_a_zip_is_sorted() {
    let members: [(&str, &[u8]); 3] = [("b", b""), ("c", b""), ("a", b"")];
    let tail = |line: &String| line.chars().nth("leaf x/".len()).unwrap();
    // Without a bundle's suffix the name itself stands for the folder.
    assert_eq!(lines(&told("x.y", &tarred(&members)))[0], "leaf x.y/b [x.y] 0");
    let (tar, zip) = (told("x.tar", &tarred(&members)), told("x.zip", &zipped(&members)));
    assert_eq!(lines(&tar)[..3].iter().map(tail).collect::<String>(), "bca");
    assert_eq!(lines(&zip)[..3].iter().map(tail).collect::<String>(), "abc");
}

#[test]
fn custody_of_a_member_is_of_its_bytes_in_the_bundle() {
    let inner = gzip(b"content");
    for bytes in [zipped(&[("a.json.gz", &inner)]), gzip(&tarred(&[("a.json.gz", &inner)]))] {
        let told = told("x", &bytes);
        let custody = told[0].custody();
        assert_eq!((custody.size, &custody.sha256), (inner.len() as u64, &hash(&inner)));
        assert_eq!((custody.inflated_size, custody.compression), (7, "gzip"));
        assert_eq!(told[0].bytes(), b"content");
    }
}

#[test]
fn a_bundle_in_a_bundle_is_opened_and_a_third_is_not() {
    let innermost = zipped(&[("deep.json", b"{}")]);
    for (inner_name, inner) in [
        ("in.zip", zipped(&[("leaf.json", b"1"), ("third.zip", &innermost)])),
        ("in.tar.gz", gzip(&tarred(&[("leaf.json", b"1"), ("third.zip", &innermost)]))),
    ] {
        for (outer_name, outer) in [
            ("out.tar", tarred(&[(inner_name, &inner), ("z.json", b"22")])),
            ("out.zip", zipped(&[(inner_name, &inner), ("z.json", b"22")])),
            ("out.tar.zst", zstandard(&tarred(&[(inner_name, &inner), ("z.json", b"22")]))),
        ] {
            let told = told(outer_name, &outer);
            assert_eq!(
                lines(&told),
                [
                    format!("leaf out/in/leaf.json [{outer_name} > {inner_name}] 1"),
                    format!("bundle out/in/third.zip [{outer_name} > {inner_name}] 0 E106"),
                    format!("bundle out/{inner_name} [{outer_name}] 2"),
                    format!("leaf out/z.json [{outer_name}] 2"),
                    format!("bundle {outer_name} [] 2"),
                ]
            );
            assert_eq!(told[1].custody().sha256, hash(&innermost));
            assert_eq!(told[2].custody().sha256, hash(&inner));
        }
    }
}

#[test]
fn hints_keep_the_argument_and_drop_the_suffix() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("q1")).unwrap();
    let file = written(&folder.path().join("q1"), "123456789012.zip", &zipped(&[("eu-west-1/a.json", b"")]));
    let mut reader = Reader::default();
    visit(&file, &Limits::default(), &AtomicU64::new(0), &mut reader);
    let Told::Leaf { name, .. } = &reader.told[0] else { panic!("{:?}", reader.told) };
    assert!(name.hint_path.ends_with("/q1/123456789012/eu-west-1/a.json"), "{}", name.hint_path);
    assert_eq!(name.path, "123456789012/eu-west-1/a.json");
}

#[test]
fn an_empty_zip_is_a_bundle_of_nothing() {
    assert_eq!(lines(&told("x.zip", &zipped(&[]))), ["bundle x.zip [] 0"]);
}

#[test]
fn two_members_of_one_path_are_both_visited() {
    let members: [(&str, &[u8]); 2] = [("same.json", b"1"), ("same.json", b"22")];
    assert_eq!(
        lines(&told("x.tar", &tarred(&members))),
        ["leaf x/same.json [x.tar] 1", "leaf x/same.json [x.tar] 2", "bundle x.tar [] 2"]
    );
    // The writer refuses two of one name, so one is renamed in the bytes it wrote.
    let mut zip = zipped(&[("same.json", b"1"), ("sbme.json", b"22")]);
    let places: Vec<usize> = (0..zip.len() - 9).filter(|at| &zip[*at..at + 9] == b"sbme.json").collect();
    for at in places {
        zip[at + 1] = b'a';
    }
    assert_eq!(
        lines(&told("x.zip", &zip)),
        ["leaf x/same.json [x.zip] 1", "leaf x/same.json [x.zip] 2", "bundle x.zip [] 2"]
    );
}

#[test]
fn more_zip_members_than_are_held_at_a_time_keep_their_order() {
    let count = super::super::limits::ZIP_MEMBERS_HELD_MAX + 100;
    let names: Vec<String> = (0..count).map(|number| format!("{:07}", (number * 7919) % count)).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    let told = told("x.zip", &zipped_by(&members, zip::CompressionMethod::Stored));
    assert_eq!(told.len(), count + 1);
    assert!(lines(&told[..count]).is_sorted());
    assert_eq!(told[count].line(), format!("bundle x.zip [] {count}"));
}

#[test]
fn long_names_and_extended_headers_are_followed() {
    let long = format!("{}/file.json", "folder".repeat(40));
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(1);
    builder.append_data(&mut header, &long, &b"1"[..]).unwrap();
    builder
        .append_pax_extensions([("note", &b"1\n\n9 path=z\n"[..]), ("path", b"pax/name.json"), ("size", b"2")])
        .unwrap();
    append(&mut builder, "short", tar::EntryType::Regular, b"22");
    let bytes = builder.into_inner().unwrap();
    assert_eq!(
        lines(&told("x.tar", &bytes)),
        [format!("leaf x/{long} [x.tar] 1"), "leaf x/pax/name.json [x.tar] 2".into(), "bundle x.tar [] 2".into()]
    );
}

#[test]
fn tars_put_one_after_another_are_read_to_the_end() {
    let bytes = [tarred(&[("a", b"1")]), tarred(&[("b", b"2")])].concat();
    assert_eq!(lines(&told("x.tar", &bytes)), ["leaf x/a [x.tar] 1", "leaf x/b [x.tar] 1", "bundle x.tar [] 2"]);
}

#[test]
fn a_cut_tar_keeps_what_came_before() {
    let (one, two) = (noise(2_000), noise(3_000));
    let bytes = tarred(&[("one", &one), ("two", &two)]);
    // Inside the second member: after two header blocks, the first member's four, and 700 bytes.
    let cut = told("x.tar", &bytes[..6 * 512 + 700]);
    assert_eq!(lines(&cut), ["leaf x/one [x.tar] 2000", "leaf x/two [x.tar] 700 E105", "bundle x.tar [] 2 E105"]);
    assert_eq!((cut[1].problem().byte, cut[2].problem().byte), (Some(700), Some(6 * 512 + 700)));
    // At the border between two members nothing but the end mark is missing.
    let cut = told("x.tar", &bytes[..5 * 512]);
    assert_eq!(lines(&cut), ["leaf x/one [x.tar] 2000", "bundle x.tar [] 1 E105"]);
    assert!(cut[1].problem().what.contains("without its end mark"));
    let packed = gzip(&bytes);
    let cut = told("x.tar.gz", &packed[..packed.len() - 1_000]);
    assert_eq!(code_of(&cut[1]), ProblemCode::Damaged);
    assert_eq!(code_of(&cut[2]), ProblemCode::Damaged);
}

#[test]
fn a_damaged_zip_says_so_where_it_is_damaged() {
    let bytes = zipped(&[("a", &noise(5_000)), ("b", b"2")]);
    let cut = told("x.zip", &bytes[..bytes.len() - 30]);
    assert_eq!(lines(&cut), ["bundle x.zip [] 0 E105"]);
    let mut flipped = zipped_by(&[("a", &noise(5_000)), ("b", b"2")], zip::CompressionMethod::Stored);
    flipped[200] ^= 1;
    let told = told("x.zip", &flipped);
    assert_eq!(lines(&told), ["leaf x/a [x.zip] 5000 E105", "leaf x/b [x.zip] 1", "bundle x.zip [] 2"]);
    assert!(told[0].problem().what.contains("checksum"));
}

#[test]
fn ustar_in_a_text_makes_no_tar() {
    let mut text = vec![b' '; 600];
    text[257..262].copy_from_slice(b"ustar");
    assert_eq!(lines(&told("x.json", &text)), ["leaf x.json [] 600"]);
}
