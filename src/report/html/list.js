// The list of findings: rows, groups, pages. Only what is looked at is in the document.

const ROWS = 100;
const GROUPS_SHOWN = 50;
// Findings that are printed; more would take a browser too long.
const PRINTED = 300;

const list = document.getElementById('list');
const pages = document.getElementById('pages');
let rowCount = 0;

// Opens or closes the detail of a finding's row.
function toggle(button, finding) {
  const row = button.closest('tr');
  const isOpen = button.getAttribute('aria-expanded') === 'true';
  button.setAttribute('aria-expanded', String(!isOpen));
  row.classList.toggle('open', !isOpen);
  if (isOpen) {
    document.getElementById(button.getAttribute('aria-controls'))?.remove();
    return;
  }
  const cell = element('td', { colspan: '6', role: 'cell' }, detailOf(finding, row.closest('.group') ? 'h3' : 'h2'));
  row.after(element('tr', { id: button.getAttribute('aria-controls'), class: 'detail-row', role: 'row' }, cell));
}

function rowOf(finding) {
  const rule = rules[finding.r];
  rowCount += 1;
  const said = verdictWords(finding);
  const subject = begin(resourceWords(finding));
  const button = element('button', {
    type: 'button', class: 'opener', 'aria-expanded': 'false', 'aria-controls': `detail-${rowCount}`,
    'aria-label': `${said}: ${begin(rule.id)} on ${subject}`,
  }, badge(finding.v, said));
  const cell = (name, ...children) => element('td', { class: name, role: 'cell' }, ...children);
  const row = element('tr', { class: 'finding', role: 'row' },
    cell('verdict', button),
    cell(`severity ${finding.s}`, finding.s),
    cell('by', element('span', { class: 'id' }, begin(rule.id)), ' ', element('span', { class: 'rule-title' }, begin(rule.title))),
    cell('resource', subject),
    cell('what', begin(texts[finding.m])),
    cell('path', `${begin(texts[finding.f])}:${finding.l[0]}:${finding.l[1]}`));
  button.addEventListener('click', () => toggle(button, finding));
  row.addEventListener('click', (event) => {
    // A click on what does something by itself, or the end of a selection, is not meant for the row.
    if (event.target.closest('a, button') || String(document.getSelection())) return;
    toggle(button, finding);
  });
  return row;
}

function tableOf(members, label) {
  const heads = ['Verdict', 'Severity', 'Rule', 'Resource', 'What was found', 'Where'];
  const head = element('tr', { role: 'row' }, ...heads.map((name) => element('th', { scope: 'col', role: 'columnheader' }, name)));
  const body = element('tbody', { role: 'rowgroup' }, ...members.map(rowOf));
  // Roles are said, since narrow screens show rows as blocks.
  return element('table', { class: 'findings', role: 'table', 'aria-label': label },
    element('thead', { role: 'rowgroup' }, head), body);
}

function groupOf({ name, members }, index) {
  const id = `group-${index}`;
  const counts = countsOf(members).map(([verdict, count]) =>
    element('span', { class: 'count' }, mark(verdict), `${grouped(count)} ${words(verdict)}`));
  const button = element('button', { type: 'button', class: 'group-opener', 'aria-expanded': 'false', 'aria-controls': id },
    element('span', { class: 'group-name' }, begin(name)), element('span', { class: 'chart-counts' }, ...counts));
  const content = element('div', { id, class: 'group-content', hidden: true });
  let shown = 0;
  const more = element('button', { type: 'button', class: 'plain' });
  const showMore = () => {
    const next = members.slice(shown, shown + ROWS);
    shown += next.length;
    content.insertBefore(tableOf(next, `Findings of ${begin(name)}`), more);
    more.hidden = shown >= members.length;
    more.textContent = `Show ${grouped(Math.min(ROWS, members.length - shown))} more of ${grouped(members.length)}`;
  };
  content.append(more);
  more.addEventListener('click', showMore);
  button.addEventListener('click', () => {
    const isOpen = button.getAttribute('aria-expanded') === 'true';
    button.setAttribute('aria-expanded', String(!isOpen));
    content.hidden = isOpen;
    if (!isOpen && shown === 0) showMore();
  });
  return element('section', { class: 'group', 'aria-label': begin(name) }, element('h2', {}, button), content);
}

// Buttons to turn pages; `turn` shows a page and takes the focus to the list.
function showPages(page, count, turn) {
  pages.hidden = count <= 1;
  if (count <= 1) return;
  const step = (text, to) => {
    const button = element('button', { type: 'button', class: 'plain', disabled: to < 0 || to >= count || to === page }, text);
    button.addEventListener('click', () => turn(to));
    return button;
  };
  pages.replaceChildren(
    step('First', 0), step('Previous', page - 1),
    element('span', {}, `page ${grouped(page + 1)} of ${grouped(count)}`),
    step('Next', page + 1), step('Last', count - 1));
}

// Shows a page of what was found.
function showList(found, by, page, turn) {
  rowCount = 0;
  if (found.length === 0) {
    list.replaceChildren(element('p', { class: 'empty' }, 'Nothing matches these filters.'));
    pages.hidden = true;
    return;
  }
  if (by === '') {
    const first = page * ROWS;
    list.replaceChildren(tableOf(found.slice(first, first + ROWS), 'Findings'));
    showPages(page, Math.ceil(found.length / ROWS), turn);
    return;
  }
  const groups = groupsOf(found, by);
  const first = page * GROUPS_SHOWN;
  list.replaceChildren(...groups.slice(first, first + GROUPS_SHOWN).map((group, index) => groupOf(group, index)));
  showPages(page, Math.ceil(groups.length / GROUPS_SHOWN), turn);
}

// Shows what paper cannot be asked for: the findings that match, those that do not pass opened.
function showForPrint(found) {
  rowCount = 0;
  const printed = found.slice(0, PRINTED);
  list.replaceChildren(tableOf(printed, 'Findings'));
  const rows = [...list.querySelectorAll('button.opener')];
  printed.forEach((finding, index) => {
    if (WEIGHTS[finding.v] < WEIGHTS.pass) toggle(rows[index], finding);
  });
  if (found.length > printed.length) {
    const more = found.length - printed.length;
    list.append(element('p', { class: 'notice' }, `${counted(more, 'more finding is', 'more findings are')} not printed.`));
  }
}
