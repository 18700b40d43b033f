//! How many connections each neighbourhood of the network holds.

use std::{
    collections::{HashMap, hash_map::Entry},
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};

/// The connections held, by where they come from.
#[derive(Default)]
pub(super) struct Neighbours(Mutex<HashMap<IpAddr, usize>>);

/// A connection that is counted until this is dropped.
pub(super) struct Neighbour {
    of: Arc<Neighbours>,
    from: IpAddr,
}

impl Neighbours {
    /// Counts one more connection from an address, unless there are as many as may be.
    pub(super) fn let_in(self: &Arc<Self>, address: IpAddr, most: usize) -> Option<Neighbour> {
        let from = neighbourhood(address);
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.entry(from).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Neighbour { of: Arc::clone(self), from })
    }
}

impl Drop for Neighbour {
    fn drop(&mut self) {
        let mut held = self.of.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut count) = held.entry(self.from) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

/// An IPv6 subscriber has a whole /64 to come from.
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_neighbourhood_has_so_many_and_gets_its_places_back() {
        let neighbours = Arc::new(Neighbours::default());
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");
        let one = neighbours.let_in(address("2001:db8:1:2::3"), 2).expect("the first");
        let _other = neighbours.let_in(address("2001:db8:1:2:ffff::9"), 2).expect("the second");
        assert!(neighbours.let_in(address("2001:db8:1:2::4"), 2).is_none(), "the same /64");
        let _elsewhere = neighbours.let_in(address("2001:db8:1:3::3"), 2).expect("another /64");
        let _four = neighbours.let_in(address("192.0.2.1"), 1).expect("an IPv4 address");
        assert!(neighbours.let_in(address("::ffff:192.0.2.1"), 1).is_none(), "the same one, written otherwise");
        drop(one);
        drop(neighbours.let_in(address("2001:db8:1:2::4"), 2).expect("a place came back"));
        assert_eq!(neighbours.0.lock().expect("whole").len(), 3, "nothing is kept of those who left");
    }
}
