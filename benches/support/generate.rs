//! Realistic payloads of any size, the same for the same seed.

use std::fmt::Write as _;

/// How often checks of the rules fire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mix {
    /// No rule fires on any resource.
    Clean,
    /// Most resources are clean; about one check in ten fires.
    Realistic,
    /// Every rule that can fire does so on every resource.
    Firing,
}

/// Kinds of resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `alibaba.oos.ListInstancePatchStates`
    PatchStates,
    /// `alibaba.sas.DescribeImageInstances`
    Images,
    /// `alibaba.sas.ListPublishBatch`
    Batches,
    /// `aws.ssm.GetPatchBaseline`
    Baselines,
    /// `huawei.coc.ListInstanceCompliant`
    Nodes,
}

impl Kind {
    /// Every kind.
    pub(crate) const ALL: [Self; 5] =
        [Self::PatchStates, Self::Images, Self::Batches, Self::Baselines, Self::Nodes];

    /// The operation's id.
    pub(crate) const fn operation(self) -> &'static str {
        match self {
            Self::PatchStates => "alibaba.oos.ListInstancePatchStates",
            Self::Images => "alibaba.sas.DescribeImageInstances",
            Self::Batches => "alibaba.sas.ListPublishBatch",
            Self::Baselines => "aws.ssm.GetPatchBaseline",
            Self::Nodes => "huawei.coc.ListInstanceCompliant",
        }
    }

    /// The text before and after the resources of a payload with `count` of them; nothing for baselines,
    /// which are payloads themselves.
    pub(crate) fn envelope(self, count: u64) -> (String, String) {
        let page = format!("\"PageInfo\":{{\"CurrentPage\":1,\"PageSize\":{count},\"TotalCount\":{count}");
        match self {
            Self::PatchStates => (
                "{\"InstancePatchStates\":[".to_owned(),
                "],\"MaxResults\":50,\"NextToken\":\"\",\"RequestId\":\"9A47C086-E64D-52EE\"}".to_owned(),
            ),
            Self::Images => (
                "{\"ImageInstanceList\":[".to_owned(),
                format!("],{page},\"Count\":{count}}},\"RequestId\":\"BE120DAB-F4E7-4C53\"}}"),
            ),
            Self::Batches => {
                ("{\"BatchList\":[".to_owned(), format!("],{page}}},\"RequestId\":\"7532B7EE-7CE7\"}}"))
            }
            Self::Baselines => (String::new(), String::new()),
            Self::Nodes => (format!("{{\"count\":{count},\"instance_compliant\":["), "]}".to_owned()),
        }
    }
}

/// SplitMix64: small, fast, and the same everywhere.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// A generator with this seed.
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 to `bound - 1`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    /// A position in something of this length.
    pub(crate) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or_default()
    }

    /// One of some texts.
    pub(crate) fn one_of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts.get(self.index(texts.len())).copied().unwrap_or_default()
    }

    fn hex(&mut self, digits: usize) -> String {
        let mut text = String::with_capacity(digits);
        while text.len() < digits {
            let _ = write!(text, "{:016x}", self.next());
        }
        text.truncate(digits);
        text
    }

    fn fires(&mut self, mix: Mix) -> bool {
        match mix {
            Mix::Clean => false,
            Mix::Realistic => self.below(10) == 0,
            Mix::Firing => true,
        }
    }
}

/// Milliseconds of 2026-11-21T00:00:00Z, the clock that the resources are made for.
const CLOCK_MS: u64 = 1_795_219_200_000;
const HOUR_MS: u64 = 3_600_000;

/// Appends one resource as compact JSON, without a line end.
pub(crate) fn resource(kind: Kind, number: u64, mix: Mix, random: &mut Random, out: &mut String) {
    match kind {
        Kind::Nodes => node(number, mix, random, out),
        Kind::PatchStates => patch_state(number, mix, random, out),
        Kind::Images => image(number, mix, random, out),
        Kind::Batches => batch(number, mix, random, out),
        Kind::Baselines => baseline(number, mix, random, out),
    }
}

fn iso(milliseconds: u64) -> String {
    i64::try_from(milliseconds)
        .ok()
        .and_then(chrono::DateTime::from_timestamp_millis)
        .map_or_else(String::new, |time| time.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

fn age(old: bool, random: &mut Random) -> u64 {
    let hours = if old { 24 * 8 + random.below(24 * 30) } else { random.below(24 * 6) };
    CLOCK_MS - hours * HOUR_MS - random.below(HOUR_MS)
}

fn node(number: u64, mix: Mix, random: &mut Random, out: &mut String) {
    let compliant = 200 + random.below(200);
    let critical = if random.fires(mix) { 1 + random.below(5) } else { 0 };
    let high = if random.fires(mix) { 1 + random.below(9) } else { 0 };
    let rest = if mix == Mix::Firing { 400 } else { 0 };
    let counted = critical + high + rest;
    // A report that does not add up, and a status that contradicts its counts.
    let wrong_sum = mix != Mix::Clean && random.below(if mix == Mix::Firing { 1 } else { 50 }) == 0;
    let stated = counted + u64::from(wrong_sum);
    let contradicts = mix == Mix::Firing || (mix == Mix::Realistic && random.below(50) == 0);
    let status = if (stated > 0) == contradicts { "compliant" } else { "non_compliant" };
    let report_time = {
        let old = random.fires(mix);
        age(old, random)
    };
    let group = if random.fires(mix) { "null".to_owned() } else { format!("\"group-{}\"", random.below(40)) };
    let baseline = if random.fires(mix) { "null".to_owned() } else { format!("\"JX-{}\"", random.hex(28)) };
    let system = random.one_of(&["HuaweiCloudEulerOS", "CentOS", "EulerOS"]);
    let region = random.one_of(&["cn-north-4", "cn-east-3", "ap-southeast-1", "eu-west-101"]);
    let instance = random.hex(32);
    let _ = write!(
        out,
        "{{\"baseline_id\":{baseline},\"baseline_name\":\"COC-{system}DefaultPatchBaseline\",\"cce_info_id\":null,\
         \"compliant_summary\":{{\"compliant_count\":{compliant},\"severity_summary\":{{\"critical_count\":0,\
         \"high_count\":0,\"informational_count\":0,\"low_count\":0,\"medium_count\":0,\
         \"unspecified_count\":{compliant}}}}},\"eip\":null,\"enterprise_project_id\":\"{}\",\
         \"execution_summary\":{{\"job_id\":\"SCT2026{}\",\"order_id\":\"CO2026{}\",\
         \"report_time\":{report_time}}},\"group\":{group},\"id\":\"{}\",\"instance_id\":\"{instance}\",\
         \"ip\":\"10.{}.{}.{}\",\"name\":\"web-{number:07}\",\"node_id\":\"\",\"non_compliant_summary\":{{\
         \"non_compliant_count\":{stated},\"severity_summary\":{{\"critical_count\":{critical},\
         \"high_count\":{high},\"informational_count\":0,\"low_count\":0,\"medium_count\":0,\
         \"unspecified_count\":{rest}}}}},\"operating_system\":\"{system}\",\"region\":\"{region}\",\
         \"report_scene\":\"ECS\",\"rule_type\":\"standard\",\"status\":\"{status}\"}}",
        random.hex(32),
        random.hex(18),
        random.hex(18),
        random.hex(32),
        random.below(256),
        random.below(256),
        random.below(256),
    );
}

fn patch_state(number: u64, mix: Mix, random: &mut Random, out: &mut String) {
    let count = |random: &mut Random| if random.fires(mix) { 1 + random.below(20) } else { 0 };
    let (missing, failed) = (count(random), count(random));
    let (pending, rejected) = (count(random), count(random));
    let empty = mix == Mix::Realistic && random.below(100) == 0;
    let installed = if empty { 0 } else { 100 + random.below(300) };
    let end = {
        let old = random.fires(mix);
        age(old, random)
    };
    let start = if mix == Mix::Firing { end + HOUR_MS } else { end - 60_000 * random.below(30) };
    let group = if random.fires(mix) { "null".to_owned() } else { format!("group-{}", random.below(40)) };
    let baseline = if random.fires(mix) { String::new() } else { format!("pb-{}", random.hex(20)) };
    let _ = write!(
        out,
        "{{\"BaselineId\":\"{baseline}\",\"FailedCount\":\"{failed}\",\"InstalledCount\":\"{installed}\",\
         \"InstalledOtherCount\":\"{}\",\"InstalledPendingRebootCount\":\"{pending}\",\
         \"InstalledRejectedCount\":\"{rejected}\",\"InstanceId\":\"i-bp{}{number:07}\",\
         \"MissingCount\":\"{missing}\",\"OperationEndTime\":\"{}\",\"OperationStartTime\":\"{}\",\
         \"OperationType\":\"scan\",\"OwnerInformation\":\"\",\"PatchGroup\":\"{group}\"}}",
        random.below(50),
        random.hex(11),
        iso(end),
        iso(start),
    );
}

fn image(number: u64, mix: Mix, random: &mut Random, out: &mut String) {
    let count = |random: &mut Random| if random.fires(mix) { 1 + random.below(40) } else { 0 };
    let (vulnerabilities, risks, alerts) = (count(random), count(random), count(random));
    let risky = vulnerabilities + risks + alerts > 0;
    let yes = |count: u64| if (count > 0) == (mix != Mix::Firing) { "YES" } else { "NO" };
    let status = if random.fires(mix) { "FAIL" } else { "SUCCESS" };
    let result = if status == "FAIL" { "TASK_NOT_EXISTS" } else { "" };
    let registry = if random.fires(mix) { "unknown" } else { random.one_of(&["acr", "harbor", "quay"]) };
    let kind = if random.fires(mix) { "public" } else { "private" };
    let tag = if random.fires(mix) {
        "latest".to_owned()
    } else {
        format!("1.{}.{}", random.below(40), random.below(9))
    };
    let deployed = u64::from(mix == Mix::Firing || (!risky && random.below(2) == 0));
    let scanned = {
        let old = random.fires(mix);
        age(old, random)
    };
    let _ = write!(
        out,
        "{{\"AlarmCount\":{alerts},\"AlarmStatus\":\"{}\",\"Deployed\":{deployed},\"Digest\":\"{}\",\
         \"Endpoints\":\"[]\",\"HcCount\":{risks},\"HcStatus\":\"{}\",\"ImageCreate\":\"{}\",\
         \"ImageId\":\"{}\",\"ImageSize\":\"{}\",\"ImageUpdate\":\"{}\",\"InstanceId\":\"{}\",\
         \"LastScanTime\":{scanned},\"RegionId\":\"{}\",\"RegistryType\":\"{registry}\",\"RepoId\":\"{}\",\
         \"RepoName\":\"app-{number:07}\",\"RepoNamespace\":\"team-{}\",\"RepoType\":\"{kind}\",\
         \"RiskStatus\":\"{}\",\"ScaProgress\":100,\"ScaResult\":\"{result}\",\"ScaStatus\":\"{status}\",\
         \"Status\":\"NORMAL\",\"Tag\":\"{tag}\",\"Uuid\":\"{}\",\"VulCount\":{vulnerabilities},\
         \"VulStatus\":\"{}\"}}",
        yes(alerts),
        random.hex(64),
        yes(risks),
        CLOCK_MS - random.below(400) * 24 * HOUR_MS,
        random.hex(64),
        50_000_000 + random.below(2_000_000_000),
        CLOCK_MS - random.below(200) * 24 * HOUR_MS,
        random.below(99_999_999),
        random.one_of(&["cn-hangzhou", "cn-shanghai", "ap-southeast-1"]),
        random.hex(28),
        random.below(90),
        if risky || mix == Mix::Firing { "YES" } else { "NO" },
        random.hex(32),
        yes(vulnerabilities),
    );
}

fn batch(number: u64, mix: Mix, random: &mut Random, out: &mut String) {
    let total = if random.fires(mix) { 1 } else { 2 + random.below(8) };
    let interval = if random.fires(mix) { random.below(12) } else { 12 + random.below(36) };
    let batch = if random.fires(mix) { total + 1 } else { 1 + random.below(total) };
    let status = if random.fires(mix) { 3 + random.below(2) } else { random.below(3) };
    let _ = write!(
        out,
        "{{\"BatchId\":{number},\"BatchInterval\":{interval},\"BatchName\":\"Release Batch {number}\",\
         \"BatchNo\":{batch},\"BatchProcess\":{},\"BatchTotal\":{total},\"OperationBase\":{},\
         \"Status\":{status},\"Version\":\"{}.{}.{}\"}}",
        random.below(5000),
        random.below(3),
        random.below(3),
        random.below(20),
        random.below(20),
    );
}

fn baseline(number: u64, mix: Mix, random: &mut Random, out: &mut String) {
    let groups = if random.fires(mix) { String::new() } else { format!("\"group-{}\"", random.below(40)) };
    let days = if random.fires(mix) { 8 + random.below(60) } else { random.below(8) };
    let level = if random.fires(mix) { "UNSPECIFIED" } else { random.one_of(&["CRITICAL", "HIGH"]) };
    let (rejected, action) =
        if random.fires(mix) { ("\"KB0000001\"", "ALLOW_AS_DEPENDENCY") } else { ("", "BLOCK") };
    let approved = if random.fires(mix) { "\"KB0000001\"" } else { "\"KB0000002\"" };
    let source = if random.fires(mix) { "http" } else { "https" };
    let modified = CLOCK_MS - if random.fires(mix) { 400 } else { random.below(300) } * 24 * HOUR_MS;
    let updates = if random.fires(mix) { "COMPLIANT" } else { "NON_COMPLIANT" };
    let until = iso(CLOCK_MS - if random.fires(mix) { 40 } else { random.below(30) } * 24 * HOUR_MS);
    let _ = write!(
        out,
        "{{\"BaselineId\":\"pb-{}{number:07}\",\"Name\":\"baseline-{number:07}\",\"OperatingSystem\":\"WINDOWS\",\
         \"GlobalFilters\":{{\"PatchFilters\":[]}},\"ApprovalRules\":{{\"PatchRules\":[{{\"PatchFilterGroup\":\
         {{\"PatchFilters\":[{{\"Key\":\"CLASSIFICATION\",\"Values\":[\"SecurityUpdates\",\"CriticalUpdates\"]}},\
         {{\"Key\":\"MSRC_SEVERITY\",\"Values\":[\"Critical\",\"Important\"]}}]}},\"ComplianceLevel\":\"{level}\",\
         \"ApproveAfterDays\":{days},\"EnableNonSecurity\":false}},{{\"PatchFilterGroup\":{{\"PatchFilters\":\
         [{{\"Key\":\"CLASSIFICATION\",\"Values\":[\"ServicePacks\"]}}]}},\"ComplianceLevel\":\"HIGH\",\
         \"ApproveUntilDate\":\"{}\",\"EnableNonSecurity\":false}}]}},\"ApprovedPatches\":[{approved}],\
         \"ApprovedPatchesComplianceLevel\":\"{level}\",\"ApprovedPatchesEnableNonSecurity\":false,\
         \"RejectedPatches\":[{rejected}],\"RejectedPatchesAction\":\"{action}\",\"PatchGroups\":[{groups}],\
         \"CreatedDate\":{}.{:03},\"ModifiedDate\":{},\"Description\":\"Baseline of team {}\",\"Sources\":[\
         {{\"Name\":\"mirror\",\"Products\":[\"*\"],\"Configuration\":\"[main]\\nbaseurl={source}://mirror.example/os\\ngpgcheck=1\"}}],\
         \"AvailableSecurityUpdatesComplianceStatus\":\"{updates}\"}}",
        random.hex(10),
        until.get(..10).unwrap_or_default(),
        (CLOCK_MS - 500 * 24 * HOUR_MS) / 1000,
        random.below(1000),
        modified / 1000,
        random.below(90),
    );
}
