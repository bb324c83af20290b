//! The story that the tour shows, as a test: both windows, the network gone in between, and every
//! picture.

use std::fs;

use digiteam_tests::look::Look;
use digiteam_tests::tour::play;

#[tokio::test]
async fn a_resident_and_a_caseworker_understand_each_other() {
    let folder = tempfile::tempdir().expect("a temp folder");
    let told = play(folder.path(), Look::USUAL).await.expect("the story ends well");

    let mut names: Vec<_> = fs::read_dir(folder.path())
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a plain name"))
        .collect();
    names.sort();
    assert!(told.pictures >= 14, "{} pictures", told.pictures);
    assert_eq!(names.len(), usize::try_from(told.pictures).expect("a small number"));
    for (number, name) in (1..).zip(&names) {
        assert!(name.starts_with(&format!("{number:02}-")), "{name} is not picture {number}");
    }
}
