/// Which modules every run imports: those that a chain of top-level imports leads to from the first
/// one, the entry. `targets` gives, for each module, the modules that are imported whenever it is.
pub(crate) fn certain_modules<'a>(targets: impl Iterator<Item = &'a [usize]>) -> Vec<bool> {
    let targets: Vec<&[usize]> = targets.collect();
    let mut certain = vec![false; targets.len()];
    let mut waiting = vec![0];
    while let Some(module) = waiting.pop() {
        if let Some(seen) = certain.get_mut(module)
            && !*seen
        {
            *seen = true;
            waiting.extend(targets.get(module).into_iter().flat_map(|targets| targets.iter().copied()));
        }
    }
    certain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_are_followed_and_cycles_end() {
        let targets: [&[usize]; 5] = [&[1], &[2, 0], &[99], &[4], &[]];
        assert_eq!(certain_modules(targets.into_iter()), [true, true, true, false, false]);
        assert!(certain_modules(std::iter::empty()).is_empty());
    }
}
