//! Sizes, limits and draws against numbers from elsewhere.

mod numbers;
mod selection;
