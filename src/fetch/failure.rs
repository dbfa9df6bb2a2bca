//! Why a call failed, by the vendor's own codes, and what to do about it.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::calls::Call;
use super::party::{Lapsed, NothingNew};
use super::provider::Provider;
use super::transport::{Answer, TransportError};
use crate::load::{Document, ErrorBody, error_response, error_text};
use crate::source::{Code, printable};

/// A call that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    /// What kind of failure it is.
    pub(super) kind: Kind,
    /// The vendor's code.
    pub(super) code: Option<String>,
    /// The vendor's words, or what went wrong on the way.
    pub(super) message: String,
    /// The HTTP status.
    pub(super) status: Option<u16>,
    /// The id that the service gave the request.
    pub(super) request_id: Option<String>,
    /// How long the service asks to wait.
    pub(super) wait: Option<Duration>,
    /// Of credentials that ended: why there are no new ones.
    pub(super) nothing_new: Option<NothingNew>,
}

/// What kind of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The caller may not make this call.
    Permission,
    /// Too many requests.
    Throttled,
    /// The service is not there, or not for this account.
    WrongRegion,
    /// The temporary credentials are too old.
    Expired,
    /// This machine's clock and the service's differ.
    ClockSkew,
    /// The signature is not what the service expects.
    Signature,
    /// The service does not know the key.
    UnknownKey,
    /// What was asked for is not there.
    NotFound,
    /// The service failed.
    Service,
    /// Something else that the service refuses.
    Refused,
    /// No connection, or not to who it should be.
    Unreachable,
    /// A certificate that cannot be trusted.
    Untrusted,
    /// The connection was there, but no whole answer in time.
    Cut,
    /// The answer is none of this service.
    Unreadable,
    /// Everything was to stop.
    Interrupted,
}

impl Kind {
    /// Whether the same request may succeed a little later.
    ///
    /// Never where a signature was refused: Huawei Cloud locks a key after five wrong ones in a row.
    pub(super) const fn is_passing(self) -> bool {
        matches!(self, Self::Throttled | Self::Service | Self::Unreachable | Self::Cut)
    }

    /// Whether it is about who calls, so that every other call of theirs fails, too.
    pub(super) const fn is_about_the_key(self) -> bool {
        matches!(self, Self::Signature | Self::UnknownKey)
    }

    /// The code that it is reported by.
    pub(super) const fn code(self) -> Code {
        match self {
            Self::Permission => Code::FetchPermission,
            Self::Throttled => Code::FetchThrottled,
            Self::WrongRegion => Code::FetchRegion,
            Self::Expired => Code::FetchExpired,
            Self::ClockSkew => Code::FetchClock,
            Self::Signature => Code::FetchSignature,
            Self::UnknownKey => Code::FetchCredentials,
            Self::NotFound => Code::FetchNotFound,
            Self::Service | Self::Refused => Code::FetchFailed,
            Self::Unreachable | Self::Untrusted | Self::Cut => Code::FetchUnreachable,
            Self::Unreadable => Code::FetchUnreadable,
            Self::Interrupted => Code::FetchInterrupted,
        }
    }
}

impl Failure {
    /// From what the transport says.
    pub(super) fn on_the_way(error: &TransportError) -> Self {
        let kind = match error {
            TransportError::Connection(_) => Kind::Unreachable,
            TransportError::Untrusted(_) => Kind::Untrusted,
            TransportError::TimedOut | TransportError::Cut(_) => Kind::Cut,
            TransportError::TooLarge(_) | TransportError::NotHttp(_) => Kind::Unreadable,
            TransportError::Interrupted => Kind::Interrupted,
        };
        Self::unanswered(kind, error.to_string())
    }

    /// For want of credentials: those that there were have ended.
    pub(super) fn without_credentials(lapsed: Lapsed) -> Self {
        let Lapsed { message, nothing_new } = lapsed;
        Self { nothing_new: Some(nothing_new), ..Self::unanswered(Kind::Expired, message) }
    }

    /// Without an answer.
    pub(super) fn unanswered(kind: Kind, message: String) -> Self {
        Self { kind, code: None, message, status: None, request_id: None, wait: None, nothing_new: None }
    }

    /// From an error answer.
    pub(super) fn answered(call: &Call, answer: &Answer, now: DateTime<Utc>) -> Self {
        let said = said(&answer.body);
        let kind = kind(call.service.provider(), answer.status, &said, &answer.body);
        Self::saying(kind, said, answer, now)
    }

    /// From an answer whose status says that it is none, but that is one.
    pub(super) fn disguised(call: &Call, answer: &Answer, said: ErrorBody, now: DateTime<Utc>) -> Self {
        let kind = match kind(call.service.provider(), answer.status, &said, &answer.body) {
            _ if said.form.is_some() => Kind::Unreadable,
            Kind::Unreadable => Kind::Refused,
            other => other,
        };
        Self::saying(kind, said, answer, now)
    }

    /// From an answer that is no payload.
    pub(super) fn unreadable(answer: &Answer, what: &str) -> Self {
        Self {
            kind: Kind::Unreadable,
            code: None,
            message: format!("the answer is {what}"),
            status: Some(answer.status),
            request_id: request_id(answer),
            wait: None,
            nothing_new: None,
        }
    }

    fn saying(kind: Kind, said: ErrorBody, answer: &Answer, now: DateTime<Utc>) -> Self {
        let message = match (said.message, said.form) {
            (Some(message), Some(form)) if said.code.is_none() => format!("{form}: {message}"),
            (Some(message), _) => message,
            (None, Some(form)) => format!("{form} that says nothing"),
            (None, None) if (300..400).contains(&answer.status) => {
                "the service redirects, which is not followed".to_owned()
            }
            (None, None) if said.code.is_some() => "the service says no more".to_owned(),
            (None, None) => "an answer that says nothing".to_owned(),
        };
        Self {
            kind,
            code: said.code,
            message,
            status: Some(answer.status),
            request_id: request_id(answer),
            wait: wait(answer, now),
            nothing_new: None,
        }
    }

    /// What happened, in words.
    pub(super) fn in_words(&self) -> String {
        let mut words = String::new();
        if let Some(code) = &self.code {
            words.push_str(&format!("`{}`: ", printable(code)));
        }
        words.push_str(&printable(&self.message));
        let mut facts = Vec::new();
        if let Some(status) = self.status {
            facts.push(format!("status {status}"));
        }
        if let Some(id) = &self.request_id {
            facts.push(format!("request {}", printable(id)));
        }
        if !facts.is_empty() {
            words.push_str(&format!(" ({})", facts.join(", ")));
        }
        if let Some(nothing_new) = &self.nothing_new {
            words.push_str(&format!("; {}", nothing_new.why));
        }
        words
    }

    /// What to do about it.
    pub(super) fn help(&self, call: &Call) -> String {
        match self.kind {
            Kind::Permission => {
                format!("the caller needs `{}`: add it to a policy of theirs", call.permission)
            }
            Kind::Throttled => {
                "the service asked to slow down, and still did after several attempts: say --rate, or \
                                fetch again later"
                    .to_owned()
            }
            Kind::WrongRegion => format!(
                "`{}` is not served there, or not for this account: check the region, and whether it is enabled",
                call.id
            ),
            Kind::Expired => match &self.nothing_new {
                Some(nothing_new) => nothing_new.help.clone(),
                None => "the temporary credentials are too old: get new ones".to_owned(),
            },
            Kind::ClockSkew => {
                "this machine's clock differs from the service's: set it, e.g. by NTP, and fetch again"
                    .to_owned()
            }
            Kind::Signature => {
                "the secret does not belong to the key, or something on the way changed the request; it \
                                was not sent again, for some services lock keys whose signatures are wrong"
                    .to_owned()
            }
            Kind::UnknownKey => {
                "the service does not know this key: it may be deleted, inactive, of another \
                                 partition, or without its session token"
                    .to_owned()
            }
            Kind::NotFound => "check the id, and that it is of this region and account".to_owned(),
            Kind::Service => {
                "the service failed, and still did after several attempts: fetch again later".to_owned()
            }
            Kind::Refused => "mend what the service says, and fetch again".to_owned(),
            Kind::Unreachable => {
                "check the region, the endpoint, and the proxy (HTTPS_PROXY, NO_PROXY)".to_owned()
            }
            Kind::Untrusted => {
                "the certificate is checked with the system's authorities; a private one is added to \
                                them, or named by SSL_CERT_FILE; the check cannot be turned off"
                    .to_owned()
            }
            Kind::Cut => "the connection broke or was too slow, several times: fetch again".to_owned(),
            Kind::Unreadable => {
                "something else than the service may have answered, such as a proxy or a login page"
                    .to_owned()
            }
            Kind::Interrupted => "what was collected until then is kept; fetch again for the rest".to_owned(),
        }
    }
}

/// What an error answer says.
fn said(body: &[u8]) -> ErrorBody {
    let text = String::from_utf8_lossy(body);
    match serde_json::from_str::<Document<'_>>(&text) {
        Ok(Document::Object(members)) => error_response(&members).unwrap_or_else(|| ErrorBody {
            // AWS's may have a message only.
            message: members
                .iter()
                .find(|(name, _)| ["message", "Message"].contains(&name.as_ref()))
                .and_then(|(_, value)| serde_json::from_str(value.get()).ok()),
            ..ErrorBody::default()
        }),
        Ok(_) => ErrorBody::default(),
        Err(_) => error_text(&text).unwrap_or_default(),
    }
}

fn kind(provider: Provider, status: u16, said: &ErrorBody, body: &[u8]) -> Kind {
    let code = said.code.as_deref().unwrap_or_default().to_lowercase();
    let message = said.message.as_deref().unwrap_or_default().to_lowercase();
    let known = match provider {
        Provider::Aws => aws(&code, &message),
        Provider::Alibaba => alibaba(&code),
        Provider::Huawei => huawei(&code, &message, body),
    };
    known.unwrap_or(match status {
        429 => Kind::Throttled,
        500.. => Kind::Service,
        // Alibaba Cloud speaks XML, too.
        _ if said.code.is_none() && said.form.is_some_and(|form| form != "XML") => Kind::Unreadable,
        403 => Kind::Permission,
        200..300 => Kind::Unreadable,
        _ => Kind::Refused,
    })
}

/// AWS, by its codes in lower case, some with the word `Exception` and some without.
fn aws(code: &str, message: &str) -> Option<Kind> {
    if message.contains("credential should be scoped to a valid region") {
        return Some(Kind::WrongRegion);
    }
    if message.contains("signature expired") || message.contains("signature not yet current") {
        return Some(Kind::ClockSkew);
    }
    Some(match code.strip_suffix("exception").unwrap_or(code) {
        "throttling"
        | "throttled"
        | "requestthrottled"
        | "requestlimitexceeded"
        | "toomanyrequests"
        | "limitexceeded"
        | "provisionedthroughputexceeded"
        | "priorrequestnotcomplete"
        | "transactioninprogress"
        | "bandwidthlimitexceeded"
        | "slowdown" => Kind::Throttled,
        "accessdenied" | "unauthorizedoperation" | "notauthorized" | "authfailure" => Kind::Permission,
        "expiredtoken" => Kind::Expired,
        "requestexpired" | "requesttimetooskewed" | "requestinthefuture" => Kind::ClockSkew,
        "invalidsignature"
        | "signaturedoesnotmatch"
        | "incompletesignature"
        | "missingauthenticationtoken" => Kind::Signature,
        "unrecognizedclient" | "invalidclienttokenid" | "invalidaccesskeyid" => Kind::UnknownKey,
        "optinrequired" | "unknownendpoint" => Kind::WrongRegion,
        "doesnotexist" | "invalidresourceid" | "resourcenotfound" => Kind::NotFound,
        "internalservererror"
        | "internalserver"
        | "internalfailure"
        | "internalerror"
        | "serviceunavailable" => Kind::Service,
        other if other.ends_with("notfound") => Kind::NotFound,
        _ => return None,
    })
}

/// Alibaba Cloud, by its codes in lower case, which have parts.
fn alibaba(code: &str) -> Option<Kind> {
    let begins = |beginnings: &[&str]| beginnings.iter().any(|beginning| code.starts_with(beginning));
    Some(if begins(&["throttling", "flowcontrol", "toomanyrequests"]) {
        Kind::Throttled
    } else if begins(&["invalidsecuritytoken.expired", "securitytoken.expired", "invalidaccesskeyid.expired"])
    {
        Kind::Expired
    } else if begins(&["invalidtimestamp", "illegaltimestamp", "invaliddate"]) {
        Kind::ClockSkew
    } else if begins(&["signaturedoesnotmatch", "incompletesignature", "invalidsignature"]) {
        Kind::Signature
    } else if begins(&["invalidaccesskey", "invalidsecuritytoken", "missingsecuritytoken", "inactive"]) {
        Kind::UnknownKey
    } else if begins(&["invalidregion", "unsupportedregion", "regionnotsupport", "invalidaction.notfound"]) {
        Kind::WrongRegion
    } else if begins(&["nopermission", "forbidden", "unauthorized", "accessdenied"]) {
        Kind::Permission
    } else if begins(&["entitynotexist"]) || code.ends_with("notfound") || code.contains("notexist") {
        Kind::NotFound
    } else if begins(&["servererror", "serviceunavailable", "internalerror", "unknownerror"]) {
        Kind::Service
    } else {
        return None;
    })
}

/// Huawei Cloud: the codes of its API gateway, and what its services say.
fn huawei(code: &str, message: &str, body: &[u8]) -> Option<Kind> {
    let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
    Some(match code {
        "apig.0308" => Kind::Throttled,
        "apig.0301" if says(&["timestamp", "x-sdk-date", "time expire", "request time"]) => Kind::ClockSkew,
        "apig.0301"
            if says(&["token expire", "securitytoken expire", "security token expire", "has expired"]) =>
        {
            Kind::Expired
        }
        "apig.0301" if says(&["secretkey", "secret key", "ak not", "not exist", "ak access"]) => {
            Kind::UnknownKey
        }
        "apig.0301" | "apig.0303" | "apig.0307" => Kind::Signature,
        "apig.0302" | "apig.0304" | "apig.0305" | "apig.0306" => Kind::Permission,
        "apig.0101" | "apig.0103" => Kind::WrongRegion,
        "apig.0201" | "apig.0202" | "apig.0203" | "apig.0204" => Kind::Service,
        _ if memchr::memmem::find(body, b"encoded_authorization_message").is_some() => Kind::Permission,
        _ if says(&["policy doesn't allow", "not authorized", "no permission", "access denied"]) => {
            Kind::Permission
        }
        _ => return None,
    })
}

/// The id that the service gave a request.
pub(super) fn request_id(answer: &Answer) -> Option<String> {
    let named = ["x-amzn-requestid", "x-amz-request-id", "x-acs-request-id", "x-request-id"];
    let header = named.iter().find_map(|name| answer.header(name)).map(str::to_owned);
    header.or_else(|| {
        let text = std::str::from_utf8(&answer.body).ok()?;
        match serde_json::from_str::<Document<'_>>(text) {
            Ok(Document::Object(members)) => members
                .iter()
                .find(|(name, _)| ["RequestId", "requestId", "request_id"].contains(&name.as_ref()))
                .and_then(|(_, value)| serde_json::from_str(value.get()).ok()),
            Ok(_) => None,
            Err(_) => {
                let document = roxmltree::Document::parse(text).ok()?;
                let element = document.descendants().find(|node| node.has_tag_name("RequestId"))?;
                element.text().map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned)
            }
        }
    })
}

/// How long the service asks to wait: Alibaba Cloud in milliseconds, others in seconds or until a time.
fn wait(answer: &Answer, now: DateTime<Utc>) -> Option<Duration> {
    if let Some(wait) = answer.header("x-acs-retry-after").and_then(|text| text.trim().parse().ok()) {
        return Some(Duration::from_millis(wait));
    }
    let text = answer.header("retry-after")?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTime::parse_from_rfc2822(text).ok()?;
    Some((until.to_utc() - now).to_std().unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(call: &str, status: u16, body: &str) -> Failure {
        let answer = Answer { status, headers: Vec::new(), body: body.as_bytes().to_vec() };
        Failure::answered(Call::find(call).unwrap(), &answer, DateTime::UNIX_EPOCH)
    }

    #[test]
    fn aws_is_told_by_its_codes() {
        for (status, body, kind) in [
            (
                400,
                r#"{"__type":"AccessDeniedException","Message":"User: x is not authorized"}"#,
                Kind::Permission,
            ),
            (400, r#"{"__type":"ThrottlingException","Message":"Rate exceeded"}"#, Kind::Throttled),
            (
                400,
                r#"{"__type":"com.amazonaws.ssm#InternalServerError:http://x","message":"m"}"#,
                Kind::Service,
            ),
            (400, r#"{"__type":"InvalidResourceId"}"#, Kind::NotFound),
            (400, r#"{"__type":"DoesNotExistException","Message":"m"}"#, Kind::NotFound),
            (400, r#"{"__type":"ExpiredTokenException","message":"m"}"#, Kind::Expired),
            (
                400,
                r#"{"__type":"InvalidSignatureException","message":"Signature expired: 1 is now"}"#,
                Kind::ClockSkew,
            ),
            (
                400,
                r#"{"__type":"InvalidSignatureException","message":"Credential should be scoped to a valid region. "}"#,
                Kind::WrongRegion,
            ),
            (
                400,
                r#"{"__type":"InvalidSignatureException","message":"The request signature we calculated"}"#,
                Kind::Signature,
            ),
            (400, r#"{"__type":"UnrecognizedClientException","message":"m"}"#, Kind::UnknownKey),
            (400, r#"{"__type":"ValidationException","message":"m"}"#, Kind::Refused),
            (503, "", Kind::Service),
            (500, "<!doctype html><title>500</title>", Kind::Service),
            (403, "<html><title>Proxy</title></html>", Kind::Unreadable),
            (302, "", Kind::Refused),
        ] {
            assert_eq!(failure("GetPatchBaseline", status, body).kind, kind, "{status} {body}");
        }
    }

    #[test]
    fn alibaba_is_told_by_its_codes() {
        for (status, body, kind) in [
            (403, r#"{"Code":"NoPermission","Message":"m","RequestId":"r"}"#, Kind::Permission),
            (403, r#"{"Code":"Forbidden.RAM","Message":"m","RequestId":"r"}"#, Kind::Permission),
            (400, r#"{"Code":"Throttling.User","Message":"m","RequestId":"r"}"#, Kind::Throttled),
            (500, r#"{"Code":"ServerError","Message":"ServerError","RequestId":"r"}"#, Kind::Service),
            (400, "<Error><Code>SignatureDoesNotMatch</Code><Message>m</Message></Error>", Kind::Signature),
            (400, r#"{"code":"InvalidTimeStamp.Expired","message":"m","requestId":"r"}"#, Kind::ClockSkew),
            (400, r#"{"Code":"InvalidSecurityToken.Expired","Message":"m","RequestId":"r"}"#, Kind::Expired),
            (
                404,
                r#"{"Code":"InvalidAccessKeyId.NotFound","Message":"m","RequestId":"r"}"#,
                Kind::UnknownKey,
            ),
            (404, r#"{"Code":"InvalidRegionId.NotFound","Message":"m","RequestId":"r"}"#, Kind::WrongRegion),
            (404, r#"{"Code":"EntityNotExists.Instance","Message":"m","RequestId":"r"}"#, Kind::NotFound),
        ] {
            assert_eq!(failure("ListPublishBatch", status, body).kind, kind, "{status} {body}");
        }
    }

    #[test]
    fn huawei_is_told_by_its_codes() {
        for (status, body, kind) in [
            (
                401,
                r#"{"error_msg":"Incorrect IAM authentication information: verify aksk signature fail","error_code":"APIG.0301"}"#,
                Kind::Signature,
            ),
            (
                401,
                r#"{"error_msg":"Incorrect IAM authentication information: Get secretKey failed","error_code":"APIG.0301"}"#,
                Kind::UnknownKey,
            ),
            (429, r#"{"error_msg":"The throttling threshold","error_code":"APIG.0308"}"#, Kind::Throttled),
            (403, r#"{"error_msg":"m","error_code":"COC.00000403"}"#, Kind::Permission),
            (
                400,
                r#"{"encoded_authorization_message":"x","error_code":"c","error_msg":"m"}"#,
                Kind::Permission,
            ),
            (404, r#"{"error_msg":"The API does not exist","error_code":"APIG.0101"}"#, Kind::WrongRegion),
            (500, r#"{"errorCode":"COC.1","errorMsg":"m"}"#, Kind::Service),
            (400, r#"{"badRequest":{"code":"400","message":"m"}}"#, Kind::Refused),
        ] {
            assert_eq!(failure("ListInstanceCompliant", status, body).kind, kind, "{status} {body}");
        }
    }

    #[test]
    fn what_is_about_the_key_is_never_tried_again() {
        for kind in [Kind::Signature, Kind::UnknownKey, Kind::Permission, Kind::Expired, Kind::ClockSkew] {
            assert!(!kind.is_passing());
        }
    }

    #[test]
    fn the_wait_is_read_in_every_form() {
        let wait = |name: &str, value: &str| {
            let headers = vec![(name.to_owned(), value.to_owned())];
            wait(&Answer { headers, ..Answer::default() }, DateTime::UNIX_EPOCH)
        };
        assert_eq!(wait("x-acs-retry-after", "1500"), Some(Duration::from_millis(1500)));
        assert_eq!(wait("retry-after", "7"), Some(Duration::from_secs(7)));
        assert_eq!(wait("retry-after", "Thu, 01 Jan 1970 00:01:00 GMT"), Some(Duration::from_mins(1)));
        assert_eq!(wait("retry-after", "soon"), None);
    }

    #[test]
    fn ids_are_found_in_headers_and_bodies() {
        let id = |headers: &[(&str, &str)], body: &str| {
            let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
            request_id(&Answer { status: 400, headers, body: body.as_bytes().to_vec() })
        };
        assert_eq!(id(&[("x-amzn-requestid", "a")], "{}").as_deref(), Some("a"));
        assert_eq!(id(&[], r#"{"RequestId":"b"}"#).as_deref(), Some("b"));
        assert_eq!(id(&[], "<Error><RequestId>c</RequestId></Error>").as_deref(), Some("c"));
        assert_eq!(id(&[], r#"{"request_id":"d"}"#).as_deref(), Some("d"));
        assert_eq!(id(&[], "hello"), None);
    }
}
