//! `make demo GROUPS=1`: two groups of friends, in two cities, look at each other's photos.
//!
//! Everything that is said is checked byte by byte, and the exit code is 0 only if all of it was true.

use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

use photomesh::photo::PhotoId;
use photomesh::protocol::CircleFile;

use crate::support::city::{City, PATIENCE, code, stderr, stdout};
use crate::support::pictures::{draw, jpeg, png};
use crate::{say, tell};

/// How many pictures zoe shows.
const SHOWN: u64 = 8;

pub(crate) fn demonstrate(program: &Path) -> Result<(), String> {
    let circle = CircleFile::new([7; 32]);
    let mut porto = City::new(program, "porto", 1, &circle);
    let mut aveiro = City::new(program, "aveiro", 2, &circle);
    let pictures: Vec<(String, Vec<u8>)> = (0..SHOWN)
        .map(|number| (format!("porto{number}.png"), png(&draw(10 + number, 640, 480))))
        .collect();

    say("1. Two groups of friends: ana and ben in aveiro; zoe, rui and eva in porto.");
    for (name, bytes) in &pictures {
        porto.give("zoe", name, bytes);
    }
    porto.give("rui", "secret.jpg", &jpeg(&draw(2, 320, 240), 90));
    aveiro.give("ana", "ana.jpg", &jpeg(&draw(3, 320, 240), 90));
    tell(&format!(
        "zoe lets others see her {SHOWN} pictures (--share), rui does not, nor does ana"
    ));
    porto.start_super("zoe", &["--share"], &[]);
    porto.start_super("eva", &["--share"], &[]);
    porto.start("rui", &[]);
    aveiro.start_super("ana", &[], &[porto.super_peer(0)]);
    aveiro.start("ben", &[]);
    tell(
        "zoe and eva run super-peers in porto, ana one in aveiro, and all of them have the circle's file",
    );

    say("2. They find each other ...");
    let start = Instant::now();
    aveiro.sees("porto", SHOWN);
    porto.settles(3);
    tell(&format!(
        "after {:.1} s ben, who runs none himself, asks: photomesh groups",
        start.elapsed().as_secs_f32()
    ));
    stdout(&aveiro.run("ben", &["groups"])).lines().for_each(tell);

    look(&aveiro, &porto, &pictures)?;
    fail(&aveiro, &porto, &pictures)?;
    lose(&aveiro, &mut porto)
}

fn look(aveiro: &City, porto: &City, pictures: &[(String, Vec<u8>)]) -> Result<(), String> {
    say("3. ben looks at porto.");
    let listed = stdout(&aveiro.run("ben", &["list", "--group", "porto"]));
    let names: Vec<&str> = pictures.iter().map(|(name, _)| name.as_str()).collect();
    if listed.lines().collect::<Vec<_>>() != names {
        return Err(format!("another list than what zoe shows: {listed}"));
    }
    tell(&format!(
        "photomesh list --group porto: {} pictures, and rui's is none of them",
        names.len()
    ));
    for (name, bytes) in pictures {
        if aveiro.get("ben", &format!("porto/{name}")).as_ref() != Some(bytes) {
            return Err(format!("{name} has not come as it is"));
        }
    }
    tell("photomesh get porto/...: all of them, every byte right");
    let secret = PhotoId::of(&porto.bytes("rui", "secret.jpg")).to_string();
    for name in ["secret.jpg", &secret] {
        if aveiro.get("ben", &format!("porto/{name}")).is_some() {
            return Err("what rui does not share has come".to_owned());
        }
    }
    tell("rui's, by its name and by its very id: \"this group shows no such photo\"");
    if stdout(&aveiro.run("ben", &["list"])) != "ana.jpg\n" {
        return Err("something has come along into aveiro's own collection".to_owned());
    }
    tell("aveiro's own collection is what it was");
    Ok(())
}

fn fail(aveiro: &City, porto: &City, pictures: &[(String, Vec<u8>)]) -> Result<(), String> {
    say("4. eva's computer dies while pictures come: kill -9.");
    let all = thread::scope(|scope| {
        let (came, first) = mpsc::channel();
        let gets: Vec<_> = pictures
            .iter()
            .map(|(name, bytes)| {
                let came = came.clone();
                scope.spawn(move || {
                    let got = aveiro.get("ben", &format!("porto/{name}"));
                    // Nobody waits for it if the demo has failed.
                    let _ = came.send(());
                    got.as_ref() == Some(bytes)
                })
            })
            .collect();
        let began = first.recv_timeout(PATIENCE).is_ok();
        porto.kill_process("eva");
        began && gets.into_iter().all(|get| get.join().unwrap_or(false))
    });
    match all {
        true => tell("all have come, every byte right: what was on its way came through zoe"),
        false => return Err("a picture has not come".to_owned()),
    }
    Ok(())
}

fn lose(aveiro: &City, porto: &mut City) -> Result<(), String> {
    say("5. zoe's computer dies, too: porto has no super-peer left.");
    porto.kill("eva");
    porto.kill("zoe");
    let output = aveiro.run("ben", &["get", "porto/porto0.png", "-o", "-"]);
    if code(&output) != 69 {
        return Err(format!("nobody could have sent that: {}", stderr(&output)));
    }
    stderr(&output).lines().for_each(tell);
    if code(&aveiro.run("ben", &["status"])) != 0 || aveiro.get("ben", "ana.jpg").is_none() {
        return Err("aveiro suffers from what happens in porto".to_owned());
    }
    tell("aveiro's own photos are what and where they were");
    Ok(())
}
