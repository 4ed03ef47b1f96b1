//! What the tools share.

/// `core[0123456789abcdef]::panicking` is one of two ways in which compilers write `core::panicking`.
pub fn without_hashes(name: &str) -> String {
    name.split(']').map(|piece| piece.split_once('[').map_or(piece, |(kept, _hash)| kept)).collect()
}
