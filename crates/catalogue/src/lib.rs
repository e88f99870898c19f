//! What is said about each paper.
