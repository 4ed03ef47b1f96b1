//! Files that are whole at every moment: written beside their place and moved there.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use bifocal::{Error, ErrorKind, Result};
use tempfile::NamedTempFile;

/// Writes a file in the place of the one at `path`, if there is one; its folder is made if it isn't there.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = beside(path)?;
    file.write_all(bytes).and_then(|()| publish(file, path)).map_err(|error| refused(path, error))
}

/// A temporary file beside `path`, to be published there; the folder is made if it isn't there.
pub fn beside(path: &Path) -> Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).and_then(|()| NamedTempFile::new_in(folder)).map_err(|error| refused(path, error))
}

/// Moves a finished file to its place, readable by those who may read new files.
pub fn publish(file: NamedTempFile, path: &Path) -> io::Result<()> {
    // A temporary file is its owner's alone; what is published has an ordinary new file's permissions.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
    }
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// Says which file could not be written.
pub fn refused(path: &Path, error: io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("{} can't be written", path.display())).because(error)
}
