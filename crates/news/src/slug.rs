//! Names that are safe in addresses and file names, one for each section and project.
