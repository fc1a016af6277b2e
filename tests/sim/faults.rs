//! What each fault does to processes and lines, and how it ends.

use std::time::Duration;

use photomesh::node::Event;
use photomesh::protocol::Request;
use photomesh::protocol::client::DrainOrder;

use crate::agenda::What;
use crate::disk::Trouble;
use crate::fault::Fault;
use crate::world::{World, host_address};

impl World {
    /// Lets the fault of this number of the plan happen.
    pub(crate) fn strike(&mut self, index: usize) {
        let (_, fault) = self.faults[index].clone();
        self.inject(&fault);
    }

    /// Lets a fault happen, if it can at this moment.
    pub(crate) fn inject(&mut self, fault: &Fault) {
        if self.strike_now(fault) {
            self.stats.fault(fault.kind());
            self.trace.line(self.now, "fault:", &fault.to_string());
            self.tape_fault(&fault.to_string());
        }
    }

    fn strike_now(&mut self, fault: &Fault) -> bool {
        match *fault {
            Fault::Kill { host, down } => self.stop_for(host, down, false),
            Fault::PowerLoss { host, down } => self.stop_for(host, down, true),
            Fault::Leave { host } => self.leave(host),
            Fault::Pause { host, span } => {
                let runs = self.hosts[host].is_up() && !self.hosts[host].paused;
                self.hosts[host].paused |= runs;
                if runs {
                    self.heal_after(span, fault);
                }
                runs
            }
            Fault::Partition { sides, span } => {
                self.split(sides, true);
                self.heal_after(span, fault);
                true
            }
            Fault::OneWay { from, to, span } => {
                self.net.block(from, to);
                self.heal_after(span, fault);
                true
            }
            Fault::Cut { a, b } => self.cut(a, b),
            Fault::Swizzle { host, span } => {
                self.swizzle(host, span);
                true
            }
            Fault::SlowLine { a, b, span } => {
                self.net.slow_down(a, b, true);
                self.heal_after(span, fault);
                true
            }
            Fault::SlowDisk { host, span }
            | Fault::FailingDisk { host, span }
            | Fault::FullDisk { host, span } => {
                self.set_trouble(fault, true);
                self.heal_after(span, fault);
                host < self.hosts.len()
            }
            Fault::LoseDisk { host, down } => self.lose_disk(host, down),
            Fault::BurnHouse { host, down } => self.burn_house(host, down),
            Fault::Betray { host, span, pick } => {
                let lies = self.betray(host, span, pick);
                if lies {
                    self.heal_after(span, fault);
                }
                lies
            }
            Fault::Backup { host } => self.back_up(host),
            Fault::OldFolder { host, down } => self.old_folder(host, down),
            Fault::FlipBit { host, pick } => self.flip_bit(host, pick),
            Fault::DeleteFile { host, pick } => self.delete_file(host, pick),
            Fault::AddFile { host, pick } => self.add_some_file(host, pick),
            Fault::EditFile { host, pick } => self.edit_some_file(host, pick),
            Fault::LoseFolder { host, accept } => self.lose_folder(host, accept),
            Fault::CutOff { host, span } => {
                self.split(1 << host, true);
                self.heal_after(span, fault);
                true
            }
            Fault::Move { host, down } => self.move_away(host, down),
            Fault::Shrink { host, quarters, .. } => self.shrink(host, quarters, fault),
            Fault::Drain { host, span } => {
                let asked = self.ask(host, Request::Drain { order: DrainOrder::Begin }).is_some();
                self.heal_after(span, fault);
                asked
            }
        }
    }

    /// A computer has another address when its daemon starts again.
    fn move_away(&mut self, host: usize, down: Duration) -> bool {
        let stopped = self.stop_for(host, down, false);
        if stopped {
            let port = self.hosts[host].address.port();
            self.hosts[host].address = host_address(host, port + 1);
            self.hosts[host].estranged = true;
        }
        stopped
    }

    fn shrink(&mut self, host: usize, quarters: u64, fault: &Fault) -> bool {
        let runs = self.hosts[host].is_up();
        if let (true, Fault::Shrink { span, .. }) = (runs, fault) {
            let used = self.hosts[host].disk.used(&self.library);
            self.allow(host, Some(used / 4 * quarters));
            self.heal_after(*span, fault);
        }
        runs
    }

    /// The owner of a host starts its daemon again, and lets so much lie on its disk.
    fn allow(&mut self, host: usize, bytes: Option<u64>) {
        self.stop_for(host, Duration::from_millis(500), false);
        self.hosts[host].allowed = bytes;
    }

    fn back_up(&mut self, host: usize) -> bool {
        let mut copy = self.hosts[host].disk.clone();
        copy.spools.clear();
        copy.kept.clear();
        copy.trouble = Trouble::default();
        self.hosts[host].backup = Some(copy);
        true
    }

    fn heal_after(&mut self, span: Duration, fault: &Fault) {
        self.agenda.add(self.now + span, What::Heal(fault.clone()));
    }

    /// Ends what a fault does.
    pub(crate) fn heal(&mut self, fault: &Fault) {
        match *fault {
            Fault::Pause { host, .. } => self.resume(host),
            Fault::Partition { sides, .. } => {
                self.split(sides, false);
                self.release_held();
            }
            Fault::CutOff { host, .. } => {
                self.split(1 << host, false);
                self.release_held();
            }
            Fault::OneWay { from, to, .. } => {
                self.net.unblock(from, to);
                self.release_held();
            }
            Fault::Betray { host, pick, .. } => self.repent(host, pick),
            Fault::Shrink { host, .. } => self.allow(host, None),
            Fault::Drain { host, .. } => {
                self.hosts[host].disk.draining &= self.hosts[host].is_up();
                self.ask(host, Request::Drain { order: DrainOrder::Cancel });
            }
            Fault::SlowLine { a, b, .. } => self.net.slow_down(a, b, false),
            Fault::SlowDisk { .. } | Fault::FailingDisk { .. } | Fault::FullDisk { .. } => {
                self.set_trouble(fault, false);
            }
            Fault::Kill { .. }
            | Fault::PowerLoss { .. }
            | Fault::Leave { .. }
            | Fault::Cut { .. }
            | Fault::Swizzle { .. }
            | Fault::LoseDisk { .. }
            | Fault::BurnHouse { .. }
            | Fault::Backup { .. }
            | Fault::OldFolder { .. }
            | Fault::FlipBit { .. }
            | Fault::DeleteFile { .. }
            | Fault::AddFile { .. }
            | Fault::EditFile { .. }
            | Fault::LoseFolder { .. }
            | Fault::Move { .. } => {}
        }
        self.trace.line(self.now, "over:", &fault.to_string());
        self.tape_fault(&format!("over: {fault}"));
    }

    /// A daemon dies and comes back later.
    fn stop_for(&mut self, host: usize, down: Duration, silent: bool) -> bool {
        let runs = self.hosts[host].is_up();
        if runs {
            self.end_life(host, silent);
            self.hosts[host].powered = !silent;
            self.agenda.add(self.now + down, What::Start(host));
        }
        runs
    }

    fn leave(&mut self, host: usize) -> bool {
        let Some(life) = self.hosts[host].life() else {
            return false;
        };
        self.resume(host);
        // It is started again when it has stopped, see `exit`.
        self.tell(life, Duration::ZERO, Event::Shutdown);
        true
    }

    fn split(&mut self, sides: u64, silent: bool) {
        let hosts = self.hosts.len();
        let side = |host: usize| sides >> (host % 64) & 1;
        for a in 0..hosts {
            for b in 0..hosts {
                if side(a) != side(b) {
                    if silent {
                        self.net.block(a, b);
                    } else {
                        self.net.unblock(a, b);
                    }
                }
            }
        }
    }

    fn cut(&mut self, a: usize, b: usize) -> bool {
        let conns = self.net.between(a, b);
        for conn in &conns {
            if let Some(conn) = self.net.conns.get_mut(conn) {
                conn.cut = true;
            }
            for side in 0..2 {
                let after = self.rng.span(Duration::ZERO, Duration::from_secs(3));
                self.agenda.add(self.now + after, What::Broken(*conn, side));
            }
        }
        !conns.is_empty()
    }

    fn swizzle(&mut self, host: usize, span: Duration) {
        let mut others: Vec<usize> = (0..self.hosts.len()).filter(|h| *h != host).collect();
        self.rng.shuffle(&mut others);
        for other in others {
            let starts = self.rng.span(Duration::ZERO, span);
            let ends = self.rng.span(starts, span * 2);
            // Each line has two directions; both fall silent.
            for (from, to) in [(host, other), (other, host)] {
                let one_way = Fault::OneWay { from, to, span: ends - starts };
                self.faults_end = self.faults_end.max(self.now + starts);
                self.faults.push((self.now + starts, one_way));
                self.agenda.add(self.now + starts, What::Fault(self.faults.len() - 1));
            }
        }
    }

    fn set_trouble(&mut self, fault: &Fault, on: bool) {
        match *fault {
            Fault::SlowDisk { host, .. } => self.hosts[host].disk.trouble.slow = on,
            Fault::FailingDisk { host, .. } => self.hosts[host].disk.trouble.failing = on,
            Fault::FullDisk { host, .. } => {
                self.hosts[host].disk.trouble.full = on;
                if let Some(life) = self.hosts[host].life() {
                    self.tell(life, Duration::ZERO, self.room(host));
                }
            }
            _ => {}
        }
    }
}
