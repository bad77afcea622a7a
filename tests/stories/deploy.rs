//! What `deploy/` promises: each file is read by a parser, each command of its pages is run.

mod files;
mod machine;
mod monitoring;
mod pages;
mod systemd;
mod yaml;
