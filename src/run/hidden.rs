//! Messages that would tell a secret.
//!
//! A rule may put into its message whatever it reads. What must not be shown is not shown there either, whole or
//! line by line.

use crate::model::SECRETS;
use crate::operation::Operation;
use crate::source::json::Outline;

/// Shorter pieces of a secret may stand anywhere, and tell nothing.
const SHORTEST: usize = 6;

/// What is shown in place of such a message.
pub(super) const HIDDEN: &str = "(the message tells what must not be shown)";

/// Whether resources of an operation hold secrets at all.
pub(super) fn has_secrets(operation: Operation) -> bool {
    operation == Operation::GetPatchBaseline
}

/// The pieces of a resource that no message may hold, in lower case: lines, and what stands behind their `=` or `:`.
pub(super) fn pieces(operation: Operation, outline: &Outline<'_>) -> Vec<String> {
    let mut pieces = Vec::new();
    if !has_secrets(operation) {
        return pieces;
    }
    let Some(root) = outline.root() else { return pieces };
    for secret in SECRETS {
        let Some(list) = outline.member(root, secret.list) else { continue };
        for element in outline.children(list) {
            let Some(value) = outline.member(element, secret.member) else { continue };
            let Ok(text) = serde_json::from_str::<String>(outline.text(value)) else { continue };
            for line in text.to_lowercase().lines() {
                let behind = line.split_once(['=', ':']).map_or("", |(_, behind)| behind);
                pieces.extend([line, behind].map(|piece| piece.trim().to_owned()));
            }
        }
    }
    pieces.retain(|piece| piece.chars().count() >= SHORTEST);
    pieces.sort_unstable();
    pieces.dedup();
    pieces
}

/// Whether a text holds one of the pieces.
pub(super) fn tells(text: &str, pieces: &[String]) -> bool {
    if pieces.is_empty() {
        return false;
    }
    let text = text.to_lowercase();
    // As a message of the engine or of JSON may write them.
    pieces.iter().any(|piece| text.contains(piece.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_configuration_and_their_values_are_kept_out() {
        let text =
            r#"{"Sources": [{"Name": "a", "Configuration": "[main]\npassword = Hunter2Secret\nabc"}]}"#;
        let pieces = pieces(Operation::GetPatchBaseline, &Outline::new(text));
        assert_eq!(pieces, ["[main]", "hunter2secret", "password = hunter2secret"]);
        assert!(tells("it is HUNTER2SECRET", &pieces) && !tells("abc", &pieces));
    }
}
