//! Which rules or checks are asked for.

use anyhow::Result;

use crate::failure::Failure;

/// Something with a code and a name.
#[derive(Clone, Copy)]
pub(super) struct Named {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
}

/// What can be selected.
pub(super) struct Choice {
    /// All there is.
    pub(super) all: Vec<Named>,
    /// `rule`
    pub(super) noun: &'static str,
    /// The command that lists them.
    pub(super) list: &'static str,
}

/// What is asked for.
pub(super) struct Selection {
    codes: Vec<&'static str>,
}

impl Selection {
    /// Reads `--select` and `--ignore`.
    ///
    /// # Errors
    /// A word is no code, no name and no beginning of a code.
    pub(super) fn of(choice: &Choice, select: &[String], ignore: &[String]) -> Result<Self> {
        let mut codes: Vec<&'static str> = Vec::new();
        if select.is_empty() {
            codes.extend(choice.all.iter().map(|one| one.code));
        }
        for word in select {
            codes.extend(choice.matching(word)?);
        }
        for word in ignore {
            let left_out = choice.matching(word)?;
            codes.retain(|code| !left_out.contains(code));
        }
        Ok(Self { codes })
    }

    pub(super) fn has(&self, code: &str) -> bool {
        self.codes.contains(&code)
    }
}

impl Choice {
    /// What a code, a name or the beginning of a code means.
    fn matching(&self, word: &str) -> Result<Vec<&'static str>> {
        let upper = word.to_ascii_uppercase();
        let is_meant =
            |one: &&Named| one.name == word || (!word.is_empty() && one.code.starts_with(&upper));
        let codes: Vec<&'static str> =
            self.all.iter().filter(is_meant).map(|one| one.code).collect();
        if codes.is_empty() {
            return Err(Failure::new(format_args!("there is no {} {word:?}", self.noun))
                .help(format_args!("{} lists them", self.list))
                .into());
        }
        Ok(codes)
    }
}
