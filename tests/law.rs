//! What must hold for every model: units, doses, clocks, expressions, switches, extinction, signs.

mod data;
mod doses;
mod expressions;
mod extinction;
mod rounds;
mod signs;
mod switches;
mod units;
