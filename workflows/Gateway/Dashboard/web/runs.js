// How a page is made. Each page is an HTML file with its title in the first line, its headings and labels, and one module of its name that
// fills it; the gateway puts it into frame.html, which has the navigation. Modules share:
//   api.js     asks the gateway (get, send, follow), asks for the token, says when the gateway is away
//   dom.js     makes elements; text is never markup
//   format.js  numbers, times, what a run's state comes to
//   table.js   tables; links.js where a run's pages are
//   chart.js   lines in SVG with the classes of charts.css, which the report has, too
// A page draws what it knows into elements that stay, so that focus, selection and scrolling stay, too. What it asks of the gateway is the
// same that the command asks; nothing is computed here that the gateway could be asked for.
//
// This is the list of runs: all runs are held here, found and sorted here, and of thousands only the rows in sight are in the page.

import { connected, getWithHeaders } from './api.js';
import { el, id, say } from './dom.js';
import { count, duration, fixed, hasEnded, meanAuc, secondsOf, time } from './format.js';
import { pageOf, runLink } from './links.js';
import { openStart } from './start.js';
import { stateOf } from './state.js';

const MOST = 20000;
const REFRESH = 2000;
const WHOLE = 60000;
const MARGIN = 12;
const runs = new Map();
const chosen = new Set();
const filters = { text: id('text'), status: id('status'), model: id('model') };
const USUAL = '-created';
const order = { by: 'created', down: true };
const values = {
  run: run => run.run,
  status: run => run.status,
  model: run => run.model ?? '',
  auc: run => nan(meanAuc(run)),
  accuracy: run => nan(run.result?.accuracy),
  seconds: run => secondsOf(run),
  created: run => run.createdAt,
};
let sorted = [];
let shown = [];
let revision = '';
let whole = 0;

const nan = value => (Number.isFinite(value) ? value : -1);
const scroll = id('scroll');
const rows = id('rows');

// What a filter looks through, once a run.
const words = run =>
  [run.run, run.model, run.physics, run.status, run.step, run.error, run.waiting, run.result?.promotion?.name, ...(run.classes ?? [])]
    .filter(Boolean)
    .join('\n')
    .toLowerCase();

function take(list, isWhole) {
  if (isWhole) {
    const names = new Set(list.map(run => run.run));
    for (const name of runs.keys()) if (!names.has(name)) runs.delete(name);
  }
  for (const run of list) {
    runs.set(run.run, Object.assign(run, { words: words(run) }));
  }
  const models = [...new Set([...runs.values()].map(run => run.model).filter(Boolean))].sort();
  for (const model of models) {
    if (![...filters.model.options].some(option => option.value === model)) filters.model.append(el('option', {}, model));
  }
  sort();
  find();
}

// All runs in their order; a search then only leaves some out.
function sort() {
  const value = values[order.by];
  const sign = order.down ? -1 : 1;
  const keyed = [...runs.values()].map(run => ({ key: value(run), run }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.run.run < b.run.run ? -1 : 1) * sign);
  sorted = keyed.map(pair => pair.run);
}

function find() {
  const wanted = filters.text.value.toLowerCase().split(' ').filter(Boolean);
  const [status, model] = [filters.status.value, filters.model.value];
  shown = sorted.filter(
    run => (!status || run.status === status) && (!model || run.model === model) && wanted.every(word => run.words.includes(word)),
  );
  const all = `${count(runs.size)} ${runs.size === 1 ? 'run' : 'runs'}`;
  say(id('count'), shown.length === runs.size ? all : `${count(shown.length)} of ${all}`);
  id('empty').hidden = shown.length > 0;
  say(id('empty'), runs.size ? 'No run is like that.' : 'No runs yet: start one.');
  draw();
}

// Rows in sight, and a row of the height of all others above and below.
function draw() {
  const height = parseFloat(getComputedStyle(document.documentElement).fontSize) * 2.25;
  const first = Math.max(0, Math.floor(scroll.scrollTop / height) - MARGIN);
  const last = Math.min(shown.length, Math.ceil((scroll.scrollTop + scroll.clientHeight) / height) + MARGIN);
  const focused = document.activeElement?.closest('tr[data-run]')?.dataset.run;
  const control = document.activeElement?.tagName;
  const drawn = [
    space(first * height),
    ...shown.slice(first, last).map((run, index) => row(run, first + index)),
    space((shown.length - last) * height),
  ];
  rows.replaceChildren(...drawn);
  scroll.querySelector('table').setAttribute('aria-rowcount', shown.length + 1);
  if (focused)
    rows.querySelector(`tr[data-run="${CSS.escape(focused)}"] ${control === 'INPUT' ? 'input' : 'a'}`)?.focus({ preventScroll: true });
}

function space(height) {
  const cell = el('td');
  cell.style.height = `${Math.max(0, height)}px`;
  return el('tr', { class: 'space', 'aria-hidden': 'true' }, cell);
}

function row(run, index) {
  const box = el('input', { type: 'checkbox', 'aria-label': `Compare ${run.run}`, onchange: () => choose(run.run, box.checked) });
  box.checked = chosen.has(run.run);
  return el(
    'tr',
    { 'data-run': run.run, 'aria-rowindex': index + 2, class: box.checked ? 'chosen' : null },
    el('td', { class: 'pick' }, box),
    el('td', { title: run.run }, runLink(run.run)),
    el('td', {}, stateOf(run)),
    el('td', {}, run.model ?? ''),
    el('td', { class: 'widest-only' }, (run.classes ?? []).join(' ')),
    el(
      'td',
      {
        class: 'n',
        title: Object.entries(run.result?.auc ?? {})
          .map(([name, auc]) => `${name} ${fixed(auc, 4)}`)
          .join(', '),
      },
      fixed(meanAuc(run), 4),
    ),
    el('td', { class: 'n widest-only' }, fixed(run.result?.accuracy, 4)),
    el('td', { class: 'n' }, duration(secondsOf(run))),
    el('td', { class: 'n wide-only' }, time(run.createdAt)),
  );
}

function choose(name, is) {
  if (is) chosen.add(name);
  else chosen.delete(name);
  rows.querySelector(`tr[data-run="${CSS.escape(name)}"]`)?.classList.toggle('chosen', is);
  const link = id('compare');
  link.hidden = chosen.size === 0;
  link.href = pageOf('compare', ...chosen);
  say(link, `Compare ${chosen.size}`);
}

async function refresh() {
  try {
    const isWhole = performance.now() - whole > WHOLE || whole === 0;
    const changed = isWhole ? '' : `&changed=${encodeURIComponent(revision)}`;
    const { body, headers } = await getWithHeaders(`runs?limit=${MOST}${changed}`);
    if (isWhole) whole = performance.now();
    revision = headers.get('X-Revision');
    connected(true);
    if (isWhole || body.length > 0) take(body, isWhole);
    else if (shown.some(run => !hasEnded(run))) draw();
  } catch (error) {
    connected(false);
  }
}

function orderBy(head, down) {
  Object.assign(order, { by: head.dataset.sort, down });
  for (const other of document.querySelectorAll('th[aria-sort]')) other.removeAttribute('aria-sort');
  head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
}

// Filters and order are in the address, so that a list can be kept and passed on.
function keep() {
  const query = new URLSearchParams();
  for (const [name, input] of Object.entries(filters)) if (input.value) query.set(name, input.value);
  const sorting = `${order.down ? '-' : ''}${order.by}`;
  if (sorting !== USUAL) query.set('sort', sorting);
  history.replaceState(null, '', query.size ? `?${query}` : './');
}

const given = new URLSearchParams(location.search);
for (const [name, input] of Object.entries(filters)) {
  const value = given.get(name);
  if (name === 'model' && value) input.append(el('option', {}, value));
  if (value) input.value = value;
  input.addEventListener('input', () => {
    scroll.scrollTop = 0;
    find();
    keep();
  });
}
id('filters').addEventListener('submit', event => event.preventDefault());
scroll.addEventListener('scroll', () => requestAnimationFrame(draw), { passive: true });
addEventListener('resize', draw);
for (const head of document.querySelectorAll('th[data-sort]')) {
  head.firstChild.addEventListener('click', () => {
    orderBy(head, order.by === head.dataset.sort ? !order.down : head.dataset.sort !== 'run');
    sort();
    find();
    keep();
  });
}
const asked = /^-?(.*)$/.exec(given.get('sort') ?? USUAL);
const initial = Object.hasOwn(values, asked[1]) ? asked[0] : USUAL;
orderBy(document.querySelector(`th[data-sort="${initial.replace('-', '')}"]`), initial.startsWith('-'));
id('start').addEventListener('click', () => openStart(null));
await refresh();
setInterval(() => {
  if (!document.hidden) refresh();
}, REFRESH);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) refresh();
});
