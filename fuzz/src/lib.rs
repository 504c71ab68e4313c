//! What the fuzz targets share: a detector with the rules and mappings of the house.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use entward_analysis::detect::{Detector, Filter, Hit, Mapping, Sink, Trouble, Worker};
use entward_analysis::knowledge::Knowledge;
use entward_connect::{Chunk, ChunkOptions, Chunks, InputFile};
use entward_model::{Event, Summary};

/// The detector, compiled once in the life of the process.
pub fn detector() -> &'static Detector {
    static DETECTOR: OnceLock<Detector> = OnceLock::new();
    DETECTOR.get_or_init(|| {
        let mut loader = entward_sigma::Loader::default();
        for (path, text) in texts("rules", "yml") {
            loader.add(&path, &text);
        }
        // Keywords make the engine walk every string of a record.
        loader.add(
            "keywords.yml",
            "title: Keywords\nlogsource:\n  product: azure\ndetection:\n  words:\n    - listKeys\n    - tömpel\n  condition: words\n",
        );
        let (collection, errors) = loader.finish();
        assert!(errors.is_empty(), "{errors:?}");
        Detector::new(collection, mapping(), Knowledge::bundled()).0
    })
}

/// The mappings of the house.
pub fn mapping() -> &'static Mapping {
    static MAPPING: OnceLock<Mapping> = OnceLock::new();
    MAPPING.get_or_init(|| {
        let files = texts("mappings", "yml");
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        Mapping::read(&files).expect("the mappings of the house can be read")
    })
}

/// Reads a piece of JSON in all the ways there are, and checks that they agree.
pub fn read_json(bytes: &[u8]) {
    let mut worker: Worker<'_> = detector().worker();
    let (mut summary, mut sink, mut index) = (Summary::default(), Kept::default(), 0);
    worker.scan(bytes, None, &mut index, &Filter::default(), &mut summary, &mut sink);
    let (mut events, mut told) = (Vec::new(), 0);
    worker.events(bytes, None, &mut told, &mut summary, &mut |event| events.push(event));
    assert_eq!(index, told, "a scan and a list of events count the same records");
    for hit in &sink.hits {
        assert!(hit.rules.iter().all(|rule| (*rule as usize) < detector().rules().len()));
        check(&hit.event);
    }
    for trouble in &sink.troubles {
        assert!(trouble.offset <= bytes.len(), "the trouble is inside the piece");
    }
    for event in events.iter().flatten() {
        check(event);
    }
    worker.explain(bytes, None, &mut 0, &mut |_, record| drop(record.why(0)));
}

/// The pieces that a file is cut into, in chunks of this size, and whether all was well.
pub fn pieces(reader: impl Read + Send + 'static, chunk_size: usize) -> (Vec<Vec<u8>>, bool) {
    let file = InputFile::from_reader("input", Box::new(reader));
    let mut chunks = Chunks::new(vec![file], ChunkOptions { chunk_size, max_record: 64 << 10 });
    let mut chunk = Chunk::new();
    let (mut pieces, mut sequence, mut well) = (Vec::new(), 0, true);
    while chunks.next(&mut chunk) {
        assert_eq!(chunk.sequence, sequence, "chunks are numbered without gaps");
        sequence += 1;
        well &= chunk.problems.is_empty();
        pieces.extend(chunk.pieces().iter().map(|range| chunk.bytes[range.clone()].to_vec()));
    }
    (pieces, well)
}

/// An event can be written and read again, whatever it was made from.
pub fn check(event: &Event) {
    let text = serde_json::to_string(event).expect("an event is JSON");
    let _: serde_json::Value = serde_json::from_str(&text).expect("an event is JSON");
}

/// What a worker found.
#[derive(Default)]
pub struct Kept {
    /// Records that matter.
    pub hits: Vec<Hit>,
    /// Pieces that are none.
    pub troubles: Vec<Trouble>,
}

impl Sink for Kept {
    fn hit(&mut self, hit: Hit) {
        self.hits.push(hit);
    }

    fn trouble(&mut self, trouble: Trouble) {
        self.troubles.push(trouble);
    }
}

/// Path and text of the files below a folder of the project.
fn texts(folder: &str, extension: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder)];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                let text = std::fs::read_to_string(&path).expect("a file of the project can be read");
                found.push((path.display().to_string(), text));
            }
        }
    }
    found
}
