//! The yardstick: skim a file of JSON lines with `serde_json`, keep nothing, say what it cost.
//!
//! One thread reads 256 KiB at a time into one buffer, cuts it at line ends and lets
//! `serde_json` check each line without building anything. Whatever a scan does beyond
//! that is what it adds.
//!
//! With `--unpack` it does only what a packed file needs first: it unpacks the file and
//! looks at nothing, which is the least that a scan of it can cost.
//!
//! ```text
//! yardstick [--unpack] FILE
//! ```

use std::error::Error;
use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::Path;

use serde::de::IgnoredAny;

use entward_bench::usage;

/// Bytes asked for in one read.
const CHUNK: usize = 256 * 1024;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let only_unpack = arguments.first().is_some_and(|first| first == "--unpack");
    if only_unpack {
        arguments.remove(0);
    }
    let [path] = arguments.as_slice() else { return Err("usage: yardstick [--unpack] FILE".into()) };
    let file = File::open(path)?;
    let skimmed = if only_unpack { unpack(file, Path::new(path))? } else { skim(file)? };
    let seconds = usage::own_cpu_time()?.as_secs_f64();
    writeln!(std::io::stdout(), "{} records, {} bytes, {seconds:.3} CPU seconds", skimmed.records, skimmed.bytes)?;
    Ok(())
}

struct Skimmed {
    records: u64,
    bytes: u64,
}

fn unpack(file: File, path: &Path) -> Result<Skimmed, Box<dyn Error>> {
    let mut unpacked: Box<dyn Read> = match path.extension().and_then(|extension| extension.to_str()) {
        Some("gz") => Box::new(flate2::read::MultiGzDecoder::new(BufReader::with_capacity(CHUNK, file))),
        Some("zst") => Box::new(zstd::stream::read::Decoder::new(file)?),
        _ => return Err("only .gz and .zst can be unpacked".into()),
    };
    let mut buffer = vec![0; CHUNK];
    let mut bytes = 0;
    loop {
        match unpacked.read(&mut buffer)? {
            0 => return Ok(Skimmed { records: 0, bytes }),
            read => bytes += read as u64,
        }
    }
}

fn skim(mut file: File) -> Result<Skimmed, Box<dyn Error>> {
    let mut skimmed = Skimmed { records: 0, bytes: 0 };
    let mut buffer = vec![0; CHUNK];
    let mut filled = 0;
    loop {
        if filled == buffer.len() {
            // A line longer than the buffer.
            buffer.resize(buffer.len() * 2, 0);
        }
        let read = file.read(&mut buffer[filled..])?;
        if read == 0 {
            break;
        }
        filled += read;
        skimmed.bytes += read as u64;
        let whole = memchr::memrchr(b'\n', &buffer[..filled]).map_or(0, |end| end + 1);
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', &buffer[..whole]) {
            skimmed.records += skim_line(&buffer[start..end])?;
            start = end + 1;
        }
        buffer.copy_within(whole..filled, 0);
        filled -= whole;
    }
    skimmed.records += skim_line(&buffer[..filled])?;
    Ok(skimmed)
}

fn skim_line(line: &[u8]) -> serde_json::Result<u64> {
    if line.is_empty() {
        return Ok(0);
    }
    serde_json::from_slice::<IgnoredAny>(line)?;
    Ok(1)
}
