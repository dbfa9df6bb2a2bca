//! Huawei Cloud's COC.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::secrets;
use super::server::{Double, Reply, Seen, Service};
use crate::fetch::verify::{access_key_id, query, verify_sdk_hmac};
use crate::support::report;

pub(super) fn start(reports: usize) -> Double {
    Double::start(Coc { reports })
}

struct Coc {
    reports: usize,
}

impl Service for Coc {
    fn check(&self, seen: &Seen, now: DateTime<Utc>) -> Result<(), String> {
        let (secret, token) = secrets(&access_key_id(&seen.headers).unwrap_or_default())?;
        verify_sdk_hmac(&seen.method, &seen.target, &seen.headers, &seen.body, &secret, now)?;
        let path = seen.target.split('?').next().unwrap();
        if (seen.method.as_str(), path) != ("GET", "/v1/patch/instance/compliant") {
            return Err(format!("{} {}", seen.method, seen.target));
        }
        if seen.header("x-domain-id") != Some("domain-1") {
            return Err("the domain is missing".to_owned());
        }
        if seen.header("x-security-token") != Some(token.as_str()) {
            return Err("the security token is missing".to_owned());
        }
        Ok(())
    }

    fn refuse(&self) -> Reply {
        let message = "Incorrect IAM authentication information: verify aksk signature fail";
        Reply::json(401, &json!({"error_msg": message, "error_code": "APIG.0301", "request_id": "r"}))
    }

    fn serve(&self, seen: &Seen) -> Reply {
        let parameters: BTreeMap<String, String> = query(&seen.target).into_iter().collect();
        let number = |name: &str, default| parameters.get(name).map_or(default, |text| text.parse().unwrap());
        let (offset, limit): (usize, usize) = (number("offset", 1), number("limit", 10));
        let region = parameters.get("region").map_or("cn-north-4", String::as_str);
        let page: Vec<Value> = (offset - 1..self.reports)
            .take(limit)
            .map(|n| {
                let mut report = report(&format!("ecs-{n}"));
                report["id"] = Value::from(format!("{n:032x}"));
                report["region"] = Value::from(region);
                report
            })
            .collect();
        Reply::json(200, &json!({"count": self.reports, "instance_compliant": page}))
            .with("X-Request-Id", &format!("request-{offset}"))
    }
}
