//! Writes a corpus.
//!
//! ```text
//! generate [--records N] [--seed S] [--shape SHAPE] [--pack none|gzip|zstd] [--output FILE|-]
//! ```

use std::error::Error;
use std::fs::File;
use std::io::{self, BufWriter, Write};

use entward_bench::{Corpus, Pack, Shape, write_packed};

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::read(std::env::args().skip(1))?;
    let records = Corpus::new(options.seed).take(options.records);
    let out: Box<dyn Write> = match options.output.as_str() {
        "-" => Box::new(io::stdout().lock()),
        path => Box::new(File::create(path)?),
    };
    let written = write_packed(options.shape, options.pack, records, BufWriter::with_capacity(1 << 20, out))?;
    writeln!(io::stderr(), "{written} records written to {}", options.output)?;
    Ok(())
}

struct Options {
    records: usize,
    seed: u64,
    shape: Shape,
    pack: Pack,
    output: String,
}

impl Options {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Options, Box<dyn Error>> {
        let mut options =
            Options { records: 100_000, seed: 1, shape: Shape::JsonLines, pack: Pack::None, output: "-".to_owned() };
        while let Some(name) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{name} needs a value"));
            match name.as_str() {
                "--records" => options.records = value()?.parse()?,
                "--seed" => options.seed = value()?.parse()?,
                "--shape" => {
                    let shape = value()?;
                    options.shape =
                        Shape::named(&shape).ok_or_else(|| format!("no shape `{shape}`; there are: {}", shapes()))?;
                }
                "--pack" => {
                    let pack = value()?;
                    options.pack = Pack::named(&pack)
                        .ok_or_else(|| format!("no packing `{pack}`; there are: none, gzip, zstd"))?;
                }
                "--output" => options.output = value()?,
                _ => {
                    return Err(format!("no option `{name}`; there are: --records N, --seed S, --shape SHAPE ({}), --pack none|gzip|zstd, --output FILE|-", shapes()).into());
                }
            }
        }
        Ok(options)
    }
}

fn shapes() -> String {
    Shape::NAMED.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}
