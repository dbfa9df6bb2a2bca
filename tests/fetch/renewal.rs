//! Temporary credentials that end while calls are made.

use std::process::Command;

use chrono::{DateTime, TimeDelta, Utc};
use probity::fetch::provider::Provider;
use probity::fetch::{Collected, Order};
use probity::snapshot::SnapshotV1;
use probity::source::Code;
use serde_json::json;

use super::doubles::{
    Act, CANARIES, Double, FakeClock, Fetched, Key, Reply, baselines, collected, fetch_command, fetched_by,
    issued, secrets,
};
use super::fake_environment::FakeEnvironment;
use super::live::with_credentials;
use crate::support::Folder;

const CONTAINER: &str = "GET http://localhost/role";

/// A place that gives these documents, one after another, and the question that it is asked.
type Place = (&'static str, Provider, fn(Vec<String>) -> FakeEnvironment, &'static str);

fn replies(documents: Vec<String>) -> impl Iterator<Item = (u16, String)> {
    documents.into_iter().map(|document| (200, document))
}

fn container(documents: Vec<String>) -> FakeEnvironment {
    FakeEnvironment::default()
        .variable("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost/role")
        .replies(CONTAINER, replies(documents))
}

/// Every place that gives temporary credentials and says when they end.
const PLACES: [Place; 6] = [
    ("container", Provider::Aws, container, CONTAINER),
    (
        "metadata of AWS",
        Provider::Aws,
        |documents| {
            let role = "GET http://169.254.169.254/latest/meta-data/iam/security-credentials/";
            FakeEnvironment::default()
                .reply("PUT http://169.254.169.254/latest/api/token", 200, "token")
                .reply(role, 200, "r")
                .replies(&format!("{role}r"), replies(documents))
        },
        "GET http://169.254.169.254/latest/meta-data/iam/security-credentials/r",
    ),
    (
        "program",
        Provider::Aws,
        |documents| {
            FakeEnvironment::default()
                .file("~/.aws/config", "[default]\ncredential_process = tool\n")
                .programs("tool", documents.into_iter().map(Ok))
        },
        "tool",
    ),
    (
        "metadata of Alibaba",
        Provider::Alibaba,
        |documents| {
            let role = "GET http://100.100.100.200/latest/meta-data/ram/security-credentials/";
            FakeEnvironment::default()
                .reply("PUT http://100.100.100.200/latest/api/token", 200, "token")
                .reply(role, 200, "r")
                .replies(&format!("{role}r"), replies(documents))
        },
        "GET http://100.100.100.200/latest/meta-data/ram/security-credentials/r",
    ),
    (
        "credentials URI",
        Provider::Alibaba,
        |documents| {
            FakeEnvironment::default()
                .variable("ALIBABA_CLOUD_CREDENTIALS_URI", "http://localhost/uri")
                .replies("GET http://localhost/uri", replies(documents))
        },
        "GET http://localhost/uri",
    ),
    (
        "metadata of Huawei",
        Provider::Huawei,
        |documents| {
            FakeEnvironment::default()
                .variable("HUAWEICLOUD_SDK_DOMAIN_ID", "domain-1")
                .reply("PUT http://169.254.169.254/meta-data/latest/api/token", 200, "token")
                .replies("GET http://169.254.169.254/openstack/latest/securitykey", replies(documents))
        },
        "GET http://169.254.169.254/openstack/latest/securitykey",
    ),
];

/// Three resources, and a call that gets them page by page.
fn three_pages(provider: Provider) -> (Double, Order) {
    let (double, operation, regions) = match provider {
        Provider::Aws => (Double::aws(baselines(3, 0)), "DescribePatchBaselines", vec!["eu-central-1"]),
        Provider::Alibaba => (Double::alibaba(3), "ListInstancePatchStates", vec!["cn-hangzhou"]),
        Provider::Huawei => (Double::huawei(3), "ListInstanceCompliant", vec![]),
    };
    let order = Order {
        operation: operation.to_owned(),
        regions: regions.into_iter().map(str::to_owned).collect(),
        page_size: Some(1),
        ..Order::default()
    };
    (double, order)
}

/// What a service says of a token that has expired.
fn expired(provider: Provider) -> Reply {
    match provider {
        Provider::Aws => {
            Reply::json(400, &json!({"__type": "ExpiredTokenException", "message": "it is old"}))
        }
        Provider::Alibaba => Reply::json(
            400,
            &json!({"Code": "InvalidSecurityToken.Expired", "Message": "it is old", "RequestId": "r"}),
        ),
        Provider::Huawei => Reply::json(
            401,
            &json!({"error_code": "APIG.0301", "error_msg": "securityToken expired", "request_id": "r"}),
        ),
    }
}

/// The time at which everything begins; doubles check that requests are of about now.
fn start() -> DateTime<Utc> {
    Utc::now()
}

fn key(number: u32, expires: DateTime<Utc>) -> Key<'static> {
    Key { number, expires, account: None }
}

fn of_account(number: u32, expires: DateTime<Utc>, account: &'static str) -> Key<'static> {
    Key { number, expires, account: Some(account) }
}

fn documents(provider: Provider, keys: &[Key<'_>]) -> Vec<String> {
    keys.iter().map(|key| issued(provider, *key)).collect()
}

fn ids(numbers: &[u32]) -> Vec<String> {
    numbers.iter().map(|number| format!("AKIDRENEWED{number}")).collect()
}

/// Makes a call at a clock that stands still but for the distance between requests.
fn run(
    double: &Double,
    order: Order,
    environment: &FakeEnvironment,
    start: DateTime<Utc>,
    seconds_between: u32,
) -> (Vec<Collected>, Folder) {
    let clock = FakeClock::standing(start);
    let rate = (seconds_between > 0).then(|| 1.0 / f64::from(seconds_between));
    collected(double, order, environment, &clock, rate)
}

fn snapshot(collected: &[Collected]) -> &SnapshotV1 {
    &collected[0].evidence.as_ref().unwrap().snapshot
}

fn codes(collected: &[Collected]) -> Vec<Code> {
    collected.iter().flat_map(|call| &call.diagnostics).map(|diagnostic| diagnostic.code).collect()
}

/// How often a place was asked.
fn asked(environment: &FakeEnvironment, question: &str) -> usize {
    let is_it = |seen: &&String| **seen == question || seen.starts_with(&format!("{question} "));
    environment.seen().iter().filter(is_it).count()
}

#[test]
fn new_credentials_are_searched_shortly_before_the_old_ones_end() {
    for (name, provider, environment, question) in PLACES {
        let start = start();
        let keys = [key(1, start + TimeDelta::minutes(6)), key(2, start + TimeDelta::hours(6))];
        let environment = environment(documents(provider, &keys)).at(start);
        let (double, order) = three_pages(provider);
        // At 0, 90 and 180 seconds; five minutes before the end are 60.
        let (collected, _out) = run(&double, order, &environment, start, 90);
        assert_eq!(codes(&collected), [], "{name}");
        assert_eq!(double.keys(), ids(&[1, 2, 2]), "{name}");
        assert_eq!(asked(&environment, question), 2, "{name}");
        assert!(collected[0].is_complete());
        assert_eq!((snapshot(&collected).pages.len(), snapshot(&collected).resources), (3, 3), "{name}");
    }
}

#[test]
fn credentials_that_last_long_enough_are_searched_once() {
    for (name, provider, environment, question) in PLACES {
        let start = start();
        // At 180 seconds the end is five minutes and a second away.
        let environment =
            environment(documents(provider, &[key(1, start + TimeDelta::seconds(481)), key(2, start)]))
                .at(start);
        let (double, order) = three_pages(provider);
        let (collected, _out) = run(&double, order, &environment, start, 90);
        assert!(collected[0].is_complete(), "{name}");
        assert_eq!((double.keys(), asked(&environment, question)), (ids(&[1, 1, 1]), 1), "{name}");
    }
}

#[test]
fn a_place_that_has_nothing_new_is_not_asked_for_each_request() {
    let start = start();
    let environment = container(documents(Provider::Aws, &[key(1, start + TimeDelta::minutes(6))])).at(start);
    let double = Double::aws(baselines(20, 0));
    let (_, order) = three_pages(Provider::Aws);
    // Twenty requests, the last after 190 seconds: searched at the start, after 60, 120 and 180 seconds.
    let (collected, _out) = run(&double, order, &environment, start, 10);
    assert_eq!(codes(&collected), []);
    assert_eq!(double.keys(), ids(&[1; 20]));
    assert_eq!(asked(&environment, CONTAINER), 4);
}

#[test]
fn credentials_that_end_without_others_end_the_call_and_what_came_is_kept() {
    for (name, provider, environment, question) in PLACES {
        let start = start();
        let end = start + TimeDelta::seconds(120);
        let environment = environment(documents(provider, &[key(1, end)])).at(start);
        let (double, order) = three_pages(provider);
        // At 0 and 75 seconds, when it is searched in vain; after 150 they have ended.
        let (collected, _out) = run(&double, order, &environment, start, 75);
        assert_eq!(codes(&collected), [Code::FetchExpired], "{name}");
        assert_eq!(double.keys(), ids(&[1, 1]), "{name}: nothing is signed with them then");
        assert_eq!(asked(&environment, question), 3, "{name}");
        let snapshot = snapshot(&collected);
        assert_eq!((snapshot.pages.len(), snapshot.resources, snapshot.complete), (2, 2, false));
        let failure = snapshot.failure.clone().unwrap();
        let at = end.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        assert!(
            failure.message.ends_with(&format!(": the credentials expired at {at}")),
            "{}",
            failure.message
        );
        assert_eq!((failure.code, failure.status, failure.page), (None, None, None));
        assert_eq!(failure.help.as_deref(), Some("sign in again, or have new ones issued, and fetch again"));
        let message = &collected[0].diagnostics[0].message;
        assert!(
            message.contains("; looked for new ones: ") && message.ends_with(" still has these"),
            "{message}"
        );
        assert!(snapshot.reason.as_ref().unwrap().ends_with(" still has these"));
    }
}

#[test]
fn what_the_search_says_is_told_once_the_old_credentials_have_ended() {
    let start = start();
    let first = issued(Provider::Aws, key(1, start + TimeDelta::seconds(120)));
    for (replies, words, help) in [
        (
            vec![(200, first.clone()), (503, String::new())],
            "looked for new ones: the credentials service of this container: it gave no credentials, but status 503",
            "see what the service answers, or give credentials by the environment",
        ),
        (
            vec![(200, first.clone()), (200, issued(Provider::Aws, key(2, start - TimeDelta::days(400))))],
            "looked for new ones: the credentials service of this container: the credentials expired at ",
            "sign in again, or have new ones issued, and run this again",
        ),
    ] {
        let environment = FakeEnvironment::default()
            .variable("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost/role")
            .replies(CONTAINER, replies)
            .at(start);
        let (double, order) = three_pages(Provider::Aws);
        let (collected, _out) = run(&double, order, &environment, start, 75);
        assert_eq!(codes(&collected), [Code::FetchExpired]);
        assert_eq!(double.keys(), ids(&[1, 1]), "they are used as long as they last");
        let diagnostic = &collected[0].diagnostics[0];
        assert!(diagnostic.message.contains(words), "{}", diagnostic.message);
        assert_eq!(diagnostic.help.as_deref(), Some(help));
    }
}

#[test]
fn a_search_that_fails_for_a_while_does_no_harm() {
    let start = start();
    let keys = documents(
        Provider::Aws,
        &[key(1, start + TimeDelta::seconds(200)), key(2, start + TimeDelta::hours(1))],
    );
    let environment = FakeEnvironment::default()
        .variable("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost/role")
        .replies(CONTAINER, [(200, keys[0].clone()), (500, String::new()), (200, keys[1].clone())])
        .at(start);
    let (double, order) = three_pages(Provider::Aws);
    // In vain after 75 seconds, and then after 150.
    let (collected, _out) = run(&double, order, &environment, start, 75);
    assert_eq!(codes(&collected), []);
    assert_eq!(double.keys(), ids(&[1, 1, 2]));
}

#[test]
fn who_is_told_that_the_token_has_expired_searches_once_and_goes_on() {
    for (name, provider, environment, question) in PLACES {
        let start = start();
        let keys = [key(1, start + TimeDelta::hours(6)), key(2, start + TimeDelta::hours(6))];
        let environment = environment(documents(provider, &keys)).at(start);
        let (double, order) = three_pages(provider);
        let double = double.then([Act::Serve, Act::Say(expired(provider))]);
        let (collected, _out) = run(&double, order, &environment, start, 0);
        assert_eq!(codes(&collected), [], "{name}");
        assert_eq!(double.keys(), ids(&[1, 1, 2, 2]), "{name}");
        assert_eq!(asked(&environment, question), 2, "{name}");
        assert_eq!((snapshot(&collected).pages.len(), snapshot(&collected).complete), (3, true), "{name}");
    }
}

#[test]
fn who_is_told_so_again_gives_up() {
    for (name, provider, environment, question) in PLACES {
        let start = start();
        let hours = |number| key(number, start + TimeDelta::hours(6));
        let environment = environment(documents(provider, &[hours(1), hours(2), hours(3)])).at(start);
        let (double, order) = three_pages(provider);
        let double = double.then([Act::Serve]).always(Act::Say(expired(provider)));
        let (collected, _out) = run(&double, order, &environment, start, 0);
        assert_eq!(codes(&collected), [Code::FetchExpired], "{name}");
        assert_eq!(double.keys(), ids(&[1, 1, 2]), "{name}");
        assert_eq!(asked(&environment, question), 2, "{name}");
        let snapshot = snapshot(&collected);
        assert_eq!((snapshot.pages.len(), snapshot.complete), (1, false), "{name}");
        let failure = snapshot.failure.clone().unwrap();
        assert!(failure.code.is_some() && failure.page.is_some(), "{name}: the vendor's own words");
    }
}

#[test]
fn where_there_is_nothing_new_the_vendors_error_stays() {
    let start = start();
    let environment = container(documents(Provider::Aws, &[key(1, start + TimeDelta::hours(6))])).at(start);
    let (double, order) = three_pages(Provider::Aws);
    let double = double.then([Act::Serve, Act::Say(expired(Provider::Aws))]);
    let (collected, _out) = run(&double, order, &environment, start, 0);
    assert_eq!(codes(&collected), [Code::FetchExpired]);
    assert_eq!(double.keys(), ids(&[1, 1]), "the same are not sent again");
    let failure = snapshot(&collected).failure.clone().unwrap();
    assert_eq!(
        (failure.code.as_deref(), failure.message.as_str()),
        (Some("ExpiredTokenException"), "it is old")
    );
    let diagnostic = &collected[0].diagnostics[0];
    assert!(
        diagnostic.message.ends_with(
            "failed: `ExpiredTokenException`: it is old (status 400); looked for new ones: the credentials service of \
             this container still has these"
        ),
        "{}",
        diagnostic.message
    );
    assert_eq!(diagnostic.help.as_deref(), Some("sign in again, or have new ones issued, and fetch again"));
}

#[test]
fn a_profile_whose_text_has_changed_is_read_again() {
    let section = |name: &str, number: u32| {
        let id = format!("AKIDRENEWED{number}");
        let (secret, token) = secrets(&id).unwrap();
        format!(
            "[{name}]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\naws_session_token = {token}\n"
        )
    };
    // With `--profile`, nothing else is looked at, whatever the environment has by then.
    let texts = [section("p", 1) + &section("default", 3), section("p", 2) + &section("default", 3)];
    let environment = FakeEnvironment::default()
        .changing_file("~/.aws/credentials", &[Some(&texts[0]), Some(&texts[1])])
        .variable("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .variable("AWS_SECRET_ACCESS_KEY", "x");
    let (double, order) = three_pages(Provider::Aws);
    let double = double.then([Act::Serve, Act::Say(expired(Provider::Aws))]);
    let order = Order { profile: Some("p".to_owned()), ..order };
    let (collected, _out) = run(&double, order, &environment, start(), 0);
    assert_eq!(codes(&collected), []);
    assert_eq!(double.keys(), ids(&[1, 1, 2, 2]));
}

const OTHER_ACCOUNT: &str = "all pages of a call are of one account: leave the credentials as they are while calls are made, \
                             or fetch again with the others";

#[test]
fn a_call_is_never_of_two_accounts() {
    let start = start();
    let hours = TimeDelta::hours(6);
    let keys = [of_account(1, start + hours, "111111111111"), of_account(2, start + hours, "222222222222")];
    let environment = container(documents(Provider::Aws, &keys)).at(start);
    let (double, order) = three_pages(Provider::Aws);
    let double = double.then([Act::Serve, Act::Say(expired(Provider::Aws))]);
    let (collected, _out) = run(&double, order, &environment, start, 0);
    assert_eq!(codes(&collected), [Code::FetchExpired]);
    assert_eq!(double.keys(), ids(&[1, 1]), "nothing is asked as the other");
    let snapshot = snapshot(&collected);
    assert_eq!(snapshot.account.as_deref(), Some("111111111111"));
    assert_eq!((snapshot.pages.len(), snapshot.complete), (1, false));
    let diagnostic = &collected[0].diagnostics[0];
    assert!(
        diagnostic.message.ends_with(
            "looked for new ones: the credentials service of this container has those of the account `222222222222`, \
             and the calls began with the account `111111111111`"
        ),
        "{}",
        diagnostic.message
    );
    assert_eq!(diagnostic.help.as_deref(), Some(OTHER_ACCOUNT));
}

#[test]
fn of_the_same_account_a_call_goes_on() {
    let start = start();
    let account = "111111111111";
    let keys = [
        of_account(1, start + TimeDelta::minutes(6), account),
        of_account(2, start + TimeDelta::hours(6), account),
    ];
    let environment = container(documents(Provider::Aws, &keys)).at(start);
    let (double, order) = three_pages(Provider::Aws);
    let (collected, _out) = run(&double, order, &environment, start, 90);
    assert_eq!((codes(&collected), double.keys()), (vec![], ids(&[1, 2, 2])));
    assert_eq!(snapshot(&collected).account.as_deref(), Some(account));
}

#[test]
fn another_account_is_not_used_though_the_old_credentials_still_are() {
    let start = start();
    let keys = [
        of_account(1, start + TimeDelta::minutes(6), "111111111111"),
        of_account(2, start + TimeDelta::hours(6), "222222222222"),
    ];
    let environment = container(documents(Provider::Aws, &keys)).at(start);
    let (double, order) = three_pages(Provider::Aws);
    let (collected, _out) = run(&double, order, &environment, start, 90);
    assert_eq!((codes(&collected), double.keys()), (vec![], ids(&[1, 1, 1])));
    assert_eq!(snapshot(&collected).account.as_deref(), Some("111111111111"));
}

#[test]
fn credentials_of_another_place_are_somebody_elses() {
    let (id, (secret, token)) = ("AKIDRENEWED1", secrets("AKIDRENEWED1").unwrap());
    let text = format!(
        "[default]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\naws_session_token = {token}\n"
    );
    let start = start();
    // The profile is gone by the second search, and the container has a role.
    let environment = container(documents(Provider::Aws, &[key(2, start + TimeDelta::hours(6))]))
        .changing_file("~/.aws/credentials", &[Some(&text), None])
        .at(start);
    let (double, order) = three_pages(Provider::Aws);
    let double = double.then([Act::Serve, Act::Say(expired(Provider::Aws))]);
    let (collected, _out) = run(&double, order, &environment, start, 0);
    assert_eq!(double.keys(), ids(&[1, 1]));
    let diagnostic = &collected[0].diagnostics[0];
    assert!(
        diagnostic.message.ends_with(
            "looked for new ones: they are in another place, the credentials service of this container, and the calls \
             began with the profile `default`"
        ),
        "{}",
        diagnostic.message
    );
    assert_eq!(diagnostic.help.as_deref(), Some(OTHER_ACCOUNT));
}

#[test]
fn all_calls_of_a_party_share_one_search() {
    let start = start();
    let hours = |number| key(number, start + TimeDelta::hours(6));
    let environment = container(documents(Provider::Aws, &[hours(1), hours(2), hours(3)])).at(start);
    let double = Double::aws(baselines(1, 0)).denying("AKIDRENEWED1", expired(Provider::Aws));
    let regions = ["eu-central-1", "eu-west-1", "us-east-1", "us-west-2", "ap-south-1", "sa-east-1"];
    let order = Order {
        operation: "DescribePatchBaselines".to_owned(),
        regions: regions.map(str::to_owned).to_vec(),
        ..Order::default()
    };
    let (collected, _out) = run(&double, order, &environment, start, 0);
    assert_eq!(codes(&collected), []);
    assert_eq!(collected.iter().filter(|call| call.is_complete()).count(), 6);
    assert_eq!(asked(&environment, CONTAINER), 2);
    let keys = double.keys();
    let count = |id: &str| keys.iter().filter(|key| *key == id).count();
    assert_eq!((count("AKIDRENEWED2"), count("AKIDRENEWED3")), (6, 0));
    // Whoever began before the search was over was told so; at least one was, and nobody twice.
    assert!((1..=6).contains(&count("AKIDRENEWED1")), "{keys:?}");
}

#[test]
fn all_calls_of_a_party_share_one_vain_search() {
    let start = start();
    let environment = container(documents(Provider::Aws, &[key(1, start + TimeDelta::hours(6))])).at(start);
    let double = Double::aws(baselines(1, 0)).always(Act::Say(expired(Provider::Aws)));
    let order = Order {
        operation: "DescribePatchBaselines".to_owned(),
        regions: ["eu-central-1", "eu-west-1", "us-east-1"].map(str::to_owned).to_vec(),
        ..Order::default()
    };
    let (collected, _out) = run(&double, order, &environment, start, 0);
    assert_eq!(codes(&collected), [Code::FetchExpired; 3]);
    assert_eq!(asked(&environment, CONTAINER), 2);
    assert!(collected.iter().all(|call| call.diagnostics[0].message.ends_with(" still has these")));
}

/// The binary, with a container's role and no other credentials.
fn with_role(issuer: &Double, double: &Double, arguments: &[&str]) -> Fetched {
    let out = Folder::new();
    let mut command = without_keys(fetch_command(double, arguments, &out), issuer);
    fetched_by(&mut command, out)
}

/// The same command, with a container's role in place of keys.
fn without_keys(mut command: Command, issuer: &Double) -> Command {
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
        command.env_remove(name);
    }
    command.env("AWS_CONTAINER_CREDENTIALS_FULL_URI", format!("{}/role", issuer.url()));
    command
}

fn issuing(keys: &[Key<'_>]) -> Vec<Reply> {
    keys.iter().map(|key| Reply::new(200, issued(Provider::Aws, *key))).collect()
}

const LISTING: [&str; 5] = ["DescribePatchBaselines", "--region", "eu-central-1", "--page-size", "1"];

#[test]
fn the_binary_goes_on_with_new_credentials_and_repeats_none() {
    let end = Utc::now() + TimeDelta::hours(6);
    let issuer =
        Double::issuer(issuing(&[of_account(1, end, "111111111111"), of_account(2, end, "111111111111")]));
    let double = Double::aws(baselines(3, 0)).denying("AKIDRENEWED1", expired(Provider::Aws));
    let fetched = with_role(&issuer, &double, &LISTING);
    assert_eq!(fetched.outcome.code, 0, "{}", fetched.outcome.stderr);
    assert_eq!(double.keys(), ids(&[1, 2, 2, 2]));
    assert_eq!(issuer.seen().len(), 2);
    let (_, snapshot) = fetched.snapshot();
    assert_eq!((snapshot.account.as_deref(), snapshot.pages.len()), (Some("111111111111"), 3));
}

#[test]
fn a_live_check_goes_on_with_them_too() {
    let end = Utc::now() + TimeDelta::hours(6);
    let issuer = Double::issuer(issuing(&[key(1, end), key(2, end)]));
    let double = Double::aws(baselines(2, 0)).denying("AKIDRENEWED1", expired(Provider::Aws));
    let (url, out) = (double.url(), Folder::new());
    let arguments = [
        "check",
        "--live",
        "GetPatchBaseline",
        "--all",
        "--region",
        "eu-central-1",
        "--format",
        "json",
        "--include",
        "pass",
        "--endpoint",
        &url,
        "--out",
        &out.text(),
    ];
    let mut command = without_keys(with_credentials(&double, &arguments), &issuer);
    let fetched = fetched_by(&mut command, out);
    assert_eq!(fetched.outcome.json()["summary"]["resources"], 2, "{}", fetched.outcome.stderr);
    // A listing, and two baselines.
    assert_eq!((double.keys(), issuer.seen().len()), (ids(&[1, 2, 2, 2]), 2));
}

#[test]
fn a_new_key_that_is_refused_is_sent_once() {
    let start = start();
    let hours = |number| key(number, start + TimeDelta::hours(6));
    let (secret, _) = secrets("AKIDRENEWED2").unwrap();
    let wrong = issued(Provider::Huawei, hours(2)).replace(&secret, "canary/renewed+secret-of-another");
    let environment = FakeEnvironment::default()
        .variable("HUAWEICLOUD_SDK_DOMAIN_ID", "domain-1")
        .reply("PUT http://169.254.169.254/meta-data/latest/api/token", 200, "token")
        .replies(
            "GET http://169.254.169.254/openstack/latest/securitykey",
            [(200, issued(Provider::Huawei, hours(1))), (200, wrong)],
        )
        .at(start);
    let double = Double::huawei(3).denying("AKIDRENEWED1", expired(Provider::Huawei));
    let order = Order {
        operation: "ListInstanceCompliant".to_owned(),
        regions: ["cn-north-4", "cn-north-1", "cn-east-3", "cn-south-1"].map(str::to_owned).to_vec(),
        ..Order::default()
    };
    let (collected, _out) = run(&double, order, &environment, start, 0);
    assert_eq!(codes(&collected), [Code::FetchSignature; 4]);
    assert_eq!(double.violations().len(), 1, "five would lock the key");
}

#[test]
fn secrets_of_old_and_new_credentials_are_taken_out_of_what_is_kept() {
    let end = Utc::now() + TimeDelta::hours(6);
    let (old_secret, old_token) = secrets("AKIDRENEWED1").unwrap();
    let (new_secret, new_token) = secrets("AKIDRENEWED2").unwrap();
    let repeated = format!(
        "the canonical request: x-amz-security-token:{new_token} {} x {old_token} {old_secret} {new_secret}",
        new_token.replace('/', "%2F").replace('=', "%3D").replace('+', "%2B")
    );
    let answer = Reply::json(400, &json!({"__type": "InvalidSignatureException", "message": repeated}));
    for format in ["text", "json"] {
        let issuer = Double::issuer(issuing(&[key(1, end), key(2, end)]));
        let double = Double::aws(baselines(3, 0)).then([
            Act::Serve,
            Act::Say(expired(Provider::Aws)),
            Act::Serve,
            Act::Say(answer.clone()),
        ]);
        // That no secret is anywhere is checked there.
        let fetched = with_role(&issuer, &double, &[&LISTING[..], &["--format", format]].concat());
        assert_eq!(
            (fetched.outcome.code, double.keys()),
            (2, ids(&[1, 1, 2, 2])),
            "{}",
            fetched.outcome.stderr
        );
        let error = fetched.files().into_iter().find(|path| path.ends_with("error-0001.json")).unwrap();
        let kept = std::fs::read_to_string(error).unwrap();
        assert!(
            kept.contains("x-amz-security-token:[secret] [secret] x [secret] [secret] [secret]"),
            "{kept}"
        );
        assert!(fetched.outcome.stderr.contains("fetch.signature"), "{}", fetched.outcome.stderr);
    }
}

#[test]
fn what_is_said_of_a_renewal_that_fails_repeats_no_secret() {
    let end = Utc::now() + TimeDelta::hours(6);
    let (_, token) = secrets("AKIDRENEWED2").unwrap();
    let first = || issuing(&[of_account(1, end, "111111111111")]);
    for second in [
        Reply::new(500, token.clone()),
        Reply::new(200, format!("{{\"Code\":\"{token}\",\"Message\":\"{token}\"}}")),
        Reply::new(200, format!("{{\"AccessKeyId\":\"ID\",\"Token\":\"{token}\"}}")),
        Reply::new(200, format!("{{\"AccessKeyId\":\"{token}\",\"SecretAccessKey\":\"{token}\"}}")),
        Reply::new(
            200,
            format!("{{\"AccessKeyId\":\"ID\",\"SecretAccessKey\":\"{token}\",\"Expiration\":\"{token}\"}}"),
        ),
        Reply::new(200, issued(Provider::Aws, of_account(2, end, "222222222222"))),
        Reply::new(
            200,
            issued(Provider::Aws, of_account(2, Utc::now() - TimeDelta::hours(1), "111111111111")),
        ),
        Reply::new(200, token.clone()),
    ] {
        let issuer = Double::issuer(first().into_iter().chain([second.clone()]));
        let double = Double::aws(baselines(3, 0)).then([Act::Serve, Act::Say(expired(Provider::Aws))]);
        let fetched = with_role(&issuer, &double, &LISTING);
        assert_eq!((fetched.outcome.code, double.keys()), (2, ids(&[1, 1])), "{}", fetched.outcome.stderr);
        let (_, snapshot) = fetched.snapshot();
        assert_eq!((snapshot.pages.len(), snapshot.complete), (1, false));
        let said = fetched.outcome.stderr.replace("\n  │ ", " ");
        assert!(said.contains("fetch.expired") && said.contains("looked for new ones"), "{said}");
        assert!(snapshot.reason.unwrap().contains("looked for new ones: "));
    }
    // What is looked for would be found.
    assert!(CANARIES.iter().any(|canary| token.contains(canary)));
}
