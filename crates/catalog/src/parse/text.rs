//! Names, markers, figures and descriptions: what all formats share about text.
