//! All that is drawn, as files: `make accuracy DUMP=dir`.

use std::fs;
use std::io::Write;
use std::path::Path;

use photomesh::photo::Relation;

use crate::families::Group;
use crate::parallel;
use crate::source::File;
use crate::subject::Subject;

/// Writes every file into a folder of its group, and `labels.csv`: the file, its set, its group within the set, its
/// picture within the group, its kind, and what is expected. Of look-alikes that is the most that two *pictures* of one
/// group may be called; of versions what each is to the original of its group.
pub(crate) fn write(folder: &Path, groups: &[Group], subjects: &[Subject]) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut rows = parallel::map(groups.len(), |at| look_alikes(folder, at, &groups[at]));
    rows.extend(parallel::map(subjects.len(), |at| versions(folder, &subjects[at])));
    let mut labels = fs::File::create(folder.join("labels.csv"))?;
    writeln!(labels, "file,set,group,picture,kind,expected")?;
    for lines in rows {
        labels.write_all(lines?.as_bytes())?;
    }
    Ok(())
}

fn look_alikes(folder: &Path, at: usize, group: &Group) -> std::io::Result<String> {
    let at_most = match group.at_most {
        Relation::Different => "different",
        Relation::Variant => "at most variant",
        Relation::Same => "same",
    };
    let mut lines = String::new();
    for (number, make) in group.files.iter().enumerate() {
        let name = saved(folder, &format!("{} {at}", group.name), &number.to_string(), &make())?;
        lines += &format!("{name},\"{}\",{at},{number},look-alike,{at_most}\n", group.name);
    }
    Ok(lines)
}

fn versions(folder: &Path, subject: &Subject) -> std::io::Result<String> {
    let picture = subject.picture();
    let mut lines = String::new();
    for kind in subject.kinds {
        let file = kind.make(&picture, subject.number);
        let name = saved(folder, &format!("versions {}", subject.name()), kind.name, &file)?;
        let expected = kind.expected.name();
        lines += &format!(
            "{name},{},\"{}\",0,\"{}\",{expected}\n",
            subject.set,
            subject.name(),
            kind.name
        );
    }
    Ok(lines)
}

/// Saves a file under a name of letters, digits and hyphens, and says which.
fn saved(folder: &Path, group: &str, name: &str, file: &File) -> std::io::Result<String> {
    let plain = |text: &str| -> String {
        let kept =
            text.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' });
        let words: String = kept.collect();
        let words: Vec<&str> = words.split('-').filter(|word| !word.is_empty()).collect();
        words.join("-")
    };
    let name = format!("{}/{}.{}", plain(group), plain(name), file.ending);
    let path = folder.join(&name);
    fs::create_dir_all(path.parent().unwrap_or(folder))?;
    fs::write(path, &file.bytes)?;
    Ok(name)
}
