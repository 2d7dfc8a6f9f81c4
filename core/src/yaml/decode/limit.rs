//! go-yaml's limit on what aliases may multiply.
//!
//! Source: go-yaml v2.4, decode.go (allowedAliasRatio, unmarshal).

/// Up to so many steps, aliases may cause 99% of them.
const LOW: u64 = 400_000;
/// From so many steps on, aliases may cause 10% of them; between the two it falls evenly.
const HIGH: u64 = 4_000_000;

/// How often go-yaml's decoder would have been called so far.
#[derive(Default)]
pub(super) struct Steps {
    taken: u64,
    /// Of these, inside of what an alias stands for.
    aliased: u64,
    /// How many aliases are being decoded.
    depth: u32,
    excessive: bool,
}

impl Steps {
    pub(super) fn taken(&self) -> u64 {
        self.taken
    }

    /// Whether go-yaml would have given up by now.
    #[inline]
    pub(super) fn are_excessive(&self) -> bool {
        self.excessive
    }

    #[inline]
    pub(super) fn one(&mut self) {
        self.taken = self.taken.saturating_add(1);
        if self.depth > 0 {
            self.aliased = self.aliased.saturating_add(1);
        }
        self.judge();
    }

    /// Takes `steps` at once. go-yaml looks after each of them.
    pub(super) fn many(&mut self, steps: u64) {
        if self.depth > 0 {
            return self.many_inside_alias(steps);
        }
        // What is allowed, as a number of aliased steps, rises and then falls: it is lowest at the
        // first or last step, or where the falling ends.
        let end = self.taken.saturating_add(steps);
        for stop in [self.taken.saturating_add(steps.min(1)), HIGH, end] {
            if stop > self.taken && stop <= end {
                self.taken = stop;
                self.judge();
            }
        }
    }

    /// The same with all steps inside of what an alias stands for: the ratio only rises, what is
    /// allowed only falls, so the last step decides.
    pub(super) fn many_inside_alias(&mut self, steps: u64) {
        self.taken = self.taken.saturating_add(steps);
        self.aliased = self.aliased.saturating_add(steps);
        self.judge();
    }

    pub(super) fn enter_alias(&mut self) {
        self.depth += 1;
    }

    pub(super) fn leave_alias(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    #[inline]
    fn judge(&mut self) {
        if self.aliased > 100 && self.taken > 1000 {
            self.excessive |= self.ratio() > allowed(self.taken);
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "as Go converts")]
    fn ratio(&self) -> f64 {
        self.aliased as f64 / self.taken as f64
    }
}

/// The part of all steps that may be inside of what aliases stand for.
#[expect(clippy::cast_precision_loss, reason = "as Go converts")]
fn allowed(taken: u64) -> f64 {
    match taken {
        ..=LOW => 0.99,
        HIGH.. => 0.10,
        _ => 0.99 - 0.89 * ((taken - LOW) as f64 / (HIGH - LOW) as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_steps_at_once_are_judged_as_one_by_one() {
        for (own, aliased, more) in [
            (10, 990, 2),
            (500, 120_000, 3_900_000),
            (3_000, 299_000, 3_000_000),
            (3_000, 450_000, 4_000_000),
            (20_000, 380_000, 3_700_000),
        ] {
            for inside in [false, true] {
                let mut together = Steps { taken: own + aliased, aliased, ..Steps::default() };
                let mut single = Steps { taken: own + aliased, aliased, ..Steps::default() };
                if inside {
                    together.enter_alias();
                    single.enter_alias();
                }
                together.many(more);
                (0..more).for_each(|_| single.one());
                assert_eq!(together.excessive, single.excessive, "{own} {aliased} {more} {inside}");
                assert_eq!(together.taken, single.taken);
            }
        }
    }
}
