//! A request as each vendor documents it, before it is signed.

use serde_json::Value;

use super::calls::{Call, Parameters, Wire};
use super::endpoint::Endpoint;
use super::request::Request;
use super::sign::Scheme;

/// The request of a call with these parameters.
pub(super) fn request(call: &Call, endpoint: &Endpoint, parameters: &Parameters) -> Request {
    match call.wire {
        Wire::AwsJson(prefix) => {
            let mut request = Request::new("POST", endpoint, "/");
            add(&mut request, "Content-Type", "application/x-amz-json-1.1");
            add(&mut request, "X-Amz-Target", &format!("{prefix}.{}", call.action));
            let members: serde_json::Map<String, Value> =
                parameters.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
            request.body = Value::Object(members).to_string().into_bytes();
            request
        }
        Wire::AlibabaRpc => Request { query: query(parameters), ..Request::new("POST", endpoint, "/") },
        Wire::HuaweiGet(path) => {
            let mut request = Request { query: query(parameters), ..Request::new("GET", endpoint, path) };
            add(&mut request, "Content-Type", "application/json");
            request
        }
    }
}

/// How a call is signed. `region` is that of the call, which only AWS signs.
pub(super) fn scheme<'s>(call: &'s Call, region: Option<&'s str>) -> Scheme<'s> {
    match call.wire {
        Wire::AwsJson(_) => Scheme::SigV4 { region: region.unwrap_or_default(), service: call.service.id() },
        Wire::AlibabaRpc => Scheme::Acs3 { action: call.action, version: call.version },
        Wire::HuaweiGet(_) => Scheme::SdkHmac,
    }
}

fn add(request: &mut Request, name: &str, value: &str) {
    request.headers.push((name.to_owned(), value.to_owned()));
}

fn query(parameters: &Parameters) -> Vec<(String, String)> {
    parameters
        .iter()
        .map(|(name, value)| {
            let text = match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            ((*name).to_owned(), text)
        })
        .collect()
}
