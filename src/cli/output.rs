//! Where results go: standard output, or a folder whose files appear only when whole.

use std::fs;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::disk::plain;
use crate::diagnostic::codes::file;
use crate::diagnostic::{Diagnostic, Problems};

/// Prints to standard output; a reader that has closed the pipe has had enough, which is no failure.
pub fn print(text: &str) -> Result<(), Problems> {
    bytes(text.as_bytes())
}

/// Bytes to standard output.
pub fn bytes(bytes: &[u8]) -> Result<(), Problems> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(failed(&error)),
        _ => Ok(()),
    }
}

/// What to say of results that cannot be written.
pub fn failed(error: &std::io::Error) -> Problems {
    Diagnostic::error(&file::CANNOT_WRITE, format!("cannot write the results: {}", plain(error))).into()
}

/// A file that is written bit by bit under a temporary name.
pub type Growing = BufWriter<fs::File>;

/// Prints to standard error; nobody listening is no failure.
pub fn say(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// The SHA-256 of bytes, in hexadecimal.
pub fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A folder whose files are written under temporary names and renamed together at the end.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// The folders that were made for it, outermost first.
    created: Vec<PathBuf>,
    waiting: Vec<(PathBuf, PathBuf)>,
}

impl Folder {
    /// Makes the folder if needed and tries that it can be written, before any work is done.
    pub fn open(path: &Path) -> Result<Self, Problems> {
        if path.exists() && !path.is_dir() {
            let error = std::io::Error::other("it is a file, not a folder");
            return Err(refused(path, &error));
        }
        let mut created: Vec<PathBuf> = path
            .ancestors()
            .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
            .map(Path::to_path_buf)
            .collect();
        created.reverse();
        let mut folder = Self { path: path.to_path_buf(), created, waiting: Vec::new() };
        fs::create_dir_all(path).map_err(|error| refused(path, &error))?;
        folder.add("run.json", b"")?;
        folder.discard();
        Ok(folder)
    }

    /// Writes a file under a temporary name.
    pub fn add(&mut self, name: &str, content: &[u8]) -> Result<(), Problems> {
        let last = self.path.join(name);
        let temporary = self.path.join(format!(".{name}.{}.partial", std::process::id()));
        self.waiting.push((temporary.clone(), last));
        fs::write(&temporary, content).map_err(|error| refused(&self.path, &error))
    }

    /// Writes a file under a temporary name bit by bit; gives that name.
    pub fn add_with(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut BufWriter<fs::File>) -> std::io::Result<()>,
    ) -> Result<PathBuf, Problems> {
        self.add(name, b"")?;
        let temporary = self.waiting.last().map(|(temporary, _)| temporary.clone()).unwrap_or_default();
        let written = fs::File::create(&temporary).and_then(|file| {
            let mut out = BufWriter::with_capacity(1 << 16, file);
            write(&mut out).and_then(|()| out.flush())
        });
        written.map_err(|error| refused(&self.path, &error))?;
        Ok(temporary)
    }

    /// Opens a file under a temporary name that is written bit by bit.
    pub fn grow(&mut self, name: &str) -> Result<Growing, Problems> {
        self.add(name, b"")?;
        let temporary = self.waiting.last().map(|(temporary, _)| temporary.clone()).unwrap_or_default();
        let file = fs::File::create(&temporary).map_err(|error| refused(&self.path, &error))?;
        Ok(BufWriter::with_capacity(1 << 16, file))
    }

    /// Gives every file its name; returns the names.
    pub fn finish(mut self) -> Result<Vec<PathBuf>, Problems> {
        let mut done = Vec::new();
        for (temporary, last) in std::mem::take(&mut self.waiting) {
            fs::rename(&temporary, &last).map_err(|error| refused(&last, &error))?;
            done.push(last);
        }
        self.created.clear();
        Ok(done)
    }

    fn discard(&mut self) {
        for (temporary, _) in self.waiting.drain(..) {
            let _ = fs::remove_file(temporary);
        }
    }
}

impl Drop for Folder {
    /// What was not finished leaves nothing behind.
    fn drop(&mut self) {
        self.discard();
        for folder in self.created.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Writes one file under a temporary name, then renames it.
pub fn write_file(path: &Path, content: &[u8]) -> Result<(), Problems> {
    let name = path.file_name().map_or_else(|| "out".into(), |name| name.to_string_lossy().into_owned());
    let temporary = path.with_file_name(format!(".{name}.{}.partial", std::process::id()));
    let written = fs::write(&temporary, content).and_then(|()| fs::rename(&temporary, path));
    written.map_err(|error| {
        let _ = fs::remove_file(&temporary);
        refused(path, &error)
    })
}

/// Tries that a file can be written there, before any work is done.
pub fn try_file(path: &Path) -> Result<(), Problems> {
    if path.is_dir() {
        let error = std::io::Error::other("it is a folder");
        return Err(refused(path, &error));
    }
    let temporary = path.with_file_name(format!(".cascade.{}.partial", std::process::id()));
    fs::write(&temporary, b"").map_err(|error| refused(path, &error))?;
    let _ = fs::remove_file(&temporary);
    Ok(())
}

fn refused(path: &Path, error: &std::io::Error) -> Problems {
    let mut found =
        Diagnostic::error(&file::CANNOT_WRITE, format!("cannot write `{}`: {}", path.display(), plain(error)));
    found.help("does the folder exist, and may you write there?");
    found.into()
}
