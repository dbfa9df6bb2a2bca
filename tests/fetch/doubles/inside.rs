//! The library, run against doubles, with a clock that does not wait.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use chrono::{DateTime, Utc};
use probity::fetch::credentials::{Ask, AskError, Environment, Reply, RunError};
use probity::fetch::endpoint::Endpoint;
use probity::fetch::{Clock, Collected, Http, Options, Order, Silent, Stop, TimeOuts, collect, targets};
use secrecy::SecretString;

use super::{Double, SECRET, TOKEN};
use crate::support::Folder;

/// Goes on as far as it is asked to wait, at once.
#[derive(Default)]
pub(crate) struct FakeClock(Mutex<Vec<Duration>>);

impl FakeClock {
    /// What was waited, in its order; nothing where there was nothing to wait for.
    pub(crate) fn waits(&self) -> Vec<Duration> {
        self.0.lock().unwrap().iter().copied().filter(|wait| !wait.is_zero()).collect()
    }
}

impl Clock for FakeClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now() + self.0.lock().unwrap().iter().sum::<Duration>()
    }

    fn wait(&self, duration: Duration) {
        self.0.lock().unwrap().push(duration);
    }

    fn is_stopped(&self) -> bool {
        false
    }
}

/// An environment of variables only.
pub(crate) struct Inside(BTreeMap<&'static str, &'static str>);

impl Inside {
    pub(crate) fn new() -> Self {
        Self(BTreeMap::from([
            ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", SECRET),
            ("AWS_SESSION_TOKEN", TOKEN),
            ("ALIBABA_CLOUD_ACCESS_KEY_ID", "AKIDEXAMPLE"),
            ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", SECRET),
            ("ALIBABA_CLOUD_SECURITY_TOKEN", TOKEN),
            ("HUAWEICLOUD_SDK_AK", "AKIDEXAMPLE"),
            ("HUAWEICLOUD_SDK_SK", SECRET),
            ("HUAWEICLOUD_SDK_SECURITY_TOKEN", TOKEN),
            ("HUAWEICLOUD_SDK_DOMAIN_ID", "domain-1"),
        ]))
    }

    pub(crate) fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.0.insert(name, value);
        self
    }
}

impl Environment for Inside {
    fn secret(&self, name: &str) -> Option<SecretString> {
        self.0.get(name).map(|value| SecretString::from((*value).to_owned()))
    }

    fn home(&self) -> Option<PathBuf> {
        None
    }

    fn read(&self, _path: &Path) -> io::Result<SecretString> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn run(&self, _: &str, _: &[SecretString], _: Duration) -> Result<SecretString, RunError> {
        Err(RunError::Start)
    }

    fn ask(&self, _ask: &Ask<'_>) -> Result<Reply, AskError> {
        Err(AskError::Connection)
    }

    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// Makes the calls of an order, with short time-outs.
pub(crate) fn collected(
    double: &Double,
    order: Order,
    environment: &Inside,
    clock: &FakeClock,
    rate: Option<f64>,
) -> (Vec<Collected>, Folder) {
    let out = Folder::new();
    let order = Order { endpoint: Some(Endpoint::parse(&double.url()).unwrap()), ..order };
    let targets = targets(&order, environment).unwrap();
    let time_outs = TimeOuts {
        connect: Duration::from_secs(5),
        read: Duration::from_millis(300),
        overall: Duration::from_secs(10),
    };
    let transport = Http::new(time_outs, Stop::default());
    let options = Options { out: out.path(), rate, clock, seed: Some(1) };
    (collect(&targets, &options, &transport, environment, &Silent), out)
}
