//! "Did you mean": the nearest known name, within a distance that a typing slip explains.

/// The candidate nearest to `given`, or `None` where none is near.
///
/// Near means: at most a third of the longer name's characters have to change (at least one may).
pub fn nearest<'c>(given: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let folded = given.to_lowercase();
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let distance = strsim::damerau_levenshtein(&folded, &candidate.to_lowercase());
            let longer = given.chars().count().max(candidate.chars().count());
            (distance <= (longer / 3).max(1)).then_some((distance, candidate))
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// The tail of a message: `` , did you mean `x`? `` or nothing.
pub fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!(", did you mean `{name}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_found_and_a_stranger_is_not() {
        let known = ["critical", "high", "medium", "low"];
        assert_eq!(nearest("critcal", known), Some("critical"));
        assert_eq!(nearest("HIGH", known), Some("high"));
        assert_eq!(nearest("banana", known), None);
    }

    #[test]
    fn equal_distances_are_settled_by_name() {
        assert_eq!(nearest("bat", ["cat", "bar"]), Some("bar"));
    }
}
