//! Who calls: their credentials, which are searched again when they end.
//!
//! Temporary credentials that say when they end are searched again shortly before, in the same way as the first time: whatever
//! place gave them may have new ones. So they are once where a service says that they have expired. All calls of a cloud and
//! profile share a party, and one lock: who asks while there is a search waits for it, and has what it found.
//!
//! What is found takes the place of the old credentials only where it is of the same identity, as far as that is known: a call
//! whose pages came from two accounts would be evidence of neither.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::ExposeSecret as _;

use super::caller::Standing;
use super::credentials::{Credentials, CredentialsError, Environment, find};
use super::provider::Provider;
use super::redact::Secrets;

/// How long before they end credentials are searched again; AWS's metadata service has new ones by then.
const MARGIN: TimeDelta = TimeDelta::minutes(5);
/// The time between two searches: a place that has nothing new is not asked for each request.
const PAUSE: TimeDelta = TimeDelta::minutes(1);

/// Who calls.
pub(super) struct Party<'e> {
    provider: Provider,
    profile: Option<String>,
    environment: &'e dyn Environment,
    held: Mutex<Held>,
}

/// Credentials, and what services think of them.
pub(super) struct Key {
    pub(super) credentials: Credentials,
    pub(super) standing: Standing,
}

/// What a party has at a time.
struct Held {
    key: Arc<Key>,
    /// Of all keys that were ever found.
    secrets: Secrets,
    /// When to search again; never where it is not known when the key ends.
    search_at: Option<DateTime<Utc>>,
    /// Why the last search gave nothing new.
    nothing_new: Option<NothingNew>,
    /// Whether a service said that the key has expired.
    is_denied: bool,
}

/// Why there are no new credentials in place of those that ended. It holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NothingNew {
    /// In words.
    pub(super) why: String,
    /// What to do about it.
    pub(super) help: String,
}

/// Credentials that have ended, and have no successor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lapsed {
    /// That they ended, in words.
    pub(super) message: String,
    /// Why there are no others.
    pub(super) nothing_new: NothingNew,
}

impl<'e> Party<'e> {
    /// Looks for credentials.
    ///
    /// # Errors
    ///
    /// There are none that can be used.
    pub(super) fn find(
        provider: Provider,
        profile: Option<&str>,
        environment: &'e dyn Environment,
        now: DateTime<Utc>,
    ) -> Result<Self, CredentialsError> {
        let credentials = find(provider, profile, environment)?;
        let held = Held {
            search_at: credentials.expires.map(|expires| next_search(expires, now)),
            secrets: Secrets::of(&credentials),
            key: Arc::new(Key { credentials, standing: Standing::default() }),
            nothing_new: None,
            is_denied: false,
        };
        Ok(Self { provider, profile: profile.map(str::to_owned), environment, held: Mutex::new(held) })
    }

    /// The key to sign with. Where it is about to end, new credentials are searched first; as long as it has not, it is used even
    /// if there are none.
    ///
    /// # Errors
    ///
    /// It has ended, and there is no other.
    pub(super) fn key(&self, now: DateTime<Utc>) -> Result<Arc<Key>, Box<Lapsed>> {
        let mut held = self.held();
        if held.search_at.is_some_and(|at| at <= now) {
            self.search(&mut held, now);
        }
        match (held.key.credentials.check(now), &held.nothing_new) {
            (Err(error), Some(nothing_new)) => {
                Err(Box::new(Lapsed { message: error.to_string(), nothing_new: nothing_new.clone() }))
            }
            _ => Ok(Arc::clone(&held.key)),
        }
    }

    /// Whether there is another key than this, of which a service said that it has expired. For each key one search is made,
    /// whoever was told so.
    ///
    /// # Errors
    ///
    /// There is none.
    pub(super) fn succeed(&self, denied: &Arc<Key>, now: DateTime<Utc>) -> Result<(), NothingNew> {
        let mut held = self.held();
        if Arc::ptr_eq(&held.key, denied) && !held.is_denied {
            held.is_denied = true;
            self.search(&mut held, now);
        }
        match &held.nothing_new {
            Some(nothing_new) if Arc::ptr_eq(&held.key, denied) => Err(nothing_new.clone()),
            _ => Ok(()),
        }
    }

    /// The text without the secrets of any key so far; `None` where it has none.
    pub(super) fn without_secrets(&self, text: &[u8]) -> Option<Vec<u8>> {
        self.held().secrets.without(text)
    }

    /// The account, or Huawei's domain, where it stands beside the credentials.
    pub(super) fn account(&self) -> Option<String> {
        let key = Arc::clone(&self.held().key);
        key.credentials.account.clone().or_else(|| key.credentials.domain_id.clone())
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks for new credentials, and takes them where they may take the place of the old.
    fn search(&self, held: &mut Held, now: DateTime<Utc>) {
        let old = &held.key.credentials;
        let found = find(self.provider, self.profile.as_deref(), self.environment)
            .and_then(|found| found.check(now).map(|()| found));
        let nothing_new = match found {
            Ok(found) => {
                // Even where they are not used, nothing may repeat them.
                held.secrets.add(&found);
                if is_same(old, &found) {
                    Some(unchanged(old))
                } else if let Some(other) = other_identity(old, &found) {
                    Some(other)
                } else {
                    held.key = Arc::new(Key { credentials: found, standing: Standing::default() });
                    held.is_denied = false;
                    None
                }
            }
            Err(CredentialsError::Expired { place, at })
                if place == old.source && Some(at) == old.expires =>
            {
                Some(unchanged(old))
            }
            Err(error) => {
                Some(NothingNew { why: format!("looked for new ones: {error}"), help: error.help() })
            }
        };
        held.nothing_new = nothing_new;
        held.search_at = held.key.credentials.expires.map(|expires| next_search(expires, now));
    }
}

/// When credentials that end are searched again after a search: shortly before their end, but not at once, and in any case at it.
/// After their end, now and then.
fn next_search(expires: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    // Times that cannot be are far away.
    let later = now.checked_add_signed(PAUSE).unwrap_or(DateTime::<Utc>::MAX_UTC);
    let early = expires.checked_sub_signed(MARGIN).unwrap_or(DateTime::<Utc>::MIN_UTC);
    if expires <= now { later } else { early.max(later).min(expires) }
}

fn is_same(old: &Credentials, new: &Credentials) -> bool {
    let token = |credentials: &Credentials| {
        credentials.session_token.as_ref().map(|token| token.expose_secret().to_owned())
    };
    old.access_key_id == new.access_key_id
        && old.secret_access_key.expose_secret() == new.secret_access_key.expose_secret()
        && token(old) == token(new)
        && old.expires == new.expires
}

fn unchanged(old: &Credentials) -> NothingNew {
    NothingNew {
        why: format!("looked for new ones: {} still has these", old.source),
        help: "sign in again, or have new ones issued, and fetch again".to_owned(),
    }
}

/// That what was found is somebody else's, or that nobody can tell.
fn other_identity(old: &Credentials, new: &Credentials) -> Option<NothingNew> {
    let parts = [
        ("account", &old.account, &new.account),
        ("domain", &old.domain_id, &new.domain_id),
        ("project", &old.project_id, &new.project_id),
    ];
    let named = |what: &str, id: &Option<String>| match id {
        Some(id) => format!("the {what} `{id}`"),
        None => format!("no {what} that is told"),
    };
    let why = if let Some((what, was, is)) = parts.into_iter().find(|(_, was, is)| was != is) {
        format!(
            "{} has those of {}, and the calls began with {}",
            new.source,
            named(what, is),
            named(what, was)
        )
    } else if old.source != new.source && old.account.is_none() {
        format!("they are in another place, {}, and the calls began with {}", new.source, old.source)
    } else {
        return None;
    };
    Some(NothingNew {
        why: format!("looked for new ones: {why}"),
        help: "all pages of a call are of one account: leave the credentials as they are while calls are made, or fetch again \
               with the others"
            .to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> DateTime<Utc> {
        format!("2026-11-26T{time}Z").parse().unwrap()
    }

    #[test]
    fn searches_are_shortly_before_the_end_at_it_and_never_close_together() {
        for (expires, now, next) in [
            ("18:00:00", "12:00:00", "17:55:00"),
            ("18:00:00", "17:53:59", "17:55:00"),
            ("18:00:00", "17:54:30", "17:55:30"),
            ("18:00:00", "17:55:00", "17:56:00"),
            ("18:00:00", "17:58:59", "17:59:59"),
            ("18:00:00", "17:59:30", "18:00:00"),
            ("18:00:00", "18:00:00", "18:01:00"),
            ("18:00:00", "18:30:00", "18:31:00"),
        ] {
            assert_eq!(next_search(at(expires), at(now)), at(next), "{expires} {now}");
        }
        assert_eq!(next_search(DateTime::<Utc>::MIN_UTC, at("12:00:00")), at("12:01:00"));
        let (end, last) = (DateTime::<Utc>::MAX_UTC, DateTime::<Utc>::MAX_UTC);
        assert_eq!(next_search(end, last), end);
    }

    fn credentials(account: Option<&str>, source: &str) -> Credentials {
        let secret = secrecy::SecretString::from("s");
        Credentials { account: account.map(str::to_owned), ..Credentials::new("ID", secret, source) }
    }

    #[test]
    fn an_identity_is_the_same_where_all_that_is_known_is() {
        for (old, old_source, new, new_source, is_same) in [
            (None, "a", None, "a", true),
            (Some("1"), "a", Some("1"), "a", true),
            (Some("1"), "a", Some("1"), "b", true),
            (Some("1"), "a", Some("2"), "a", false),
            (Some("1"), "a", None, "a", false),
            (None, "a", Some("1"), "a", false),
            (None, "a", None, "b", false),
        ] {
            let found = other_identity(&credentials(old, old_source), &credentials(new, new_source));
            assert_eq!(found.is_none(), is_same, "{old:?} {old_source} {new:?} {new_source}");
        }
        let of_domain = |id: &str| Credentials { domain_id: Some(id.to_owned()), ..credentials(None, "a") };
        assert_eq!(other_identity(&of_domain("d"), &of_domain("d")), None);
        let other = other_identity(&of_domain("d"), &of_domain("e")).unwrap();
        assert_eq!(
            other.why,
            "looked for new ones: a has those of the domain `e`, and the calls began with the domain `d`"
        );
    }
}
