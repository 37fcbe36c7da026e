//! Hostile text, place by place.

use std::borrow::Cow;

use crate::report::escape::{cell, is_unseen, sentence, visible};

#[test]
fn control_and_direction_characters_become_visible() {
    assert_eq!(visible("\u{1b}[2J"), "\\u{1b}[2J");
    assert_eq!(visible("a\nb\tc\rd\0"), "a\\nb\\tc\\rd\\u{0}");
    assert_eq!(visible("\u{9b}31m\u{7f}"), "\\u{9b}31m\\u{7f}");
    assert_eq!(visible("gpj.\u{202e}exe\u{200b}\u{feff}\u{e0041}"), "gpj.\\u{202e}exe\\u{200b}\\u{feff}\\u{e0041}");
    assert!(matches!(visible("Zürich, 東京 <script>"), Cow::Borrowed(_)));
}

#[test]
fn visible_text_stays_as_it_is() {
    for text in ["\u{1b}\\u{1b}", "\u{2028}x", "plain"] {
        let once = visible(text).into_owned();
        assert_eq!(visible(&once), once);
        assert!(!once.chars().any(is_unseen));
    }
}

#[test]
fn formulas_are_guarded_and_come_back() {
    for text in ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1", "'quoted", "'=1"] {
        assert_eq!(cell(text), format!("'{text}"));
        assert_eq!(cell(text).strip_prefix('\''), Some(text));
    }
    for text in ["", "arn:aws:iam::1:user/=x", "a=b", "123456789012", "2026-01-01T00:00:00Z", " =1"] {
        assert_eq!(cell(text), text);
    }
}

#[test]
fn sentences_are_one_line_and_guarded() {
    assert_eq!(sentence("=1\n2"), "'=1\\n2");
    assert_eq!(sentence("E105: damaged\nat byte 1"), "E105: damaged\\nat byte 1");
}
