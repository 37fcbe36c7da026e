//! Which trail an answer is about, as its file's name tells.

use super::*;

#[test]
fn a_word_stands_alone() {
    for (text, word, stands) in [
        ("trail-status-main-20260101", "main", true),
        ("main", "main", true),
        ("status_domain", "main", false),
        ("main2-status", "main", false),
        ("trail-status-trail-10", "trail-1", false),
        ("é-main-é", "main", true),
        ("", "main", false),
    ] {
        assert_eq!(has_word(text, word), stands, "{text}: {word}");
    }
}
