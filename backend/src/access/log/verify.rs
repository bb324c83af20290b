//! Walks the chains and names the first link that does not hold.

use super::chain::{ERASE, Row, beginning, link};
use super::erase::Erased;
use crate::db::Db;
use crate::error::Error;
use sqlx::AnyConnection;
use std::collections::HashMap;
use std::fmt;

/// How many links are looked at at a time.
const PART: i64 = 1_000;

/// What became of a municipality's chain.
#[derive(Debug, PartialEq, Eq)]
pub struct Verified {
    /// Whose.
    pub municipality: String,
    /// How many links hold, from the first on.
    pub entries: i64,
    /// Of how many of them the content has been erased.
    pub erased: i64,
    /// The last link that holds. Noted elsewhere it shows later that nobody has made the chain anew.
    pub link: String,
    /// The first that does not hold.
    pub broken: Option<Broken>,
}

/// A link that does not hold.
#[derive(Debug, PartialEq, Eq)]
pub struct Broken {
    /// Which.
    pub n: i64,
    /// Why.
    pub fault: Fault,
}

/// What is wrong with a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is not there.
    Missing,
    /// Its content is not what was noted.
    Content,
    /// Its content is gone, and no erasure of it was noted.
    Gone,
    /// It does not follow the link before it.
    Link,
    /// It notes an erasure of other entries than those that are erased.
    Erasure,
    /// The chain's end is kept elsewhere and is another one.
    End,
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Missing => "it is not there",
            Self::Content => "its content is not what was noted",
            Self::Gone => "its content is gone, and no erasure of it was noted",
            Self::Link => "it does not follow the one before it",
            Self::Erasure => "it notes an erasure of other entries than those that are erased",
            Self::End => "the chain ends elsewhere",
        })
    }
}

impl fmt::Display for Verified {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { municipality, entries, erased, link, broken } = self;
        match broken {
            None => write!(out, "{municipality}: {entries} entries hold, {erased} of them erased; the last is {link}"),
            Some(Broken { n, fault }) => write!(out, "{municipality}: broken at entry {n}: {fault}"),
        }
    }
}

/// Looks at every chain there is, in one snapshot.
///
/// # Errors
/// When the database fails. A chain that is broken is no error.
pub async fn verify(db: &Db) -> Result<Vec<Verified>, Error> {
    let mut snapshot = db.snapshot().await?;
    let chains: Vec<(String,)> = sqlx::query_as(
        "SELECT municipality FROM log_chain UNION SELECT municipality FROM log_link
         UNION SELECT municipality FROM log_entry ORDER BY 1",
    )
    .fetch_all(&mut *snapshot)
    .await?;
    let mut verified = Vec::with_capacity(chains.len());
    for (municipality,) in chains {
        let mut walk = Walk::begin(municipality);
        let broken = walk.walk(&mut snapshot).await?.err();
        verified.push(Verified {
            municipality: walk.municipality,
            entries: walk.n,
            erased: walk.erased,
            link: walk.link,
            broken,
        });
    }
    Ok(verified)
}

struct Walk {
    municipality: String,
    n: i64,
    erased: i64,
    link: String,
    /// What is erased, by the note that must name it.
    awaited: HashMap<i64, Erased>,
}

impl Walk {
    fn begin(municipality: String) -> Self {
        let link = beginning(&municipality);
        Self { municipality, n: 0, erased: 0, link, awaited: HashMap::new() }
    }

    async fn walk(&mut self, conn: &mut AnyConnection) -> Result<Result<(), Broken>, Error> {
        loop {
            let links: Vec<(i64, String, String, Option<i64>)> = sqlx::query_as(
                "SELECT n, digest, link, erased_by FROM log_link WHERE municipality = $1 AND n > $2 ORDER BY n LIMIT $3",
            )
            .bind(&self.municipality)
            .bind(self.n)
            .bind(PART)
            .fetch_all(&mut *conn)
            .await?;
            let Some((last, ..)) = links.last() else { break };
            let mut rows = rows(conn, &self.municipality, self.n, *last).await?;
            for (n, digest, link, erased_by) in links {
                let row = rows.remove(&n);
                if let Err(fault) = self.step(n, &digest, &link, erased_by, row.as_ref())? {
                    // What is missing is what should stand here.
                    let n = if fault == Fault::Missing { self.n + 1 } else { n };
                    return Ok(Err(Broken { n, fault }));
                }
            }
            // Content without a link.
            if let Some(n) = rows.into_keys().min() {
                return Ok(Err(Broken { n, fault: Fault::Link }));
            }
        }
        Ok(self.end(conn).await?.map_err(|(n, fault)| Broken { n, fault }))
    }

    fn step(
        &mut self,
        n: i64,
        digest: &str,
        stored: &str,
        erased_by: Option<i64>,
        row: Option<&Row>,
    ) -> Result<Result<(), Fault>, Error> {
        if n != self.n + 1 {
            return Ok(Err(Fault::Missing));
        }
        match (row, erased_by) {
            (Some(row), None) if row.digest()? == digest => {
                if let Err(fault) = self.erasure(n, row) {
                    return Ok(Err(fault));
                }
            }
            (Some(_), _) => return Ok(Err(Fault::Content)),
            (None, Some(note)) if note > n => {
                self.awaited.entry(note).or_default().add(n);
                self.erased += 1;
            }
            (None, _) => return Ok(Err(Fault::Gone)),
        }
        if link(&self.link, n, digest) != stored {
            return Ok(Err(Fault::Link));
        }
        stored.clone_into(&mut self.link);
        self.n = n;
        Ok(Ok(()))
    }

    /// Whether a note of an erasure names what is erased, and nothing else says that it is one.
    fn erasure(&mut self, n: i64, row: &Row) -> Result<(), Fault> {
        match (row.act == ERASE, self.awaited.remove(&n).map(Erased::digest)) {
            (false, None) => Ok(()),
            (true, Some(erased)) if row.fact.as_deref() == Some(erased.as_str()) => Ok(()),
            _ => Err(Fault::Erasure),
        }
    }

    /// Whether this is where the chain ends.
    async fn end(&self, conn: &mut AnyConnection) -> Result<Result<(), (i64, Fault)>, Error> {
        if let Some(note) = self.awaited.keys().min() {
            return Ok(Err((*note, Fault::Missing)));
        }
        let (content,): (Option<i64>,) = sqlx::query_as("SELECT MAX(n) FROM log_entry WHERE municipality = $1")
            .bind(&self.municipality)
            .fetch_one(&mut *conn)
            .await?;
        if content.is_some_and(|n| n > self.n) {
            return Ok(Err((self.n + 1, Fault::Missing)));
        }
        let end: Option<(i64, String)> = sqlx::query_as("SELECT n, link FROM log_chain WHERE municipality = $1")
            .bind(&self.municipality)
            .fetch_optional(&mut *conn)
            .await?;
        Ok(match end {
            Some((n, link)) if n == self.n && link == self.link => Ok(()),
            Some((n, _)) if n > self.n => Err((self.n + 1, Fault::Missing)),
            _ => Err((self.n, Fault::End)),
        })
    }
}

/// The contents of the entries after `after` up to `upto`.
async fn rows(conn: &mut AnyConnection, municipality: &str, after: i64, upto: i64) -> Result<HashMap<i64, Row>, Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT municipality, n, at, act, by_person, role, unit, concerns, purpose, reason, unassigned, case_id, thread,
                fact, about, salt
         FROM log_entry WHERE municipality = $1 AND n > $2 AND n <= $3",
    )
    .bind(municipality)
    .bind(after)
    .bind(upto)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.n, row)).collect())
}
