//! Addresses as the logs write them, made plain.
