//! The form of a model that browsers get.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use bifocal::ErrorKind;
use bifocal::encoder::{Agreement, COMPACT, Compacting, Encoder, Transformer};
use bifocal::index::{Packer, gunzip};

use super::{FULL, Q8, SOURCE, sentences};

static COMPACT_MODEL: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let how = Compacting { loss: 0.0018, texts: &every_other(0) };
    SOURCE.compact(how, &|_| {}, &AtomicBool::new(false)).unwrap().to_bytes()
});

/// Half of the sentences.
fn every_other(from: usize) -> Vec<&'static str> {
    sentences()[from..].iter().step_by(2).copied().collect()
}

#[test]
fn a_compact_model_is_half_as_large_and_agrees_with_its_source_on_other_texts() {
    let packed = &*COMPACT_MODEL;
    let others = every_other(1);
    let file = Packer::new().gzip(packed);
    println!("compact file: {} bytes", file.len());
    assert!(file.len() <= 13_000_000);
    let unpacked = gunzip("model", &file, packed.len() as u32).unwrap();
    let model = Transformer::from_gguf(&unpacked).unwrap();
    let agreement = Agreement::measure(&*FULL, &model, &others).unwrap();
    println!("over {} other texts: {agreement:?}", others.len());
    assert!(agreement.mean >= 0.997, "{agreement:?}");
    // Vectors of both are kept between builds, and must not be taken for each other.
    assert_eq!(model.packing(), COMPACT);
    assert_ne!(model.variant(), Transformer::from_gguf(&Q8).unwrap().variant());
}

#[test]
fn a_matrix_without_the_scales_of_its_rows_is_refused() {
    let mut packed = COMPACT_MODEL.clone();
    let name = b"blk.0.attn_q.scale";
    let at = packed.windows(name.len()).position(|bytes| bytes == name).unwrap();
    packed[at + name.len() - 1] = b'x';
    let error = Transformer::from_gguf(&packed).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Model);
    assert!(error.to_string().contains("needs blk.0.attn_q.scale before it"), "{error}");
}

#[test]
fn packing_can_be_stopped() {
    let cancel = AtomicBool::new(false);
    let how = Compacting { loss: 0.0018, texts: &["Who may change the settings of a shared project?"] };
    let stop = |_| cancel.store(true, Ordering::Relaxed);
    let error = SOURCE.compact(how, &stop, &cancel).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}
