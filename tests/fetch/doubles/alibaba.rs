//! Alibaba Cloud's OOS and Security Center.

use std::collections::{BTreeMap, HashSet};
use std::sync::Mutex;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::secrets;
use super::server::{Double, Reply, Seen, Service};
use crate::fetch::verify::{access_key_id, query, verify_acs3};
use crate::support::sample;

pub(super) fn start(resources: usize) -> Double {
    let first = |path: &str, list: &str| {
        let page: Value = serde_json::from_str(&sample(path)).unwrap();
        page[list][0].clone()
    };
    Double::start(Alibaba {
        resources,
        nonces: Mutex::default(),
        state: first("alibaba/oos/list-instance-patch-states/compliant.json", "InstancePatchStates"),
        image: first("alibaba/sas/describe-image-instances/compliant.json", "ImageInstanceList"),
        batch: first("alibaba/sas/list-publish-batch/compliant.json", "BatchList"),
    })
}

struct Alibaba {
    resources: usize,
    nonces: Mutex<HashSet<String>>,
    state: Value,
    image: Value,
    batch: Value,
}

impl Service for Alibaba {
    fn check(&self, seen: &Seen, now: DateTime<Utc>) -> Result<(), String> {
        let (secret, token) = secrets(&access_key_id(&seen.headers).unwrap_or_default())?;
        verify_acs3(&seen.method, &seen.target, &seen.headers, &seen.body, &secret, now)?;
        if seen.method != "POST" || !(seen.target == "/" || seen.target.starts_with("/?")) {
            return Err(format!("{} {}", seen.method, seen.target));
        }
        if !seen.body.is_empty() {
            return Err("the body is not empty".to_owned());
        }
        if seen.header("x-acs-security-token") != Some(token.as_str()) {
            return Err("the security token is missing".to_owned());
        }
        let nonce = seen.header("x-acs-signature-nonce").unwrap().to_owned();
        if !self.nonces.lock().unwrap().insert(nonce) {
            return Err("a nonce came twice".to_owned());
        }
        Ok(())
    }

    fn refuse(&self) -> Reply {
        Reply::new(400, "<Error><RequestId>r</RequestId><Code>SignatureDoesNotMatch</Code></Error>")
            .with("Content-Type", "text/xml;charset=utf-8")
    }

    fn serve(&self, seen: &Seen) -> Reply {
        let parameters: BTreeMap<String, String> = query(&seen.target).into_iter().collect();
        let version = seen.header("x-acs-version").unwrap();
        match (seen.header("x-acs-action").unwrap(), version) {
            ("ListInstancePatchStates", "2019-06-01") => self.states(&parameters),
            ("DescribeImageInstances", "2018-12-03") => {
                self.numbered(&parameters, "ImageInstanceList", |n| {
                    let mut image = self.image.clone();
                    image["Digest"] = Value::from(format!("{n:064x}"));
                    image
                })
            }
            ("ListPublishBatch", "2018-12-03") => {
                if !parameters.contains_key("UpgradeVersion") {
                    return error(400, "MissingUpgradeVersion");
                }
                self.numbered(&parameters, "BatchList", |n| {
                    let mut batch = self.batch.clone();
                    batch["BatchId"] = Value::from(n);
                    batch
                })
            }
            _ => error(404, "InvalidAction.NotFound"),
        }
    }
}

impl Alibaba {
    fn states(&self, parameters: &BTreeMap<String, String>) -> Reply {
        if !parameters.contains_key("RegionId") {
            return error(400, "MissingRegionId");
        }
        let all = || (0..self.resources).map(|n| format!("i-{n:05}")).collect();
        let asked: Vec<String> = match parameters.get("InstanceIds") {
            Some(text) => serde_json::from_str(text).unwrap(),
            None => all(),
        };
        if asked.len() > 100 && parameters.contains_key("InstanceIds") {
            return error(400, "InvalidParameter.InstanceIds");
        }
        let known: Vec<String> = all();
        let asked: Vec<String> = asked.into_iter().filter(|id| known.contains(id)).collect();
        let size: usize = parameters.get("MaxResults").map_or(50, |size| size.parse().unwrap());
        let from: usize = parameters.get("NextToken").map_or(0, |token| token[1..].parse().unwrap());
        let page: Vec<Value> = asked
            .iter()
            .skip(from)
            .take(size)
            .map(|id| {
                let mut state = self.state.clone();
                state["InstanceId"] = Value::from(id.as_str());
                state
            })
            .collect();
        // No token is written as a dash, as in the document's examples.
        let token = if from + size < asked.len() { format!("t{}", from + size) } else { "-".to_owned() };
        Reply::json(
            200,
            &json!({"InstancePatchStates": page, "NextToken": token, "MaxResults": size, "RequestId": request_id(from)}),
        )
    }

    fn numbered(
        &self,
        parameters: &BTreeMap<String, String>,
        list: &str,
        resource: impl Fn(usize) -> Value,
    ) -> Reply {
        let number: usize = parameters["CurrentPage"].parse().unwrap();
        let size: usize = parameters["PageSize"].parse().unwrap();
        let from = (number - 1) * size;
        let page: Vec<Value> = (from..self.resources).take(size).map(resource).collect();
        let info = json!({
            "CurrentPage": number, "PageSize": size, "TotalCount": self.resources, "Count": page.len(),
        });
        Reply::json(200, &json!({"RequestId": request_id(from), "PageInfo": info, list: page}))
    }
}

fn request_id(number: usize) -> String {
    format!("7532B7EE-7CE7-5F4D-BF04-{number:012}")
}

fn error(status: u16, code: &str) -> Reply {
    Reply::json(status, &json!({"RequestId": "r", "HostId": "h", "Code": code, "Message": "m"}))
}
