//! The program under measurement: where it is, and how it is built.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The workspace's folder.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The target folder that this program runs from: `target` for `target/release/name`
/// and for `target/release/deps/name`.
///
/// # Errors
///
/// When the program is not in a target folder.
pub fn target_folder() -> io::Result<PathBuf> {
    let executable = std::env::current_exe()?;
    let profile = executable.ancestors().skip(1).find(|folder| !folder.ends_with("deps"));
    match profile.and_then(Path::parent) {
        Some(target) => Ok(target.to_owned()),
        None => Err(io::Error::new(io::ErrorKind::NotFound, "not run from a target folder")),
    }
}

/// Builds `entward` in release, into the same target folder, and says where it is.
///
/// # Errors
///
/// When it does not build.
pub fn build_entward() -> io::Result<PathBuf> {
    let target = target_folder()?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--release", "--package", "entward", "--target-dir"])
        .arg(&target)
        .current_dir(workspace())
        .status()?;
    if !status.success() {
        return Err(io::Error::other("entward did not build"));
    }
    Ok(target.join("release").join(format!("entward{}", std::env::consts::EXE_SUFFIX)))
}
