// A finding that is opened. Texts of payloads become text nodes and nothing else.

// An element: attributes by name, `class` among them; children are elements or texts.
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(key, '');
    else if (value !== false && value !== undefined && value !== null) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

const code = (text) => element('code', {}, text);
const mark = (verdict) => element('span', { class: `mark ${verdict}`, 'aria-hidden': 'true' });
const badge = (verdict, text) => element('span', { class: `badge ${verdict}` }, mark(verdict), text);

function excerptOf({ file, windows }, label) {
  const figure = element('figure', { class: `excerpt of-${label.toLowerCase()}` }, element('figcaption', {}, label, ' ', code(file)));
  const block = element('div', { class: 'code', tabindex: '0', role: 'group', 'aria-label': `${label} ${file}` });
  windows.forEach((window, index) => {
    if (index > 0) block.append(element('div', { class: 'gap', 'aria-hidden': 'true' }, '⋯'));
    window.lines.forEach((line, offset) => {
      const text = element('span', { class: 'line' });
      for (const [piece, kind] of line.pieces) {
        text.append(kind === 0 ? piece : element('mark', { class: kind === 2 ? 'beside' : 'main' }, piece));
      }
      // A mark of no characters is shown by what it says alone.
      if (line.pieces.length === 0) text.append('\u00a0');
      const number = element('span', { class: 'line-number' }, String(window.line + offset));
      block.append(element('div', { class: 'line-row' }, number, text));
      for (const [column, note, kind] of line.notes ?? []) {
        if (note === '') continue;
        const said = element('span', { class: kind === 2 ? 'note beside' : 'note' }, note);
        const place = element('span', { class: 'line-number', 'aria-hidden': 'true' }, '↳');
        said.title = `column ${grouped(column)}`;
        block.append(element('div', { class: 'line-row' }, place, said));
      }
    });
  });
  figure.append(block);
  return figure;
}

function valuesOf(finding, heading) {
  const table = element('table', { class: 'compact values' });
  table.append(element('thead', {}, element('tr', {},
    ...['Pointer', 'Value', 'Place'].map((name) => element('th', { scope: 'col' }, name)))));
  const body = element('tbody');
  for (const [pointer, text, line, column, gone] of finding.e) {
    const isPlace = pointer === finding.p;
    const value = text === null ? element('em', {}, gone) : element('pre', {}, isPlace ? element('mark', { class: 'main' }, text) : text);
    body.append(element('tr', {},
      element('td', {}, code(pointer === '' ? '(the document)' : pointer)),
      element('td', {}, value),
      element('td', { class: 'n' }, `${line}:${column}`)));
  }
  table.append(body);
  const label = finding.x ? 'Values that the rule read' : 'Evidence';
  const part = element('div', { class: 'scroll', role: 'group', 'aria-label': label, tabindex: '0' }, table);
  const more = finding.em ? element('p', { class: 'notice' }, `${counted(finding.em, 'more value is', 'more values are')} not shown.`) : null;
  return element('div', { class: finding.x ? 'values-read' : 'evidence' }, heading(label), part, more);
}

function factsOf(pairs) {
  const list = element('dl', { class: 'facts narrow' });
  for (const [name, ...value] of pairs) {
    list.append(element('div', {}, element('dt', {}, name), element('dd', {}, ...value)));
  }
  return list;
}

function waiverOf(finding, heading) {
  if (finding.w === undefined) return null;
  const { reason, owner, expires, ticket, expired, place } = waivers[finding.w];
  const said = expired ? 'A waiver accepted this until it expired' : 'Accepted by a waiver';
  const last = expires === null ? 'none: it is permanent' : expires;
  const pairs = [['Reason', reason], ['Owner', owner], ['Last day', expired ? `${last} (expired)` : last]];
  if (ticket !== null) pairs.push(['Ticket', ticket]);
  pairs.push(['Written in', code(place)]);
  return element('div', { class: expired ? 'waiver expired' : 'waiver' }, heading(said), factsOf(pairs));
}

function controlsOf(rule) {
  const anchors = new Map(about.frameworks);
  return rule.controls.map(([framework, ids]) => {
    const anchor = anchors.get(framework);
    const name = anchor === undefined ? framework : element('a', { href: `#${anchor}` }, framework);
    return element('li', {}, name, ` ${ids.join(', ')}`);
  });
}

// What is behind a finding's row; its headings are of a level that fits to where it stands.
function detailOf(finding, level) {
  const heading = (...children) => element(level, { class: 'part' }, ...children);
  const rule = rules[finding.r];
  const resource = resourceOf(finding);
  const main = element('div', { class: 'detail-main' }, element('p', { class: 'message' }, texts[finding.m]));
  if (finding.x) main.append(excerptOf(finding.x, 'Payload'));
  if (finding.e.length > 0) main.append(valuesOf(finding, heading));
  if (finding.rx !== undefined) main.append(excerptOf(excerpts[finding.rx], 'Rule'));

  const side = element('div', { class: 'detail-side' },
    heading(element('a', { href: `#${rule.anchor}`, class: 'id' }, rule.id), ' ', rule.title));
  if (rule.description) side.append(element('p', { class: 'description' }, rule.description));
  if (rule.remediation) side.append(heading('Remediation'), element('p', { class: 'remediation' }, rule.remediation));
  const waiver = waiverOf(finding, heading);
  if (waiver) side.append(waiver);
  if (finding.k) side.append(element('p', { class: 'known' }, 'The ratchet knows this finding, so that it does not close the gate.'));
  const controls = controlsOf(rule);
  if (controls.length > 0) side.append(heading('Controls'), element('ul', { class: 'controls-of' }, ...controls));
  const document = finding.d === undefined ? [] : [['Document', `${grouped(finding.d + 1)} of its file`]];
  const optional = [['Name', resource.name], ['Region', resource.region], ['Account', resource.account]]
    .filter(([, value]) => value !== null && value !== undefined);
  const identity = element('div', { class: 'identity' }, heading('Place and identity'), factsOf([
    ['Resource', resource.id === null ? element('em', {}, 'without an id') : code(resource.id)],
    ...optional,
    ['Kind', `${words(resource.kind)} in ${resource.operation}`],
    ['Place', code(placeWords(finding))],
    ...document,
    ['Pointer', code(finding.p === '' ? '(the document)' : finding.p)],
    ['Rule line', code(`${rule.file}:${finding.rl}`)],
    ['Fingerprint', element('a', { href: `#finding=${encodeURIComponent(finding.h)}` }, code(finding.h))],
  ]));
  side.append(identity);
  return element('div', { class: 'detail' }, main, side);
}
