//! Connection limits: in total, and per remote host.

use std::net::IpAddr;
use std::sync::{Arc, Weak};

use crate::daemon::limits::CONNECTIONS_OF_HOST;

/// The accepted connections that are still open.
#[derive(Debug)]
pub(in crate::daemon) struct ConnectionLimits<T> {
    /// Those that have ended since are swept out when it gets long.
    open: Vec<(IpAddr, Weak<T>)>,
    capacity: usize,
    /// In a group this computer counts like any other: a friend may come by a tunnel that ends here. Without one all
    /// come from here, and a program that means harm could do worse.
    counts_loopback: bool,
}

impl<T> ConnectionLimits<T> {
    pub(in crate::daemon) fn new(capacity: usize, is_group: bool) -> ConnectionLimits<T> {
        ConnectionLimits { open: Vec::new(), capacity, counts_loopback: is_group }
    }

    /// Takes a connection in, unless there are too many.
    ///
    /// # Errors
    ///
    /// In words for whoever is turned away.
    pub(in crate::daemon) fn admit(
        &mut self,
        host: IpAddr,
        link: &Arc<T>,
    ) -> Result<(), &'static str> {
        let of_host =
            |open: &[(IpAddr, Weak<T>)]| open.iter().filter(|(from, _)| *from == host).count();
        let counts = self.counts_loopback || !host.is_loopback();
        let many_of_host = |open: &[_]| counts && of_host(open) >= CONNECTIONS_OF_HOST;
        if self.open.len() >= self.capacity || many_of_host(&self.open) {
            self.open.retain(|(_, link)| link.strong_count() > 0);
        }
        if self.open.len() >= self.capacity {
            return Err("this daemon has too many connections: try again later");
        }
        if many_of_host(&self.open) {
            return Err("your computer has too many connections to this daemon: try again later");
        }
        self.open.push((host, Arc::downgrade(link)));
        Ok(())
    }

    /// The connections, of which some may have ended.
    pub(in crate::daemon) fn into_links(self) -> Vec<Weak<T>> {
        self.open.into_iter().map(|(_, link)| link).collect()
    }
}
