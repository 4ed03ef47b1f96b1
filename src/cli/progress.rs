//! Progress of long jobs, and stopping them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Steps of a bar that shows a share.
const SHARES: u64 = 1_000;

static CANCEL: AtomicBool = AtomicBool::new(false);

/// Lets Ctrl-C stop a job at its next safe point; a second one stops the process at once.
pub fn cancel_on_interrupt() {
    // Without a handler Ctrl-C still ends the process; nothing half-written is left either way.
    let _ = ctrlc::set_handler(|| {
        if CANCEL.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
        eprintln!("stopping (press Ctrl-C again to stop at once)");
    });
}

/// Whether the user asked to stop.
pub fn cancelled() -> &'static AtomicBool {
    &CANCEL
}

/// Whether they did, for jobs that look themselves.
pub fn is_cancelled() -> bool {
    CANCEL.load(Ordering::Relaxed)
}

/// A bar that counts things done, with their rate and the time left; not shown when the output is no terminal.
pub fn bar(what: &str, total: u64) -> ProgressBar {
    let bar = ProgressBar::new(total);
    let style = "{msg:<22} {bar:30} {pos}/{len}  {per_sec}  {eta} left";
    bar.set_style(ProgressStyle::with_template(style).expect("the template is constant").progress_chars("━━─"));
    bar.set_message(what.to_owned());
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// A bar of the share of a step that is done; not shown when the output is no terminal.
pub fn share(what: &str) -> ProgressBar {
    let bar = ProgressBar::new(SHARES);
    let style = "{msg:<22} {bar:30} {percent:>3} %";
    bar.set_style(ProgressStyle::with_template(style).expect("the template is constant").progress_chars("━━─"));
    bar.set_message(what.to_owned());
    bar
}

/// Shows such a share, 0 to 1; the last one takes the bar away. Threads may report out of order.
pub fn show_share(bar: &ProgressBar, share: f32) {
    let position = (share * SHARES as f32) as u64;
    match position >= SHARES {
        true => bar.finish_and_clear(),
        false if position > bar.position() => bar.set_position(position),
        false => {}
    }
}

/// A line that counts things done, with their rate, where nobody knows how many there will be.
pub fn counter(what: &str) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    bar.set_style(ProgressStyle::with_template("{msg:<22} {pos}  {per_sec}").expect("the template is constant"));
    bar.set_message(what.to_owned());
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// A line for a step whose length is not known.
pub fn spinner(what: &str) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    bar.set_style(ProgressStyle::with_template("{msg} {spinner}").expect("the template is constant"));
    bar.set_message(what.to_owned());
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// Whether someone watches: standard error is a terminal.
pub fn is_shown() -> bool {
    use std::io::IsTerminal;
    std::io::stderr().is_terminal()
}
