//! Tables that grow by an eighth at a time: what they keep free is memory, and every lane pays its part of it.

/// Makes room for so many more.
pub(super) fn reserve<T>(table: &mut Vec<T>, more: usize) {
    if table.capacity() - table.len() < more {
        table.reserve_exact(more.max(table.len() / 8 + 16));
    }
}

/// Puts one more behind the others; says which one it is.
pub(super) fn push<T>(table: &mut Vec<T>, value: T) -> u32 {
    reserve(table, 1);
    table.push(value);
    (table.len() - 1) as u32
}
