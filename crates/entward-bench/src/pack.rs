//! Corpora packed as people keep them: not at all, with gzip, with zstd.

use std::io::{self, Write};

use crate::record::Record;
use crate::shape::Shape;

/// How a file is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pack {
    /// Not at all.
    None,
    /// gzip, level 6.
    Gzip,
    /// zstd, level 3.
    Zstd,
}

impl Pack {
    /// The packing of this name on the command line.
    pub fn named(name: &str) -> Option<Pack> {
        match name {
            "none" => Some(Pack::None),
            "gzip" => Some(Pack::Gzip),
            "zstd" => Some(Pack::Zstd),
            _ => None,
        }
    }
}

/// Writes the records in this shape, packed, and returns how many the shape could hold.
///
/// # Errors
///
/// Those of the writer.
pub fn write_packed(
    shape: Shape,
    pack: Pack,
    records: impl Iterator<Item = Record>,
    mut out: impl Write,
) -> io::Result<u64> {
    let written = match pack {
        Pack::None => shape.write(records, &mut out)?,
        Pack::Gzip => {
            let mut packer = flate2::write::GzEncoder::new(&mut out, flate2::Compression::new(6));
            let written = shape.write(records, &mut packer)?;
            packer.finish()?;
            written
        }
        Pack::Zstd => {
            let mut packer = zstd::stream::write::Encoder::new(&mut out, 3)?;
            let written = shape.write(records, &mut packer)?;
            packer.finish()?;
            written
        }
    };
    out.flush()?;
    Ok(written)
}
