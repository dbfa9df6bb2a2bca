// The findings: reading, filtering, sorting, grouping. Nothing here touches the page.

const data = JSON.parse(document.getElementById('data').textContent);
const { findings, texts, resources, waivers, excerpts, about } = data;
const { rules } = about;

const VERDICTS = ['fail', 'error', 'inconclusive', 'waived', 'pass', 'not_applicable'];
const SEVERITIES = ['critical', 'high', 'medium', 'low'];
// What weighs most comes first.
const WEIGHTS = { error: 0, fail: 1, inconclusive: 2, waived: 3, pass: 4, not_applicable: 5 };

const words = (verdict) => verdict.replaceAll('_', ' ');

// The same grouping as in the parts of the page that are written beforehand.
const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ',');

const counted = (count, one, many) => `${grouped(count)} ${count === 1 ? one : many}`;

// The beginning of a text that is too long for a row.
function begin(text) {
  if (text.length <= 200) return text;
  return `${[...text].slice(0, 200).join('')}…`;
}

const resourceOf = (finding) => resources[finding.o];

// What a resource is called: it may have no id.
function resourceWords(finding) {
  const { id, name } = resourceOf(finding);
  return id ?? name ?? `${texts[finding.f]}${finding.p}`;
}

const placeWords = (finding) => `${texts[finding.f]}:${finding.l[0]}:${finding.l[1]}`;

// A verdict in words; one that does not count as others of its kind says so.
function verdictWords(finding) {
  let said = words(finding.v);
  if (finding.k) said += ', known';
  if (finding.v === 'fail' && finding.w !== undefined && waivers[finding.w].expired) said += ', waiver expired';
  return said;
}

function closesGate(finding) {
  if (finding.v === 'error') return true;
  if (finding.k || SEVERITIES.indexOf(finding.s) > SEVERITIES.indexOf(about.fail_on)) return false;
  return finding.v === 'fail' || (finding.v === 'inconclusive' && about.inconclusive_counts);
}

// All that the text filter looks into, made when it is first asked for.
function searched(finding) {
  if (finding.searched === undefined) {
    const { operation, id, name, region, account } = resourceOf(finding);
    const rule = rules[finding.r];
    finding.searched = [
      rule.id, rule.title, verdictWords(finding), finding.s, texts[finding.m], operation, id, name, region,
      account, texts[finding.f], finding.p, finding.h,
    ].join('\n').toLowerCase();
  }
  return finding.searched;
}

// A filter with everything in it that the address and the form can say.
function everyFilter() {
  return { text: '', verdicts: new Set(VERDICTS), severities: new Set(SEVERITIES), rule: '', operation: '', closes: false };
}

// What is shown at first: all that does not pass, unless there is nothing else.
function firstFilter() {
  const filter = everyFilter();
  const attention = VERDICTS.filter((verdict) => verdict !== 'pass' && verdict !== 'not_applicable');
  if (attention.some((verdict) => about.listed[verdict] > 0)) filter.verdicts = new Set(attention);
  return filter;
}

function matching(filter, order) {
  const terms = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = findings.filter((finding) =>
    filter.verdicts.has(finding.v)
    && filter.severities.has(finding.s)
    && (filter.rule === '' || rules[finding.r].id === filter.rule)
    && (filter.operation === '' || resourceOf(finding).operation === filter.operation)
    && (!filter.closes || closesGate(finding))
    && terms.every((term) => searched(finding).includes(term)));
  // What the ratchet knows stands behind all that counts, before what is waived.
  const weight = (finding) => (finding.k ? WEIGHTS.waived - 0.5 : WEIGHTS[finding.v]) * 8 + SEVERITIES.indexOf(finding.s);
  // Sorting is stable, and what passes stands behind in the data.
  found.sort(order === 'input' ? (a, b) => a.n - b.n : (a, b) => weight(a) - weight(b) || a.n - b.n);
  return found;
}

// The groups that a finding belongs to: control frameworks may put it into several.
const GROUPS = {
  rule: (finding) => [`${rules[finding.r].id} ${rules[finding.r].title}`],
  resource: (finding) => [`${resourceWords(finding)} (${resourceOf(finding).operation})`],
  file: (finding) => [texts[finding.f]],
  control: (finding) => {
    const { controls } = rules[finding.r];
    const names = controls.flatMap(([framework, ids]) => [...new Set(ids)].map((id) => `${framework} ${id}`));
    return names.length > 0 ? names : ['no control'];
  },
};

// Groups in the order in which they first occur, so that what weighs most comes first.
function groupsOf(found, by) {
  const groups = new Map();
  for (const finding of found) {
    for (const name of GROUPS[by](finding)) {
      const group = groups.get(name);
      if (group) group.push(finding);
      else groups.set(name, [finding]);
    }
  }
  return [...groups].map(([name, members]) => ({ name, members }));
}

function countsOf(members) {
  const counts = new Map();
  for (const { v } of members) counts.set(v, (counts.get(v) ?? 0) + 1);
  return VERDICTS.filter((verdict) => counts.has(verdict)).map((verdict) => [verdict, counts.get(verdict)]);
}
