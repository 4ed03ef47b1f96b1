//! The word pieces of a model and their ids, held in three allocations.
//!
//! Pieces are kept in llama.cpp's spelling ("phantom space"): `▁` before a piece that begins a word, nothing before one
//! that goes on (`##` in BERT's own files), control tokens such as `[CLS]` as they are. A table of ids is addressed by
//! the FNV-1a hash of a piece, because that hash grows with the piece: one pass over a word gives those of all prefixes.

use super::texts::Texts;
use crate::{Error, ErrorKind, Result};

/// What stands before a piece that begins a word.
pub(super) const WORD_START: &str = "▁";
const EMPTY: u32 = u32::MAX;
/// A bound on the pieces that a vocabulary may hold: four times the largest in use (multilingual, 250,000).
const MAX_PIECES: usize = 1 << 20;
/// A bound on the control tokens among them; BERT has five.
const MAX_CONTROLS: usize = 1 << 10;

/// Ids of the tokens that frame a sequence or stand for what cannot be spelt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Special {
    /// `[UNK]`.
    pub unknown: u32,
    /// `[CLS]`.
    pub begin: u32,
    /// `[SEP]`.
    pub end: u32,
    /// `[PAD]`; kept for other readers of the file, nothing is padded here.
    pub padding: u32,
}

/// Word pieces by id, and ids by word piece.
pub struct Vocabulary {
    pieces: Texts,
    /// Ids of control tokens, by the longest text first.
    controls: Vec<u32>,
    /// The bytes that control tokens start with.
    control_starts: Vec<u8>,
    special: Special,
    /// Open addressing with linear probing; at most half full.
    slots: Vec<u32>,
    /// Characters of the longest piece.
    longest: usize,
}

impl Vocabulary {
    /// A vocabulary of `pieces` in llama.cpp's spelling, of which those in `controls` are control tokens.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] if an id is beyond the pieces, if there are more than a million, or if two are the same.
    pub fn new(pieces: Texts, mut controls: Vec<u32>, special: Special) -> Result<Self> {
        if pieces.len() > MAX_PIECES {
            return Err(broken(format!("{} word pieces; at most {MAX_PIECES} are read", pieces.len())));
        }
        if controls.len() > MAX_CONTROLS {
            return Err(broken(format!("{} control tokens; at most {MAX_CONTROLS} are read", controls.len())));
        }
        let named = [special.unknown, special.begin, special.end, special.padding];
        if let Some(id) = named.iter().chain(&controls).find(|&&id| id as usize >= pieces.len()) {
            return Err(broken(format!("special token {id} of only {} word pieces", pieces.len())));
        }
        let length_and_text = |id: u32| (std::cmp::Reverse(pieces.get(id as usize).len()), pieces.get(id as usize));
        controls.sort_by(|&one, &other| length_and_text(one).cmp(&length_and_text(other)));
        let mut neighbours = controls.windows(2).map(|pair| [pair[0], pair[1]].map(|id| pieces.get(id as usize)));
        if let Some([piece, _]) = neighbours.find(|[one, other]| one == other) {
            return Err(twice(piece));
        }
        let mut control_starts: Vec<u8> =
            controls.iter().filter_map(|&id| pieces.get(id as usize).bytes().next()).collect();
        control_starts.sort_unstable();
        control_starts.dedup();
        let mut vocabulary = Self { controls, control_starts, special, slots: Vec::new(), longest: 0, pieces };
        vocabulary.index()?;
        Ok(vocabulary)
    }

    /// How many word pieces there are.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.pieces.len()
    }

    /// The pieces in llama.cpp's spelling, by id.
    pub fn pieces(&self) -> &Texts {
        &self.pieces
    }

    /// The pieces that are words by themselves, of letters only, in the order of their ids, which is about that of their
    /// frequency in what the model was trained on.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let words = (0..self.pieces.len()).filter_map(|id| self.pieces.get(id).strip_prefix(WORD_START));
        words.filter(|word| !word.is_empty() && word.chars().all(char::is_alphabetic))
    }

    /// Ids of control tokens.
    pub fn controls(&self) -> &[u32] {
        &self.controls
    }

    /// The framing tokens.
    pub fn special(&self) -> Special {
        self.special
    }

    /// The longest piece that `text` begins with, as id and bytes; `starts` says whether a word starts here.
    pub(super) fn longest(&self, text: &str, starts: bool) -> Option<(u32, usize)> {
        let mut found = None;
        self.prefixes(text, starts, &mut |id, bytes| found = (bytes > 0).then_some((id, bytes)));
        found
    }

    /// Gives `found` all pieces that `text` begins with, as id and bytes, the shortest first. Where a word starts, a piece of
    /// no bytes may be among them, which stands for the start alone.
    pub(super) fn prefixes(&self, text: &str, starts: bool, found: &mut dyn FnMut(u32, usize)) {
        let mut hash = seed(starts);
        let ends = text.char_indices().map(|(at, c)| (at, at + c.len_utf8())).take(self.longest);
        for (start, end) in std::iter::once((0, 0)).chain(ends) {
            hash = text.as_bytes()[start..end].iter().fold(hash, |hash, &byte| grow(hash, byte));
            if let Some(id) = self.id_of(hash, &text.as_bytes()[..end], starts) {
                found(id, end);
            }
        }
    }

    /// Where a control token is first written out in `text`: byte, length and id.
    pub(super) fn find_control(&self, text: &str) -> Option<(usize, usize, u32)> {
        let starts = text.bytes().enumerate().filter(|(_, byte)| self.control_starts.contains(byte));
        starts.map(|(at, _)| at).find_map(|at| {
            let spelt = |id: &u32| {
                let piece = self.pieces.get(*id as usize);
                let here = !piece.is_empty() && text.as_bytes()[at..].starts_with(piece.as_bytes());
                here.then_some((at, piece.len(), *id))
            };
            self.controls.iter().find_map(spelt)
        })
    }

    fn index(&mut self) -> Result<()> {
        let mut slots = vec![EMPTY; (self.pieces.len() * 2).next_power_of_two()];
        let mut is_control = vec![false; self.pieces.len()];
        self.controls.iter().for_each(|&id| is_control[id as usize] = true);
        for id in (0..self.pieces.len()).filter(|&id| !is_control[id]) {
            let piece = self.pieces.get(id);
            self.longest = self.longest.max(piece.strip_prefix(WORD_START).unwrap_or(piece).chars().count());
            let slot = self.slot(&slots, piece);
            if slots[slot] != EMPTY {
                return Err(twice(piece));
            }
            slots[slot] = id as u32;
        }
        let controls = self.controls.iter().map(|&id| self.pieces.get(id as usize));
        if let Some(piece) = controls.into_iter().find(|piece| slots[self.slot(&slots, piece)] != EMPTY) {
            return Err(twice(piece));
        }
        self.slots = slots;
        Ok(())
    }

    /// Where `piece` is among `slots`, or would be.
    fn slot(&self, slots: &[u32], piece: &str) -> usize {
        let (starts, text) = match piece.strip_prefix(WORD_START) {
            Some(text) => (true, text),
            None => (false, piece),
        };
        let mut slot = home(text.bytes().fold(seed(starts), grow), slots.len());
        while slots[slot] != EMPTY && self.pieces.get(slots[slot] as usize) != piece {
            slot = (slot + 1) & (slots.len() - 1);
        }
        slot
    }

    fn id_of(&self, hash: u32, text: &[u8], starts: bool) -> Option<u32> {
        let mut slot = home(hash, self.slots.len());
        loop {
            let id = self.slots[slot];
            if id == EMPTY {
                return None;
            }
            let piece = self.pieces.get(id as usize).as_bytes();
            let same = match piece.strip_prefix(WORD_START.as_bytes()) {
                Some(piece) => starts && piece == text,
                None => !starts && piece == text,
            };
            if same {
                return Some(id);
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
    }
}

/// FNV-1a's offset basis; the two kinds of piece start from different ones.
fn seed(starts: bool) -> u32 {
    if starts { 0x811C_9DC5 } else { 0x811C_9DC4 }
}

fn grow(hash: u32, byte: u8) -> u32 {
    (hash ^ byte as u32).wrapping_mul(0x0100_0193)
}

/// FNV's low bits are its weakest, so the high ones are folded in.
fn home(hash: u32, slots: usize) -> usize {
    (hash ^ (hash >> 15)) as usize & (slots - 1)
}

fn twice(piece: &str) -> Error {
    broken(format!("piece {piece:?} comes twice, so that a text has no one spelling"))
}

fn broken(what: String) -> Error {
    Error::new(ErrorKind::Model, format!("vocabulary: {what}"))
}
