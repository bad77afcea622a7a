//! A heap that stays small.
//!
//! The C library gives each thread a heap of its own and keeps in each what was once needed there: after a large
//! first reading that is several times what the program holds. It takes other settings only from the environment a
//! program starts with, so the program starts itself again with them, once; it stays the same process.
//!
//! The program that is shipped for Linux on x86_64 has another heap (the feature `jemalloc`): what a reading leaves is
//! scattered, and the C library gives back only what lies free at the end. That one is given its settings the same way.

use std::env;
use std::ffi::OsStr;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// The heap's settings, each with the variable it is looked for in, the one that matters most first.
#[cfg(all(feature = "jemalloc", target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]
mod kind {
    #[global_allocator]
    static HEAP: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

    /// A single heap that gives back whole pages that were free for two seconds, and nothing that threads keep for
    /// themselves. What is needed each second stays: given back at once, tidying the store takes three times as much of a
    /// core. The C library goes on with its own for itself.
    pub(super) const SMALL: [(&str, &str); 2] = [
        ("_RJEM_MALLOC_CONF", "narenas:1,dirty_decay_ms:2000,muzzy_decay_ms:0,tcache:false"),
        ("GLIBC_TUNABLES", "glibc.malloc.arena_max=1"),
    ];
}

/// The heap's settings, each with the variable it is looked for in, the one that matters most first.
#[cfg(not(all(feature = "jemalloc", target_os = "linux", target_arch = "x86_64", target_env = "gnu")))]
mod kind {
    /// A single heap that gives back what lies free at its end, and pieces from 16 KiB on as soon as they are free: they
    /// are the system's own. A fixed limit keeps the library from raising it with every large piece it sees; pieces of
    /// more than 128 bytes that are free join their neighbours at once instead of waiting, thread by thread, to be used
    /// again. That costs a tenth of the time of the smallest requests, and holds 5 MB less after a first reading of 10,000
    /// entries.
    pub(super) const SMALL: [(&str, &str); 1] = [(
        "GLIBC_TUNABLES",
        concat!(
            "glibc.malloc.arena_max=1:glibc.malloc.trim_threshold=65536:glibc.malloc.mmap_threshold=16384:",
            "glibc.malloc.top_pad=16384:glibc.malloc.tcache_max=128"
        ),
    )];
}

/// Goes on with a heap that stays small. It does not return where it starts the program again; where it cannot, or where
/// settings are given already, everything stays as it is.
pub(crate) fn keep_small() {
    let given_already = env::var_os(kind::SMALL[0].0).is_some();
    if cfg!(all(target_os = "linux", target_env = "gnu")) && !given_already {
        let Ok(program) = env::current_exe() else { return };
        let mut given = env::args_os();
        let name = given.next();
        let name = name.as_deref().unwrap_or(OsStr::new("whimbrel"));
        // Only comes back when it failed, and then the program runs as it was: larger, but right.
        let _ = Command::new(program).arg0(name).args(given).envs(kind::SMALL).exec();
    }
}
