//! Shows how far a scan is: bytes, records, time left. On stderr, and only on a terminal.

use std::time::Duration;

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::escape::shown;

/// How many characters of a file's name are shown.
const FILE_LIMIT: usize = 30;

/// How often at most the bar is drawn, in frames a second.
const FRAMES: u8 = 8;

/// The bar of one scan. Without a terminal every call does nothing.
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Begins; `total` is how many bytes there are to read, where that is known before
    /// (it is not of a pipe). `wanted` is false under `--no-progress` and `--quiet`.
    pub(crate) fn new(total: Option<u64>, wanted: bool) -> Progress {
        let target = if wanted { ProgressDrawTarget::stderr_with_hz(FRAMES) } else { ProgressDrawTarget::hidden() };
        // Indicatif hides the target by itself where stderr is no terminal.
        let bar = ProgressBar::with_draw_target(total, target);
        let template = match total {
            Some(_) => "{bar:20} {bytes} of {total_bytes} ({bytes_per_sec}), {prefix} records, {eta} left  {wide_msg}",
            None => "{spinner} {bytes} ({bytes_per_sec}), {prefix} records, {elapsed}  {wide_msg}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        Progress { bar }
    }

    /// Tells how many bytes and records were read so far, and in which file the scan is.
    /// Costs next to nothing between two frames, and nothing when nobody sees it.
    pub(crate) fn update(&self, bytes: u64, records: u64, file: &str) {
        if self.bar.is_hidden() {
            return;
        }
        self.bar.set_prefix(HumanCount(records).to_string());
        self.bar.set_message(shown(file, FILE_LIMIT).into_owned());
        self.bar.set_position(bytes);
    }

    /// Whether anybody sees it.
    pub(crate) fn is_visible(&self) -> bool {
        !self.bar.is_hidden()
    }

    /// How often [`Progress::update`] is worth calling.
    pub(crate) fn interval() -> Duration {
        Duration::from_millis(1_000 / u64::from(FRAMES))
    }

    /// Takes the bar away; what it said is in the summary.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.finish();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_shown_where_it_is_not_wanted() {
        let progress = Progress::new(Some(100), false);
        progress.update(50, 3, "logs/audit.json");
        assert!(!progress.is_visible());
        progress.finish();
    }
}
