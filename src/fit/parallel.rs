//! Subjects on several threads: what comes of each is independent of the others, and is taken in their order.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// `of` each number below `count`, on as many threads; in the order of the numbers.
pub(super) fn each<T: Send>(count: usize, threads: usize, of: impl Fn(usize) -> T + Sync) -> Vec<T> {
    if threads < 2 || count < 2 {
        return (0..count).map(of).collect();
    }
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Vec::with_capacity(count));
    std::thread::scope(|scope| {
        for _ in 0..threads.min(count) {
            scope.spawn(|| {
                let mut own = Vec::new();
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= count {
                        break;
                    }
                    own.push((at, of(at)));
                }
                found.lock().expect("no thread panics while it holds it").append(&mut own);
            });
        }
    });
    let mut found = found.into_inner().expect("all threads have ended");
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, value)| value).collect()
}
