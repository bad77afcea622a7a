//! What `deploy/` promises: each file is read by a parser, each command of its pages is run.

mod monitoring;
mod systemd;
mod yaml;
