//! Different pictures of one layout: which pairs are taken for one picture, and what would leave the folder.

use photomesh::photo::{Photo, Relation};

use crate::families::Group;
use crate::figures::{Count, HEADS, share};
use crate::looks::Costs;
use crate::parallel;

/// What was found among the groups of one kind.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) at_most: Relation,
    pub(crate) count: Count,
    files: u64,
    would_go: u64,
}

/// Looks at all pairs within each group; groups of one name are counted together, in their order.
pub(crate) fn measure(groups: &[Group], costs: &Costs) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = Vec::new();
    for found in parallel::map(groups.len(), |at| look_at(&groups[at], costs)) {
        match kinds.iter_mut().find(|kind| kind.name == found.name) {
            None => kinds.push(found),
            Some(kind) => {
                kind.count.join(&found.count);
                kind.files += found.files;
                kind.would_go += found.would_go;
            }
        }
    }
    kinds
}

fn look_at(group: &Group, costs: &Costs) -> Kind {
    let files: Vec<Vec<u8>> = group.files.iter().map(|make| make().bytes).collect();
    let photos: Vec<Photo> = files.iter().map(|bytes| costs.inspect(bytes)).collect();
    let mut count = Count::default();
    let mut related = vec![vec![false; files.len()]; files.len()];
    for (a, b) in (0..files.len()).flat_map(|a| (0..a).map(move |b| (a, b))) {
        let looks = costs.look(&photos[a], &photos[b], || [files[a].clone(), files[b].clone()]);
        count.add(looks);
        related[a][b] = looks.both != Relation::Different;
        related[b][a] = related[a][b];
    }
    let mut best_first: Vec<usize> = (0..files.len()).collect();
    best_first.sort_by_key(|at| std::cmp::Reverse(photos[*at].rank()));
    let mut keepers: Vec<usize> = Vec::new();
    for at in best_first {
        if !keepers.iter().any(|keeper| related[at][*keeper]) {
            keepers.push(at);
        }
    }
    Kind {
        name: group.name,
        at_most: group.at_most,
        count,
        files: files.len() as u64,
        would_go: (files.len() - keepers.len()) as u64,
    }
}

/// Prints a row for each kind.
pub(crate) fn report(kinds: &[Kind]) {
    println!(
        "\ndifferent pictures of one layout: pairs that are called the same or variants, by the first look (1)"
    );
    println!("and after the second (2); files that would leave the folder, with 95 % bounds");
    println!("{:<30} {HEADS}  would go", "");
    let (mut all, mut files, mut would_go) = (Count::default(), 0, 0);
    for kind in kinds {
        let mark = if kind.at_most == Relation::Variant { "*" } else { "" };
        let name = format!("{}{mark}", kind.name);
        println!("{name:<30} {}  {}", kind.count.columns(), share(kind.would_go, kind.files));
        if kind.at_most == Relation::Different {
            all.join(&kind.count);
            files += kind.files;
            would_go += kind.would_go;
        }
    }
    println!("{:<30} {}  {}", "all without *", all.columns(), share(would_go, files));
    println!(
        "of all pairs without *: same {}, variant {}",
        share(all.same, all.pairs),
        share(all.variant, all.pairs)
    );
    println!("* one photo with other words on it: as variants they may be found");
}
