//! What the auditor asks of a random estate: scope list, tags, parameters, and the engagement file that says so.

use std::fmt::Write as _;

use super::estate::Estate;
use crate::oracle::{Control14Tag, HOUR, ScopeAccount, Settings, Source};

impl Estate {
    /// A scope list and tags, or none.
    pub(crate) fn make_settings(&mut self) {
        if self.random.chance(40) {
            let mut scope = Vec::new();
            let environments = self.random.chance(60);
            for id in self.accounts.clone() {
                if self.random.chance(10) {
                    continue;
                }
                let environment = (environments && self.random.chance(80))
                    .then(|| self.random.pick(&["production", "production", "staging"]).to_owned());
                let mut regions =
                    if self.random.chance(25) { vec![self.random.pick(&self.regions.clone())] } else { Vec::new() };
                if !regions.is_empty() && self.random.chance(20) {
                    regions.push("sa-east-1".to_owned());
                }
                // An environment on a line that is out of scope is a case of its own.
                let in_scope = environment.is_some() && environments || self.random.chance(85);
                scope.push(ScopeAccount { id, environment, in_scope, regions });
            }
            if self.random.chance(30) {
                scope.push(ScopeAccount {
                    id: "999900001111".to_owned(),
                    environment: None,
                    in_scope: true,
                    regions: Vec::new(),
                });
            }
            if self.random.chance(30) {
                scope.push(ScopeAccount {
                    id: "000011112222".to_owned(),
                    environment: None,
                    in_scope: true,
                    regions: Vec::new(),
                });
            }
            if !scope.is_empty() {
                self.scope = Some(scope);
            }
        }
        for control in ["C14", "C16"] {
            if self.random.chance(25) {
                let tag =
                    Control14Tag { key: "Data".to_owned(), values: vec!["restricted".to_owned(), "secret".to_owned()] };
                self.tags.push((control.to_owned(), tag));
            }
        }
    }

    /// The engagement file, where the estate needs one.
    pub(crate) fn engagement(&self) -> Option<String> {
        let mut text = String::new();
        if self.scope_as_file {
            text += "[scope]\naccounts = \"scope.csv\"\n";
        }
        for line in self.scope.iter().flatten().filter(|_| !self.scope_as_file) {
            writeln!(text, "[[scope.account]]\nid = {:?}\nin_scope = {}", line.id, line.in_scope).unwrap();
            if let Some(environment) = &line.environment {
                writeln!(text, "environment = {environment:?}").unwrap();
            }
            if !line.regions.is_empty() {
                writeln!(text, "regions = {:?}", line.regions).unwrap();
            }
        }
        if !self.aliases.is_empty() {
            text += "[rules.aliases]\n";
        }
        for (name, test) in &self.aliases {
            writeln!(text, "{name:?} = {test:?}").unwrap();
        }
        for (control, tag) in &self.tags {
            writeln!(text, "[controls.{control}]\ntag = {{ key = {:?}, values = {:?} }}", tag.key, tag.values).unwrap();
        }
        if self.max_gap_hours != 36 || self.lag_hours != 24 {
            writeln!(
                text,
                "[parameters]\nmax_gap_hours = {}\nlag_tolerance_hours = {}",
                self.max_gap_hours, self.lag_hours
            )
            .unwrap();
        }
        (!text.is_empty()).then_some(text)
    }

    /// The scope list as a file of its own.
    pub(crate) fn scope_file(&self) -> Option<String> {
        let lines = self.scope.as_ref().filter(|_| self.scope_as_file)?;
        let mut text = "account_id,name,environment,in_scope,regions\r\n".to_owned();
        for line in lines {
            let regions = line.regions.first().map_or("", String::as_str);
            writeln!(
                text,
                "{},\"a, b\",{},{},{regions}\r",
                line.id,
                line.environment.as_deref().unwrap_or_default(),
                line.in_scope
            )
            .unwrap();
        }
        Some(text)
    }

    /// The same settings for the oracle.
    pub(crate) fn settings(&self, sources: &[Source]) -> Settings {
        let mut settings = Settings::over(self.from * 1000, self.until * 1000, sources);
        settings.scope.clone_from(&self.scope);
        settings.tags.extend(self.tags.iter().cloned());
        settings.aliases.extend(self.aliases.iter().cloned());
        settings.max_gap = self.max_gap_hours * HOUR;
        settings
    }
}
