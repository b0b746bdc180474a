//! Figures of a fit as data.

use super::*;
use crate::fit::example::{curves, fitted, profiles};
use crate::plot::{Content, Plot};

fn plot(tile: &Tile) -> &Plot {
    let Content::Plot(plot) = &tile.content else { panic!("{tile:?}") };
    plot
}

fn holds(figure: &Figure) {
    assert!(figure.footer.contains(DISCLAIMER) && figure.footer.contains("fit of oral"), "{}", figure.footer);
    assert!(figure.subtitle.starts_with("oral  ·  focei  ·  6 subjects, "), "{}", figure.subtitle);
    #[cfg(feature = "plot")]
    {
        use crate::plot::{Theme, page, render};
        let png = render::png(figure, page(figure), Theme::Light).unwrap();
        assert!(png.starts_with(b"\x89PNG"));
        if let Ok(folder) = std::env::var("CASCADE_SCRATCH") {
            let name = figure.title.to_lowercase().replace(' ', "-");
            std::fs::write(std::path::Path::new(&folder).join(format!("{name}.png")), png).unwrap();
        }
    }
}

#[test]
fn every_figure_is_drawn() {
    let (fit, courses) = (fitted(), curves());
    let all = [individual_fits(&fit, &courses), goodness(&fit), residuals(&fit), etas(&fit), traces(&fit)];
    let all = all.into_iter().flatten().chain(forest_of_estimates(&fit)).chain(profile(&fit, &profiles()));
    let all: Vec<Figure> = all.collect();
    all.iter().for_each(holds);
    assert_eq!(all.len(), 7);
}
