//! Reading TOML by section and key, so that whatever is wrong can be told with its line.
//!
//! Serves the catalog and the engagement file, and knows nothing of either: only texts, lists, choices
//! and sections.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

mod error;
mod nearest;

pub use error::SettingsFileError;
pub(crate) use error::quoted;
pub(crate) use nearest::{nearest, suggestion};

use error::is_printable;

/// The text of a file with the label that messages name it by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SourceText<'a> {
    /// What the file is, in messages: `catalog`, `engagement file`.
    pub(crate) noun: &'static str,
    /// What the caller calls the file.
    pub(crate) label: &'a str,
    /// All of it.
    pub(crate) text: &'a str,
}

/// A text from a file and the line it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lined {
    /// As written.
    pub(crate) text: String,
    /// Counted from 1.
    pub(crate) line: usize,
}

/// One table of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Section<'a> {
    source: SourceText<'a>,
    noun: &'static str,
    table: &'a DeTable<'a>,
    /// The line it begins in.
    pub(crate) line: usize,
}

impl<'a> SourceText<'a> {
    /// Parses the whole as TOML.
    pub(crate) fn parse(self) -> Result<DeTable<'a>, SettingsFileError> {
        DeTable::parse(self.text).map(Spanned::into_inner).map_err(|error| {
            let line = self.line_of(error.span().map_or(0, |span| span.start));
            self.error(line, format!("not valid TOML: {}", error.message()))
        })
    }

    /// The top of the file as a section.
    pub(crate) fn top(self, table: &'a DeTable<'a>) -> Section<'a> {
        Section { source: self, noun: "file", table, line: 1 }
    }

    /// An error in a line of this file.
    pub(crate) fn error(self, line: usize, what: String) -> SettingsFileError {
        SettingsFileError { noun: self.noun, file: self.label.to_owned(), line, what }
    }

    fn line_of(self, offset: usize) -> usize {
        let before = self.text.as_bytes().get(..offset).unwrap_or_default();
        memchr::memchr_iter(b'\n', before).count() + 1
    }
}

impl<'a> Section<'a> {
    /// Refuses keys that are not in `known`, and names the nearest that is.
    pub(crate) fn check_keys(&self, known: &[&'static str]) -> Result<(), SettingsFileError> {
        let unknown = self.table.keys().filter(|key| !known.contains(&key.get_ref().as_ref()));
        let Some(key) = unknown.min_by_key(|key| key.span().start) else { return Ok(()) };
        let name = key.get_ref();
        let hint = suggestion(nearest(name, known.iter().copied()));
        Err(self.error(self.source.line_of(key.span().start), format!("unknown key {}{hint}", quoted(name))))
    }

    /// An error in a line of the section's file.
    pub(crate) fn error(&self, line: usize, what: String) -> SettingsFileError {
        self.source.error(line, what)
    }

    /// Whether the section has this key.
    pub(crate) fn line_of_key(&self, key: &str) -> Option<usize> {
        self.table.get_key_value(key).map(|(name, _)| self.source.line_of(name.span().start))
    }

    /// A text exactly as written.
    pub(crate) fn text(&self, key: &str) -> Result<Option<Lined>, SettingsFileError> {
        self.get(key).map(|value| self.as_text(key, value)).transpose()
    }

    /// A text that may run over lines, brought to one; never empty.
    pub(crate) fn prose(&self, key: &str) -> Result<Option<String>, SettingsFileError> {
        let Some(written) = self.text(key)? else { return Ok(None) };
        self.as_prose(key, &written).map(Some)
    }

    /// As [`Section::prose`], for a key that has to be there.
    pub(crate) fn required_prose(&self, key: &str) -> Result<String, SettingsFileError> {
        self.prose(key)?.ok_or_else(|| self.missing(key))
    }

    /// As [`Section::text`], for a key that has to be there.
    pub(crate) fn required_text(&self, key: &str) -> Result<Lined, SettingsFileError> {
        self.text(key)?.ok_or_else(|| self.missing(key))
    }

    /// A list of texts, none empty and none twice; empty where the key is missing.
    pub(crate) fn texts(&self, key: &str) -> Result<Vec<Lined>, SettingsFileError> {
        let mut texts: Vec<Lined> = Vec::new();
        for value in self.list(key)? {
            let text = self.as_text(key, value)?;
            if texts.iter().any(|earlier| earlier.text == text.text) {
                return Err(self.error(text.line, format!("{} stands twice in `{key}`", quoted(&text.text))));
            }
            texts.push(text);
        }
        Ok(texts)
    }

    /// As [`Section::texts`], for a list that has to hold something.
    pub(crate) fn required_texts(&self, key: &str) -> Result<Vec<Lined>, SettingsFileError> {
        let Some(line) = self.line_of_key(key) else { return Err(self.missing(key)) };
        let texts = self.texts(key)?;
        if texts.is_empty() { Err(self.error(line, format!("`{key}` is empty"))) } else { Ok(texts) }
    }

    /// A list of sentences, each brought to one line.
    pub(crate) fn sentences(&self, key: &str) -> Result<Vec<String>, SettingsFileError> {
        self.texts(key)?.iter().map(|written| self.as_prose(key, written)).collect()
    }

    /// `true` or `false`; false where the key is missing.
    pub(crate) fn flag(&self, key: &str) -> Result<bool, SettingsFileError> {
        let Some(value) = self.get(key) else { return Ok(false) };
        value.get_ref().as_bool().ok_or_else(|| self.wrong_type(key, value, "true or false"))
    }

    /// One of a fixed set of words.
    pub(crate) fn choice<T: Copy>(
        &self,
        key: &str,
        choices: &[(&'static str, T)],
    ) -> Result<Option<T>, SettingsFileError> {
        let Some(word) = self.text(key)? else { return Ok(None) };
        if let Some((_, chosen)) = choices.iter().find(|(name, _)| *name == word.text) {
            return Ok(Some(*chosen));
        }
        let names: Vec<String> = choices.iter().map(|(name, _)| format!("`{name}`")).collect();
        let what = format!("`{key}` is {}, but has to be one of {}", quoted(&word.text), names.join(", "));
        Err(self.error(word.line, what))
    }

    /// The sections of a list of tables; empty where the key is missing.
    pub(crate) fn sections(&self, key: &str, noun: &'static str) -> Result<Vec<Section<'a>>, SettingsFileError> {
        let values = self.list(key)?;
        values.into_iter().map(|value| self.as_section(key, noun, value)).collect()
    }

    /// A sub-table, if it is there.
    pub(crate) fn section(&self, key: &str, noun: &'static str) -> Result<Option<Section<'a>>, SettingsFileError> {
        self.get(key).map(|value| self.as_section(key, noun, value)).transpose()
    }

    /// The names of all keys, in order, each with its line.
    pub(crate) fn keys(&self) -> Vec<Lined> {
        let key = |key: &Spanned<std::borrow::Cow<'a, str>>| Lined {
            text: key.get_ref().to_string(),
            line: self.source.line_of(key.span().start),
        };
        self.table.keys().map(key).collect()
    }

    /// A whole number that is not negative.
    pub(crate) fn count(&self, key: &str) -> Result<Option<u32>, SettingsFileError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let number = value
            .get_ref()
            .as_integer()
            .and_then(|number| u32::from_str_radix(&number.as_str().replace('_', ""), number.radix()).ok());
        number.map(Some).ok_or_else(|| self.wrong_type(key, value, "a whole number of 0 or more"))
    }

    /// A day, written as a TOML date or as a text.
    pub(crate) fn day(&self, key: &str) -> Result<Option<Lined>, SettingsFileError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let line = self.source.line_of(value.span().start);
        match value.get_ref() {
            DeValue::Datetime(date) if date.time.is_none() => Ok(Some(Lined { text: date.to_string(), line })),
            DeValue::String(text) => Ok(Some(Lined { text: text.to_string(), line })),
            _ => Err(self.wrong_type(key, value, "a date such as 2026-01-31")),
        }
    }

    /// `true` or `false`, where the key is there.
    pub(crate) fn stated_flag(&self, key: &str) -> Result<Option<bool>, SettingsFileError> {
        self.get(key).map(|_| self.flag(key)).transpose()
    }

    /// All keys of a sub-table with their texts, in the order of the keys; empty where the key is missing.
    pub(crate) fn pairs(&self, key: &str) -> Result<Vec<(String, Lined)>, SettingsFileError> {
        let Some(value) = self.get(key) else { return Ok(Vec::new()) };
        let section = self.as_section(key, "table", value)?;
        let pair = |(name, value): (&'a Spanned<_>, &'a Spanned<DeValue<'a>>)| {
            let name: &std::borrow::Cow<'a, str> = name.get_ref();
            Ok((name.to_string(), section.as_text(name, value)?))
        };
        section.table.iter().map(pair).collect()
    }

    /// Names and values of a sub-table whose values are text, whole numbers or flags; each as text.
    pub(crate) fn plain_values(&self, key: &str) -> Result<Vec<(Lined, Lined)>, SettingsFileError> {
        let Some(value) = self.get(key) else { return Ok(Vec::new()) };
        let section = self.as_section(key, "table", value)?;
        let pair = |(name, value): (&'a Spanned<std::borrow::Cow<'a, str>>, &'a Spanned<DeValue<'a>>)| {
            let line = self.source.line_of(name.span().start);
            let text = match value.get_ref() {
                DeValue::Integer(number) => number.as_str().to_owned(),
                DeValue::Boolean(flag) => flag.to_string(),
                _ => section.as_text(name.get_ref(), value)?.text,
            };
            Ok((Lined { text: name.get_ref().to_string(), line }, Lined { text, line }))
        };
        section.table.iter().map(pair).collect()
    }

    fn get(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.table.get(key)
    }

    fn list(&self, key: &str) -> Result<Vec<&'a Spanned<DeValue<'a>>>, SettingsFileError> {
        let Some(value) = self.get(key) else { return Ok(Vec::new()) };
        let list = value.get_ref().as_array().ok_or_else(|| self.wrong_type(key, value, "a list"))?;
        Ok(list.iter().collect())
    }

    fn as_section(
        &self,
        key: &str,
        noun: &'static str,
        value: &'a Spanned<DeValue<'a>>,
    ) -> Result<Section<'a>, SettingsFileError> {
        let table = value.get_ref().as_table().ok_or_else(|| self.wrong_type(key, value, "a table"))?;
        Ok(Section { source: self.source, noun, table, line: self.source.line_of(value.span().start) })
    }

    fn as_text(&self, key: &str, value: &Spanned<DeValue<'a>>) -> Result<Lined, SettingsFileError> {
        let text = value.get_ref().as_str().ok_or_else(|| self.wrong_type(key, value, "a text"))?;
        let line = self.source.line_of(value.span().start);
        if text.chars().any(|character| !is_printable(character) && !matches!(character, '\n' | '\r' | '\t')) {
            return Err(self.error(line, format!("`{key}` holds a character that does not show: {}", quoted(text))));
        }
        Ok(Lined { text: text.to_owned(), line })
    }

    fn as_prose(&self, key: &str, written: &Lined) -> Result<String, SettingsFileError> {
        let prose = written.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if prose.is_empty() { Err(self.error(written.line, format!("`{key}` is empty"))) } else { Ok(prose) }
    }

    fn missing(&self, key: &str) -> SettingsFileError {
        self.error(self.line, format!("the {} that begins here has no `{key}`", self.noun))
    }

    fn wrong_type(&self, key: &str, value: &Spanned<DeValue<'a>>, wanted: &str) -> SettingsFileError {
        let found = value.get_ref().type_str();
        self.error(self.source.line_of(value.span().start), format!("`{key}` has to be {wanted}, not {found}"))
    }
}
