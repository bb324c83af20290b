//! Many rows in one statement, on either engine.
//!
//! What comes in a crowd (a flush of a long queue, a first load) goes in statements of [`ROWS`] rows each; what is left
//! goes one by one, so that an engine has only two forms of each statement to prepare.

use sqlx::AssertSqlSafe;

/// Rows of one statement.
pub const ROWS: usize = 50;

/// `items` in crowds of [`ROWS`], and then one by one.
pub fn crowds<T>(items: &[T]) -> impl Iterator<Item = &[T]> {
    let crowds = items.chunks_exact(ROWS);
    let rest = crowds.remainder();
    crowds.chain(rest.chunks(1))
}

/// `sql` with `{}` replaced by placeholders: `rows` groups of `columns`, numbered on from `first`. Nothing else may be
/// put into a statement's text.
pub fn statement(sql: &'static str, first: usize, rows: usize, columns: usize) -> AssertSqlSafe<String> {
    let groups: Vec<String> = (0..rows).map(|row| format!("({})", numbered(first + row * columns, columns))).collect();
    AssertSqlSafe(sql.replace("{}", &groups.join(", ")))
}

/// `$<first>, …`: so many placeholders for a list of values.
pub fn numbered(first: usize, count: usize) -> String {
    (first..first + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_counts_on_and_every_item_is_in_one_crowd() {
        let AssertSqlSafe(sql) = statement("INSERT INTO t (a, b) VALUES {}", 2, 2, 2);
        assert_eq!(sql, "INSERT INTO t (a, b) VALUES ($2, $3), ($4, $5)");
        let items: Vec<usize> = (0..2 * ROWS + 3).collect();
        assert_eq!(crowds(&items).map(<[usize]>::len).collect::<Vec<_>>(), [ROWS, ROWS, 1, 1, 1]);
        assert_eq!(crowds(&items).flatten().copied().collect::<Vec<_>>(), items);
    }
}
