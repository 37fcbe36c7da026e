//! SQL that Polars would answer, but otherwise than it is meant: refused, with the place, before it is run. A wrong
//! answer that looks right is worse than none.

use std::ops::ControlFlow;

use sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, JoinConstraint, JoinOperator,
    Query, SetExpr, TableFactor, TableWithJoins, Visit, Visitor, WindowType,
};

/// Something that is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// A word of the text at the place.
    pub(super) word: String,
    /// What is wrong with it.
    pub(super) what: String,
    /// What to write instead.
    pub(super) hint: &'static str,
}

/// Aggregates, which add up what several rows say.
const AGGREGATES: [&str; 7] = ["sum", "count", "avg", "min", "max", "median", "stddev"];

/// The first thing in a query that Polars would answer wrongly; `is_known` says which names tables and views have.
pub(super) fn first(query: &Query, is_known: &dyn Fn(&str) -> bool) -> Option<Refusal> {
    match query.visit(&mut Refusals { is_known }) {
        ControlFlow::Break(refusal) => Some(refusal),
        ControlFlow::Continue(()) => None,
    }
}

struct Refusals<'a> {
    is_known: &'a dyn Fn(&str) -> bool,
}

impl Visitor for Refusals<'_> {
    type Break = Refusal;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Refusal> {
        for table in query.with.iter().flat_map(|with| &with.cte_tables) {
            let name = table.alias.name.value.to_lowercase();
            if (self.is_known)(&name) {
                return ControlFlow::Break(Refusal {
                    what: format!("`{name}` is a table or view already, and would be read instead of this one"),
                    word: table.alias.name.value.clone(),
                    hint: "give it another name",
                });
            }
        }
        joins(&query.body)
    }

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<Refusal> {
        let Expr::Function(function) = expression else { return ControlFlow::Continue(()) };
        let word = function.name.to_string();
        let name = word.to_lowercase();
        let is_aggregate = AGGREGATES.contains(&name.as_str());
        if name == "sum" && arguments(function).any(is_constant) {
            let what = "the sum of a constant counts no rows here".to_owned();
            return ControlFlow::Break(Refusal { word, what, hint: "write count(*), times the constant" });
        }
        let Some(WindowType::WindowSpec(window)) = &function.over else { return ControlFlow::Continue(()) };
        if is_aggregate && !window.order_by.is_empty() && window.window_frame.is_none() {
            let what = format!("`{name}` over ordered rows does not say of which rows");
            let hint = "write the frame: rows between unbounded preceding and current row";
            return ControlFlow::Break(Refusal { word, what, hint });
        }
        if is_aggregate && arguments(function).any(has_aggregate) {
            let what = format!("`{name}` is worked out over groups before the groups are made");
            let hint = "make the groups in a common table expression, and then the window over it";
            return ControlFlow::Break(Refusal { word, what, hint });
        }
        ControlFlow::Continue(())
    }
}

fn arguments(function: &Function) -> impl Iterator<Item = &Expr> {
    let list = match &function.args {
        FunctionArguments::List(list) => list.args.as_slice(),
        _ => &[],
    };
    list.iter().filter_map(|argument| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expression)) => Some(expression),
        _ => None,
    })
}

fn is_constant(expression: &Expr) -> bool {
    match expression {
        Expr::Value(_) => true,
        Expr::Nested(inner) | Expr::UnaryOp { expr: inner, .. } | Expr::Cast { expr: inner, .. } => is_constant(inner),
        Expr::BinaryOp { left, right, .. } => is_constant(left) && is_constant(right),
        _ => false,
    }
}

fn has_aggregate(expression: &Expr) -> bool {
    let found = sqlparser::ast::visit_expressions(expression, |inner| match inner {
        Expr::Function(function) if AGGREGATES.contains(&function.name.to_string().to_lowercase().as_str()) => {
            ControlFlow::Break(())
        }
        _ => ControlFlow::Continue(()),
    });
    found.is_break()
}

/// Joins of the selects of a query; queries inside it are visited by themselves.
fn joins(body: &SetExpr) -> ControlFlow<Refusal> {
    match body {
        SetExpr::Select(select) => select.from.iter().try_for_each(joins_of),
        SetExpr::SetOperation { left, right, .. } => {
            joins(left)?;
            joins(right)
        }
        _ => ControlFlow::Continue(()),
    }
}

fn joins_of(table: &TableWithJoins) -> ControlFlow<Refusal> {
    let relations = std::iter::once(&table.relation).chain(table.joins.iter().map(|join| &join.relation));
    for relation in relations {
        if let TableFactor::NestedJoin { table_with_joins, .. } = relation {
            joins_of(table_with_joins)?;
        }
    }
    for join in &table.joins {
        let (JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint)
        | JoinOperator::Right(constraint)
        | JoinOperator::RightOuter(constraint)
        | JoinOperator::FullOuter(constraint)) = &join.join_operator
        else {
            continue;
        };
        if let JoinConstraint::On(condition) = constraint
            && !is_equal_columns(condition)
        {
            return ControlFlow::Break(Refusal {
                word: "on".to_owned(),
                what: format!("an outer join on `{condition}` would lose the rows that have no partner"),
                hint: "state equal columns alone; filter the tables before they are joined",
            });
        }
    }
    ControlFlow::Continue(())
}

fn is_equal_columns(condition: &Expr) -> bool {
    let is_column = |side: &Expr| matches!(side, Expr::Identifier(_) | Expr::CompoundIdentifier(_));
    match condition {
        Expr::Nested(inner) => is_equal_columns(inner),
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => is_equal_columns(left) && is_equal_columns(right),
        Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => is_column(left) && is_column(right),
        _ => false,
    }
}
