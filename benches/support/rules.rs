//! Rules for nodes of Huawei Cloud, as many as are wanted, the same for the same seed.
//!
//! They are of the kinds that the built-in ones are of, with other fields, limits and texts. Rule `n` is of kind `n` modulo
//! ten, so that ten rules cost, one with another, what two hundred do. None fires on a clean node.

use crate::generate::Random;

/// A file with one rule.
#[derive(Clone, Debug)]
pub(crate) struct RuleFile {
    /// Its name.
    pub(crate) name: String,
    /// Its Rego.
    pub(crate) text: String,
}

/// Rules 1 to `count`.
pub(crate) fn rules(count: u64, seed: u64) -> impl Iterator<Item = RuleFile> {
    let mut random = Random::new(seed);
    (1..=count).map(move |number| {
        let Written { title, description, params, body } = written(number, &mut random);
        let severity = random.one_of(&["critical", "high", "medium", "low"]);
        let remediation = random.one_of(&[
            "Run the patch baseline's repair job on the node, then scan it again.",
            "Scan the node again, and let its owner look at what the report says.",
            "Have the exception approved, and raise the limit for this rule.",
        ]);
        let control = random.one_of(&["[SI-2]", "[RA-5]", "[CM-8]", "[SI-2, RA-5]"]);
        let params = if params.is_empty() { String::new() } else { format!("#   params: {{{params}}}\n") };
        let text = format!(
            "# METADATA\n# title: {title}\n# description: >-\n#   {description}\n# related_resources:\n\
             # - ref: https://support.huaweicloud.com/intl/en-us/api-coc/ListInstanceCompliant.html\n\
             #   description: Querying patch compliance reports\n# custom:\n#   id: GEN-HWC-{number:04}\n\
             #   severity: {severity}\n#   applies_to: huawei.coc.ListInstanceCompliant\n{params}\
             #   remediation: {remediation}\n#   controls:\n#     nist-800-53: {control}\n\
             package generated.huawei.rule_{number:04}\n{body}",
        );
        RuleFile { name: format!("rule_{number:04}.rego"), text }
    })
}

/// What differs from rule to rule.
struct Written {
    title: String,
    description: String,
    params: String,
    body: String,
}

impl Written {
    /// Fills in what stands between `@` in the body.
    fn with(mut self, values: &[(&str, &str)]) -> Self {
        for (name, value) in values {
            self.body = self.body.replace(&format!("@{name}@"), value);
        }
        self
    }
}

fn written(number: u64, random: &mut Random) -> Written {
    match number % 10 {
        1 => few_of_a_severity(random),
        2 => is_assigned(random),
        3 => is_allowed(random),
        4 => is_recent(random),
        5 => enough_are_compliant(random),
        6 => weighs_little(random),
        7 => few_severities(random),
        8 => is_calm(random),
        9 => agrees(random),
        _ => by_system(random),
    }
}

fn few_of_a_severity(random: &mut Random) -> Written {
    let name = random.one_of(&["critical", "high", "medium", "low", "informational"]);
    let max = random.below(5);
    let body = r#"
number := object.get(input.resource, ["non_compliant_summary", "severity_summary", "@name@_count"], null)

deny contains {"msg": msg, "path": "non_compliant_summary.severity_summary.@name@_count"} if {
	number != null
	number > input.params.max
	msg := sprintf("%d @name@ patches are non-compliant, at most %v allowed", [number, input.params.max])
}

inconclusive contains {"msg": msg, "path": "non_compliant_summary.severity_summary.@name@_count"} if {
	number == null
	msg := "the number of @name@ non-compliant patches is not stated"
}
"#;
    Written {
        title: format!("At most {max} {name} patches are non-compliant"),
        description: format!("Fails a node with more {name} non-compliant patches than max."),
        params: format!("max: {max}"),
        body: body.to_owned(),
    }
    .with(&[("name", name)])
}

fn is_assigned(random: &mut Random) -> Written {
    let field = random.one_of(&[
        "group",
        "baseline_id",
        "baseline_name",
        "enterprise_project_id",
        "name",
        "ip",
        "region",
        "rule_type",
        "instance_id",
    ]);
    let body = r#"
# null where the report names none, false where it lacks the field.
value := object.get(input.resource, ["@field@"], false)

deny contains {"msg": msg, "path": "@field@"} if {
	value == null
	msg := "the node's @field@ is empty"
}

inconclusive contains {"msg": msg, "path": "@field@"} if {
	value == false
	msg := "the node's @field@ is not stated"
}
"#;
    Written {
        title: format!("The node has a {field}"),
        description: format!("Fails a node whose {field} is empty."),
        params: String::new(),
        body: body.to_owned(),
    }
    .with(&[("field", field)])
}

fn is_allowed(random: &mut Random) -> Written {
    let (field, allowed) = match random.below(4) {
        0 => ("region", "[cn-north-4, cn-east-3, ap-southeast-1, eu-west-101, la-south-2]"),
        1 => ("operating_system", "[HuaweiCloudEulerOS, CentOS, EulerOS]"),
        2 => ("rule_type", "[standard, custom]"),
        _ => ("report_scene", "[ECS, CCE]"),
    };
    let body = r#"
value := object.get(input.resource, ["@field@"], null)

applies if count(input.params.allowed) > 0

deny contains {"msg": msg, "path": "@field@"} if {
	value != null
	not value in input.params.allowed
	msg := sprintf("the @field@ `%s` is not one of %s", [value, concat(", ", input.params.allowed)])
}

inconclusive contains {"msg": msg, "path": "@field@"} if {
	value == null
	msg := "the node's @field@ is not stated"
}
"#;
    Written {
        title: format!("The node's {field} is allowed"),
        description: format!("Fails a node whose {field} is not one of allowed."),
        params: format!("allowed: {allowed}"),
        body: body.to_owned(),
    }
    .with(&[("field", field)])
}

fn is_recent(random: &mut Random) -> Written {
    let days = 7 + random.below(24);
    let body = r#"
import data.policies.lib.times

reported := object.get(input.resource, ["execution_summary", "report_time"], null)

deny contains {"msg": msg, "path": "execution_summary.report_time"} if {
	reported != null
	times.older_than(reported, input.params.max_age_days)
	msg := sprintf("the report is of %s, more than %v days ago", [reported, input.params.max_age_days])
}

inconclusive contains {"msg": msg, "path": "execution_summary.report_time"} if {
	reported == null
	msg := "the time of the report is not stated"
}

inconclusive contains {"msg": msg, "path": "execution_summary.report_time"} if {
	reported != null
	times.in_future(reported)
	msg := sprintf("the time of the report, %s, lies after the clock of this run", [reported])
}
"#;
    Written {
        title: format!("The report is at most {days} days old"),
        description: "Fails a report that is more than max_age_days old.".to_owned(),
        params: format!("max_age_days: {days}"),
        body: body.to_owned(),
    }
}

fn enough_are_compliant(random: &mut Random) -> Written {
    let percent = 95 + random.below(5);
    let body = r#"
compliant := object.get(input.resource, ["compliant_summary", "compliant_count"], null)

non_compliant := object.get(input.resource, ["non_compliant_summary", "non_compliant_count"], null)

# Undefined where one of the two is not stated.
counted := compliant + non_compliant if {
	compliant != null
	non_compliant != null
}

deny contains {"msg": msg, "path": "compliant_summary.compliant_count"} if {
	counted > 0
	compliant * 100 < counted * input.params.min_percent
	msg := sprintf("%d of %d patches are compliant, at least %v percent required", [compliant, counted, input.params.min_percent])
}

inconclusive contains {"msg": msg, "path": "compliant_summary"} if {
	not counted
	msg := "the number of compliant or of non-compliant patches is not stated"
}
"#;
    Written {
        title: format!("At least {percent} percent of the patches are compliant"),
        description: "Fails a node where fewer than min_percent of the counted patches are compliant."
            .to_owned(),
        params: format!("min_percent: {percent}"),
        body: body.to_owned(),
    }
}

fn weighs_little(random: &mut Random) -> Written {
    let (critical, high) = (5 + random.below(10), 2 + random.below(3));
    let max = 10 + random.below(60);
    let body = r#"
counts := object.get(input.resource, ["non_compliant_summary", "severity_summary"], null)

# Undefined where one of the two is not counted.
weight := (counts.critical_count * @critical@) + (counts.high_count * @high@)

deny contains {"msg": msg, "path": "non_compliant_summary.severity_summary"} if {
	weight > input.params.max
	msg := sprintf("%d critical and %d high patches weigh %d, at most %v allowed", [
		counts.critical_count,
		counts.high_count,
		weight,
		input.params.max,
	])
}

inconclusive contains {"msg": msg, "path": "non_compliant_summary.severity_summary"} if {
	not weight
	msg := "critical or high patches are not counted"
}
"#;
    Written {
        title: format!("Non-compliant patches weigh at most {max}"),
        description: format!("Fails a node where critical patches times {critical} and high ones times {high} add up to more than max."),
        params: format!("max: {max}"),
        body: body.to_owned(),
    }
    .with(&[("critical", &critical.to_string()), ("high", &high.to_string())])
}

fn few_severities(random: &mut Random) -> Written {
    let (most, more_than) = (random.below(3), random.below(3));
    let body = r#"
import data.policies.lib.severities

counts := object.get(input.resource, ["non_compliant_summary", "severity_summary"], null)

many contains name if {
	some name, number in counts
	number > input.params.more_than
}

deny contains {"msg": msg, "path": "non_compliant_summary.severity_summary"} if {
	count(many) > input.params.most
	msg := sprintf("more than %v patches each of %s are non-compliant", [input.params.more_than, concat(", ", sort(many))])
}

inconclusive contains {"msg": msg, "path": "non_compliant_summary.severity_summary"} if {
	not severities.total(counts)
	msg := "not every severity of the non-compliant patches is counted"
}
"#;
    Written {
        title: format!("At most {most} severities have more than {more_than} non-compliant patches"),
        description: "Fails a node where more than most severities have more_than patches.".to_owned(),
        params: format!("most: {most}, more_than: {more_than}"),
        body: body.to_owned(),
    }
}

fn is_calm(random: &mut Random) -> Written {
    let (first, second) = random_pair(random);
    let max = 1 + random.below(6);
    let body = r#"
counts := object.get(input.resource, ["non_compliant_summary", "severity_summary"], null)

calm(summary, most) if {
	every number in [summary.@first@_count, summary.@second@_count] { number <= most }
}

stated if {
	is_number(counts.@first@_count)
	is_number(counts.@second@_count)
}

deny contains {"msg": msg, "path": "non_compliant_summary.severity_summary"} if {
	stated
	not calm(counts, input.params.max)
	msg := sprintf("%d and %d patches are non-compliant, at most %v each allowed", [
		counts.@first@_count,
		counts.@second@_count,
		input.params.max,
	])
}

inconclusive contains {"msg": msg, "path": "non_compliant_summary.severity_summary"} if {
	not stated
	msg := "@first@ or @second@ patches are not counted"
}
"#;
    Written {
        title: format!("At most {max} {first} and {max} {second} patches are non-compliant"),
        description: format!("Fails a node with more than max {first} or {second} non-compliant patches."),
        params: format!("max: {max}"),
        body: body.to_owned(),
    }
    .with(&[("first", first), ("second", second)])
}

fn random_pair(random: &mut Random) -> (&'static str, &'static str) {
    match random.below(4) {
        0 => ("critical", "high"),
        1 => ("critical", "medium"),
        2 => ("high", "low"),
        _ => ("medium", "low"),
    }
}

fn agrees(random: &mut Random) -> Written {
    let scene = random.one_of(&["ECS", "CCE"]);
    let max = random.below(3);
    let body = r#"
status := object.get(input.resource, ["status"], null)

scene := object.get(input.resource, ["report_scene"], null)

non_compliant := object.get(input.resource, ["non_compliant_summary", "non_compliant_count"], null)

applies if scene == "@scene@"

deny contains {"msg": msg, "path": "status"} if {
	status == "compliant"
	non_compliant != null
	non_compliant > input.params.max
	msg := sprintf("the status is `compliant`, but %d patches are non-compliant", [non_compliant])
}

deny contains {"msg": msg, "path": "status"} if {
	status == "non_compliant"
	non_compliant == 0
	msg := "the status is `non_compliant`, but 0 patches are non-compliant"
}

inconclusive contains {"msg": msg, "path": "status"} if {
	not status in {"compliant", "non_compliant"}
	msg := "the node's status is not stated, or none that is documented"
}

inconclusive contains {"msg": msg, "path": "non_compliant_summary.non_compliant_count"} if {
	non_compliant == null
	msg := "the number of non-compliant patches is not stated"
}
"#;
    Written {
        title: format!("The status of a node of {scene} agrees with its patches"),
        description: format!("Fails a compliant node of {scene} with more than max non-compliant patches."),
        params: format!("max: {max}"),
        body: body.to_owned(),
    }
    .with(&[("scene", scene)])
}

fn by_system(random: &mut Random) -> Written {
    let name = random.one_of(&["critical", "high"]);
    let limits = [(); 3].map(|()| random.below(6).to_string());
    let body = r#"
limits := {"CentOS": @centos@, "EulerOS": @euler@, "HuaweiCloudEulerOS": @huawei@}

system := object.get(input.resource, ["operating_system"], null)

number := object.get(input.resource, ["non_compliant_summary", "severity_summary", "@name@_count"], null)

deny contains {"msg": msg, "path": "non_compliant_summary.severity_summary.@name@_count"} if {
	number != null
	system != null
	limit := object.get(limits, [system], 0)
	number > limit
	msg := sprintf("%d @name@ patches are non-compliant, at most %d allowed on %s", [number, limit, system])
}

inconclusive contains {"msg": msg, "path": "operating_system"} if {
	system == null
	msg := "the node's operating system is not stated"
}

inconclusive contains {"msg": msg, "path": "non_compliant_summary.severity_summary.@name@_count"} if {
	number == null
	msg := "the number of @name@ non-compliant patches is not stated"
}
"#;
    let [centos, euler, huawei] = &limits;
    Written {
        title: format!("Few {name} patches are non-compliant for the operating system"),
        description: format!("Fails a node with more {name} non-compliant patches than its system may have."),
        params: String::new(),
        body: body.to_owned(),
    }
    .with(&[("name", name), ("centos", centos), ("euler", euler), ("huawei", huawei)])
}
