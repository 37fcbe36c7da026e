//! Testing by samples: how many items, from which population, which ones, and what they showed.
//!
//! A sample is planned ([`plan`], [`stages`], [`frequency`]) on exact percentages ([`rate`]) with three models of
//! chance ([`chance`]), and what it allows to say is a limit ([`limit`]). Nothing here reads the command line or
//! the clock, and nothing is drawn that the seed does not decide.

pub mod rate;
pub mod chance;
pub mod limit;
pub mod plan;
pub mod stages;
pub mod frequency;
pub mod told;
pub mod selection;
pub mod population;
pub mod frozen;
pub mod draw;
pub mod record;
pub mod drawn;
pub mod workbook;
pub mod returned;
pub mod evaluate;
pub mod evaluated;
pub mod redraw;

#[cfg(test)]
mod tests;
