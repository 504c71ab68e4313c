//! What each operator is and why.
