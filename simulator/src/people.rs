//! The people who can log in, read from a TOML file.
//!
//! The file is the demo region's; it says far more than a provider has to know, so unknown fields are passed over.
//! Everyone in it is invented: a personal number outside the test series (birth number 980–999) is refused.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;

/// Everyone in the file, by realm.
#[derive(Clone, Default)]
pub struct People {
    pub(crate) residents: Vec<Arc<Person>>,
    pub(crate) staff: Vec<Arc<Person>>,
}

/// Why a people file was turned down.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// It could not be read.
    #[error("the people file cannot be read")]
    Read(#[from] std::io::Error),
    /// It is not the TOML that was hoped for. The parser's own words may quote a personal number, so only the place is told.
    #[error("the people file is not understood{}", .line.map(|line| format!(" (line {line})")).unwrap_or_default())]
    Parse {
        /// Line of the trouble.
        line: Option<usize>,
    },
    /// A personal number is not twelve digits of the test series with a right check digit.
    #[error("{id}: the personal number is not a test number (twelve digits, birth number 980–999, check digit)")]
    Number {
        /// Whose.
        id: String,
    },
    /// A unit or a municipality that is named is not there.
    #[error("{id}: names {missing}, which is not in the file")]
    Missing {
        /// Who names it.
        id: String,
        /// What is missing.
        missing: String,
    },
}

/// Someone who can log in.
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) given_name: String,
    pub(crate) family_name: String,
    /// Twelve digits.
    pub(crate) number: String,
    /// How well the identity behind a coordination number is known; `None` for a personal number.
    pub(crate) coordination_level: Option<String>,
    /// The coordination number before the personal number.
    pub(crate) previous: Option<String>,
    /// What stands below the name in the list.
    pub(crate) note: String,
    pub(crate) post: Option<Post>,
}

/// Where a member of staff works.
pub(crate) struct Post {
    /// `<personal number>@<organisation number>`, twelve digits and ten.
    pub(crate) affiliation: String,
    pub(crate) organisation: String,
    pub(crate) unit: String,
}

impl People {
    /// Reads and checks a file.
    pub fn load(path: &Path) -> Result<Self, PeopleError> {
        Self::parse(&std::fs::read_to_string(path)?)
    }

    /// Reads and checks the text of a file.
    pub fn parse(text: &str) -> Result<Self, PeopleError> {
        let file: File = toml::from_str(text).map_err(|error| PeopleError::Parse {
            line: error.span().map(|span| text[..span.start].lines().count().max(1)),
        })?;
        let municipalities: HashMap<_, _> = file.municipality.iter().map(|it| (it.id.as_str(), it)).collect();
        let units: HashMap<_, _> = file.unit.iter().map(|it| (it.id.as_str(), it)).collect();
        let residents = file.resident.into_iter().map(|it| {
            let place = find(&municipalities, &it.municipality, &it.id)?;
            // Where someone with protected identity lives is not shown even here.
            let year = it.personal_number.get(..4).unwrap_or_default();
            let note = if it.protected { year.to_owned() } else { format!("{year}, {}", place.name) };
            let known = Known { level: it.coordination_level, previous: it.previous_coordination_number };
            person(it.id, it.given_name, it.family_name, it.personal_number, note, None, known)
        });
        let residents = residents.collect::<Result<_, _>>()?;
        let staff = file.staff.into_iter().map(|it| {
            let unit = find(&units, &it.unit, &it.id)?;
            let place = find(&municipalities, &unit.municipality, &unit.id)?;
            let orgnr = place.orgnr.replace('-', "");
            let post = Post {
                affiliation: format!("{}@{orgnr}", it.personal_number),
                organisation: place.name.clone(),
                unit: unit.name.clone(),
            };
            let note = format!("{}, {}, {}", it.title, unit.name, place.name);
            person(it.id, it.given_name, it.family_name, it.personal_number, note, Some(post), Known::default())
        });
        Ok(Self { residents, staff: staff.collect::<Result<_, _>>()? })
    }
}

impl fmt::Debug for People {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "People({} residents, {} staff)", self.residents.len(), self.staff.len())
    }
}

impl Person {
    /// Given and family name.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name)
    }

    /// Date of birth as `YYYY-MM-DD`; a coordination number has 60 added to its day.
    pub(crate) fn birthdate(&self) -> String {
        let day: u32 = self.number[6..8].parse().expect("checked when read");
        format!("{}-{}-{:02}", &self.number[..4], &self.number[4..6], day % 60)
    }
}

/// Whether the number is a coordination number: its day of birth has 60 added to it.
fn is_coordination(number: &str) -> bool {
    number.as_bytes()[6] >= b'6'
}

/// What the register says of coordination numbers.
#[derive(Default)]
struct Known {
    level: Option<String>,
    previous: Option<String>,
}

fn person(
    id: String,
    given_name: String,
    family_name: String,
    number: String,
    note: String,
    post: Option<Post>,
    known: Known,
) -> Result<Arc<Person>, PeopleError> {
    let previous = known.previous;
    if !is_test_number(&number) || previous.as_ref().is_some_and(|old| !is_test_number(old) || !is_coordination(old)) {
        return Err(PeopleError::Number { id });
    }
    let coordination_level = is_coordination(&number).then(|| known.level.unwrap_or_else(|| "confirmed".to_owned()));
    Ok(Arc::new(Person { id, given_name, family_name, number, coordination_level, previous, note, post }))
}

fn find<'a, T>(all: &HashMap<&str, &'a T>, key: &str, by: &str) -> Result<&'a T, PeopleError> {
    all.get(key).copied().ok_or_else(|| PeopleError::Missing { id: by.to_owned(), missing: key.to_owned() })
}

fn is_test_number(number: &str) -> bool {
    if number.len() != 12 || !number.bytes().all(|byte| byte.is_ascii_digit()) || &number[8..11] < "980" {
        return false;
    }
    let sum: u32 = number[2..]
        .bytes()
        .enumerate()
        .map(|(place, byte)| {
            let product = u32::from(byte - b'0') * if place % 2 == 0 { 2 } else { 1 };
            product / 10 + product % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    resident: Vec<ResidentEntry>,
    #[serde(default)]
    staff: Vec<StaffEntry>,
    #[serde(default)]
    unit: Vec<UnitEntry>,
    #[serde(default)]
    municipality: Vec<MunicipalityEntry>,
}

#[derive(Deserialize)]
struct ResidentEntry {
    id: String,
    given_name: String,
    family_name: String,
    personal_number: String,
    municipality: String,
    #[serde(default)]
    protected: bool,
    /// `confirmed`, `probable` or `uncertain`.
    coordination_level: Option<String>,
    previous_coordination_number: Option<String>,
}

#[derive(Deserialize)]
struct StaffEntry {
    id: String,
    given_name: String,
    family_name: String,
    personal_number: String,
    unit: String,
    title: String,
}

#[derive(Deserialize)]
struct UnitEntry {
    id: String,
    municipality: String,
    name: String,
}

#[derive(Deserialize)]
struct MunicipalityEntry {
    id: String,
    name: String,
    orgnr: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: &str = "[[municipality]]\nid = \"bjuv\"\nname = \"Bjuv\"\norgnr = \"212000-0000\"\n";

    #[test]
    fn a_test_number_has_its_series_and_check_digit() {
        assert!(is_test_number("198401019800"));
        assert!(!is_test_number("198401019801"), "check digit");
        assert!(!is_test_number("198401010007"), "outside the series");
        assert!(!is_test_number("8401019800"), "ten digits");
    }

    #[test]
    fn a_bad_number_is_told_without_the_number() {
        let text = format!(
            "{PLACE}[[resident]]\nid = \"p-1\"\ngiven_name = \"A\"\nfamily_name = \"B\"\nmunicipality = \"bjuv\"\n\
             personal_number = \"198401019801\""
        );
        let error = People::parse(&text).expect_err("a wrong check digit");
        assert!(error.to_string().starts_with("p-1:"));
        assert!(!error.to_string().contains("1984"));
    }

    #[test]
    fn what_is_named_must_be_there() {
        let text = "[[resident]]\nid = \"p-1\"\ngiven_name = \"A\"\nfamily_name = \"B\"\nmunicipality = \"bjuv\"\n\
                    personal_number = \"198401019800\"";
        assert!(matches!(People::parse(text), Err(PeopleError::Missing { .. })));
    }

    #[test]
    fn a_broken_file_is_told_by_its_line() {
        let error = People::parse(&format!("{PLACE}[[resident]]\nid = ")).expect_err("no value");
        assert_eq!(error.to_string(), "the people file is not understood (line 6)");
    }
}
