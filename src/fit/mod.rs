//! Estimation from data: likelihood, modes, approximations of the marginal likelihood, and what follows from them.
mod importance;
mod linear;
mod marginal;
mod mode;
mod objective;
mod observed;
mod population;
mod structure;
mod transform;
mod approximate;
mod optimise;
mod saem;
mod specification;
#[cfg(test)]
mod tests;
