//! One request: paced, signed, sent, and made again where that may help.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::answer::{Misread, Reading, read};
use super::calls::{Call, Parameters};
use super::clock::Clock;
use super::endpoint::Endpoint;
use super::evidence::Facts;
use super::failure::{Failure, Kind, request_id};
use super::pace::Pace;
use super::party::{Key, Party};
use super::provider::Provider;
use super::retry::Retries;
use super::sign::sign;
use super::transport::{Answer, Transport};
use super::wire;

/// Who makes requests, and how.
pub(super) struct Caller<'c> {
    pub(super) call: &'static Call,
    pub(super) endpoint: &'c Endpoint,
    pub(super) region: Option<&'c str>,
    pub(super) party: &'c Party<'c>,
    pub(super) pace: &'c Pace,
    pub(super) transport: &'c dyn Transport,
    pub(super) clock: &'c dyn Clock,
    pub(super) seed: Option<u64>,
}

/// A page.
pub(super) struct Received {
    pub(super) body: Vec<u8>,
    pub(super) facts: Facts,
    pub(super) reading: Reading,
}

/// No page.
pub(super) struct Ended {
    pub(super) failure: Failure,
    pub(super) answer: Option<(Vec<u8>, Facts)>,
}

impl Caller<'_> {
    /// Makes one request until there is a page, or no hope of one. `again` is told before each further attempt.
    pub(super) fn page(
        &self,
        parameters: &Parameters,
        again: &mut dyn FnMut(&str, Duration),
    ) -> Result<Received, Box<Ended>> {
        let mut retries = Retries::new(self.seed);
        let mut may_renew = true;
        loop {
            self.pace.wait(self.clock);
            let key = self.key()?;
            let mut ended = match self.attempt(&key, parameters) {
                Ok(received) => return Ok(received),
                Err(ended) => ended,
            };
            if ended.failure.kind == Kind::Expired && may_renew {
                may_renew = false;
                match self.party.succeed(&key, self.clock.now()) {
                    Ok(()) => {
                        again("the credentials had expired, and there are new ones", Duration::ZERO);
                        continue;
                    }
                    Err(nothing_new) => ended.failure.nothing_new = Some(nothing_new),
                }
            }
            let Some(wait) = retries.after(&ended.failure) else { return Err(ended) };
            again(&ended.failure.in_words(), wait);
            self.clock.wait(wait);
        }
    }

    /// What to sign with.
    fn key(&self) -> Result<Arc<Key>, Box<Ended>> {
        if self.clock.is_stopped() {
            return Err(Box::new(Ended { failure: interrupted(), answer: None }));
        }
        self.party.key(self.clock.now()).map_err(|lapsed| {
            Box::new(Ended { failure: Failure::without_credentials(*lapsed), answer: None })
        })
    }

    fn attempt(&self, key: &Key, parameters: &Parameters) -> Result<Received, Box<Ended>> {
        key.standing.while_it_holds(self.call.service.provider(), || {
            if self.clock.is_stopped() {
                return Err(Box::new(Ended { failure: interrupted(), answer: None }));
            }
            self.exchange(key, parameters)
        })
    }

    fn exchange(&self, key: &Key, parameters: &Parameters) -> Result<Received, Box<Ended>> {
        let unsent =
            |message| Box::new(Ended { failure: Failure::unanswered(Kind::Refused, message), answer: None });
        let mut request = wire::request(self.call, self.endpoint, parameters);
        let scheme = wire::scheme(self.call, self.region);
        // Each attempt has a date and a nonce of its own.
        sign(&mut request, scheme, &key.credentials, self.clock.now(), &nonce())
            .map_err(|error| unsent(error.to_string()))?;
        let answer = self
            .transport
            .send(&request)
            .map_err(|error| Box::new(Ended { failure: Failure::on_the_way(&error), answer: None }))?;
        let now = self.clock.now();
        // A service may repeat what was sent, and then it is in the evidence.
        let answer = match self.party.without_secrets(&answer.body) {
            Some(body) => Answer { body, ..answer },
            None => answer,
        };
        let failure = if (200..300).contains(&answer.status) {
            match read(self.call, &answer.body) {
                Ok(reading) => {
                    let facts = facts(&answer, now);
                    return Ok(Received { body: answer.body, facts, reading });
                }
                Err(Misread::Error(said)) => Failure::disguised(self.call, &answer, said, now),
                Err(Misread::Other(what)) => Failure::unreadable(&answer, &what),
            }
        } else {
            Failure::answered(self.call, &answer, now)
        };
        let facts = facts(&answer, now);
        Err(Box::new(Ended { failure, answer: Some((answer.body, facts)) }))
    }
}

fn facts(answer: &Answer, received_at: chrono::DateTime<chrono::Utc>) -> Facts {
    Facts { status: answer.status, request_id: request_id(answer), received_at }
}

fn interrupted() -> Failure {
    Failure::on_the_way(&super::transport::TransportError::Interrupted)
}

/// What services think of a key. It is shared by all calls that are signed with it, so that a wrong secret is not tried at
/// every region: Huawei Cloud locks a key after five wrong signatures in a row.
#[derive(Default)]
pub(super) struct Standing {
    proven: AtomicBool,
    refused: Mutex<Option<Failure>>,
    one_at_a_time: Mutex<()>,
}

impl Standing {
    /// Sends, unless the key was refused. Until it was accepted once, Huawei Cloud gets one request at a time.
    fn while_it_holds(
        &self,
        provider: Provider,
        send: impl FnOnce() -> Result<Received, Box<Ended>>,
    ) -> Result<Received, Box<Ended>> {
        let careful = provider == Provider::Huawei && !self.proven.load(Ordering::Acquire);
        let turn = careful.then(|| self.one_at_a_time.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some(failure) = self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            let message = format!("not sent, for the same key was refused before: {}", failure.message);
            let failure = Failure { message, status: None, request_id: None, ..failure };
            return Err(Box::new(Ended { failure, answer: None }));
        }
        let result = send();
        match &result {
            Ok(_) => self.proven.store(true, Ordering::Release),
            Err(ended) if ended.failure.kind.is_about_the_key() => {
                *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(ended.failure.clone());
            }
            // Who was told no for another reason was known.
            Err(ended) if matches!(ended.failure.kind, Kind::Permission | Kind::NotFound) => {
                self.proven.store(true, Ordering::Release);
            }
            Err(_) => {}
        }
        drop(turn);
        result
    }
}

/// A text that no request had before.
fn nonce() -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let mut bytes = [0; 16];
    if getrandom::fill(&mut bytes).is_err() {
        // Without chance: the time and a count, which no two requests of a process share.
        let time = chrono::Utc::now().timestamp_nanos_opt().unwrap_or_default();
        return format!("{time:016x}{:016x}", COUNTER.fetch_add(1, Ordering::Relaxed));
    }
    bytes.iter().fold(String::with_capacity(32), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
