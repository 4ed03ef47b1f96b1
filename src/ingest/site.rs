//! A folder of HTML files into pages.

use super::address::{self, Canonical};
use super::config::SiteOptions;
use super::html::{self, Extent, LeftOut, Reading};
use super::report::{Reason, Report, Skipped};
use super::rules::Rules;
use super::{encoding, files, repeats, shared, titles};
use crate::corpus::{Page, Section};
use crate::{Error, ErrorKind, Result};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A file that is larger is not a page that someone wrote.
const LARGEST_FILE: u64 = 256 << 20;

/// Reads every page below `folder`, in the order of their paths.
///
/// `output`, the folder that the index goes to, is not read, nor is any other folder that holds an index, nor what
/// begins with a dot. `progress` is told how many files have been read, of how many; from several threads.
///
/// # Errors
/// [`ErrorKind::Usage`] for a folder or an option that cannot be used; [`ErrorKind::Input`] when no page is left. A
/// file that cannot be read is no error: the report names it.
pub fn read_site(
    folder: &Path,
    options: &SiteOptions,
    output: &Path,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<(Vec<Page>, Report)> {
    let rules = Rules::new(options)?;
    check_folder(folder)?;
    let mut report = Report::default();
    let files = files::list(folder, output, &rules, &mut report);
    let done = AtomicUsize::new(0);
    let readings: Vec<_> = files
        .par_iter()
        .map(|(id, path)| {
            let reading = read_file(path, &rules);
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, files.len());
            (id, reading)
        })
        .collect();

    let mut pages = BTreeMap::new();
    for (id, reading) in readings {
        match reading {
            Ok((reading, damaged)) => {
                report.damaged.extend(damaged.then(|| id.clone()));
                report.bad_weights.extend(reading.bad_weight.clone().map(|written| (id.clone(), written)));
                pages.insert(id.clone(), reading);
            }
            Err(reason) => report.skipped.push(Skipped { path: id.clone(), reason }),
        }
    }
    leave_out_unsaid(&mut pages, &mut report);
    let pages = assemble(pages, &rules, &mut report);
    report.read = pages.len();
    report.repeats = repeats::find(&pages);
    report.skipped.sort_by(|a, b| a.path.cmp(&b.path));
    if pages.is_empty() {
        return Err(nothing_to_read(folder, &report));
    }
    Ok((pages, report))
}

fn check_folder(folder: &Path) -> Result<()> {
    let name = folder.display();
    match std::fs::metadata(folder) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => Err(Error::new(ErrorKind::Usage, format!("{name} is a file, not the folder of a site")).hint(
            "give the folder that the site generator wrote, or a file of pages that ends in .jsonl or .jsonl.gz",
        )),
        Err(error) => Err(Error::new(ErrorKind::Usage, format!("{name}: there is no such folder"))
            .hint("give the folder that the site generator wrote, such as public/, _site/ or book/")
            .because(error)),
    }
}

fn nothing_to_read(folder: &Path, report: &Report) -> Error {
    let name = folder.display();
    if report.skipped.is_empty() {
        return Error::new(ErrorKind::Input, format!("{name} holds no HTML page"))
            .hint("give the folder that the site generator wrote; `include` and `exclude` may leave out too much");
    }
    Error::new(ErrorKind::Input, format!("none of the HTML pages in {name} can be indexed: {}", report.reasons()))
        .hint("`content` may select nothing; pages that a script renders hold no text")
}

/// Reads one file; says too whether some of its bytes do not fit its encoding.
fn read_file(path: &Path, rules: &Rules) -> Result<(Reading, bool), Reason> {
    let unreadable = |error: std::io::Error| Reason::Unreadable(error.to_string());
    let bytes = std::fs::metadata(path).map_err(unreadable)?.len();
    if bytes > LARGEST_FILE {
        return Err(Reason::TooLarge(bytes));
    }
    let bytes = std::fs::read(path).map_err(unreadable)?;
    let decoded = encoding::decode(&bytes).ok_or(Reason::NotText)?;
    let reading = html::read(&decoded.text, rules).map_err(|left_out| match left_out {
        LeftOut::NoIndex => Reason::NoIndex,
        LeftOut::Redirect => Reason::Redirect,
        LeftOut::NoText => Reason::NoText,
    })?;
    Ok((reading, decoded.damaged))
}

/// Where some pages say in an attribute what their content is, those that don't have none: so Pagefind has it.
fn leave_out_unsaid(pages: &mut BTreeMap<String, Reading>, report: &mut Report) {
    if pages.values().any(|reading| reading.extent == Extent::Said) {
        pages.retain(|id, reading| {
            let stays = reading.extent == Extent::Said;
            report.skipped.extend((!stays).then(|| Skipped { path: id.clone(), reason: Reason::Unsaid }));
            stays
        });
    }
}

/// Makes pages of what was read: what can be told only from all of them together.
fn assemble(readings: BTreeMap<String, Reading>, rules: &Rules, report: &mut Report) -> Vec<Page> {
    let (ids, mut readings): (Vec<String>, Vec<Reading>) = readings.into_iter().unzip();
    let found = readings.iter_mut().filter(|reading| reading.extent == Extent::Found);
    shared::strip(&mut found.map(|reading| &mut reading.sections).collect::<Vec<_>>());
    let canonical: Vec<Canonical> = ids
        .iter()
        .zip(&readings)
        .map(|(id, reading)| {
            address::canonical(id, reading.canonical.as_deref(), rules, |id| {
                ids.binary_search_by(|other| other.as_str().cmp(id)).ok()
            })
        })
        .collect();
    let headings: Vec<Option<&str>> = readings.iter().map(|reading| first_heading(&reading.sections)).collect();
    let mut titles: Vec<String> = readings.iter().map(|reading| reading.title.clone()).collect();
    titles::settle(&mut titles, &headings);

    // A page gives way to its canonical one only if that is there, stays, and has the same name: on many a site every
    // page calls the front page canonical by mistake.
    let same_as = |page: usize| match canonical[page] {
        Canonical::Page(other) if other != page => {
            let stays = !matches!(canonical[other], Canonical::Page(third) if third != other);
            let same_name = titles[page] == titles[other] && headings[page] == headings[other];
            (stays && same_name && (!titles[page].is_empty() || headings[page].is_some())).then_some(other)
        }
        _ => None,
    };
    let same_as: Vec<Option<usize>> = (0..ids.len()).map(same_as).collect();

    let mut pages = Vec::with_capacity(ids.len());
    for (at, (reading, title)) in readings.into_iter().zip(titles).enumerate() {
        let id = ids[at].clone();
        if let Some(other) = same_as[at] {
            report.skipped.push(Skipped { path: id, reason: Reason::SamePage(ids[other].clone()) });
            continue;
        }
        let url = match &canonical[at] {
            Canonical::Url(url) => url.clone(),
            _ => address::of(&id, rules),
        };
        let title = if title.is_empty() { address::stem(&id).to_owned() } else { title };
        let lang = reading.lang.or_else(|| rules.lang().map(str::to_owned));
        pages.push(Page { id, url, title, lang, meta: reading.meta, sections: reading.sections });
    }
    pages
}

fn first_heading(sections: &[Section]) -> Option<&str> {
    let headed = || sections.iter().filter(|section| section.level > 0);
    headed().find(|section| section.level == 1).or(headed().next()).map(|section| section.heading.as_str())
}
