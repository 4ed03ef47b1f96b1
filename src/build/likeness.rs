//! Names of pages that someone may have meant.

/// Names of which less than half is the same are not meant.
const LEAST: f64 = 0.5;

/// Those of `names` that are most like `name`, or whose files are, the likest first; at most `most`.
pub fn likest<'n>(name: &str, names: impl IntoIterator<Item = &'n str>, most: usize) -> Vec<&'n str> {
    let file = |path: &'n str| path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let own = name.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let likeness = |other: &'n str| {
        let files = strsim::normalized_damerau_levenshtein(own, file(other));
        strsim::normalized_damerau_levenshtein(name, other).max(files)
    };
    let mut names: Vec<&str> = names.into_iter().collect();
    names.sort_unstable();
    names.dedup();
    let mut likest: Vec<(f64, &str)> =
        names.into_iter().map(|name| (likeness(name), name)).filter(|&(likeness, _)| likeness > LEAST).collect();
    likest.sort_by(|one, other| other.0.total_cmp(&one.0));
    likest.into_iter().take(most).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_in_other_folders_and_slips_are_meant() {
        let names = ["guide/hive.html", "guide/honey.html", "api/honey.html", "index.html"];
        let check = |name: &str, expected: &[&str]| assert_eq!(likest(name, names, 2), expected, "{name}");
        check("guide/hony.html", &["guide/honey.html", "api/honey.html"]);
        check("docs/hive.html", &["guide/hive.html", "api/honey.html"]);
        check("qqzzxxqqzzxxqqzzxx", &[]);
    }
}
