//! Known symptoms: what a line in a log means, and what to do.
//!
//! Texts and causes are gathered from Argo's source and from its issues; each names its own.

mod table;

pub use table::SYMPTOMS;

/// Something that logs of Argo, or messages of a workflow, say when offloading or its surroundings fail.
#[derive(Debug, PartialEq, Eq)]
pub struct Symptom {
    /// Stable name in words: `offloading-not-supported`.
    pub name: &'static str,
    /// Texts by which it is known; each is a list of pieces that one line holds in this order.
    pub texts: &'static [&'static [&'static str]],
    /// What causes it.
    pub cause: &'static str,
    /// What to do.
    pub remedy: &'static str,
    /// Where the fact is from.
    pub source: &'static str,
    /// Rules of lint that find the cause beforehand.
    pub rules: &'static [&'static str],
}

/// A symptom seen in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// What it is.
    pub symptom: &'static Symptom,
    /// The line it was first seen in, counted from 1.
    pub line: usize,
    /// In how many lines it was seen.
    pub lines: usize,
}

/// The known symptoms in a log text, in the order in which they first appear.
#[must_use]
pub fn recognise(text: &str) -> alloc::vec::Vec<Seen> {
    let mut seen: alloc::vec::Vec<Seen> = alloc::vec::Vec::new();
    for (index, line) in text.lines().enumerate() {
        for symptom in SYMPTOMS.iter().filter(|symptom| symptom.is_in(line)) {
            match seen.iter_mut().find(|known| known.symptom == symptom) {
                Some(known) => known.lines += 1,
                None => seen.push(Seen { symptom, line: index + 1, lines: 1 }),
            }
        }
    }
    seen
}

impl Symptom {
    fn is_in(&self, line: &str) -> bool {
        self.texts.iter().any(|pieces| {
            let mut rest = line;
            pieces.iter().all(|piece| match rest.split_once(piece) {
                Some((_, after)) => {
                    rest = after;
                    true
                }
                None => false,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symptoms_are_recognised_in_logs() {
        let log = "level=info msg=\"starting\"\n\
            level=error msg=\"Failed to submit\" error=\"upper: no more rows in this result set\"\n\
            Error 1045 (28000): Access denied for user 'argo\\n'@'10.0.0.7'\n\
            level=error error=\"upper: no more rows in this result set\"\n";
        let names: alloc::vec::Vec<_> =
            recognise(log).iter().map(|seen| (seen.symptom.name, seen.line, seen.lines)).collect();
        assert_eq!(names, [("row-missing", 2, 2), ("access-denied", 3, 1)]);
        assert!(recognise("nothing wrong here").is_empty());
    }

    #[test]
    fn every_symptom_has_a_name_of_its_own_and_all_its_texts() {
        for (index, symptom) in SYMPTOMS.iter().enumerate() {
            assert!(SYMPTOMS[index + 1..].iter().all(|other| other.name != symptom.name));
            for pieces in symptom.texts {
                assert!(!pieces.is_empty() && pieces.iter().all(|piece| piece.len() > 3));
                let line = pieces.join(" … ");
                assert!(recognise(&line).iter().any(|seen| seen.symptom == symptom), "{line}");
            }
            for rule in symptom.rules {
                assert!(crate::config::rules::find(rule).is_some(), "{rule}");
            }
        }
    }
}
