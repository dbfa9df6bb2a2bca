//! Secrets that a service repeats are taken out of what it says.
//!
//! AWS answers a wrong signature with the canonical request that it expected, the session token in it. An answer is kept as it was
//! received, but not with that.

use memchr::memmem;
use secrecy::{ExposeSecret as _, SecretString};

use super::credentials::Credentials;

/// What stands in place of a secret.
const MARK: &[u8] = b"[secret]";
/// Texts that are shorter are no secrets, and stand everywhere.
const SHORTEST: usize = 8;

/// The secrets of a caller, in each form that they may be repeated in.
pub(super) struct Secrets(Vec<SecretString>);

impl Secrets {
    pub(super) fn of(credentials: &Credentials) -> Self {
        let mut secrets = Self(Vec::new());
        secrets.add(credentials);
        secrets
    }

    /// Adds those of further credentials.
    pub(super) fn add(&mut self, credentials: &Credentials) {
        let secrets = [Some(&credentials.secret_access_key), credentials.session_token.as_ref()];
        for form in secrets.into_iter().flatten().flat_map(forms) {
            if !self.0.iter().any(|known| known.expose_secret() == form.expose_secret()) {
                self.0.push(form);
            }
        }
        // The longest first: a form may be part of another.
        self.0.sort_by_key(|form| std::cmp::Reverse(form.expose_secret().len()));
    }

    /// The text without secrets; `None` where it has none.
    pub(super) fn without(&self, text: &[u8]) -> Option<Vec<u8>> {
        let mut clean: Option<Vec<u8>> = None;
        for form in &self.0 {
            let looked_at = clean.as_deref().unwrap_or(text);
            if let Some(replaced) = replaced(looked_at, form.expose_secret().as_bytes()) {
                clean = Some(replaced);
            }
        }
        clean
    }
}

/// As it is, as JSON may escape it, in a query, and in XML.
fn forms(secret: &SecretString) -> Vec<SecretString> {
    let text = secret.expose_secret();
    if text.len() < SHORTEST {
        return Vec::new();
    }
    let encode = |character: fn(char) -> String| text.chars().map(character).collect::<String>();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.~".contains(c);
    let mut forms = vec![
        text.to_owned(),
        text.replace('/', "\\/"),
        encode(|c| if c == '/' { "%2F".to_owned() } else { c.to_string() }),
        text.chars().map(|c| if plain(c) { c.to_string() } else { percent(c, true) }).collect(),
        text.chars().map(|c| if plain(c) { c.to_string() } else { percent(c, false) }).collect(),
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
        encode(|c| match c {
            '+' => "&#43;".to_owned(),
            '/' => "&#47;".to_owned(),
            '=' => "&#61;".to_owned(),
            other => other.to_string(),
        }),
        encode(|c| match c {
            '+' | '/' | '=' => format!("&#x{:X};", u32::from(c)),
            other => other.to_string(),
        }),
        encode(|c| match c {
            '+' | '/' | '=' | '&' | '<' | '>' => format!("\\u{:04x}", u32::from(c)),
            other => other.to_string(),
        }),
    ];
    forms.sort_unstable();
    forms.dedup();
    forms.into_iter().map(SecretString::from).collect()
}

fn percent(character: char, upper: bool) -> String {
    let mut buffer = [0; 4];
    character
        .encode_utf8(&mut buffer)
        .bytes()
        .map(|byte| if upper { format!("%{byte:02X}") } else { format!("%{byte:02x}") })
        .collect()
}

fn replaced(text: &[u8], secret: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut from = 0;
    for at in memmem::find_iter(text, secret) {
        out.extend_from_slice(text.get(from..at)?);
        out.extend_from_slice(MARK);
        from = at + secret.len();
    }
    if from == 0 {
        return None;
    }
    out.extend_from_slice(text.get(from..)?);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets {
        let secret = SecretString::from("wJalr/XUtn+EMI=".to_owned());
        let token = SecretString::from("CAIS+/token==".to_owned());
        Secrets::of(&Credentials {
            session_token: Some(token),
            ..Credentials::new("AKIDEXAMPLE", secret, "tests")
        })
    }

    #[test]
    fn every_form_is_taken_out_and_nothing_else() {
        let clean = |text: &str| secrets().without(text.as_bytes()).map(|t| String::from_utf8(t).unwrap());
        for form in [
            "CAIS+/token==",
            r"CAIS+\/token==",
            "CAIS%2B%2Ftoken%3D%3D",
            "CAIS%2b%2ftoken%3d%3d",
            "CAIS&#43;&#47;token&#61;&#61;",
            "CAIS&#x2B;&#x2F;token&#x3D;&#x3D;",
            r"CAIS\u002b\u002ftoken\u003d\u003d",
            "wJalr/XUtn+EMI=",
        ] {
            let text = format!("a {form} b {form}");
            assert_eq!(clean(&text).as_deref(), Some("a [secret] b [secret]"), "{form}");
        }
        assert_eq!(clean("AKIDEXAMPLE"), None);
        assert_eq!(clean(""), None);
    }

    #[test]
    fn further_secrets_are_taken_out_beside_the_first() {
        let mut secrets = secrets();
        // The first secret is part of the further one.
        let further = SecretString::from("wJalr/XUtn+EMI=further".to_owned());
        secrets.add(&Credentials::new("AKIDFURTHER", further, "tests"));
        let clean = |text: &str| secrets.without(text.as_bytes()).map(|t| String::from_utf8(t).unwrap());
        assert_eq!(
            clean("wJalr/XUtn+EMI=further CAIS+/token== wJalr%2FXUtn%2BEMI%3D").as_deref(),
            Some("[secret] [secret] [secret]")
        );
        assert_eq!(clean("AKIDFURTHER"), None);
    }
}
