//! Any bytes as rows of CSV under the header that their first line makes.
#![no_main]

use entward_analysis::detect::Filter;
use entward_connect::{Chunk, ChunkKind, ChunkOptions, Chunks, InputFile};
use entward_fuzz::{Kept, check, detector};
use entward_model::Summary;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let file = InputFile::from_reader("rows.csv", Box::new(std::io::Cursor::new(bytes.to_vec())));
    let mut chunks = Chunks::new(vec![file], ChunkOptions::default());
    let mut chunk = Chunk::new();
    let mut worker = detector().worker();
    let (mut summary, mut kept, mut index, mut told) = (Summary::default(), Kept::default(), 0, 0);
    while chunks.next(&mut chunk) {
        let ChunkKind::CsvRows { header } = &chunk.kind else { continue };
        let header = detector().header(&header.names, header.delimiter);
        for row in chunk.pieces() {
            let row = &chunk.bytes[row.clone()];
            worker.scan(row, Some(&header), &mut index, &Filter::default(), &mut summary, &mut kept);
            worker.events(row, Some(&header), &mut told, &mut summary, &mut |event| {
                if let Ok(event) = event {
                    check(&event);
                }
            });
        }
    }
    assert_eq!(index, told);
});
