//! Tests of the renderers on one made-up engagement whose names are as hostile as they come.

mod fixture;
mod figures;
mod escape;
mod ties;
mod files;
mod screen;
