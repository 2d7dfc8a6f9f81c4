//! **Invariant:** every file of an archive is opened here, and none of them is a link.
//!
//! An archive may come from anyone. A link in it would let the writer change a file elsewhere, and
//! a pipe or a device would hold a reader up for ever.

use std::fs::{File, OpenOptions};
use std::path::Path;

use super::{StoreError, io_error};

/// Opens a file of an archive, unless it is anything but a plain file. `action` is for the
/// message, such as `open`.
pub(super) fn open_own(
    path: &Path,
    options: &mut OpenOptions,
    action: &'static str,
) -> Result<File, StoreError> {
    // The operating system refuses the link itself, so nobody can put one there in between.
    let file = without_links(options).open(path).map_err(|cause| {
        match path.symlink_metadata().map(|metadata| metadata.file_type()) {
            Ok(kind) if !kind.is_file() => StoreError::not_plain(path, kind),
            _ => io_error(action, path)(cause),
        }
    })?;
    let kind = file.metadata().map_err(io_error("look at", path))?.file_type();
    if kind.is_file() { Ok(file) } else { Err(StoreError::not_plain(path, kind)) }
}

/// Opens a file of an archive for reading.
pub(super) fn open_to_read(path: &Path) -> Result<File, StoreError> {
    open_own(path, File::options().read(true), "open")
}

/// `O_NONBLOCK` changes nothing about a plain file; a pipe opens at once and is then refused.
#[cfg(unix)]
fn without_links(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::fs::OFlags;

    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    options.custom_flags(flags.bits().cast_signed())
}

/// `FILE_FLAG_OPEN_REPARSE_POINT`: a link is opened itself, and is then refused.
#[cfg(windows)]
fn without_links(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::windows::fs::OpenOptionsExt;

    options.custom_flags(0x0020_0000)
}
