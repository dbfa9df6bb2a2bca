//! The vectors of the vendors' own signers, for tests.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::Value;

use crate::fetch::credentials::Credentials;
use crate::fetch::endpoint::Endpoint;
use crate::fetch::request::Request;

const TEXTS: [&str; 2] = [
    include_str!("../../../tests/fixtures/signing/signing_vectors.json"),
    include_str!("../../../tests/fixtures/signing/further_vectors.json"),
];

/// What is signed, by whom and when.
pub(super) struct Vector {
    pub(super) request: Request,
    pub(super) credentials: Credentials,
    pub(super) at: DateTime<Utc>,
}

/// A vector, as it is written.
pub(super) struct Written(Value);

/// The vectors of a cloud.
pub(super) fn vectors(vendor: &str) -> Vec<Written> {
    let documents = TEXTS.map(|text| serde_json::from_str::<Value>(text).unwrap());
    let vectors = documents.iter().flat_map(|document| document["vectors"].as_array().unwrap().clone());
    vectors.filter(|vector| vector["vendor"] == vendor).map(Written).collect()
}

impl Written {
    pub(super) fn text(&self, key: &str) -> String {
        self.0[key].as_str().unwrap().to_owned()
    }

    pub(super) fn request_text(&self, key: &str) -> String {
        self.0["request"][key].as_str().unwrap().to_owned()
    }

    pub(super) fn header(&self, name: &str) -> String {
        self.0["request"]["headers"][name].as_str().unwrap().to_owned()
    }

    pub(super) fn signed_headers(&self) -> Vec<(String, String)> {
        pairs(&self.0["signed_request_headers"])
    }

    /// The request as it is before it is signed: its query in another order, and of its headers only those that no signer makes.
    pub(super) fn read(&self) -> Vector {
        let given = &self.0["request"];
        let host =
            given["host"].as_str().or_else(|| given["url"].as_str().unwrap().split('/').nth(2)).unwrap();
        let path = given["path"].as_str().unwrap_or("/");
        let endpoint = Endpoint::parse(&format!("https://{host}")).unwrap();
        let method = if given["method"] == "GET" { "GET" } else { "POST" };
        let mut request = Request::new(method, &endpoint, path);
        request.query = pairs(&given["query"]);
        request.query.reverse();
        request.headers = pairs(&given["headers"])
            .into_iter()
            .filter(|(name, _)| name == "Content-Type" || name == "X-Amz-Target")
            .collect();
        request.body = given["body"].as_str().unwrap_or_default().as_bytes().to_vec();

        let known = &self.0["credentials"];
        let text = |names: &[&str]| names.iter().find_map(|name| known[*name].as_str()).map(str::to_owned);
        let mut credentials = Credentials::new(
            text(&["access_key_id", "ak"]).unwrap(),
            text(&["secret_access_key", "access_key_secret", "sk"]).unwrap().into(),
            "a vector",
        );
        credentials.session_token = text(&["session_token", "security_token"]).map(Into::into);
        credentials.project_id = text(&["project_id"]);
        credentials.domain_id = text(&["domain_id"]);
        let time = self.text("time");
        let form = if time.contains('-') { "%Y-%m-%dT%H:%M:%SZ" } else { "%Y%m%dT%H%M%SZ" };
        let at = NaiveDateTime::parse_from_str(&time, form).unwrap().and_utc();
        Vector { request, credentials, at }
    }
}

/// An object's members, or an array of pairs.
fn pairs(value: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match value {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
        Value::Array(items) => items.iter().map(|pair| (text(&pair[0]), text(&pair[1]))).collect(),
        _ => Vec::new(),
    }
}
