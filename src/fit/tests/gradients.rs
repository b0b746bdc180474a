use super::data::{STEIN90, THEOPHYLLINE, model, population};
use crate::fit::objective::Approximation;
use crate::fit::specification::Specification;
use crate::integrate::Stop;

#[test]
fn theophylline_focei() {
    let model = model(THEOPHYLLINE.0);
    let population = population(&model, THEOPHYLLINE.1, &Specification::default());
    let start = population.structure.start();
    for how in Approximation::ALL {
        let began = std::time::Instant::now();
        let found = population.approximate(how, &start, 200, &Stop::default(), |_| {}).expect("a start");
        eprintln!(
            "{how} {} {:?} {} {:?} {:?}",
            found.evaluation.objective,
            found.reason,
            found.iterations.len(),
            began.elapsed(),
            found.x
        );
        // gradient against central differences
        let x: Vec<f64> = found.x.iter().map(|x| x + 0.05).collect();
        let at = population.evaluate(&x, how, &[], true).unwrap();
        for k in 0..x.len() {
            let h = 1e-3;
            let moved = |by: f64| {
                let mut x = x.clone();
                x[k] += by;
                population.evaluate(&x, how, &at.modes, false).unwrap().objective
            };
            let difference = (moved(h) - moved(-h)) / (2.0 * h);
            eprintln!("   {k} {} {}", at.gradient[k], difference);
        }
    }
}

#[test]
fn stein_focei() {
    let model = model(STEIN90.0);
    let estimate = ["c0", "rho", "tmx", "alp", "bet", "kem"].map(String::from).to_vec();
    let population =
        population(&model, STEIN90.1, &Specification { estimate: Some(estimate), ..Specification::default() });
    let start = population.structure.start();
    let began = std::time::Instant::now();
    for (at, start) in
        [start.clone(), start.iter().enumerate().map(|(i, x)| if i < 6 { x + 0.3 } else { *x }).collect()]
            .iter()
            .enumerate()
    {
        let found = population
            .approximate(Approximation::Focei, start, 100, &Stop::default(), |i| {
                eprintln!("{} {} {}", i.iteration, i.objective, i.gradient)
            })
            .expect("a start");
        let kinks = found.evaluation.modes.iter().filter(|mode| mode.at_kink).count();
        eprintln!(
            "{at} {} {:?} {} {:?} {:?} kinks {kinks}",
            found.evaluation.objective,
            found.reason,
            found.iterations.len(),
            began.elapsed(),
            found.x
        );
    }
}

#[test]
fn saem_theophylline() {
    let model = model(THEOPHYLLINE.0);
    let population = population(&model, THEOPHYLLINE.1, &Specification::default());
    let start = population.structure.start();
    let began = std::time::Instant::now();
    let found =
        population.saem(&start, crate::fit::saem::Settings::default(), &Stop::default(), |_| {}).expect("a start");
    eprintln!("{:?} {} settled {} {:?}", began.elapsed(), found.iterations.len(), found.settled, found.x);
    let likelihood = population.importance(&found.x, &found.means, &found.covariances, 2000, 1);
    eprintln!("{:?} {likelihood:?}", began.elapsed());
}
