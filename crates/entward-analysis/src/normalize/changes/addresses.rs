//! `AppAddress`: where an application lets tokens and codes be sent.

use entward_model::{RedirectUri, Typed};
use serde_json::Value;

use crate::json;
use crate::knowledge::Knowledge;

pub(super) fn read(_knowledge: &Knowledge, old: &Value, new: &Value) -> Option<Typed> {
    Some(Typed::RedirectUris { old: addresses(old), new: addresses(new) })
}

fn addresses(value: &Value) -> Vec<RedirectUri> {
    match value {
        Value::Array(elements) => elements.iter().filter_map(address).collect(),
        other => address(other).into_iter().collect(),
    }
}

fn address(element: &Value) -> Option<RedirectUri> {
    let element = json::opened(element);
    if let Value::String(uri) = element.as_ref() {
        let uri = uri.trim();
        return (!uri.is_empty()).then(|| RedirectUri { uri: uri.to_owned(), platform: "unspecified".to_owned() });
    }
    let uri = json::text(&element, &["Address"])?;
    Some(RedirectUri { uri, platform: platform(&element).to_owned() })
}

/// By observation: client type 1 goes with web addresses, 2 with installed clients. An address whose own type is not 0
/// (reply address) is kept, because leaving out an address that receives tokens would be worse than showing one that
/// does not; but nothing is claimed about its platform.
fn platform(element: &Value) -> &'static str {
    let number = |name: &str| json::text(element, &[name]);
    if number("AddressType").is_some_and(|kind| kind != "0") {
        return "unspecified";
    }
    match number("ReplyAddressClientType").as_deref() {
        Some("1") => "web",
        Some("2") => "public_client",
        _ => "unspecified",
    }
}
