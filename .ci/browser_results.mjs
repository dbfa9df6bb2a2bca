// Results for the browser's tests, made of one that the binary wrote: with excerpts, with everything that a page can
// show, with hostile texts, with 20,000 findings.

import { readFileSync } from 'node:fs';

const copy = (value) => structuredClone(value);

// The lines around a place of a finding, with the value marked: what `--excerpts` adds, made here from the files.
function excerptOf({ file, start_byte: start, end_byte: end, line, column }, text) {
  const bytes = readFileSync(file);
  let begin = start;
  for (let lines = 0; begin > 0; begin -= 1) {
    if (bytes[begin - 1] === 10 && (lines += 1) > 2) break;
  }
  let stop = end;
  for (let lines = 0; stop < bytes.length; stop += 1) {
    if (bytes[stop] === 10 && (lines += 1) > 2) break;
  }
  const above = bytes.subarray(begin, start).filter((byte) => byte === 10).length;
  return {
    file,
    windows: [{
      line: line - above,
      text: `${bytes.subarray(begin, stop).toString()}\n`,
      marks: [{ start: start - begin, end: end - begin, text, line, column, byte: start }],
    }],
  };
}

const ruleExcerpt = (rule) => ({
  file: rule.file,
  windows: [{
    line: rule.line,
    text: 'deny contains finding if {\n    some value in input.values\n    value > 0\n}\n',
    marks: [{ start: 0, end: 25, text: 'this definition decided', line: rule.line, column: 1, byte: 0 }],
  }],
});

// Takes counts of a finding's verdict from one verdict to another, everywhere where they are told.
function move(result, finding, to) {
  const { verdict: from, rule, resource } = finding;
  const cells = [
    result.summary.verdicts,
    result.policies.find((policy) => policy.id === rule.id).verdicts,
    result.summary.counts.find((cell) => cell.operation === resource.operation && cell.severity === rule.severity).verdicts,
  ];
  for (const cell of cells) {
    cell[from] -= 1;
    cell[to] += 1;
  }
  finding.verdict = to;
}

// A result that uses everything: excerpts, waivers that hold and that expired, the ratchet, an error, population.
export function everything(result) {
  const made = copy(result);
  const failures = made.findings.filter(({ verdict }) => verdict === 'fail');
  for (const finding of made.findings) {
    if (finding.verdict === 'fail' || finding.verdict === 'inconclusive') {
      finding.excerpt = excerptOf(finding.location, finding.message);
      finding.rule_excerpt = ruleExcerpt(finding.rule);
    }
  }
  const waiver = { reason: 'the vendor mends it in December', owner: 'team-a', expires: '2026-12-31', ticket: 'OPS-7', expired: false, file: 'waivers.toml', line: 3 };
  move(made, failures[0], 'waived');
  failures[0].waiver = waiver;
  failures[1].waiver = { ...waiver, expires: '2026-11-01', expired: true, line: 12 };
  move(made, failures[2], 'error');
  failures[2].message = 'the rule could not be evaluated: undefined function';
  for (const finding of failures.slice(4, 7)) {
    finding.known = true;
    made.summary.known.fail += 1;
    const cell = made.summary.counts.find(({ operation, severity }) => operation === finding.resource.operation && severity === finding.rule.severity);
    cell.known.fail += 1;
  }
  made.waivers = ['active', 'expiring', 'expired', 'unused'].map((state, index) => ({
    rule: 'ALI-*', resource: `i-${index}`, waiver: { ...waiver, expired: state === 'expired', line: 3 + index }, state, failures: index,
  }));
  made.ratchet = {
    file: 'accepted.json', entries: 9, known: 3, new: 57,
    settled: ['fixed', 'waived', 'unclear', 'worse', 'vanished', 'not_evaluated'].map((state) => ({
      fingerprint: failures[7].fingerprint, rule: failures[7].rule.id, severity: 'high', verdict: 'fail', resource: failures[7].resource, state,
    })),
  };
  made.population = [{ file: 'nodes.csv', operation: 'huawei.coc.ListInstanceCompliant', expected: 40, found: 38, unexpected: 1 }];
  return made;
}

export const HOSTILE = [
  '</script><script>window.hostile = 1</script>',
  '<img src=x onerror="window.hostile = 2">',
  '<svg onload=window.hostile=3>',
  '"><a href="javascript:window.hostile=4">x</a>',
  "';window.hostile=5;'",
  '<!--<script>',
  ']]>',
  '&lt;b&gt;',
  '\u001b[31mred\u001b[0m',
  '\u202eevil\u202c',
  '\u2028\u2029',
  '\u0000\u0007',
  '${window.hostile=6}{{7*7}}',
  '=cmd()|`x`',
  'x'.repeat(100_000),
  '__proto__',
];

// A result in which every text of a payload is hostile.
export function hostile(result) {
  const made = everything(result);
  made.findings = made.findings.filter(({ verdict }) => verdict !== 'pass').slice(0, 2 * HOSTILE.length);
  made.findings.forEach((finding, index) => {
    const text = HOSTILE[index % HOSTILE.length];
    Object.assign(finding.resource, { id: text, name: text, region: text, kind: text });
    Object.assign(finding, { message: text });
    Object.assign(finding.location, { file: text, path: `/${text}` });
    finding.evidence = [{ path: `/${text}`, value: { [text]: [text] }, line: 1, column: 1, start_byte: 0, end_byte: 1 }];
    if (finding.waiver) Object.assign(finding.waiver, { reason: text, owner: text, ticket: text });
    finding.excerpt = { file: text, windows: [{ line: 1, text: `{\n  ${text}\n}\n`, marks: [{ start: 4, end: 4 + Buffer.byteLength(text), text, line: 2, column: 3, byte: 4 }] }] };
  });
  made.policies.slice(0, HOSTILE.length).forEach((policy, index) => {
    const text = HOSTILE[index];
    Object.assign(policy, { title: text, description: text, remediation: text, controls: { [text]: [text] } });
    policy.references = [{ url: 'javascript:window.hostile=8', description: text }, { url: `https://example.org/"><script>window.hostile=9</script>`, description: null }];
    policy.params = { [text]: text };
  });
  made.diagnostics.forEach((problem, index) => {
    const text = HOSTILE[index % HOSTILE.length];
    Object.assign(problem, { message: text, file: text, help: text });
  });
  made.inputs.forEach((input, index) => {
    input.file = HOSTILE[index % HOSTILE.length];
  });
  made.settings.config = HOSTILE[0];
  return made;
}

// A result of `count` findings: those at hand over and over, each on a resource of its own.
export function large(result, count) {
  const made = copy(result);
  const sources = made.findings;
  made.findings = Array.from({ length: count }, (_, index) => {
    const finding = copy(sources[index % sources.length]);
    finding.resource.id = `node-${String(index).padStart(6, '0')}`;
    finding.fingerprint = index.toString(16).padStart(64, '0');
    return finding;
  });
  const none = { pass: 0, fail: 0, inconclusive: 0, not_applicable: 0, waived: 0, error: 0 };
  made.summary.verdicts = { ...none };
  for (const { verdict } of made.findings) made.summary.verdicts[verdict] += 1;
  return made;
}

// A result of `count` findings with as little in each as there may be: every fourth fails, all others pass.
export function small(result, count) {
  const [source] = result.findings;
  const made = large(result, 0);
  made.findings = Array.from({ length: count }, (_, index) => ({
    ...source,
    verdict: index % 4 === 0 ? 'fail' : 'pass',
    message: 'small',
    resource: { ...source.resource, id: String(index) },
    evidence: [],
    fingerprint: String(index),
  }));
  for (const { verdict } of made.findings) made.summary.verdicts[verdict] += 1;
  return made;
}
