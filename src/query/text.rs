//! What is known of a text of SQL before it is run: its heading, its parameters, the names in it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use sqlparser::ast::{Query, SetExpr, Statement, visit_relations};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserError, ParserOptions};
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

use super::library::VIEWS;
use super::tables::Tables;
use super::{QueryError, refusals};

/// Functions that would read files or open connections of their own.
const READERS: [&str; 4] = ["read_csv", "read_parquet", "read_ipc", "read_json"];

/// A text of SQL, with what it is called in messages.
#[derive(Clone, Debug)]
pub struct Text {
    /// Its name in messages: that of a question, or of a file.
    pub name: String,
    sql: String,
    tokens: Vec<TokenWithSpan>,
    heading: Heading,
    /// What it reads from, in lower case: tables, views, and what it defines by itself.
    relations: BTreeSet<String>,
    is_ordered: bool,
}

/// What the comment at the top of a text says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heading {
    /// Its first paragraph: what the text answers.
    pub answers: String,
    /// The parameters that it tells of, in order.
    pub parameters: Vec<Parameter>,
}

/// A parameter of a text: `$name` in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Whether it is a number; else it is a text.
    pub is_number: bool,
    /// What holds where none is given.
    pub default: Option<String>,
    /// What it means.
    pub meaning: String,
}

/// What stands for the first and last day of the window in a heading.
const FIRST_DAY: &str = "first day of the window";
const LAST_DAY: &str = "last day of the window";

/// The values of parameters.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// As given.
    pub given: BTreeMap<String, String>,
    /// First and last day of the window, where there is an assessment.
    pub window: Option<(String, String)>,
}

impl Text {
    /// Takes a text apart.
    ///
    /// # Errors
    /// [`QueryError::Sql`] with the place, where it is no single query.
    pub fn parse(name: &str, sql: &str) -> Result<Self, QueryError> {
        let tokens =
            Tokenizer::new(&GenericDialect, sql).tokenize_with_location().map_err(|error| QueryError::Sql {
                place: format!("{name}, line {}, column {}", error.location.line, error.location.column),
                what: error.message,
                hint: None,
            })?;
        let mut text = Self {
            name: name.to_owned(),
            sql: sql.to_owned(),
            tokens,
            heading: Heading::parse(sql),
            relations: BTreeSet::new(),
            is_ordered: false,
        };
        let query = text.query()?;
        text.is_ordered = query.order_by.is_some();
        if let Some(refusal) = refusals::first(&query, &is_known) {
            return Err(QueryError::Sql {
                place: text.place_of(&refusal.word),
                what: refusal.what,
                hint: Some(refusal.hint.to_owned()),
            });
        }
        let _all: ControlFlow<()> = visit_relations(&query, |relation| {
            text.relations.extend(relation.0.last().map(|part| part.to_string().trim_matches('"').to_lowercase()));
            ControlFlow::Continue(())
        });
        Ok(text)
    }

    /// What its heading says.
    #[must_use]
    pub fn heading(&self) -> &Heading {
        &self.heading
    }

    /// The text as it was given.
    #[must_use]
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// Whether it reads a table or view of this name.
    #[must_use]
    pub fn reads(&self, name: &str) -> bool {
        self.relations.contains(name)
    }

    /// Whether the order of its rows is stated.
    #[must_use]
    pub fn is_ordered(&self) -> bool {
        self.is_ordered
    }

    /// The parameters in it.
    #[must_use]
    pub fn parameters(&self) -> BTreeSet<String> {
        let names = self.tokens.iter().filter_map(|token| match &token.token {
            Token::Placeholder(name) => name.strip_prefix('$').map(str::to_owned),
            _ => None,
        });
        names.collect()
    }

    /// Where a name stands in it first, in words.
    #[must_use]
    pub fn place_of(&self, name: &str) -> String {
        let last = name.rsplit('.').next().unwrap_or(name);
        let found = self.tokens.iter().find(|token| match &token.token {
            Token::Word(word) => word.value.eq_ignore_ascii_case(last),
            _ => false,
        });
        match found {
            Some(token) => {
                format!("{}, line {}, column {}", self.name, token.span.start.line, token.span.start.column)
            }
            None => self.name.clone(),
        }
    }

    /// The text with each parameter replaced by its value.
    ///
    /// # Errors
    /// [`QueryError::Parameter`] for one without a value, and for a number that is none.
    pub fn with(&self, values: &Values) -> Result<String, QueryError> {
        let mut lines: Vec<String> = self.sql.lines().map(str::to_owned).collect();
        // From the end, so that places before stay where they are.
        for token in self.tokens.iter().rev() {
            let Token::Placeholder(written) = &token.token else { continue };
            let Some(name) = written.strip_prefix('$') else { continue };
            let literal = self.literal(name, values)?;
            let at = |place: u64| usize::try_from(place).unwrap_or(0).saturating_sub(1);
            if let Some(line) = lines.get_mut(at(token.span.start.line)) {
                let before: String = line.chars().take(at(token.span.start.column)).collect();
                let after: String = line.chars().skip(at(token.span.start.column) + written.chars().count()).collect();
                *line = format!("{before}{literal}{after}");
            }
        }
        Ok(lines.join("\n"))
    }

    /// A parameter's value as SQL.
    fn literal(&self, name: &str, values: &Values) -> Result<String, QueryError> {
        let told = self.heading.parameters.iter().find(|parameter| parameter.name == name);
        let default = || match told.and_then(|told| told.default.as_deref()) {
            Some(FIRST_DAY) => values.window.as_ref().map(|(first, _)| first.clone()),
            Some(LAST_DAY) => values.window.as_ref().map(|(_, last)| last.clone()),
            other => other.map(str::to_owned),
        };
        let value = values.given.get(name).cloned().or_else(default).ok_or_else(|| {
            let place = self.tokens.iter().find(|token| token.token == Token::Placeholder(format!("${name}")));
            let (line, column) = place.map_or((1, 1), |token| (token.span.start.line, token.span.start.column));
            QueryError::Parameter(format!(
                "{}, line {line}, column {column}: there is no value for `${name}`; give one with --param {name}=VALUE",
                self.name
            ))
        })?;
        if told.is_some_and(|told| told.is_number) {
            return match value.parse::<i64>() {
                Ok(number) => Ok(number.to_string()),
                Err(_) => Err(QueryError::Parameter(format!("--param {name}={value}: it takes a whole number"))),
            };
        }
        if told
            .and_then(|told| told.default.as_deref())
            .is_some_and(|default| default == FIRST_DAY || default == LAST_DAY)
        {
            check_day(name, &value, values)?;
        }
        Ok(format!("'{}'", value.replace('\'', "''")))
    }

    /// The one query that it is, which reads only what it is given.
    fn query(&self) -> Result<Query, QueryError> {
        let mut words = self.tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_))).peekable();
        while let Some(token) = words.next() {
            let Token::Word(word) = &token.token else { continue };
            let reader = READERS.iter().find(|reader| word.value.eq_ignore_ascii_case(reader));
            if let (Some(reader), Some(Token::LParen)) = (reader, words.peek().map(|next| &next.token)) {
                return Err(QueryError::Sql {
                    place: self.place_of(&word.value),
                    what: format!("`{reader}` would read a file of its own"),
                    hint: Some(
                        "a query reads the tables of the lake and the assessment alone; `tickmark schema` lists them"
                            .to_owned(),
                    ),
                });
            }
        }
        let options = ParserOptions { trailing_commas: true, ..ParserOptions::default() };
        let parsed = Parser::new(&GenericDialect)
            .with_options(options)
            .with_tokens_with_locations(self.tokens.clone())
            .parse_statements();
        let statements = parsed.map_err(|error| self.syntax(&error))?;
        let only_reads = |query: &Query| {
            matches!(
                query.body.as_ref(),
                SetExpr::Select(_) | SetExpr::Query(_) | SetExpr::SetOperation { .. } | SetExpr::Values(_)
            )
        };
        match statements.as_slice() {
            [Statement::Query(query)] if only_reads(query) => Ok(query.as_ref().clone()),
            [] => {
                Err(QueryError::Sql { place: self.name.clone(), what: "there is no SQL in it".to_owned(), hint: None })
            }
            [_] => Err(QueryError::Sql {
                place: self.name.clone(),
                what: "it is no query: nothing in a lake can be changed by SQL".to_owned(),
                hint: Some("write a SELECT".to_owned()),
            }),
            _ => Err(QueryError::Sql {
                place: self.name.clone(),
                what: format!("there are {} statements in it", statements.len()),
                hint: Some("ask one question at a time".to_owned()),
            }),
        }
    }

    fn syntax(&self, error: &ParserError) -> QueryError {
        let said = match error {
            ParserError::TokenizerError(said) | ParserError::ParserError(said) => said.clone(),
            ParserError::RecursionLimitExceeded => "it is nested too deeply".to_owned(),
        };
        // The parser ends its messages with the place.
        let (what, place) = match said.split_once(" at Line: ") {
            Some((what, place)) => {
                let (line, column) = place.split_once(", Column: ").unwrap_or((place, ""));
                (what.to_owned(), format!("{}, line {line}, column {column}", self.name))
            }
            None => (said, self.name.clone()),
        };
        QueryError::Sql { place, what, hint: None }
    }
}

impl Heading {
    /// Reads the comment at the top.
    fn parse(sql: &str) -> Self {
        let lines: Vec<&str> = sql.lines().map_while(|line| line.strip_prefix("--")).map(str::trim).collect();
        let answers = lines.iter().take_while(|line| !line.is_empty()).copied().collect::<Vec<_>>().join(" ");
        let parameters = lines.iter().filter_map(|line| parameter(line)).collect();
        Self { answers, parameters }
    }
}

/// Whether a table or a view has this name.
fn is_known(name: &str) -> bool {
    Tables::descriptions().contains_key(name) || VIEWS.iter().any(|view| view.name == name)
}

impl Values {
    /// Whether the days that are given leave any time to ask about.
    ///
    /// # Errors
    /// [`QueryError::Parameter`], when the period ends before it begins, or a day lies outside of it.
    pub fn check_period(&self) -> Result<(), QueryError> {
        let days = self.given.iter().filter(|(_, value)| crate::model::Instant::parse_date(value).is_ok());
        let (from, through) = (self.given.get("from"), self.given.get("through"));
        let empty = from.zip(through).filter(|(from, through)| from > through);
        if let Some((from, through)) = empty {
            let what = format!("--param through={through} is before --param from={from}: there is no day to ask about");
            return Err(QueryError::Parameter(what));
        }
        for (name, value) in days {
            if from.is_some_and(|from| value < from) || through.is_some_and(|through| value > through) {
                let what = format!("--param {name}={value} is not a day of the period that from and through leave");
                return Err(QueryError::Parameter(what));
            }
        }
        Ok(())
    }
}

/// Whether a day is one of the window.
fn check_day(name: &str, value: &str, values: &Values) -> Result<(), QueryError> {
    let is_day = crate::model::Instant::parse_date(value).is_ok();
    if !is_day {
        return Err(QueryError::Parameter(format!("--param {name}={value}: it takes a day, such as 2026-01-31")));
    }
    match &values.window {
        Some((first, last)) if value < first.as_str() || value > last.as_str() => Err(QueryError::Parameter(format!(
            "--param {name}={value}: the assessment is of {first} through {last}; give a day of it, or assess another window"
        ))),
        _ => Ok(()),
    }
}

/// A line such as `$top (number, default: 20): how many`.
fn parameter(line: &str) -> Option<Parameter> {
    let rest = line.strip_prefix('$')?;
    let (name, rest) =
        rest.split_once(' ').or_else(|| rest.split_once(':')).map(|(name, rest)| (name.trim_end_matches(':'), rest))?;
    let (traits, meaning) = match rest.strip_prefix('(').and_then(|rest| rest.split_once("):")) {
        Some((traits, meaning)) => (traits, meaning),
        None => ("", rest),
    };
    let (mut is_number, mut default) = (false, None);
    for part in traits.split(", ") {
        match part.strip_prefix("default: ") {
            Some(stated) => default = Some(stated.to_owned()),
            None => is_number |= part == "number",
        }
    }
    Some(Parameter { name: name.to_owned(), is_number, default, meaning: meaning.trim().to_owned() })
}
