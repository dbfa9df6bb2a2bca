//! AWS Systems Manager.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::secrets;
use super::server::{Double, Reply, Seen, Service};
use crate::fetch::verify::{access_key_id, aws_scope, verify_aws};
use crate::support::sample;

/// A patch baseline.
#[derive(Clone, Debug)]
pub(crate) struct Baseline {
    pub(crate) id: String,
    pub(crate) of_aws: bool,
}

/// Some of the account's own, some of AWS's.
pub(crate) fn baselines(own: usize, of_aws: usize) -> Vec<Baseline> {
    let own = (0..own).map(|n| Baseline { id: format!("pb-{n:017x}"), of_aws: false });
    let arn = |n| format!("arn:aws:ssm:eu-central-1:075727635805:patchbaseline/pb-{n:017x}");
    own.chain((0..of_aws).map(|n| Baseline { id: arn(n), of_aws: true })).collect()
}

pub(super) fn start(baselines: Vec<Baseline>) -> Double {
    let template = serde_json::from_str(&sample("aws/ssm/get-patch-baseline/compliant.json")).unwrap();
    Double::start(Ssm { baselines, template })
}

struct Ssm {
    baselines: Vec<Baseline>,
    template: Value,
}

impl Service for Ssm {
    fn check(&self, seen: &Seen, now: DateTime<Utc>) -> Result<(), String> {
        let (secret, token) = secrets(&access_key_id(&seen.headers).unwrap_or_default())?;
        verify_aws(&seen.method, &seen.target, &seen.headers, &seen.body, &secret, now)?;
        let scope = aws_scope(&seen.headers);
        if scope.as_ref().is_none_or(|(_, service)| service != "ssm") {
            return Err(format!("the scope is {scope:?}"));
        }
        if (seen.method.as_str(), seen.target.as_str()) != ("POST", "/") {
            return Err(format!("{} {}", seen.method, seen.target));
        }
        if seen.header("content-type") != Some("application/x-amz-json-1.1") {
            return Err("the content type is not AWS's".to_owned());
        }
        if seen.header("x-amz-security-token") != Some(token.as_str()) {
            return Err("the session token is missing".to_owned());
        }
        serde_json::from_slice::<Value>(&seen.body).map(|_| ()).map_err(|error| error.to_string())
    }

    fn refuse(&self) -> Reply {
        error("InvalidSignatureException", "The request signature we calculated does not match")
    }

    fn serve(&self, seen: &Seen) -> Reply {
        let body: Value = serde_json::from_slice(&seen.body).unwrap();
        let reply = match seen.header("x-amz-target").unwrap() {
            "AmazonSSM.GetPatchBaseline" => self.get(&body),
            "AmazonSSM.DescribePatchBaselines" => self.list(&body),
            other => error("UnknownOperationException", other),
        };
        reply.with("x-amzn-RequestId", "11111111-2222-3333-4444-555555555555")
    }
}

impl Ssm {
    fn get(&self, body: &Value) -> Reply {
        let id = body["BaselineId"].as_str().unwrap();
        if !self.baselines.iter().any(|baseline| baseline.id == id) {
            return error("DoesNotExistException", "no such baseline");
        }
        let mut baseline = self.template.clone();
        baseline["BaselineId"] = Value::from(id);
        Reply::json(200, &baseline)
    }

    fn list(&self, body: &Value) -> Reply {
        let owner = body["Filters"].as_array().and_then(|filters| {
            filters.iter().find(|filter| filter["Key"] == "OWNER")?["Values"][0].as_str()
        });
        let wanted: Vec<&Baseline> = self
            .baselines
            .iter()
            .filter(|baseline| match owner {
                Some("AWS") => baseline.of_aws,
                Some("Self") => !baseline.of_aws,
                _ => true,
            })
            .collect();
        let size = usize::try_from(body["MaxResults"].as_u64().unwrap_or(50)).unwrap();
        let from: usize = match body["NextToken"].as_str() {
            None => 0,
            Some(token) => token.strip_prefix("token-").unwrap().parse().unwrap(),
        };
        let page: Vec<Value> = wanted
            .iter()
            .skip(from)
            .take(size)
            .map(|baseline| json!({"BaselineId": baseline.id, "BaselineName": "x", "DefaultBaseline": false}))
            .collect();
        let mut answer = json!({"BaselineIdentities": page});
        if from + size < wanted.len() {
            answer["NextToken"] = Value::from(format!("token-{}", from + size));
        }
        Reply::json(200, &answer)
    }
}

fn error(code: &str, message: &str) -> Reply {
    Reply::json(400, &json!({"__type": code, "message": message}))
}
