//! The library, run against doubles, with a clock that does not wait.

use std::sync::Mutex;
use std::time::Duration;

use chrono::{DateTime, Utc};
use probity::fetch::endpoint::Endpoint;
use probity::fetch::{Clock, Collected, Http, Options, Order, Silent, Stop, TimeOuts, collect, targets};

use super::{Double, SECRET, TOKEN};
use crate::fetch::fake_environment::FakeEnvironment;
use crate::support::Folder;

/// Goes on as far as it is asked to wait, at once.
#[derive(Default)]
pub(crate) struct FakeClock {
    waits: Mutex<Vec<Duration>>,
    base: Option<DateTime<Utc>>,
}

impl FakeClock {
    /// One that does not go on by itself.
    pub(crate) fn standing(base: DateTime<Utc>) -> Self {
        Self { waits: Mutex::default(), base: Some(base) }
    }

    /// What was waited, in its order; nothing where there was nothing to wait for.
    pub(crate) fn waits(&self) -> Vec<Duration> {
        self.waits.lock().unwrap().iter().copied().filter(|wait| !wait.is_zero()).collect()
    }
}

impl Clock for FakeClock {
    fn now(&self) -> DateTime<Utc> {
        self.base.unwrap_or_else(Utc::now) + self.waits.lock().unwrap().iter().sum::<Duration>()
    }

    fn wait(&self, duration: Duration) {
        self.waits.lock().unwrap().push(duration);
    }

    fn is_stopped(&self) -> bool {
        false
    }
}

/// An environment with the keys that doubles know.
pub(crate) fn keys() -> FakeEnvironment {
    [
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
    ]
    .into_iter()
    .fold(FakeEnvironment::default(), |environment, (name, value)| environment.variable(name, value))
}

/// Makes the calls of an order, with short time-outs.
pub(crate) fn collected(
    double: &Double,
    order: Order,
    environment: &FakeEnvironment,
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
