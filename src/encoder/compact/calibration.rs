//! What a network sees of texts, and what is lost when its weights change.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::Result;
use crate::encoder::Role;
use crate::encoder::bert::Input;
use crate::encoder::linear::Linear;
use crate::encoder::tensor::Tensor;
use crate::encoder::transformer::Transformer;
use crate::encoder::vocabulary::WORD_START;
use crate::kernels::float;
use crate::random::Random;

/// The mean of x·xᵀ over what a layer's linear layers are given, by layer and input.
pub(super) type Seen = BTreeMap<(usize, Input), Vec<f32>>;

/// How many sequences of words are drawn, and how many words they have.
const DRAWN: (usize, usize) = (1000, 40);

/// How much of what is seen is of the texts; the rest is of the words that were drawn.
const OF_TEXTS: f32 = 0.3;

/// Sequences that are seen at once: their layers' inputs lie in memory together.
const ROUND: usize = 32;

/// A network as it was published, and what it is shown.
pub(super) struct Calibration {
    model: Transformer,
    texts: Vec<Vec<u32>>,
    /// Few texts leave directions in which no input lies, and rounding would pile up its errors there: words in no order fill
    /// them.
    drawn: Vec<Vec<u32>>,
}

impl Calibration {
    pub(super) fn new(model: Transformer, texts: &[&str]) -> Self {
        let texts = texts.iter().map(|text| model.sequence(text, Role::Passage)).collect();
        // Signs of a script stand before all words, however rare they are.
        let words = model.tokens().vocabulary().words().filter(|word| word.chars().nth(1).is_some());
        let words: Vec<String> = words.map(str::to_owned).collect();
        let drawn = draw(&words).iter().map(|text| model.sequence(text, Role::Passage)).collect();
        Self { model, texts, drawn }
    }

    /// How many times [`Calibration::observe`] tells that it goes on.
    pub(super) fn rounds(&self) -> usize {
        self.texts.len().div_ceil(ROUND) + self.drawn.len().div_ceil(ROUND)
    }

    /// All sequences, each with the share of one of its tokens in what is seen.
    fn sets(&self) -> impl Iterator<Item = (&[Vec<u32>], f32)> {
        let sets = [(&self.texts, OF_TEXTS), (&self.drawn, 1.0 - OF_TEXTS)];
        sets.into_iter().map(|(set, share)| (set.as_slice(), share / set.iter().map(Vec::len).sum::<usize>() as f32))
    }

    /// What linear layers are given.
    pub(super) fn observe(&self, tick: &(dyn Fn() -> Result<()> + Sync)) -> Result<Seen> {
        let mut seen = Seen::new();
        for (set, weight) in self.sets() {
            for sequences in set.chunks(ROUND) {
                let inputs = self.inputs(sequences)?;
                let products: Vec<_> = inputs.into_par_iter().map(|(key, rows)| (key, gram(rows, weight))).collect();
                for (key, product) in products {
                    match seen.get_mut(&key) {
                        Some(sum) => float::add(sum, &product),
                        None => drop(seen.insert(key, product)),
                    }
                }
                tick()?;
            }
        }
        Ok(seen)
    }

    /// What all linear layers are given for these sequences, a row for each token.
    fn inputs(&self, sequences: &[Vec<u32>]) -> Result<BTreeMap<(usize, Input), Rows>> {
        let see = |sequence: &Vec<u32>| {
            let mut inputs = Vec::new();
            self.model.observe(sequence, &mut |layer, input, rows| {
                inputs.push(((layer, input), Rows { numbers: rows.to_vec(), columns: rows.len() / sequence.len() }));
            })?;
            Ok(inputs)
        };
        let all: Vec<Vec<((usize, Input), Rows)>> = sequences.par_iter().map(see).collect::<Result<_>>()?;
        let mut inputs: BTreeMap<(usize, Input), Rows> = BTreeMap::new();
        for (key, rows) in all.into_iter().flatten() {
            match inputs.get_mut(&key) {
                Some(before) => before.numbers.extend(rows.numbers),
                None => drop(inputs.insert(key, rows)),
            }
        }
        Ok(inputs)
    }

    /// Word pieces that begin a word and that no text leads to: places that were left free, and words with a sign within.
    pub(super) fn unspelt(&self) -> Vec<usize> {
        let tokens = self.model.tokens();
        let (pieces, controls) = (tokens.vocabulary().pieces(), tokens.vocabulary().controls());
        let spelt = |&id: &usize| match pieces.get(id).strip_prefix(WORD_START) {
            Some(word) => tokens.encode(word)[1..].first() == Some(&(id as u32)),
            None => true,
        };
        (0..pieces.len()).filter(|&id| !controls.contains(&(id as u32))).filter(|id| !spelt(id)).collect()
    }

    /// The vectors of the texts by `model`, or by the one that was published.
    pub(super) fn vectors(&self, model: Option<&Transformer>) -> Result<Vec<Vec<f32>>> {
        let model = model.unwrap_or(&self.model);
        self.texts.iter().map(|sequence| model.observe(sequence, &mut |_, _, _| {})).collect()
    }

    /// How far the mean cosine of `model`'s vectors with `expected` is from 1.
    pub(super) fn loss(&self, model: &Transformer, expected: &[Vec<f32>]) -> Result<f64> {
        let vectors = self.vectors(Some(model))?;
        // Of unit vectors, half the squared distance; a cosine near 1 would lose all its digits.
        let half =
            |(a, b): (&Vec<f32>, &Vec<f32>)| a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>() / 2.0;
        Ok(vectors.iter().zip(expected).map(half).sum::<f64>() / expected.len().max(1) as f64)
    }
}

struct Rows {
    numbers: Vec<f32>,
    columns: usize,
}

/// `weight` times the sum of x·xᵀ over all rows x.
fn gram(Rows { numbers, columns }: Rows, weight: f32) -> Vec<f32> {
    let rows = numbers.len() / columns;
    let mut turned = vec![0.0; numbers.len()];
    for (row, numbers) in numbers.chunks_exact(columns).enumerate() {
        numbers.iter().enumerate().for_each(|(column, &x)| turned[column * rows + row] = x);
    }
    let factor = Tensor::Numbers { dims: vec![columns, rows], numbers: turned.clone() };
    let mut product = Vec::new();
    Linear::new(factor, vec![0.0; columns]).forward(&turned, &mut Default::default(), &mut product);
    product.iter_mut().for_each(|x| *x *= weight);
    product
}

/// Texts of words that are drawn by their place in the vocabulary, which lists the frequent ones first (Zipf's law).
fn draw(words: &[String]) -> Vec<String> {
    let mut random = Random(0x0c0d_e5ed);
    let mut total = 0.0;
    let until: Vec<f64> = (0..words.len())
        .map(|place| {
            total += 1.0 / (place + 10) as f64;
            total
        })
        .collect();
    let mut word = || {
        let drawn = random.unit() * total;
        words[until.partition_point(|&end| end <= drawn).min(words.len() - 1)].as_str()
    };
    let (texts, length) = if words.is_empty() { (0, 0) } else { DRAWN };
    (0..texts).map(|_| (0..length).map(|_| word()).collect::<Vec<_>>().join(" ")).collect()
}
