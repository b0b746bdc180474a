mod bits;
mod designs;
mod draws;
mod tables;
mod treated;
mod uncertain;

use crate::diagnostic::Source;
use crate::model::{Model, Values};

/// A model of one state with these parameters, each a name and the lines of its table, and more text behind.
pub(super) fn model(parameters: &[(&str, &str)], more: &str) -> Model {
    checked(parameters, more).unwrap_or_else(|told| panic!("{told}"))
}

/// As [`model`], or what is told of it.
pub(super) fn checked(parameters: &[(&str, &str)], more: &str) -> Result<Model, String> {
    let mut text = String::from(
        "format = 'cascade-model/1'\nname = 'small'\ntitle = 'One state'\ntime = 'd'\nmaturity = 'exact'\n\
         [simulation]\nuntil = '28 d'\n",
    );
    let mut rate = vec!["0 [1/d]".to_string()];
    for (name, lines) in parameters {
        text += &format!("[parameters.{name}]\n{lines}\nsource = 'doi:10.1000/1, Table 1'\n");
        rate.push(format!("0 * {name} / (1 [d] * ({name} + 1 * {name}))"));
    }
    text += &format!("[states.cells]\nunit = 'cells'\nstart = '1 [cells]'\nrate = '-({}) * cells'\n", rate.join(" + "));
    match Model::parse(&Source::new("small.toml", text + more)) {
        Ok((model, _)) => Ok(model),
        Err(problems) => Err(problems.to_string()),
    }
}

pub(super) fn typical(model: &Model) -> Values {
    Values::new(model, None, &[]).unwrap()
}
