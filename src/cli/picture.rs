//! Pictures as files.

use std::path::Path;

use super::output;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::file;

pub use crate::plot::DISCLAIMER;
use crate::plot::{Figure, Theme};

/// The format a picture's name asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// PNG.
    Png,
    /// SVG.
    Svg,
}

/// What a picture's name asks for; `-` is PNG.
pub fn kind(name: &str) -> Result<Kind, Diagnostic> {
    let ending = Path::new(name).extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
    match ending.as_deref() {
        None if name == "-" => Ok(Kind::Png),
        Some("png") => Ok(Kind::Png),
        Some("svg") => Ok(Kind::Svg),
        _ => {
            let mut found =
                Diagnostic::error(&file::BAD_VALUE, format!("`{name}` is not a picture that can be written"));
            found.help("end the name in .png or .svg, or write `-` for PNG on standard output");
            Err(found)
        }
    }
}

/// Size and colours; the size follows from the figure if it is not given.
#[derive(Debug, Clone, Copy, Default)]
pub struct Page {
    /// Width and height in pixels.
    pub size: Option<(u32, u32)>,
    /// Colours.
    pub theme: Theme,
}

/// The bytes of a figure.
#[cfg(feature = "plot")]
pub fn draw(figure: &Figure, kind: Kind, wanted: &Page) -> Result<Vec<u8>, Diagnostic> {
    use crate::plot::page;
    use crate::plot::render::{png, svg};
    let mut size = page(figure);
    if let Some((width, height)) = wanted.size {
        (size.width, size.height) = (width, height);
    }
    let drawn = match kind {
        Kind::Png => png(figure, size, wanted.theme),
        Kind::Svg => svg(figure, size, wanted.theme).map(String::into_bytes),
    };
    drawn.map_err(|error| {
        let mut found = Diagnostic::error(&file::CANNOT_DRAW, format!("cannot draw: {error}"));
        found.help("let --size be larger, or leave it out; fewer panels (--panels) need less room");
        found
    })
}

/// Built without pictures: says so.
#[cfg(not(feature = "plot"))]
pub fn draw(_figure: &Figure, _kind: Kind, _wanted: &Page) -> Result<Vec<u8>, Diagnostic> {
    let mut found = Diagnostic::error(&file::NOT_YET, "this build of cascade draws no pictures");
    found.help("build with the feature `plot`, which is on by default");
    Err(found)
}

/// Writes a picture to its file, or to standard output for `-`.
pub fn write(name: &str, content: &[u8]) -> Result<(), crate::diagnostic::Problems> {
    if name == "-" { output::bytes(content) } else { output::write_file(Path::new(name), content) }
}
