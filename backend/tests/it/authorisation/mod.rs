//! Who may do what, as a table that people can read: every endpoint and every act, for everybody, with their own
//! record, another's and one of another municipality.
//!
//! The table stands in `authorisation.txt` beside this and is made by this test: with `DIGITEAM_BLESS=1` it is written
//! anew, otherwise it must be what is found. An endpoint or act that nobody has put a row for fails.

mod act;
mod endpoint;
mod stage;
mod wall;

use crate::town::towns;
use stage::{ACTORS, Stage};
use std::fmt::Write as _;
use std::path::Path;

const HEAD: &str = "\
Who may do what. Made by the test beside it; DIGITEAM_BLESS=1 writes it anew, and whoever does reads what changed.

own        the record is the child's: the resident is the child, guardian and proxy are let in, caseworker has it
other      of somebody else in the same town, with a caseworker of another unit
elsewhere  of somebody in another town

yes     done, or given          opened  given once it was opened, which is logged
no      the same answer as for what does not exist
-       done, and nothing of the record is in it
login   not without logging in  reason  not without a reason, which the unit's lead is shown

";

/// What everybody gets, for one endpoint or act and one record.
struct Row {
    what: String,
    record: &'static str,
    cells: Vec<String>,
}

#[tokio::test]
async fn the_table_says_who_may_do_what() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/authorisation/authorisation.txt");
    for town in towns().await {
        let stage = Stage::make(town).await;
        let mut rows = endpoint::rows(&stage).await;
        rows.extend(act::rows(&stage).await);
        let found = table(&rows);
        if std::env::var_os("DIGITEAM_BLESS").is_some() {
            std::fs::write(&file, &found).expect("the table can be written");
        }
        let wanted = std::fs::read_to_string(&file).unwrap_or_default();
        let changed: Vec<&str> = found.lines().filter(|line| !wanted.lines().any(|wanted| wanted == *line)).collect();
        assert!(found == wanted, "{}: the table is another one; new in it:\n{}", stage.town.engine, changed.join("\n"));
    }
}

fn table(rows: &[Row]) -> String {
    let wide = |texts: &mut dyn Iterator<Item = &str>| texts.map(str::len).max().unwrap_or_default();
    // Wide enough that one more row does not move all the others.
    let what = wide(&mut rows.iter().map(|row| row.what.as_str())).max(50);
    let mut text = HEAD.to_owned();
    let mut line = |what_is: &str, record: &str, cells: &mut dyn Iterator<Item = &str>| {
        let mut line = format!("{what_is:what$}  {record:9}");
        for (cell, actor) in cells.zip(ACTORS) {
            let column = actor.column.len().max(7);
            let _ = write!(line, "  {cell:column$}");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    };
    line("", "", &mut ACTORS.iter().map(|actor| actor.column));
    for row in rows {
        line(&row.what, row.record, &mut row.cells.iter().map(String::as_str));
    }
    text
}
