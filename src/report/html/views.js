// The parts of the page, the filter form, the address, the theme, printing.

const root = document.documentElement;
const views = [...document.querySelectorAll('main > .view')];
const at = (id) => document.getElementById(id);
const form = at('filters');

let filter = firstFilter();
let found = [];
let page = 0;

function option(value, text) {
  return element('option', { value }, text);
}

function choices(holder, values, name, counts) {
  for (const value of values) {
    const input = element('input', { type: 'checkbox', name, value });
    const text = element('span', {}, ` ${words(value)} `);
    const count = counts ? element('span', { class: 'number' }, grouped(counts[value])) : null;
    holder.append(element('label', { class: 'choice' }, input, name === 'verdict' ? mark(value) : null, text, count));
  }
}

function fillForm() {
  choices(at('f-verdicts'), VERDICTS, 'verdict', about.listed);
  choices(at('f-severities'), SEVERITIES, 'severity');
  const inUse = new Set(findings.map((finding) => finding.r));
  const named = [...inUse].map((index) => rules[index]).sort((a, b) => (a.id < b.id ? -1 : 1));
  at('f-rule').append(option('', 'all'), ...named.map((rule) => option(rule.id, `${rule.id} ${rule.title}`)));
  const operations = [...new Set(resources.map((resource) => resource.operation))].sort();
  at('f-operation').append(option('', 'all'), ...operations.map((operation) => option(operation, operation)));
  at('f-group').value = about.group_by;
  const left = VERDICTS.filter((verdict) => about.left[verdict] > 0);
  const limit = at('limit');
  limit.hidden = left.length === 0;
  limit.textContent = `This page lists ${grouped(findings.length)} findings, for browsers are slow with more. Not listed: `
    + `${left.map((verdict) => `${grouped(about.left[verdict])} ${words(verdict)}`).join(', ')}.`;
}

function toForm() {
  at('f-text').value = filter.text;
  for (const input of form.querySelectorAll('[name=verdict]')) input.checked = filter.verdicts.has(input.value);
  for (const input of form.querySelectorAll('[name=severity]')) input.checked = filter.severities.has(input.value);
  at('f-rule').value = filter.rule;
  at('f-operation').value = filter.operation;
  at('f-closes').checked = filter.closes;
}

function fromForm() {
  const checked = (name) => new Set([...form.querySelectorAll(`[name=${name}]:checked`)].map((input) => input.value));
  filter = {
    text: at('f-text').value,
    verdicts: checked('verdict'),
    severities: checked('severity'),
    rule: at('f-rule').value,
    operation: at('f-operation').value,
    closes: at('f-closes').checked,
  };
}

// The filter in the address, so that it can be kept and passed on.
function toAddress() {
  const parts = new URLSearchParams();
  if (filter.text) parts.set('text', filter.text);
  if (filter.verdicts.size < VERDICTS.length) parts.set('verdict', [...filter.verdicts].join(','));
  if (filter.severities.size < SEVERITIES.length) parts.set('severity', [...filter.severities].join(','));
  if (filter.rule) parts.set('rule', filter.rule);
  if (filter.operation) parts.set('operation', filter.operation);
  if (filter.closes) parts.set('closes', '1');
  if (at('f-group').value) parts.set('group', at('f-group').value);
  if (at('f-sort').value) parts.set('order', at('f-sort').value);
  // Commas need no escape.
  const query = parts.toString().replaceAll('%2C', ',');
  history.replaceState(null, '', query ? `#findings?${query}` : '#findings');
}

function fromAddress(query) {
  const parts = new URLSearchParams(query);
  filter = everyFilter();
  const some = (name, known) => new Set((parts.get(name) ?? '').split(',').filter((value) => known.includes(value)));
  if (parts.has('verdict')) filter.verdicts = some('verdict', VERDICTS);
  if (parts.has('severity')) filter.severities = some('severity', SEVERITIES);
  filter.text = parts.get('text') ?? '';
  filter.rule = parts.get('rule') ?? '';
  filter.operation = parts.get('operation') ?? '';
  filter.closes = parts.has('closes');
  if (parts.has('group')) at('f-group').value = Object.hasOwn(GROUPS, parts.get('group')) ? parts.get('group') : '';
  if (parts.has('order')) at('f-sort').value = parts.get('order') === 'input' ? 'input' : '';
  toForm();
  update();
}

function turn(to) {
  page = to;
  showList(found, at('f-group').value, page, turn);
  at('matches').scrollIntoView();
  list.querySelector('button')?.focus();
}

function update() {
  found = matching(filter, at('f-sort').value);
  page = 0;
  at('matches').textContent = findings.length === 0
    ? 'No findings are listed.'
    : `${grouped(found.length)} of ${counted(findings.length, 'listed finding matches', 'listed findings match')}`;
  showList(found, at('f-group').value, page, turn);
}

// Shows a finding by its fingerprint.
function openFinding(fingerprint) {
  const wanted = findings.find((finding) => finding.h === fingerprint);
  if (!wanted) return;
  filter = everyFilter();
  at('f-group').value = '';
  toForm();
  update();
  page = Math.floor(found.indexOf(wanted) / ROWS);
  showList(found, '', page, turn);
  const button = list.querySelectorAll('button.opener')[found.indexOf(wanted) % ROWS];
  button.click();
  button.scrollIntoView();
  button.focus();
}

// Shows the part of the page that the address names.
function navigate() {
  const address = location.hash.slice(1);
  const [anchor, query] = address.split('?', 2);
  const fingerprint = anchor.startsWith('finding=') ? new URLSearchParams(anchor).get('finding') : null;
  const target = fingerprint === null ? at(anchor) : at('findings');
  // The link that skips the navigation.
  if (anchor === 'main') return;
  const shown = target?.closest('.view') ?? views[0];
  for (const other of views) other.hidden = other !== shown;
  // A framework is a part of the controls.
  const part = shown.classList.contains('framework') ? 'controls' : shown.id;
  for (const link of document.querySelectorAll('nav a[href^="#"]')) {
    if (link.getAttribute('href') === `#${part}`) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  if (fingerprint !== null) openFinding(fingerprint);
  else if (shown.id === 'findings') {
    if (query === undefined) toAddress();
    else fromAddress(query);
    window.scrollTo(0, 0);
  } else if (target && target !== shown) {
    target.scrollIntoView();
    target.focus({ preventScroll: true });
  } else window.scrollTo(0, 0);
}

function theme() {
  const button = at('theme');
  const isDark = () => (root.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';
  const say = () => {
    button.textContent = isDark() ? 'Light colours' : 'Dark colours';
  };
  // Pages that were opened as files may not be allowed to keep anything.
  const kept = (run) => { try { return run(); } catch { return null; } };
  const before = kept(() => localStorage.getItem('probity-theme'));
  if (before === 'dark' || before === 'light') root.dataset.theme = before;
  button.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    kept(() => localStorage.setItem('probity-theme', root.dataset.theme));
    say();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', say);
  button.hidden = false;
  say();
}

function printing() {
  let closed = [];
  addEventListener('beforeprint', () => {
    closed = [...document.querySelectorAll('details:not([open])')];
    for (const details of closed) details.open = true;
    showForPrint(found);
  });
  addEventListener('afterprint', () => {
    for (const details of closed) details.open = false;
    showList(found, at('f-group').value, page, turn);
  });
}

let waiting;
form.addEventListener('input', (event) => {
  clearTimeout(waiting);
  const now = () => {
    fromForm();
    toAddress();
    update();
  };
  if (event.target.id === 'f-text') waiting = setTimeout(now, 120);
  else now();
});
form.addEventListener('submit', (event) => event.preventDefault());
form.addEventListener('reset', (event) => {
  event.preventDefault();
  filter = firstFilter();
  at('f-group').value = '';
  at('f-sort').value = '';
  toForm();
  toAddress();
  update();
});

root.classList.add('scripted');
fillForm();
toForm();
at('explorer').hidden = false;
theme();
printing();
update();
navigate();
addEventListener('hashchange', navigate);
