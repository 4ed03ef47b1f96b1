//! The transformer encoder: text to word pieces to a unit vector.

#[cfg(feature = "native")]
use super::bert::Input;
use super::bert::{Bert, Workspace};
use super::loader::Loader;
use super::space::{Encoder, Role, VectorSpace};
use super::tokenizer::Tokenizer;
use crate::Result;

/// Embeds texts with a BERT model.
///
/// ```no_run
/// use bifocal::encoder::{Encoder, Transformer};
///
/// let file = std::fs::read("models/all-MiniLM-L6-v2-q8_0.gguf")?;
/// let encoder = Transformer::from_gguf(&file)?;
/// let vector = encoder.embed_query("How do I return an error from main?")?;
/// assert_eq!(vector.len(), encoder.space().dims as usize);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Transformer {
    space: VectorSpace,
    packing: String,
    tokens: Tokenizer,
    bert: Bert,
}

impl Transformer {
    pub(super) fn new(space: VectorSpace, packing: String, tokens: Tokenizer, bert: Bert) -> Self {
        Self { space, packing, tokens, bert }
    }

    /// Reads a GGUF file that is held whole. Its layers are multiplied as whole numbers, natively and in wasm, so that both give the same
    /// vectors.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Model`] if the file is damaged, of another architecture, or does not name its space.
    pub fn from_gguf(bytes: &[u8]) -> Result<Self> {
        let mut loader = Loader::new(bytes.len());
        // The beginning is held until the header is whole.
        bytes.chunks(1 << 16).try_for_each(|chunk| loader.write(chunk))?;
        loader.finish()
    }

    /// Cuts texts off at `max_tokens` word pieces, the two that frame a sequence included. Default: 256, or as many as
    /// the model has positions; it cannot be more than those.
    pub fn with_max_tokens(self, max_tokens: usize) -> Self {
        let max_tokens = max_tokens.min(self.bert.max_tokens());
        Self { tokens: self.tokens.with_max_tokens(max_tokens), ..self }
    }

    /// The tokenizer.
    pub fn tokens(&self) -> &Tokenizer {
        &self.tokens
    }

    /// How the weights of the layers are packed: `f32`, `q8_0`, ….
    pub fn packing(&self) -> &str {
        &self.packing
    }

    /// The unit vector of one query.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Model`] if the weights are damaged, so that no vector comes out.
    pub fn embed_query(&self, text: &str) -> Result<Vec<f32>> {
        let mut vectors = self.bert.embed(&[self.sequence(text, Role::Query)], &mut Workspace::default())?;
        Ok(vectors.swap_remove(0))
    }

    pub(super) fn sequence(&self, text: &str, role: Role) -> Vec<u32> {
        match self.space.prefix(role) {
            "" => self.tokens.encode(text),
            prefix => self.tokens.encode(&format!("{prefix}{text}")),
        }
    }
}

/// The name of how the network is computed. It is part of what vectors are kept by, since another way gives other bits.
const ARITHMETIC: &str = "fine or coarse, by powers of two";

/// Word pieces of a batch: few enough that its rows stay in the second cache.
#[cfg(feature = "native")]
const BATCH: usize = 256;

impl Encoder for Transformer {
    fn space(&self) -> &VectorSpace {
        &self.space
    }

    fn variant(&self) -> String {
        format!("{}, {ARITHMETIC}, {} tokens", self.packing, self.tokens.max_tokens())
    }

    fn count_tokens(&self, text: &str) -> usize {
        self.tokens.count(text)
    }

    fn words(&self) -> Vec<String> {
        self.tokens.words().map(str::to_owned).collect()
    }

    #[cfg(feature = "native")]
    fn embed(&self, texts: &[&str], role: Role, progress: &(dyn Fn(usize) + Sync)) -> Result<Vec<Vec<f32>>> {
        use rayon::prelude::*;

        let sequences: Vec<Vec<u32>> = texts.par_iter().map(|text| self.sequence(text, role)).collect();
        let batches = batches(sequences);
        let vectors: Vec<Vec<(usize, Vec<f32>)>> = batches
            .into_par_iter()
            .with_max_len(1)
            .map_init(Workspace::default, |room, batch| {
                let vectors = self.embed_batch(batch, room)?;
                progress(vectors.len());
                Ok(vectors)
            })
            .collect::<Result<_>>()?;
        let mut ordered = vec![Vec::new(); texts.len()];
        vectors.into_iter().flatten().for_each(|(at, vector)| ordered[at] = vector);
        Ok(ordered)
    }

    #[cfg(not(feature = "native"))]
    fn embed(&self, texts: &[&str], role: Role, progress: &(dyn Fn(usize) + Sync)) -> Result<Vec<Vec<f32>>> {
        let mut room = Workspace::default();
        let mut vectors = Vec::new();
        for text in texts {
            vectors.append(&mut self.bert.embed(&[self.sequence(text, role)], &mut room)?);
            progress(1);
        }
        Ok(vectors)
    }
}

#[cfg(feature = "native")]
impl Transformer {
    /// The vector of one sequence, showing `observe` what the linear layers of each layer are given.
    pub(super) fn observe(&self, sequence: &[u32], observe: &mut impl FnMut(usize, Input, &[f32])) -> Result<Vec<f32>> {
        let mut vectors = self.bert.embed_observed(&[sequence.to_vec()], &mut Workspace::default(), observe)?;
        Ok(vectors.swap_remove(0))
    }

    fn embed_batch(&self, batch: Vec<(usize, Vec<u32>)>, room: &mut Workspace) -> Result<Vec<(usize, Vec<f32>)>> {
        let (places, sequences): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        Ok(places.into_iter().zip(self.bert.embed(&sequences, room)?).collect())
    }
}

/// Sequences with their places, cut into batches: the longest first, so that all threads end at about the same time.
#[cfg(feature = "native")]
fn batches(sequences: Vec<Vec<u32>>) -> Vec<Vec<(usize, Vec<u32>)>> {
    let mut sequences: Vec<_> = sequences.into_iter().enumerate().collect();
    sequences.sort_by_key(|(_, sequence)| std::cmp::Reverse(sequence.len()));
    let mut batches: Vec<Vec<(usize, Vec<u32>)>> = Vec::new();
    let mut room = 0;
    for (place, sequence) in sequences {
        if sequence.len() > room {
            batches.push(Vec::new());
            room = BATCH.max(sequence.len());
        }
        room -= sequence.len();
        batches.last_mut().expect("the first sequence finds no room").push((place, sequence));
    }
    batches
}
