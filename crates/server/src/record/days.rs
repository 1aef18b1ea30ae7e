//! The record in files, one a day in Beijing, kept for so many days; nobody else's to read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use domain::time::{Date, Instant};

use crate::commands::Failure;
use crate::private::private_folder;

/// What a file of the record is named: before and behind its day.
const NAME: (&str, &str) = ("mingqian-", ".log");

/// The folder of the record, with the file of the day.
pub(super) struct Days {
    folder: PathBuf,
    keep: u32,
    today: Option<(Date, File)>,
    /// Whether stderr has been told already that a file cannot be written.
    told: bool,
}

impl Days {
    /// The folder, made if it is not there, with the file of today.
    pub(super) fn open(folder: &Path, keep: u32, now: Instant) -> Result<Self, Failure> {
        private_folder(folder)?;
        let mut days = Self {
            folder: folder.to_owned(),
            keep,
            today: None,
            told: false,
        };
        let failed = |error: io::Error| Failure::file(folder, &error);
        days.of(now.date()).map_err(failed)?;
        Ok(days)
    }

    /// Adds a line to the file of its day. What cannot be written stands on stderr all the same.
    pub(super) fn write(&mut self, now: Instant, line: &str) {
        let written = self
            .of(now.date())
            .and_then(|file| file.write_all(line.as_bytes()));
        match written {
            Ok(()) => self.told = false,
            Err(error) if !self.told => {
                self.told = true;
                let place = self.folder.display();
                let why = verify::disk::why(&error);
                let words = format!("运行记录写不进 {place}，只在标准错误上：{why}\n");
                // Nobody is left to be told if this fails.
                let _ = io::stderr().lock().write_all(words.as_bytes());
            }
            Err(_) => {}
        }
    }

    /// The file of that day; the first line of a day lets the oldest go.
    fn of(&mut self, day: Date) -> io::Result<&mut File> {
        if self.today.as_ref().is_none_or(|(open, _)| *open != day) {
            let (before, behind) = NAME;
            let mut options = OpenOptions::new();
            options.append(true).create(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let file = options.open(self.folder.join(format!("{before}{day}{behind}")))?;
            self.today = Some((day, file));
            self.forget(day)?;
        }
        let (_, file) = self.today.as_mut().expect("opened above");
        Ok(file)
    }

    /// Files of ours that are too old; whatever else lies there stays.
    fn forget(&self, today: Date) -> io::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let day = name
                .to_str()
                .and_then(|name| name.strip_prefix(NAME.0))
                .and_then(|rest| rest.strip_suffix(NAME.1))
                .and_then(Date::parse_iso);
            if day.is_some_and(|day| today.days_since(day) >= i64::from(self.keep)) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}
