//! What `config check` looks at, printed a line each.

use std::time::Duration;

use serde_json::json;

use super::{Console, Exit, Failure, config::Source, runner};
use crate::{
    app::{Inspected, Level, SystemClock, inspect},
    config::Config,
    domain::ports::Clock as _,
    server::certificate::Certificate,
};

/// A certificate that ends sooner than in so many days is to be renewed.
const SOON: i64 = 30;

/// Looks at everything, prints it, and fails when something must be mended.
pub(super) fn check(source: &Source, as_json: bool, console: &mut Console) -> Result<(), Failure> {
    const WHAT: &str = "settings";
    let lines = match source.load() {
        // Without settings there is nothing else to look at.
        Err(failure) if failure.exit == Exit::Configuration => vec![Inspected::bad(WHAT, format!("{failure}."))],
        Err(failure) => return Err(failure),
        Ok(config) => {
            let mut lines = vec![Inspected::good(WHAT, "They can be read, and go together."), certificate(&config)];
            lines.extend(runner::block_on(async { Ok(inspect(&config, &SystemClock).await) })?);
            lines
        }
    };
    let count = |level| lines.iter().filter(|line| line.level == level).count();
    let (bad, warnings) = (count(Level::Bad), count(Level::Warning));
    if as_json {
        let line = |line: &Inspected| json!({ "what": line.what, "level": line.level.code(), "text": line.text });
        console.data(
            &json!({ "bad": bad, "warnings": warnings, "checks": lines.iter().map(line).collect::<Vec<_>>() }).to_string(),
        )?;
    } else {
        for line in &lines {
            console.data(&format!("{:<8} {}: {}", line.level.code(), line.what, line.text))?;
        }
    }
    match (bad, warnings) {
        (0, 0) => console.say("The configuration can be used."),
        (0, 1) => console.say("The configuration can be used; there is 1 warning."),
        (0, many) => console.say(&format!("The configuration can be used; there are {many} warnings.")),
        (1, _) => return Err(Failure::new(Exit::Configuration, "The hub cannot run so: 1 thing must be mended.")),
        (many, _) => {
            return Err(Failure::new(Exit::Configuration, format!("The hub cannot run so: {many} things must be mended.")));
        }
    }
    Ok(())
}

/// The certificate, against the name by which people reach the hub.
pub(super) fn certificate(config: &Config) -> Inspected {
    const WHAT: &str = "certificate";
    let Some(files) = &config.listen.tls else {
        return Inspected::warning(
            WHAT,
            "It is made here, for this machine alone: name one of your authority before others connect.",
        );
    };
    let url = config.hub.url.clone().or_else(|| config.mail.relay.as_ref().map(|relay| relay.hub_url.clone()));
    let host = url.as_deref().and_then(host_of);
    let now = Duration::from_millis(SystemClock.now().millis().unsigned_abs());
    match Certificate::read(&files.certificate, &files.key, host.as_deref(), now) {
        Err(error) => Inspected::bad(WHAT, format!("{error}.")),
        Ok(found) => judge(&found, host.as_deref()),
    }
}

fn judge(found: &Certificate, host: Option<&str>) -> Inspected {
    const WHAT: &str = "certificate";
    let Certificate { days_left, ends, covers, names } = found;
    match host {
        _ if *days_left < 0 => Inspected::bad(WHAT, format!("It ended on {ends}: renew it.")),
        Some(host) if !covers => {
            Inspected::bad(WHAT, format!("It names {}, and people come to {host}: get one for that name.", names.join(", ")))
        }
        _ if *days_left < SOON => Inspected::warning(WHAT, format!("It ends on {ends}, in {days_left} days: renew it.")),
        None => Inspected::warning(WHAT, format!("It is good until {ends}. Set `hub.url`, so that its name can be compared.")),
        Some(host) => Inspected::good(WHAT, format!("It names {host}, its key belongs to it, and it is good until {ends}.")),
    }
}

/// The host of `https://host:port`.
pub(super) fn host_of(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    Some(url.host_str()?.trim_start_matches('[').trim_end_matches(']').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_judged_by_its_end_and_its_names() {
        let found =
            |days_left, covers| Certificate { days_left, ends: "2027-01-02".into(), covers, names: vec!["a.example".into()] };
        let level = |days, covers, host| judge(&found(days, covers), host).level;
        assert_eq!(level(90, true, Some("a.example")), Level::Good);
        assert_eq!(level(30, true, Some("a.example")), Level::Good);
        assert_eq!(level(29, true, Some("a.example")), Level::Warning);
        assert_eq!(level(-1, true, Some("a.example")), Level::Bad);
        assert_eq!(level(90, false, Some("b.example")), Level::Bad);
        assert_eq!(level(90, true, None), Level::Warning);
        assert!(judge(&found(90, false), Some("b.example")).text.contains("people come to b.example"));
    }

    #[test]
    fn the_host_of_an_address_has_no_port() {
        assert_eq!(host_of("https://hub.example:8443").as_deref(), Some("hub.example"));
        assert_eq!(host_of("https://[::1]:8443").as_deref(), Some("::1"));
        assert_eq!(host_of("hub.example"), None);
    }
}
