//! An order of work in which results are not needed at once.

/// An order of the items 0 to `reads.len()` in which each comes after those it reads, where possible with `distance` - 1
/// others in between: what was just written to memory cannot be read at once, and the processor works on what does not
/// wait. Of those that need not wait the one with the longest way before it comes first, else the one that waits least.
///
/// # Panics
/// If items read each other in a circle.
pub fn spread(reads: &[Vec<usize>], distance: usize) -> Vec<usize> {
    let count = reads.len();
    let mut readers = vec![Vec::new(); count];
    let mut missing: Vec<usize> = reads.iter().map(Vec::len).collect();
    for (at, read) in reads.iter().enumerate() {
        read.iter().for_each(|&read| readers[read].push(at));
    }
    let height = heights(&readers, &missing);
    let mut ready: Vec<(usize, usize)> = (0..count).filter(|&at| missing[at] == 0).map(|at| (0, at)).collect();
    let mut order = Vec::with_capacity(count);
    while !ready.is_empty() {
        let now = order.len();
        let next = |&(from, at): &(usize, usize)| (from.max(now), usize::MAX - height[at], at);
        let chosen = (0..ready.len()).min_by_key(|&index| next(&ready[index])).expect("some are ready");
        let (_, at) = ready.swap_remove(chosen);
        order.push(at);
        for &reader in &readers[at] {
            missing[reader] -= 1;
            if missing[reader] == 0 {
                ready.push((now + distance, reader));
            }
        }
    }
    assert_eq!(order.len(), count, "nothing reads itself");
    order
}

/// The longest way from each item to one that nothing reads.
fn heights(readers: &[Vec<usize>], reads: &[usize]) -> Vec<usize> {
    let mut missing = reads.to_vec();
    let mut open: Vec<usize> = (0..reads.len()).filter(|&at| missing[at] == 0).collect();
    let mut sorted = Vec::with_capacity(reads.len());
    while let Some(at) = open.pop() {
        sorted.push(at);
        for &reader in &readers[at] {
            missing[reader] -= 1;
            if missing[reader] == 0 {
                open.push(reader);
            }
        }
    }
    let mut height = vec![1; reads.len()];
    for &at in sorted.iter().rev() {
        height[at] = readers[at].iter().map(|&reader| height[reader] + 1).max().unwrap_or(1);
    }
    height
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_comes_first_and_not_just_before() {
        // Two chains of three and four loose items.
        let reads = vec![vec![], vec![0], vec![1], vec![], vec![3], vec![4], vec![], vec![], vec![], vec![]];
        let order = spread(&reads, 3);
        let place = |at: usize| order.iter().position(|&item| item == at).unwrap();
        for (at, read) in reads.iter().enumerate() {
            for &read in read {
                assert!(place(at) >= place(read) + 3, "{order:?}");
            }
        }
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn a_chain_stays_a_chain() {
        assert_eq!(spread(&[vec![1], vec![2], vec![]], 5), [2, 1, 0]);
    }

    #[test]
    #[should_panic(expected = "nothing reads itself")]
    fn a_circle_is_noticed() {
        spread(&[vec![1], vec![0]], 1);
    }
}
