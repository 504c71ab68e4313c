//! Why a rule matches, or not.

use entward_sigma::Reason;

use crate::support::{JsonRecord, compile, rule_text};

#[test]
fn an_explanation_has_every_leaf_with_what_was_seen() {
    let detection =
        "selection:\n    A|contains: [x, y]\n    B: 1\nfilter:\n    C: z\ncondition: selection and not filter";
    let set = compile(&rule_text(detection));
    let record = JsonRecord::new(r#"{"A": ["ax", "b"], "C": "z"}"#, &set);
    let explanation = set.explain(0, &record);
    assert!(!explanation.holds);
    let Reason::All(parts) = &explanation.reason else { panic!("{explanation:?}") };
    let Reason::Selection(name, selection) = &parts[0].reason else { panic!("{explanation:?}") };
    assert_eq!((name.as_str(), selection.holds), ("selection", false));
    let Reason::All(leaves) = &selection.reason else { panic!("{explanation:?}") };
    let Reason::Leaf(first) = &leaves[0].reason else { panic!("{explanation:?}") };
    assert!(leaves[0].holds);
    assert_eq!((first.written.as_str(), first.missing), ("A|contains", false));
    assert_eq!(first.expected, ["x", "y"]);
    assert_eq!(first.seen, ["ax", "b"]);
    let Reason::Leaf(second) = &leaves[1].reason else { panic!("{explanation:?}") };
    assert!(!leaves[1].holds && second.missing);
    let Reason::Not(filter) = &parts[1].reason else { panic!("{explanation:?}") };
    assert!(filter.holds && !parts[1].holds);
}
