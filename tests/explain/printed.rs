//! What people see.

use super::explain;
use crate::support::{CLOCK, Folder, command, finish, page, report, rule};

#[test]
fn an_explanation_reads_like_the_rule() {
    let folder = Folder::new();
    folder.file("page.json", page(&[report("i-1")]));
    let body = "deny contains \"no\" if {\n\tstatus := input.resource.status\n\tstatus != \"compliant\" # so it is\n\tcount(status) > 1\n}";
    folder.file("rule.rego", rule("ORG-1", "org.one", body));
    let arguments = ["explain", "page.json", "--policies", "rule.rego", "--rule", "ORG-1", "--at", CLOCK];
    let outcome = finish(command(&arguments).current_dir(folder.path()));
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    let lines: Vec<&str> = outcome.stdout.lines().collect();
    // The resource stands behind `{"count":1,"instance_compliant":[`: 33 characters.
    assert_eq!(lines[1..3], ["page.json:1:34", "rule.rego"]);
    assert!(lines[0].starts_with("ORG-1 A rule of the tests: pass on i-1"), "{}", lines[0]);
    // A line number of five columns, a mark, and two columns for a tab; values from the 47th column on.
    let expected = [
        "    9   deny contains \"no\" if {",
        "   10 +   status := input.resource.status     status = \"compliant\"",
        "   11 -   status != \"compliant\" # so it is    status = \"compliant\"",
        "   12 .   count(status) > 1",
        "   13   }",
    ];
    assert_eq!(lines[4..9], expected);
    assert_eq!(lines[10], "+ holds   - does not hold   . not reached   ! error   ? cannot be told");
    assert_eq!(lines.last(), Some(&"pass: nothing speaks against it: `status` is \"compliant\""));
}

#[test]
fn no_line_is_wider_than_a_narrow_terminal() {
    let path = "samples/aws/ssm/get-patch-baseline/non-compliant.json";
    for number in 1..=10 {
        let rule = format!("AWS-SSM-{number:03}");
        let outcome = explain(&[path, "--rule", &rule]);
        for line in outcome.stdout.lines() {
            assert!(line.chars().count() <= 80 && line.trim_end() == line, "{rule}: `{line}`");
        }
    }
}

#[test]
fn colours_add_nothing_that_is_not_there_without() {
    let path = "samples/aws/ssm/get-patch-baseline/non-compliant.json";
    let plain = explain(&[path, "--rule", "AWS-SSM-001"]);
    let colored = explain(&[path, "--rule", "AWS-SSM-001", "--color", "always"]);
    assert_ne!(plain.stdout, colored.stdout);
    let mut bare = String::new();
    let mut rest = colored.stdout.as_str();
    while let Some((before, behind)) = rest.split_once('\u{1b}') {
        bare.push_str(before);
        rest = behind.split_once('m').unwrap().1;
    }
    bare.push_str(rest);
    assert_eq!(bare, plain.stdout);
}
