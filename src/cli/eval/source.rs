//! What queries are put to: an index made of a collection for the purpose, or one in a folder.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use bifocal::build::{Embedding, Options, build};
use bifocal::corpus::Page;
use bifocal::encoder::{Encoder, Role};
use bifocal::index::{Entry, Index, PartId};
use bifocal::search::{Answer, Query, VectorPlan, complete};
use bifocal::{Error, ErrorKind, Result};
use rayon::prelude::*;

use super::collection::Judged;
use super::settings::{Maker, Settings};
use super::{EvalArgs, cells};
use crate::cli::cache::embed_cached;
use crate::cli::folder::IndexFolder;
use crate::cli::search::load_encoder;
use crate::cli::{model, progress};

/// An index, and the queries' vectors by the transformer, if settings ask for them.
pub struct Source {
    place: Place,
    vectors: Vec<Option<Vec<f32>>>,
}

enum Place {
    Memory { entry: Box<Entry>, parts: HashMap<PartId, Vec<u8>> },
    Folder(PathBuf),
}

impl Source {
    /// An index of `pages`, with vectors if any of `settings` asks for meaning.
    pub fn build(pages: Vec<Page>, queries: &[Judged], settings: &[Settings], args: &EvalArgs) -> Result<Self> {
        let model = match settings.iter().any(|settings| settings.maker().is_some()) {
            true => Some(model::load_for_build(args.model.as_deref())?),
            false => None,
        };
        let embed = |texts: &[&str], role| match &model {
            Some(model) => embed_cached(model.transformer(), texts, role, args.cache.as_deref()),
            None => Ok(Vec::new()),
        };
        let embedding = model.as_ref().map(|model| Embedding {
            encoder: model.transformer(),
            embed: &embed,
            cancel: progress::cancelled(),
        });
        let mut options = Options { title: "collection".into(), language: args.lang.clone(), ..Options::default() };
        options.general.most = args.general_words;
        let built = build(pages, embedding, &options, &|_| ())?;
        let parts = built.parts.into_iter().map(|part| (part.id, part.bytes)).collect();
        let other = args.query_model.as_deref().map(model::load).transpose()?;
        let encoder = match (&other, &model) {
            (Some(other), Some(model)) => {
                model.transformer().space().accept(other.space())?;
                Some(other as &dyn Encoder)
            }
            (_, model) => model.as_ref().map(|model| model.transformer() as &dyn Encoder),
        };
        let vectors = embed_queries(encoder, queries)?;
        Ok(Self { place: Place::Memory { entry: Box::new(built.entry), parts }, vectors })
    }

    /// The index in `folder`, with the model that it holds, or that of `args`, if any of `settings` asks for one.
    ///
    /// # Errors
    /// There is no index, or it lacks what the settings ask for.
    pub fn open(folder: &Path, queries: &[Judged], settings: &[Settings], args: &EvalArgs) -> Result<Self> {
        let opened = IndexFolder::open(folder)?;
        let lacks = |what: &str, hint: &str| {
            Err(Error::new(ErrorKind::Usage, format!("the index in {} holds no {what}", folder.display())).hint(hint))
        };
        if settings.iter().any(|settings| settings.has_vector_of(Maker::Lexicon)) && !opened.entry().lexicon {
            return lacks("vectors of words", "ask by words alone: --mode keyword, or mode=keyword in --compare");
        }
        let mut encoder = None;
        if settings.iter().any(|settings| settings.has_vector_of(Maker::Transformer)) {
            encoder = match &opened.entry().model {
                Some(model) => load_encoder(&opened, model, args.query_model.as_deref().or(args.model.as_deref()))?,
                None => None,
            };
            if encoder.is_none() {
                return lacks("model", "name one with --model, or ask with the lexicon encoder");
            }
        }
        let vectors = embed_queries(encoder.as_ref().map(|encoder| encoder as &dyn Encoder), queries)?;
        Ok(Self { place: Place::Folder(folder.to_owned()), vectors })
    }

    /// What the cells of an index made for the purpose leave of an exact scan; empty if it has none.
    pub fn cells(&self, queries: &[Judged]) -> Result<String> {
        match &self.place {
            Place::Memory { entry, parts } if entry.model.is_some() => {
                cells::measure(entry, parts, queries, &self.vectors)
            }
            _ => Ok(String::new()),
        }
    }

    /// Asks all queries, and gives what `see` makes of each answer, in order.
    ///
    /// # Errors
    /// A part of the index can't be had: the figures would not be those of the index.
    pub fn ask<T: Send>(
        &self,
        queries: &[Judged],
        settings: &Settings,
        see: impl Fn(&Judged, Answer) -> T + Sync,
    ) -> Result<Vec<T>> {
        let bar = progress::bar("asking", queries.len() as u64);
        let asked: Vec<_> = queries.iter().zip(&self.vectors).collect();
        let size = asked.len().div_ceil(rayon::current_num_threads()).max(1);
        let seen = asked.par_chunks(size).map(|asked| {
            let mut index = self.place.open()?;
            let mut seen = Vec::new();
            for (judged, vector) in asked {
                let query = Query {
                    text: judged.text.clone(),
                    vector: match settings.has_vector_of(Maker::Lexicon) {
                        true => VectorPlan::Lexicon,
                        false => VectorPlan::None,
                    },
                    ..settings.query.clone()
                };
                let vector = vector.as_deref().filter(|_| settings.has_vector_of(Maker::Transformer));
                let answer = index.answer(query, vector)?;
                if let Some(failure) = answer.failures.first() {
                    return Err(Error::new(ErrorKind::Missing, format!("the index is not whole: {failure}"))
                        .hint("build it again"));
                }
                seen.push(see(judged, answer));
                bar.inc(1);
            }
            Ok(seen)
        });
        let seen = seen.collect::<Result<Vec<_>>>()?;
        bar.finish_and_clear();
        Ok(seen.into_iter().flatten().collect())
    }
}

/// An index that is open.
enum Opened<'p> {
    Memory(Box<Index>, &'p HashMap<PartId, Vec<u8>>),
    Folder(Box<IndexFolder>),
}

impl Place {
    fn open(&self) -> Result<Opened<'_>> {
        Ok(match self {
            Place::Memory { entry, parts } => Opened::Memory(Box::new(Index::open(entry.open()?)), parts),
            Place::Folder(path) => Opened::Folder(Box::new(IndexFolder::open(path)?)),
        })
    }
}

impl Opened<'_> {
    fn answer(&mut self, query: Query, vector: Option<&[f32]>) -> Result<Answer> {
        let name = Maker::Transformer.name();
        match self {
            Opened::Memory(index, parts) => {
                complete(index, query, vector.map(|vector| (vector.to_vec(), name)), |id| {
                    let missing = || Error::new(ErrorKind::Missing, format!("{id} was not built"));
                    parts.get(&id).cloned().ok_or_else(missing)
                })
            }
            Opened::Folder(folder) => folder.answer(&query, vector.map(|vector| (vector, name))),
        }
    }
}

/// The vectors of the queries' texts, if there is an encoder.
fn embed_queries(encoder: Option<&dyn Encoder>, queries: &[Judged]) -> Result<Vec<Option<Vec<f32>>>> {
    let Some(encoder) = encoder else { return Ok(vec![None; queries.len()]) };
    let plain = |query: &Judged| Query { text: query.text.clone(), ..Query::default() }.plain_text();
    let texts: Vec<String> = queries.iter().map(plain).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    Ok(encoder.embed(&texts, Role::Query, &|_| ())?.into_iter().map(Some).collect())
}
