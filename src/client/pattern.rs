//! Patterns of names: `*` for any characters, `?` for one.

use crate::protocol::SafeName;

/// What a label has to look like. Upper and lower case count as the same.
pub(super) struct Pattern {
    signs: Vec<char>,
}

impl Pattern {
    /// Whether a text would be a pattern: it has a `*` or `?`.
    pub(super) fn is_one(text: &str) -> bool {
        text.contains(['*', '?'])
    }

    /// The pattern of a text, which stands for a whole label.
    pub(super) fn new(text: &str) -> Pattern {
        Pattern { signs: SafeName::folded(text).chars().collect() }
    }

    /// The same, but a text without `*` and `?` stands for every label that contains it.
    pub(super) fn loose(text: &str) -> Pattern {
        match Pattern::is_one(text) {
            true => Pattern::new(text),
            false => Pattern::new(&format!("*{text}*")),
        }
    }

    /// Whether a label looks like this. Takes at most as many steps as the label's length times the pattern's: when the
    /// rest does not fit, only the last `*` is made to stand for more, since an earlier one could do nothing else.
    pub(super) fn matches(&self, label: &str) -> bool {
        let label: Vec<char> = SafeName::folded(label).chars().collect();
        let (mut sign, mut at) = (0, 0);
        // The sign behind the last `*`, and where in the label what that stands for ends.
        let mut star = None;
        while at < label.len() {
            match (self.signs.get(sign), star) {
                (Some('*'), _) => {
                    sign += 1;
                    star = Some((sign, at));
                }
                (Some(c), _) if *c == '?' || *c == label[at] => {
                    sign += 1;
                    at += 1;
                }
                (_, Some((behind, end))) => {
                    star = Some((behind, end + 1));
                    (sign, at) = (behind, end + 1);
                }
                (_, None) => return false,
            }
        }
        self.signs[sign..].iter().all(|c| *c == '*')
    }
}
