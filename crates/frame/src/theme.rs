//! Colours, for light and dark.
