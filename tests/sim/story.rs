//! The commands of golden scripts: a small world told what to do, and what happened meanwhile in words.

use std::time::Duration;

use photomesh::photo::{PhotoId, PreviewSize};
use photomesh::protocol::client::DrainOrder;
use photomesh::protocol::{Holding, Request};

use crate::agenda::What;
use crate::clients::Reply;
use crate::disk::Disk;
use crate::fault::{FOR_EVER, Fault};
use crate::library::Spec;
use crate::plan::TraceMode;
use crate::settings::Settings;
use crate::tape::Tape;
use crate::trace::{Line, Trace};
use crate::world::World;

/// One story being told.
pub(crate) struct Story {
    world: World,
    /// Lines of these kinds are left out.
    hidden: Vec<String>,
    pictures: u64,
}

impl Story {
    pub(crate) fn new() -> Story {
        let settings = Settings {
            grace: Duration::from_secs(20),
            pin: Duration::from_secs(10),
            trash: Duration::from_secs(60),
            jitter: false,
            unreadable: true,
            ..Settings::ordinary(1)
        };
        Story {
            world: World::new(settings, Trace::new(TraceMode::Keep)),
            hidden: vec!["log".to_owned(), "link".to_owned()],
            pictures: 0,
        }
    }

    /// The same, to be drawn as well.
    pub(crate) fn drawn() -> Story {
        let mut story = Story::new();
        story.world.tape = Some(Tape::default());
        story
    }

    /// What has happened, to be drawn.
    pub(crate) fn into_lines(mut self) -> Vec<photomesh::trace::Line> {
        self.world.take_tape()
    }

    /// How this world is unless a story says otherwise.
    pub(crate) fn settings(&self) -> &Settings {
        &self.world.settings
    }

    /// Carries out a command; what happened meanwhile.
    pub(crate) fn tell(&mut self, command: &str) -> Result<Vec<String>, String> {
        let words: Vec<&str> = command.split_whitespace().collect();
        let (verb, words) = words.split_first().ok_or("an empty command")?;
        let begun = self.world.now;
        let said = self.obey(verb, words)?;
        let mut happened = self.world.trace.take_lines();
        happened.retain(|line| !self.hidden.iter().any(|kind| kind == line.kind));
        let mut lines = timed(&happened, begun);
        lines.extend(said);
        lines.extend(self.world.oracle.violation.iter().map(|text| format!("BROKEN {text}")));
        Ok(lines)
    }

    fn obey(&mut self, verb: &str, words: &[&str]) -> Result<Vec<String>, String> {
        match verb {
            "nodes" => self.nodes(words)?,
            "hide" => {
                self.world.trace.sends &= !words.contains(&"sends");
                self.hidden.extend(words.iter().map(|word| (*word).to_owned()));
            }
            "show" => self.show(words),
            "file" => self.file(words)?,
            "start" => self.start(words)?,
            "capacity" | "cache" => {
                let [node, bytes] = words else {
                    return Err(format!("{verb} NODE BYTES"));
                };
                let (at, bytes) = (host(node)?, number(Some(bytes))?);
                match verb {
                    "capacity" => self.world.hosts[at].allowed = Some(bytes),
                    _ => self.world.hosts[at].cache = bytes,
                }
            }
            "run" => {
                let end = self.world.now + span(words.first())?;
                self.world.run_until(end);
            }
            "wait" => {
                let end = self.world.now + span(words.first())?;
                self.world.run_until(end);
                self.world.trace.take_lines();
            }
            "settle" => {
                self.world.settle(Duration::from_secs(600));
                self.world.trace.take_lines();
            }
            "disks" => return Ok(self.disks()),
            "begin-get" => {
                let [node, name] = words else {
                    return Err("begin-get NODE NAME".to_owned());
                };
                let image_name = (*name).to_owned();
                self.world.ask(host(node)?, Request::GetImageRequest { image_name });
            }
            "hang-up" => {
                for client in self.world.clients.links.keys().copied().collect::<Vec<_>>() {
                    self.world.hang_up(client);
                }
            }
            "get" | "exact" | "list" | "status" | "why" | "trash" | "restore" | "purge" | "put"
            | "plan" | "rm" | "preview" | "view" | "duplicates" | "similar" | "distinct"
            | "forget" | "drain" => {
                return self.ask(verb, words);
            }
            _ => self.harm(verb, words)?,
        }
        Ok(Vec::new())
    }

    fn nodes(&mut self, words: &[&str]) -> Result<(), String> {
        let count: usize = number(words.first())?;
        for word in &words[1..] {
            let (key, value) = word.split_once('=').ok_or("expected key=value")?;
            match key {
                "copies" => self.world.settings.copies = number(Some(&value))?,
                "grace" => self.world.settings.grace = span(Some(&value))?,
                "trash" => self.world.settings.trash = span(Some(&value))?,
                _ => return Err(format!("no such setting: {key}")),
            }
        }
        for _ in 0..count {
            self.world.add_host();
        }
        self.world.agenda.add(Duration::from_secs(1), What::Audit);
        Ok(())
    }

    fn show(&mut self, words: &[&str]) {
        self.world.trace.heartbeats |= words.contains(&"heartbeat");
        self.world.trace.spaces |= words.contains(&"space");
        self.world.trace.sends |= words.contains(&"sends");
        self.hidden.retain(|hidden| !words.contains(&hidden.as_str()));
    }

    /// `file n1 cat [of=PICTURE] [step=S] [width=W] [bytes=B] [content=C] [drawn=D] [as=NAME]`
    fn file(&mut self, words: &[&str]) -> Result<(), String> {
        let [node, name, options @ ..] = words else {
            return Err("file NODE PHOTO".to_owned());
        };
        let host = host(node)?;
        let (photo, file) = self.photo(name, options)?;
        self.world.hosts[host].disk.add_file(photo, &file);
        Ok(())
    }

    /// The photo of a name, made by its first mention, and its file name.
    fn photo(&mut self, name: &str, options: &[&str]) -> Result<(PhotoId, String), String> {
        self.pictures += 1;
        let mut spec = Spec::plain(name, self.pictures);
        let mut file = format!("{name}.jpg");
        for option in options {
            let (key, value) = option.split_once('=').ok_or("expected key=value")?;
            match key {
                "of" => spec.picture = Some(1_000 + value.bytes().map(u64::from).sum::<u64>()),
                "step" => spec.step = number(Some(&value))?,
                "width" => spec.width = number(Some(&value))?,
                "bytes" => spec.bytes = number(Some(&value))?,
                "second" => spec.captured = Some(number(Some(&value))?),
                "content" => spec.content = number(Some(&value))?,
                "drawn" => spec.drawn = number(Some(&value))?,
                "as" => value.clone_into(&mut file),
                _ => return Err(format!("no such option: {key}")),
            }
        }
        let known = self.world.library.named(name);
        let photo = known.unwrap_or_else(|| self.world.library.make(&spec));
        Ok((photo, file))
    }

    fn start(&mut self, words: &[&str]) -> Result<(), String> {
        let [node, through @ ..] = words else {
            return Err("start NODE [NODE]...".to_owned());
        };
        let at = host(node)?;
        for other in through {
            let address = self.world.hosts[host(other)?].address.clone();
            self.world.hosts[at].join.push(address);
        }
        self.world.start(at);
        Ok(())
    }

    fn ask(&mut self, verb: &str, words: &[&str]) -> Result<Vec<String>, String> {
        let [node, names @ ..] = words else {
            return Err(format!("{verb} NODE"));
        };
        let (at, name) = (host(node)?, names.first().copied().unwrap_or_default());
        let image_name = name.to_owned();
        let request = match verb {
            "list" => Request::GetImageList,
            "status" => Request::Status,
            "why" => Request::Explain { image_name, exact: false, shared: false },
            "trash" => Request::TrashList { after: None },
            "purge" => Request::TrashPurge { older_than: 0 },
            "restore" => Request::TrashRestore { image_name },
            "get" => Request::GetImageRequest { image_name },
            "exact" => Request::GetExact {
                photo: self.world.library.named(name).ok_or("exact NODE PHOTO")?,
                shared: false,
            },
            "preview" | "view" => Request::GetPreview {
                photo: self.world.library.named(name).ok_or("preview NODE PHOTO")?,
                size: match verb {
                    "view" => PreviewSize::View,
                    _ => PreviewSize::Grid,
                },
                shared: false,
            },
            "duplicates" => Request::Duplicates { after: None },
            "similar" => Request::Similar {
                photo: {
                    let photo = self.world.library.named(name).ok_or("similar NODE PHOTO")?;
                    self.world.library.photo(photo).clone()
                },
            },
            "forget" => {
                Request::Forget { node: self.world.hosts[host(name)?].disk.identity.to_string() }
            }
            "drain" => Request::Drain {
                order: match names {
                    ["cancel"] => DrainOrder::Cancel,
                    _ => DrainOrder::Begin,
                },
            },
            "distinct" => Request::Distinct {
                image_names: names.iter().map(|name| (*name).to_owned()).collect(),
            },
            "plan" => Request::PlanRemoval { image_name },
            "rm" => Request::Remove {
                photos: names.iter().filter_map(|name| self.world.library.named(name)).collect(),
            },
            _ => {
                let (photo, file) = self.photo(name, &names[1..])?;
                self.world.put(at, photo, &file);
                self.world.run_until(self.world.now + Duration::from_secs(12));
                return Ok(Vec::new());
            }
        };
        let reply = self.world.ask_and_wait(at, request)?;
        Ok(match reply {
            Reply::Lost => vec![format!("{node} hangs up")],
            // The answer was told as it was given.
            Reply::Answer(_) | Reply::Photo(_) => Vec::new(),
        })
    }

    /// Something goes wrong.
    fn harm(&mut self, verb: &str, words: &[&str]) -> Result<(), String> {
        let [node, rest @ ..] = words else {
            return Err(format!("no such command: {verb}"));
        };
        if verb == "partition" {
            let apart = words[..words.len() - 1].iter().map(|word| host(word));
            let apart: Vec<usize> = apart.collect::<Result<_, _>>()?;
            let sides = apart.iter().map(|host| 1 << host).sum();
            let span = span(words.last())?;
            self.world.inject(&Fault::Partition { sides, span });
            return Ok(());
        }
        let at = host(node)?;
        if verb == "twin" {
            let of = host(rest.first().ok_or("twin NODE NODE")?)?;
            let key = self.world.hosts[of].disk.key.clone();
            self.world.hosts[at].disk = Disk::new(key);
            self.world.oracle.may_exit.insert(at);
            return Ok(());
        }
        let long = span(rest.first()).unwrap_or(FOR_EVER);
        let fault = match verb {
            "kill" => Fault::Kill { host: at, down: long },
            "unplug" => Fault::PowerLoss { host: at, down: long },
            "leave" => Fault::Leave { host: at },
            "pause" => Fault::Pause { host: at, span: long },
            "wipe" => Fault::LoseDisk { host: at, down: long },
            "full" => Fault::FullDisk { host: at, span: long },
            "failing" => Fault::FailingDisk { host: at, span: long },
            "move" => Fault::Move { host: at, down: long },
            "backup" => Fault::Backup { host: at },
            "old" => Fault::OldFolder { host: at, down: long },
            "cut" => Fault::Cut { a: at, b: host(rest.first().ok_or("cut NODE NODE")?)? },
            "flip" | "delete" | "edit" => return self.spoil(verb, at, rest),
            _ => return Err(format!("no such command: {verb}")),
        };
        self.world.inject(&fault);
        Ok(())
    }

    fn spoil(&mut self, verb: &str, at: usize, words: &[&str]) -> Result<(), String> {
        let name = words.first().ok_or("NODE PHOTO")?;
        let photo = self.world.library.named(name).ok_or("no such photo")?;
        if verb == "edit" {
            let (new, _) = self.photo(words.get(1).ok_or("edit NODE PHOTO PHOTO")?, &words[2..])?;
            self.world.edit(at, photo, new);
            return Ok(());
        }
        self.world.destroyed(at, &[photo]);
        let disk = &mut self.world.hosts[at].disk;
        match (verb, disk.files.get_mut(&photo)) {
            ("flip", Some(file)) => file.rotten = true,
            _ => disk.lose(photo),
        }
        Ok(())
    }

    /// What is on every disk.
    fn disks(&self) -> Vec<String> {
        let holding = |holding: Holding| match holding {
            Holding::Retired | Holding::RetiredOriginal => "trash",
            Holding::Replica => "replica",
            Holding::Original => "original",
        };
        let line = |host: &crate::host::Host| {
            let file = |(photo, file): (&PhotoId, &crate::files::File)| {
                format!("{}={}", self.world.library.name(*photo), holding(file.place))
            };
            let mut files: Vec<String> = host.disk.files.iter().map(file).collect();
            files.sort();
            format!("{}: {}", host.name, files.join(" "))
        };
        self.world.hosts.iter().map(line).collect()
    }
}

/// Lines with the second in which they happened, counted from when the command was given. More of the time would make
/// stories brittle: the order is what counts.
fn timed(lines: &[Line], begun: Duration) -> Vec<String> {
    let second = |line: &Line| (line.at - begun).as_secs();
    let is_short = lines.iter().all(|line| second(line) == 0);
    let mut last = 0;
    let mut text = Vec::new();
    for line in lines {
        let (at, Line { who, what, .. }) = (second(line), line);
        let mark = if at == last { String::new() } else { format!("+{at}s") };
        last = at;
        text.push(if is_short {
            format!("{who} {what}")
        } else {
            format!("{mark:<5} {who} {what}")
        });
    }
    text
}

fn host(name: &str) -> Result<usize, String> {
    let number = name.strip_prefix('n').and_then(|digits| digits.parse::<usize>().ok());
    number.and_then(|number| number.checked_sub(1)).ok_or_else(|| format!("no such node: {name}"))
}

fn number<T: std::str::FromStr>(word: Option<&&str>) -> Result<T, String> {
    let word = word.ok_or("a number is missing")?;
    word.parse().map_err(|_| format!("not a number: {word}"))
}

fn span(word: Option<&&str>) -> Result<Duration, String> {
    let word = word.ok_or("a time is missing")?;
    let seconds = word.strip_suffix('s').and_then(|digits| digits.parse().ok());
    seconds.map(Duration::from_secs_f64).ok_or_else(|| format!("not a time: {word}"))
}
