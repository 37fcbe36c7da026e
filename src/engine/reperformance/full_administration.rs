//! Which statements of a policy allow everything on everything, and which come close to it.
//!
//! Shared by what looks at managed policies and what looks at inline ones; knows no verdict.

use super::policy_document::{Effect, PolicyDocument, Statement, Texts};
use super::verdict::Beyond;

/// What a document's statements amount to.
#[derive(Debug, Default)]
pub(super) struct Administration {
    /// Statements that allow all actions on all resources, in words.
    pub(super) full: Vec<String>,
    /// Whether each of them holds only under conditions.
    pub(super) only_conditioned: bool,
    /// Why the document may hold more than could be read.
    pub(super) flaw: Option<String>,
    /// Statements that allow nearly as much; AWS's rule passes them.
    pub(super) nearly: Vec<Beyond>,
}

/// How much an element takes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    Some,
    /// It has another form than AWS accepts: it might be anything.
    Unclear,
    /// All resource names of AWS, but not by the plain wildcard.
    AllNames,
    /// All but what is named.
    AllBut,
    All,
}

impl Administration {
    /// Goes through a document.
    pub(super) fn of(document: &PolicyDocument) -> Self {
        let mut found = Self { flaw: document.flaw(), only_conditioned: true, ..Self::default() };
        for statement in document.statements() {
            found.add(&statement);
        }
        found.only_conditioned &= !found.full.is_empty();
        found
    }

    fn add(&mut self, statement: &Statement<'_>) {
        let (actions, resources) = (actions(statement), resources(statement));
        if statement.effect() == Effect::Deny || actions == Reach::Some || resources == Reach::Some {
            return;
        }
        let name = statement.words();
        let is_unclear = [actions, resources].contains(&Reach::Unclear) || statement.effect() == Effect::Unclear;
        if is_unclear {
            self.flaw.get_or_insert_with(|| format!("{name} has a form that AWS does not accept"));
            return;
        }
        if (actions, resources) == (Reach::All, Reach::All) {
            self.only_conditioned &= statement.is_conditioned();
            self.full.push(name);
            return;
        }
        let (kind, what) = match (actions, resources) {
            (Reach::AllBut, _) => ("allows_all_but_some_actions", "all actions but those it names"),
            (_, Reach::AllBut) => ("allows_all_but_some_resources", "all actions on all resources but those it names"),
            _ => ("allows_every_resource_name", "all actions on every resource name, if not on a plain `*`"),
        };
        self.nearly.push(Beyond { kind, words: format!("{name} allows {what}") });
    }
}

/// Which actions a statement is about.
fn actions(statement: &Statement<'_>) -> Reach {
    let all = |pattern: &str| if is_all(pattern) { Reach::All } else { Reach::Some };
    reach(statement.texts("Action").as_ref(), statement.element("NotAction").is_some(), all)
}

/// Which resources a statement is about.
fn resources(statement: &Statement<'_>) -> Reach {
    let all = |pattern: &str| match pattern {
        pattern if is_all(pattern) => Reach::All,
        pattern if is_all_names(pattern) => Reach::AllNames,
        _ => Reach::Some,
    };
    reach(statement.texts("Resource").as_ref(), statement.element("NotResource").is_some(), all)
}

/// How much an element takes in, given its texts and whether its opposite is there.
fn reach(named: Option<&Texts<'_>>, has_opposite: bool, one: impl Fn(&str) -> Reach) -> Reach {
    let of_named = named.map(|texts| {
        let widest = texts.values.iter().map(|pattern| one(pattern)).max().unwrap_or(Reach::Some);
        if texts.is_flawed { widest.max(Reach::Unclear) } else { widest }
    });
    match (of_named, has_opposite) {
        (Some(reach), false) => reach,
        (None, true) => Reach::AllBut,
        // AWS accepts neither both nor none.
        (Some(reach), true) => reach.max(Reach::Unclear),
        (None, false) => Reach::Unclear,
    }
}

/// `*`, and `*:*`, which grants the same.
fn is_all(pattern: &str) -> bool {
    let pattern = pattern.trim();
    pattern.starts_with('*') && pattern.chars().all(|character| matches!(character, '*' | ':')) && {
        pattern.matches(':').count() <= 1 && pattern.ends_with('*')
    }
}

/// `arn:*`, `arn:aws:*`, `arn:*:*`: wildcards after at most a partition.
fn is_all_names(pattern: &str) -> bool {
    let Some(rest) = pattern.trim().strip_prefix("arn:") else { return false };
    let is_open = |text: &str| text.ends_with('*') && text.chars().all(|character| matches!(character, '*' | ':'));
    let after_partition = rest.split_once(':').filter(|(partition, _)| partition.starts_with("aws"));
    is_open(rest) || after_partition.is_some_and(|(_, rest)| is_open(rest))
}
