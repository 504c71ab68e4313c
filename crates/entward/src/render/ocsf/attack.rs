//! Sigma's `attack.…` tags as OCSF's `attack` objects.

use serde_json::{Value, json};

/// ATT&CK's tactics: the tag's word, the id, the name. Version 19 split Defense Evasion
/// into Stealth and Defense Impairment; rules written before still carry the old word.
const TACTICS: &[(&str, &str, &str)] = &[
    ("reconnaissance", "TA0043", "Reconnaissance"),
    ("resource-development", "TA0042", "Resource Development"),
    ("initial-access", "TA0001", "Initial Access"),
    ("execution", "TA0002", "Execution"),
    ("persistence", "TA0003", "Persistence"),
    ("privilege-escalation", "TA0004", "Privilege Escalation"),
    ("stealth", "TA0005", "Stealth"),
    ("defense-evasion", "TA0005", "Defense Evasion"),
    ("defense-impairment", "TA0112", "Defense Impairment"),
    ("credential-access", "TA0006", "Credential Access"),
    ("discovery", "TA0007", "Discovery"),
    ("lateral-movement", "TA0008", "Lateral Movement"),
    ("collection", "TA0009", "Collection"),
    ("command-and-control", "TA0011", "Command and Control"),
    ("exfiltration", "TA0010", "Exfiltration"),
    ("impact", "TA0040", "Impact"),
];

/// The attacks that tags name, each once. Tags do not say which technique serves which
/// tactic: they are paired only where there is a single tactic.
pub(super) fn attacks<'a>(tags: impl Iterator<Item = &'a str>) -> Vec<Value> {
    let mut tactics: Vec<Value> = Vec::new();
    let mut techniques: Vec<String> = Vec::new();
    for tag in tags {
        let Some(word) = tag.to_ascii_lowercase().strip_prefix("attack.").map(|word| word.replace('_', "-")) else {
            continue;
        };
        if let Some((_, uid, name)) = TACTICS.iter().find(|(tactic, ..)| *tactic == word) {
            let tactic = json!({ "uid": uid, "name": name });
            if !tactics.contains(&tactic) {
                tactics.push(tactic);
            }
        } else if is_technique(&word) && !techniques.iter().any(|known| known.eq_ignore_ascii_case(&word)) {
            techniques.push(word.to_ascii_uppercase());
        }
    }
    let mut attacks: Vec<Value> = techniques.iter().map(|uid| technique(uid)).collect();
    match tactics.as_slice() {
        [single] if !attacks.is_empty() => {
            for attack in &mut attacks {
                attack["tactic"] = single.clone();
            }
        }
        _ => attacks.extend(tactics.into_iter().map(|tactic| json!({ "tactic": tactic }))),
    }
    attacks
}

/// `t1098`, `t1098.001`.
fn is_technique(word: &str) -> bool {
    let Some(number) = word.strip_prefix('t') else { return false };
    let (number, sub) = number.split_once('.').unwrap_or((number, "000"));
    let digits = |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(number, 4) && digits(sub, 3)
}

fn technique(uid: &str) -> Value {
    match uid.split_once('.') {
        Some((parent, _)) => json!({ "technique": { "uid": parent }, "sub_technique": { "uid": uid } }),
        None => json!({ "technique": { "uid": uid } }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(tags: &[&str], expected: Value) {
        assert_eq!(Value::Array(attacks(tags.iter().copied())), expected);
    }

    #[test]
    fn a_technique_is_paired_with_the_only_tactic() {
        check(
            &["attack.persistence", "attack.t1098.001", "attack.T1098.001", "cve.2026-1"],
            json!([{
                "technique": { "uid": "T1098" },
                "sub_technique": { "uid": "T1098.001" },
                "tactic": { "uid": "TA0003", "name": "Persistence" },
            }]),
        );
    }

    #[test]
    fn with_several_tactics_nothing_is_guessed() {
        check(
            &["attack.persistence", "attack.defense_evasion", "attack.t1528", "attack.s0677"],
            json!([
                { "technique": { "uid": "T1528" } },
                { "tactic": { "uid": "TA0003", "name": "Persistence" } },
                { "tactic": { "uid": "TA0005", "name": "Defense Evasion" } },
            ]),
        );
        check(&["attack.stealth"], json!([{ "tactic": { "uid": "TA0005", "name": "Stealth" } }]));
        check(&[], json!([]));
    }
}
