//! Addresses as the logs write them, made plain.
//!
//! One address is written in many ways: bare, with a port, with a v6 address in brackets, with a `::` in front of eight
//! groups that need none, as the text `<null>`. [`plain`] reads them all. What names no address (a host, a mask of
//! crosses) is no address, and the event says nothing rather than something false.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The address that a text holds, without port and zone, as plain IPv4 or IPv6 text.
///
/// A v4 address that is written inside v6 (`::ffff:203.0.113.7`) is given as v4, so that both spellings compare equal.
/// `0.0.0.0` stays: services write it, and it tells more than silence. `None` for anything that is no address.
pub(crate) fn plain(text: &str) -> Option<String> {
    let text = text.trim();
    if let Some(bracketed) = text.strip_prefix('[') {
        let (inner, _port) = bracketed.split_once(']')?;
        return inner.parse::<Ipv4Addr>().map(IpAddr::V4).ok().or_else(|| version_six(inner)).map(shown);
    }
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(shown(address));
    }
    if let Some((host, port)) = text.split_once(':')
        && let Ok(address) = host.parse::<Ipv4Addr>()
        && port.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Some(address.to_string());
    }
    version_six(text).map(shown)
}

/// A v6 address, perhaps with a zone, perhaps with a `::` before groups that are already eight.
fn version_six(text: &str) -> Option<IpAddr> {
    let text = text.split('%').next().unwrap_or(text);
    let parsed = text.parse::<Ipv6Addr>().or_else(|error| match text.strip_prefix("::") {
        Some(rest) => rest.parse::<Ipv6Addr>(),
        None => Err(error),
    });
    parsed.ok().map(IpAddr::V6)
}

fn shown(address: IpAddr) -> String {
    address.to_canonical().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_an_address_becomes_one() {
        check("203.0.113.24", "203.0.113.24");
        check(" 203.0.113.24 ", "203.0.113.24");
        check("203.0.113.24:50231", "203.0.113.24");
        check("0.0.0.0", "0.0.0.0");
        check("2001:db8::7", "2001:db8::7");
        check("2001:0DB8:0000:0000:0000:0000:0000:0007", "2001:db8::7");
        check("[2001:db8::7]:36185", "2001:db8::7");
        check("[2001:db8::7]", "2001:db8::7");
        check("[203.0.113.24]:443", "203.0.113.24");
        check("::2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6");
        check("::ffff:203.0.113.24", "203.0.113.24");
        check("fe80::1%eth0", "fe80::1");
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(plain(text).as_deref(), Some(expected), "{text}");
    }

    #[test]
    fn what_is_no_address_is_none() {
        for text in [
            "",
            "  ",
            "<null>",
            "null",
            "XX.XX.XX.XX",
            "portal.contoso.example",
            "203.0.113",
            "203.0.113.24:http",
            "[",
            "::g",
        ] {
            assert_eq!(plain(text), None, "{text}");
        }
    }
}
