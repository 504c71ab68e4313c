//! Ids as the logs write them: any letter case, with or without dashes or braces.

/// A GUID in the writing of the tables: lower case, with dashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Guid([u8; 36]);

impl Guid {
    /// Reads a GUID in any of its writings; `None` where the text is none.
    pub(super) fn read(text: &str) -> Option<Guid> {
        let text = text.trim();
        let text = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or(text).as_bytes();
        let dashed = match text.len() {
            36 => true,
            32 => false,
            _ => return None,
        };
        let mut out = [b'-'; 36];
        let mut rest = text.iter();
        for (place, byte) in out.iter_mut().enumerate() {
            let is_dash = matches!(place, 8 | 13 | 18 | 23);
            if is_dash && !dashed {
                continue;
            }
            let read = rest.next()?.to_ascii_lowercase();
            if is_dash && read != b'-' || !is_dash && !read.is_ascii_hexdigit() {
                return None;
            }
            *byte = read;
        }
        Some(Guid(out))
    }

    /// The 36 characters, for comparing with the ids of a table.
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Guid;

    #[test]
    fn every_writing_of_an_id_reads_the_same() {
        let plain = Guid::read("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9").unwrap();
        check("0A1B2C3D-4E5F-6071-8293-A4B5C6D7E8F9", Some(plain));
        check("0a1b2c3d4e5f60718293a4b5c6d7e8f9", Some(plain));
        check("{0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9}", Some(plain));
        check(" 0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9 ", Some(plain));
    }

    #[test]
    fn what_is_no_id_is_none() {
        check("", None);
        check("Mail.Read", None);
        check("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f", None);
        check("0a1b2c3d-4e5f-6071-8293_a4b5c6d7e8f9", None);
        check("0a1b2c3d4e5f60718293a4b5c6d7e8g9", None);
        check("ä1b2c3d4e5f60718293a4b5c6d7e8f9", None);
    }

    #[track_caller]
    fn check(text: &str, expected: Option<Guid>) {
        assert_eq!(Guid::read(text), expected, "{text}");
    }
}
