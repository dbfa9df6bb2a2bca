// Tries the HTML page in a browser: see `.ci/browser`, which starts this with the binary's path.
//
// What a page is expected to show is computed here from the JSON result, and not by the page's own script.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { HOSTILE, everything, hostile, large, small } from './browser_results.mjs';

const require = createRequire(join(process.env.TOOLS, 'package.json'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const probity = resolve(process.argv[2]);
const folder = mkdtempSync(join(tmpdir(), 'probity-browser-'));
const run = (...words) => execFileSync(probity, words, { maxBuffer: 1 << 30, stdio: 'pipe' });

// Writes a result and its page; gives both.
function rendered(name, result, ...options) {
  const saved = join(folder, `${name}.json`);
  const page = join(folder, `${name}.html`);
  writeFileSync(saved, JSON.stringify(result));
  run('report', saved, '--format', 'html', '--output', page, ...options);
  return { result, url: pathToFileURL(page).href };
}

function samples(...options) {
  const path = join(folder, 'samples.json');
  try {
    run('check', 'samples', '--at', '2026-11-21', '--format', 'json', '--output', path, ...options);
  } catch (error) {
    // The samples hold what cannot be judged.
    assert.equal(error.status, 2, String(error.stderr));
  }
  return JSON.parse(readFileSync(path));
}

const all = samples('--include', 'pass,not_applicable');
const SAMPLES = rendered('samples', all);
const EVERY = rendered('every', everything(all));
const HOSTILE_PAGE = rendered('hostile', hostile(all));
const LARGE = rendered('large', large(all, 20_000));
const FULL = rendered('full', small(all, 50_010));
const NO_PASSES = rendered('no-passes', samples());

const ARGUMENTS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ARGUMENTS });

const VERDICTS = ['fail', 'error', 'inconclusive', 'waived', 'pass', 'not_applicable'];
const needsAttention = ({ verdict }) => verdict !== 'pass' && verdict !== 'not_applicable';
const grouped = (number) => number.toLocaleString('en-US');

// Opens a page; whatever it asks for, says on the console or stumbles over fails the test at its end.
async function opened({ url }, { hash = '', ...options } = {}, use) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const complaints = [];
  page.on('console', (message) => complaints.push(`console ${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.stack}`));
  page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
  page.on('popup', () => complaints.push('a window was opened'));
  page.on('request', (request) => {
    if (request.url().split('#')[0] !== url) complaints.push(`request: ${request.url()}`);
  });
  await page.goto(url + hash);
  await use(page, context);
  assert.deepEqual(complaints, []);
  await context.close();
}

const matches = (page) => page.locator('#matches').textContent();
const says = (count, total) => `${grouped(count)} of ${grouped(total)} listed findings match`;

// Waits until the page says that so many findings match.
async function expectMatches(page, count, total) {
  const expected = says(count, total);
  await page.waitForFunction((text) => document.getElementById('matches').textContent === text, expected, { timeout: 15_000 })
    .catch(async () => assert.equal(await matches(page), expected));
}

// Goes to a part of the page by its address, and waits until it is shown: the page hears of the address a moment later.
async function goTo(page, id) {
  await page.evaluate((hash) => { location.hash = hash; }, id);
  await page.waitForFunction((name) => !document.getElementById(name).hidden, id);
}

// Checks exactly these boxes of a kind.
async function choose(page, name, values) {
  for (const box of await page.locator(`#filters [name=${name}]`).all()) {
    await box.setChecked(values.includes(await box.getAttribute('value')));
  }
}

// What the text filter is said to look into: resource, message, rule, file, pointer.
const hasText = (finding, text) => {
  const { rule, message, resource, location } = finding;
  const texts = [rule.id, rule.title, message, resource.id, resource.name, resource.operation, location.file, location.path];
  return texts.some((value) => value?.toLowerCase().includes(text.toLowerCase()));
};

const tests = {
  async 'the answer of the gate comes first'() {
    await opened(SAMPLES, {}, async (page) => {
      assert.match(await page.title(), /^ERROR: /);
      const headings = await page.locator('h1:visible').allTextContents();
      assert.deepEqual(headings, ['ERROR']);
      const answer = await page.locator('.answer').innerText();
      const { fail, inconclusive } = all.summary.verdicts;
      const errors = all.diagnostics.filter(({ level }) => level === 'error').length;
      for (const part of [`${fail} failures`, `${inconclusive} inconclusive verdicts`, `${errors} inputs or policies`]) {
        assert.ok(answer.includes(part), answer);
      }
      assert.ok(await page.locator('svg.bar:visible').count() > 10);
      for (const bar of await page.locator('svg.bar').all()) assert.ok((await bar.getAttribute('aria-label')).length > 0);
    });
  },

  async 'filters show what matches, as counted from the result'() {
    const { findings } = all;
    const total = findings.length;
    await opened(SAMPLES, { hash: '#findings' }, async (page) => {
      await expectMatches(page, findings.filter(needsAttention).length, total);
      const expect = async (predicate) => expectMatches(page, findings.filter(predicate).length, total);

      for (const verdict of VERDICTS) {
        await choose(page, 'verdict', [verdict]);
        await expect((finding) => finding.verdict === verdict);
      }
      await choose(page, 'verdict', []);
      await expect(() => false);
      assert.ok((await page.locator('#list').innerText()).includes('Nothing matches'));

      await choose(page, 'verdict', VERDICTS);
      await expect(() => true);
      for (const severity of ['critical', 'high', 'medium', 'low']) {
        await choose(page, 'severity', [severity]);
        await expect(({ rule }) => rule.severity === severity);
      }
      await choose(page, 'severity', ['critical', 'high', 'medium', 'low']);

      for (const id of ['ALI-OOS-002', 'HWC-COC-003', 'AWS-SSM-005']) {
        await page.selectOption('#f-rule', id);
        await expect(({ rule }) => rule.id === id);
      }
      await page.selectOption('#f-rule', '');
      for (const operation of new Set(findings.map(({ resource }) => resource.operation))) {
        await page.selectOption('#f-operation', operation);
        await expect(({ resource }) => resource.operation === operation);
      }
      await page.selectOption('#f-operation', '');

      for (const text of ['FailedCount', 'i-bp1', 'non-compliant.json', 'patch', 'no such text', 'ALI-SAS-201']) {
        await page.fill('#f-text', text);
        await expect((finding) => hasText(finding, text));
      }
      await page.fill('#f-text', 'patch huawei');
      await choose(page, 'verdict', ['fail']);
      await page.selectOption('#f-operation', 'huawei.coc.ListInstanceCompliant');
      const together = (finding) => finding.verdict === 'fail' && hasText(finding, 'patch') && hasText(finding, 'huawei')
        && finding.resource.operation === 'huawei.coc.ListInstanceCompliant';
      assert.ok(findings.some(together));
      await expect(together);
      // What is listed is what was counted.
      assert.equal(await page.locator('tr.finding').count(), findings.filter(together).length);

      await page.getByRole('button', { name: 'Clear filters' }).click();
      await expect(needsAttention);
    });
  },

  async 'only what closes the gate'() {
    const { findings } = EVERY.result;
    const closes = (finding) => finding.verdict === 'error' || (!finding.known && ['fail', 'inconclusive'].includes(finding.verdict));
    await opened(EVERY, { hash: '#findings' }, async (page) => {
      await page.getByLabel('only what closes the gate').check();
      await expectMatches(page, findings.filter(closes).length, findings.length);
    });
  },

  async 'the address keeps the filter'() {
    const { findings } = all;
    const expected = findings.filter(({ rule, verdict }) => rule.id === 'ALI-OOS-002' && verdict === 'fail').length;
    await opened(SAMPLES, { hash: '#findings' }, async (page) => {
      await page.selectOption('#f-rule', 'ALI-OOS-002');
      await choose(page, 'verdict', ['fail']);
      await expectMatches(page, expected, findings.length);
      await page.reload();
      await expectMatches(page, expected, findings.length);
      assert.equal(await page.locator('#f-rule').inputValue(), 'ALI-OOS-002');
      // A link elsewhere leads to a filter of its own, and back again.
      await page.getByRole('link', { name: 'Overview' }).click();
      await page.getByRole('link', { name: `${all.summary.verdicts.fail} failures` }).click();
      await expectMatches(page, all.summary.verdicts.fail, findings.length);
      await page.goBack();
      await page.waitForFunction(() => !document.getElementById('overview').hidden);
    });
  },

  async 'findings are grouped'() {
    const findings = all.findings.filter(({ verdict }) => verdict === 'fail');
    const keys = {
      rule: ({ rule }) => [`${rule.id} ${rule.title}`],
      resource: ({ resource, location }) => [`${resource.id ?? resource.name ?? location.file + location.path} (${resource.operation})`],
      file: ({ location }) => [location.file],
      control: ({ rule }) => Object.entries(rule.controls).flatMap(([name, ids]) => ids.map((id) => `${name} ${id}`)),
    };
    await opened(SAMPLES, { hash: '#findings?verdict=fail' }, async (page) => {
      for (const [by, key] of Object.entries(keys)) {
        const expected = new Map();
        for (const finding of findings) for (const name of new Set(key(finding))) expected.set(name, (expected.get(name) ?? 0) + 1);
        await page.selectOption('#f-group', by);
        const groups = await page.locator('.group-opener').evaluateAll((buttons) => buttons.map((button) =>
          [button.querySelector('.group-name').textContent, Number.parseInt(button.querySelector('.count').textContent, 10)]));
        assert.deepEqual(new Map(groups), expected, by);
      }
      // A group opens and shows its findings.
      await page.selectOption('#f-group', 'rule');
      const group = page.locator('.group').first();
      const button = group.locator('.group-opener');
      const count = Number.parseInt(await button.locator('.count').textContent(), 10);
      await button.focus();
      await page.keyboard.press('Enter');
      assert.equal(await button.getAttribute('aria-expanded'), 'true');
      assert.equal(await group.locator('tr.finding:visible').count(), count);
      await page.keyboard.press('Space');
      assert.equal(await group.locator('tr.finding:visible').count(), 0);
    });
    const folded = rendered('folded', all, '--group-by', 'file');
    await opened(folded, { hash: '#findings' }, async (page) => assert.equal(await page.locator('#f-group').inputValue(), 'file'));
  },

  async 'a finding opens by mouse, with its excerpt, the value marked, rule, remediation, controls'() {
    const { findings } = EVERY.result;
    const shown = findings.filter((finding) => finding.excerpt);
    assert.ok(shown.length > 60);
    await opened(EVERY, { hash: '#findings?order=input' }, async (page) => {
      await choose(page, 'verdict', ['fail', 'inconclusive', 'waived', 'error']);
      await expectMatches(page, findings.filter(needsAttention).length, findings.length);
      const rows = page.locator('tr.finding');
      assert.equal(await rows.count(), shown.length);
      for (const [index, finding] of shown.entries()) {
        const row = rows.nth(index);
        const button = row.locator('button.opener');
        await row.locator('td.what').click();
        assert.equal(await button.getAttribute('aria-expanded'), 'true');
        const detail = page.locator(`#${await button.getAttribute('aria-controls')}`);
        const { file, start_byte: start, end_byte: end, line } = finding.location;
        const marked = await detail.locator('.of-payload mark.main').allTextContents();
        const source = readFileSync(file).subarray(start, end).toString();
        assert.equal(marked.join('\n').replace(/\s+/g, ''), source.replace(/\s+/g, ''), finding.message);
        const text = await detail.innerText();
        for (const part of [finding.message, finding.rule.title, finding.rule.remediation, finding.fingerprint, `${file}:${line}:`]) {
          assert.ok(text.replace(/\s+/g, ' ').includes(part.replace(/\s+/g, ' ').trim()), `${part} is not in ${text}`);
        }
        for (const [framework, controls] of Object.entries(finding.rule.controls)) {
          assert.ok(text.replace(/\s+/g, ' ').includes(`${framework} ${controls.join(', ')}`), text);
        }
        assert.equal(text.includes('The ratchet knows this finding'), finding.known === true);
        if (finding.waiver) {
          assert.ok(text.includes(finding.waiver.expired ? 'until it expired' : 'Accepted by a waiver'), text);
          assert.ok(text.includes(finding.waiver.reason) && text.includes(finding.waiver.owner) && text.includes(finding.waiver.expires), text);
        }
        const said = await row.locator('.badge').innerText();
        const words = [finding.verdict, finding.known && 'known', finding.waiver?.expired && 'waiver expired'].filter(Boolean).join(', ');
        assert.ok(said.endsWith(words), said);
        // A second click closes it.
        await row.locator('td.what').click();
        assert.equal(await detail.count(), 0);
      }
    });
  },

  async 'a finding opens by keyboard, from the top of the page'() {
    await opened(EVERY, { hash: '#findings' }, async (page) => {
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to content');
      await page.keyboard.press('Enter');
      let steps = 0;
      const onOpener = () => page.evaluate(() => document.activeElement.className === 'opener');
      while (!await onOpener()) {
        await page.keyboard.press('Tab');
        steps += 1;
        assert.ok(steps < 40, 'the first finding is not reached');
      }
      const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
      assert.equal(outline, 'solid', 'the focus is seen');
      await page.keyboard.press('Enter');
      assert.equal(await page.locator('.detail mark.main').first().isVisible(), true);
      assert.equal(await page.locator('.detail .remediation').count(), 1);
      assert.ok(await onOpener(), 'the focus stays');
      await page.keyboard.press('Space');
      assert.equal(await page.locator('.detail').count(), 0);
    });
  },

  async 'without an excerpt the evidence is shown, with its place'() {
    const finding = all.findings.find(({ verdict, evidence }) => verdict === 'fail' && evidence.length > 1);
    await opened(SAMPLES, { hash: `#finding=${finding.fingerprint}` }, async (page) => {
      const rows = await page.locator('.evidence tbody tr').evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.textContent)));
      const expected = finding.evidence.map(({ path, value, line, column }) => [path, JSON.stringify(value, null, 2), `${line}:${column}`]);
      assert.deepEqual(rows, expected);
      assert.equal(await page.locator('.evidence mark').textContent(), JSON.stringify(finding.evidence.find(({ path }) => path === finding.location.path).value));
      assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-expanded')), 'true');
    });
  },

  async 'each control framework has a page'() {
    const { policies } = EVERY.result;
    const frameworks = [...new Set(policies.flatMap(({ controls }) => Object.keys(controls)))].sort();
    await opened(EVERY, {}, async (page) => {
      for (const name of frameworks) {
        await page.getByRole('navigation', { name: 'Parts of the report' }).getByRole('link', { name: /^Controls/ }).click();
        await page.locator('#controls').getByRole('link', { name, exact: true }).click();
        await page.locator('h1:visible', { hasText: name }).waitFor();
        assert.deepEqual(await page.locator('h1:visible').allTextContents(), [name]);
        assert.match(page.url(), /#controls-\d+-/);
        const expected = new Map();
        for (const { controls, verdicts } of policies) {
          for (const control of new Set(controls[name] ?? [])) {
            const sum = expected.get(control) ?? Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0]));
            for (const verdict of VERDICTS) sum[verdict] += verdicts[verdict];
            expected.set(control, { ...sum, rules: (sum.rules ?? 0) + 1 });
          }
        }
        const controls = await page.locator('section.control:visible').evaluateAll((sections) => sections.map((section) => [
          section.querySelector('h2').textContent,
          section.querySelector('.badge').textContent,
          section.querySelector('svg.bar').getAttribute('aria-label'),
          section.querySelectorAll('tbody tr').length,
        ]));
        assert.equal(controls.length, expected.size);
        for (const [control, state, figures, rules] of controls) {
          const sum = expected.get(control);
          const told = VERDICTS.filter((verdict) => sum[verdict] > 0).map((verdict) => `${sum[verdict]} ${verdict.replace('_', ' ')}`);
          assert.equal(figures, told.join(', '), control);
          assert.equal(rules, sum.rules, control);
          const satisfied = sum.pass > 0 && sum.fail + sum.inconclusive + sum.error + sum.waived === 0;
          assert.equal(state === 'satisfied', satisfied, control);
        }
      }
      // From a control to a rule, and to its findings.
      const rule = page.locator('section.control:visible a.id, section.control:visible .id').first();
      const id = await rule.textContent();
      await rule.click();
      await page.locator('#rules:visible').waitFor();
      const article = page.locator('article.rule', { hasText: id }).first();
      assert.ok(await article.evaluate((element) => element === document.activeElement));
      await article.getByRole('link', { name: `Findings of ${id}` }).click();
      const { findings } = EVERY.result;
      await expectMatches(page, findings.filter((finding) => finding.rule.id === id).length, findings.length);
    });
  },

  async 'colours are light and dark, by preference and by choice'() {
    const ground = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await opened(SAMPLES, { colorScheme: 'dark' }, async (page) => {
      const dark = await ground(page);
      await page.getByRole('button', { name: 'Light colours' }).click();
      const light = await ground(page);
      assert.notEqual(dark, light);
      await page.reload();
      assert.equal(await ground(page), light, 'the choice is kept');
      await page.getByRole('button', { name: 'Dark colours' }).click();
      assert.equal(await ground(page), dark);
    });
    await opened(SAMPLES, { colorScheme: 'light' }, async (page) => {
      const light = await ground(page);
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.locator('#theme', { hasText: 'Light colours' }).waitFor();
      assert.notEqual(await ground(page), light);
    });
  },

  async 'nothing hostile runs, and everything is shown as it is written'() {
    await opened(HOSTILE_PAGE, { hash: '#findings' }, async (page, context) => {
      const { findings } = HOSTILE_PAGE.result;
      await choose(page, 'verdict', VERDICTS);
      await expectMatches(page, findings.length, findings.length);
      for (const button of await page.locator('button.opener').all()) await button.click();
      const text = await page.locator('#list').evaluate((list) => list.textContent);
      const visible = (string) => string.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f]/g,
        (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
      for (const string of HOSTILE) assert.ok(text.includes(visible(string).slice(0, 200)), string.slice(0, 200));
      assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2028\u2029]/);
      for (const by of ['rule', 'resource', 'control', 'file']) {
        await page.selectOption('#f-group', by);
        for (const button of await page.locator('.group-opener').all()) await button.click();
      }
      for (const part of ['overview', 'controls', 'rules', 'inputs', 'exceptions']) {
        await goTo(page, part);
        for (const details of await page.locator('details:visible summary').all()) await details.click();
      }
      assert.equal(await page.evaluate(() => window.hostile), undefined);
      assert.equal(await page.locator('img, iframe, object, embed, base, a[href^="javascript"], main script').count(), 0);
      assert.equal(context.pages().length, 1);
    });
  },

  async '20,000 findings are listed, filtered, grouped, paged and opened'() {
    const { findings } = LARGE.result;
    await opened(LARGE, { hash: '#findings' }, async (page) => {
      await expectMatches(page, findings.filter(needsAttention).length, 20_000);
      await choose(page, 'verdict', VERDICTS);
      await expectMatches(page, 20_000, 20_000);
      assert.equal(await page.locator('tr.finding').count(), 100, 'a page of them');
      const first = await page.locator('td.resource').first().textContent();
      await page.getByRole('button', { name: 'Next' }).click();
      assert.notEqual(await page.locator('td.resource').first().textContent(), first);
      assert.ok((await page.locator('#pages').innerText()).includes('page 2 of 200'));
      await page.getByRole('button', { name: 'Last' }).click();
      assert.equal(await page.locator('tr.finding').count(), 100);
      await page.fill('#f-text', 'node-012345');
      await expectMatches(page, 1, 20_000);
      await page.locator('button.opener').click();
      assert.ok((await page.locator('.detail').innerText()).includes(findings[12_345].fingerprint));
      await page.fill('#f-text', 'patch');
      await expectMatches(page, findings.filter((finding) => hasText(finding, 'patch')).length, 20_000);
      await page.fill('#f-text', '');
      await expectMatches(page, 20_000, 20_000);
      await page.selectOption('#f-group', 'resource');
      assert.equal(await page.locator('.group').count(), 50);
      assert.ok((await page.locator('#pages').innerText()).includes('page 1 of 400'));
      await page.selectOption('#f-group', 'rule');
      const group = page.locator('.group').first();
      await group.locator('.group-opener').click();
      await group.getByRole('button', { name: /^Show/ }).click();
      assert.ok(await group.locator('tr.finding').count() > 100);
      await page.goto(`${LARGE.url}#finding=${findings[19_999].fingerprint}`);
      await page.locator('.detail', { hasText: findings[19_999].fingerprint }).waitFor();
    });
  },

  async 'what is not listed is told'() {
    await opened(FULL, { hash: '#findings' }, async (page) => {
      await choose(page, 'verdict', VERDICTS);
      await expectMatches(page, 50_000, 50_000);
      const { findings } = FULL.result;
      const attention = findings.filter(needsAttention).length;
      assert.ok(attention < 50_000);
      assert.match(await page.locator('#limit').innerText(), /^This page lists 50,000 findings, .* Not listed: 10 pass\.$/);
      await choose(page, 'verdict', VERDICTS.slice(0, 4));
      await expectMatches(page, attention, 50_000);
    });
    await opened(NO_PASSES, { hash: '#findings' }, async (page) => {
      const { pass, not_applicable: others } = all.summary.verdicts;
      assert.ok((await page.locator('#findings').innerText()).includes(`and so not listed: ${pass} pass, ${others} not applicable.`));
      assert.equal(await page.locator('#limit').isVisible(), false);
    });
  },

  async 'without scripts everything but the explorer is there'() {
    await opened(EVERY, { javaScriptEnabled: false }, async (page) => {
      // Locators need no scripts of the page.
      for (const id of ['overview', 'findings', 'controls', 'rules', 'inputs', 'exceptions']) {
        assert.ok(await page.locator(`#${id}`).isVisible(), id);
      }
      assert.equal(await page.locator('#explorer').isVisible(), false);
      assert.equal(await page.locator('#theme').isVisible(), false);
      const listed = EVERY.result.findings.filter(needsAttention).length;
      assert.equal(await page.locator('#findings noscript tbody tr').count(), listed);
      assert.ok(await page.locator('section.framework').first().isVisible());
    });
  },

  async 'paper gets the findings that match, opened, and all parts'() {
    const { findings } = EVERY.result;
    await opened(EVERY, { hash: '#findings' }, async (page) => {
      await page.emulateMedia({ media: 'print' });
      await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
      assert.equal(await page.locator('.detail').count(), findings.filter(needsAttention).length);
      for (const id of ['overview', 'findings', 'controls', 'rules', 'inputs', 'exceptions']) {
        assert.ok(await page.locator(`#${id}`).isVisible(), id);
      }
      assert.equal(await page.locator('#filters').isVisible(), false);
      assert.equal(await page.locator('details:not([open])').count(), 0);
      await page.evaluate(() => dispatchEvent(new Event('afterprint')));
      await page.emulateMedia({ media: 'screen' });
      assert.equal(await page.locator('.detail').count(), 0);
      assert.equal(await page.locator('details[open]').count(), 0);
      assert.ok((await page.pdf({ format: 'A4' })).length > 10_000);
    });
  },

  async 'narrow screens need no sideways scrolling'() {
    for (const target of [EVERY, HOSTILE_PAGE]) {
      await opened(target, { viewport: { width: 390, height: 800 }, hash: '#findings' }, async (page) => {
        const fits = async (what) => {
          const [content, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
          assert.ok(content <= screen, `${what}: ${content} of ${screen}`);
        };
        for (const button of (await page.locator('button.opener').all()).slice(0, 40)) await button.click();
        await fits('findings');
        const views = await page.locator('main > .view').evaluateAll((all) => all.map(({ id }) => id));
        for (const id of views) {
          await goTo(page, id);
          await fits(id);
        }
      });
    }
  },

  async 'keyboards and screen readers can use it, in light and dark, wide and narrow'() {
    const told = [];
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    for (const colorScheme of ['light', 'dark']) {
      for (const width of [1280, 390]) {
        // The rules are code of the test's own, which the page's policy would not let in.
        await opened(EVERY, { colorScheme, viewport: { width, height: 900 }, bypassCSP: true, hash: '#findings' }, async (page) => {
          await page.addScriptTag({ content: axe });
          const judge = async (what) => {
            const { violations } = await page.evaluate((values) => window.axe.run(document, { runOnly: { type: 'tag', values } }), tags);
            for (const { id, nodes } of violations) {
              const [{ html, failureSummary }] = nodes;
              told.push(`${what} ${colorScheme} ${width}: ${id}, ${nodes.length} times: ${html} ${failureSummary}`);
            }
          };
          await choose(page, 'verdict', VERDICTS);
          for (const button of (await page.locator('button.opener').all()).slice(0, 9)) await button.click();
          await judge('findings');
          await page.selectOption('#f-group', 'rule');
          await page.locator('.group-opener').first().click();
          await page.locator('.group button.opener').first().click();
          await judge('groups');
          const framework = await page.locator('main > .framework').first().getAttribute('id');
          for (const id of ['overview', 'controls', framework, 'rules', 'inputs', 'exceptions']) {
            await goTo(page, id);
            await judge(id);
          }
        });
      }
    }
    assert.deepEqual(told, []);
  },
};

let failed = 0;
for (const [name, test] of Object.entries(tests)) {
  if (process.argv[3] && !name.includes(process.argv[3])) continue;
  try {
    await test();
    console.log(`ok    ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${name}\n${error.stack}`);
  }
}
await browser.close();
rmSync(folder, { recursive: true });
console.log(failed === 0 ? 'the page works in a browser' : `${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
