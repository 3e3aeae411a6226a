//! From a host name to the addresses that may be dialled.
//!
//! Whoever may write a Service's endpoints could otherwise point the operator at things that only
//! it can reach: the metadata service of a cloud, or what listens on its own loopback. Only the
//! person who starts the operator can send it there, entry by entry, as with curl's `--resolve`.

use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

use tokio::net::lookup_host;

/// The name that stands for every host.
const ANY: &str = "*";
/// Where one cloud has its metadata service in IPv6.
const METADATA_V6: &str = "fd00:ec2::254";

/// Addresses that are used instead of what DNS says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolve {
    table: BTreeMap<(String, u16), SocketAddr>,
}

/// One entry, `HOST:PORT=ADDRESS`: whoever dials this host at this port shall dial that address.
///
/// HOST may be `*` for every host that has no entry of its own. ADDRESS is an IP address with a
/// port, IPv6 in brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    host: String,
    port: u16,
    address: SocketAddr,
}

/// Why a text is no entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// There is no `=`.
    #[error("there is no `=`; it has to be HOST:PORT=ADDRESS, as in {EXAMPLE}")]
    NoAddress,
    /// There is no port before the `=`.
    #[error("`{0}` has no port; it has to be HOST:PORT=ADDRESS, as in {EXAMPLE}")]
    NoPort(String),
    /// The port is no number from 1 to 65535.
    #[error("`{0}` is no port: a number from 1 to 65535")]
    Port(String),
    /// The host name is none.
    #[error("`{0}` is no host name, nor `*`")]
    Host(String),
    /// The address is none.
    #[error("`{0}` is no address: an IP address and a port, as in 127.0.0.1:41234 or [::1]:41234")]
    Address(String),
}

const EXAMPLE: &str =
    "rivven-demo-0.rivven-demo-headless.default.svc.cluster.local:9292=127.0.0.1:41234";

impl FromStr for Entry {
    type Err = EntryError;

    fn from_str(text: &str) -> Result<Self, EntryError> {
        let (dialled, address) = text.split_once('=').ok_or(EntryError::NoAddress)?;
        let no_port = || EntryError::NoPort(dialled.to_owned());
        let (host, port) = dialled.rsplit_once(':').ok_or_else(no_port)?;
        let port = match port.parse() {
            Ok(port) if port != 0 => port,
            Ok(_) | Err(_) => return Err(EntryError::Port(port.to_owned())),
        };
        let host = normalised(host);
        if host != ANY && !is_host(&host) {
            return Err(EntryError::Host(host));
        }
        match address.parse::<SocketAddr>() {
            Ok(address) if address.port() != 0 => Ok(Self { host, port, address }),
            Ok(_) | Err(_) => Err(EntryError::Address(address.to_owned())),
        }
    }
}

impl FromIterator<Entry> for Resolve {
    /// Of two entries for the same host and port the later one counts.
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        let entries = entries.into_iter();
        Self { table: entries.map(|one| ((one.host, one.port), one.address)).collect() }
    }
}

impl Resolve {
    /// The entry for a host and port: its own, else that of `*`.
    pub fn get(&self, host: &str, port: u16) -> Option<SocketAddr> {
        let own = self.table.get(&(normalised(host), port));
        own.or_else(|| self.table.get(&(ANY.to_owned(), port))).copied()
    }

    /// What to dial: by the table, else by the system's resolver; of that only what a pod can have.
    ///
    /// # Errors
    ///
    /// A sentence that stays the same as long as nothing changes.
    pub(super) async fn addresses(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, String> {
        if let Some(address) = self.get(host, port) {
            return Ok(vec![address]);
        }
        if let Ok(address) = host.parse::<IpAddr>() {
            return permitted(std::iter::once(SocketAddr::new(address, port)));
        }
        // With the dot it is a whole name: no search domain is tried after it.
        let found = lookup_host((format!("{host}."), port)).await.map_err(|error| why(&error))?;
        permitted(found)
    }
}

fn why(error: &io::Error) -> String {
    let said = error.to_string();
    let said = said.strip_prefix("failed to lookup address information: ").unwrap_or(&said);
    format!("the name cannot be resolved: {said}")
}

fn permitted(found: impl Iterator<Item = SocketAddr>) -> Result<Vec<SocketAddr>, String> {
    let (may, may_not): (Vec<_>, Vec<_>) = found.partition(|one| is_pods(one.ip()));
    match (may.is_empty(), may_not.first()) {
        (false, _) => Ok(may),
        (true, Some(address)) => {
            Err(format!("the name leads to {}, which cannot be a pod's", address.ip()))
        }
        (true, None) => Err("the name leads nowhere".to_owned()),
    }
}

/// Whether a pod can have this address.
fn is_pods(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let own = ip.is_loopback() || ip.is_unspecified();
            !own && !ip.is_link_local() && !ip.is_multicast() && !ip.is_broadcast()
        }
        IpAddr::V6(ip) => {
            let own = ip.is_loopback() || ip.is_unspecified();
            let metadata = METADATA_V6.parse() == Ok(ip);
            !own && !ip.is_unicast_link_local() && !ip.is_multicast() && !metadata
        }
    }
}

fn normalised(host: &str) -> String {
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

fn is_host(host: &str) -> bool {
    let is_label = |label: &str| {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        !label.is_empty() && label.len() <= 63 && label.bytes().all(known)
    };
    host.len() <= 253 && host.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(entries: &[&str]) -> Resolve {
        entries.iter().map(|entry| entry.parse::<Entry>().expect(entry)).collect()
    }

    #[test]
    fn an_entry_is_found_by_host_and_port() {
        let resolve = table(&["a.b:9292=127.0.0.1:1", "a.b:9090=[::1]:2"]);
        assert_eq!(resolve.get("a.b", 9292), Some(([127, 0, 0, 1], 1).into()));
        assert_eq!(resolve.get("A.B.", 9090), "[::1]:2".parse().ok());
        assert_eq!(resolve.get("a.b", 80), None);
        assert_eq!(resolve.get("c.b", 9292), None);
    }

    #[test]
    fn a_star_stands_for_every_host_without_an_entry_and_the_last_of_two_counts() {
        let resolve = table(&["*:9292=10.0.0.1:1", "a:9292=10.0.0.2:2", "a:9292=10.0.0.3:3"]);
        assert_eq!(resolve.get("b", 9292), Some(([10, 0, 0, 1], 1).into()));
        assert_eq!(resolve.get("a", 9292), Some(([10, 0, 0, 3], 3).into()));
    }

    #[test]
    fn what_is_no_entry_is_refused_with_what_is_wrong_about_it() {
        let wrong = [
            ("a:1", "there is no `=`"),
            ("a=127.0.0.1:1", "`a` has no port"),
            ("a:x=127.0.0.1:1", "`x` is no port"),
            ("a:0=127.0.0.1:1", "`0` is no port"),
            ("a:65536=127.0.0.1:1", "`65536` is no port"),
            (":1=127.0.0.1:1", "`` is no host name"),
            ("a b:1=127.0.0.1:1", "`a b` is no host name"),
            ("*.a:1=127.0.0.1:1", "`*.a` is no host name"),
            ("::1:1=127.0.0.1:1", "`::1` is no host name"),
            ("a:1=127.0.0.1", "`127.0.0.1` is no address"),
            ("a:1=localhost:1", "`localhost:1` is no address"),
            ("a:1=127.0.0.1:0", "`127.0.0.1:0` is no address"),
            ("a:1=", "`` is no address"),
        ];
        for (text, expected) in wrong {
            let error = text.parse::<Entry>().expect_err(text).to_string();
            assert!(error.starts_with(expected), "{text}: {error}");
        }
    }

    #[test]
    fn no_name_leads_to_where_no_pod_is() {
        for no in [
            "127.0.0.1",
            "169.254.169.254",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "fe80::1",
            "::ffff:169.254.169.254",
            "ff02::1",
            METADATA_V6,
        ] {
            assert!(!is_pods(no.parse().expect(no)), "{no}");
        }
        for yes in ["10.0.0.1", "192.168.1.1", "100.64.0.1", "8.8.8.8", "fd00::1", "2001:db8::1"] {
            assert!(is_pods(yes.parse().expect(yes)), "{yes}");
        }
        let both = ["169.254.169.254:1", "10.0.0.1:1"].map(|one| one.parse().expect(one));
        assert_eq!(permitted(both.into_iter()), Ok(vec![both[1]]));
        let error = permitted(both[..1].iter().copied()).expect_err("nothing is left");
        assert_eq!(error, "the name leads to 169.254.169.254, which cannot be a pod's");
    }

    #[tokio::test]
    async fn an_entry_may_lead_anywhere_and_the_resolver_is_not_asked() {
        let resolve = table(&["no.such.host.invalid:1=169.254.1.1:2"]);
        let found = resolve.addresses("no.such.host.invalid", 1).await;
        assert_eq!(found, Ok(vec![([169, 254, 1, 1], 2).into()]));
    }
}
