// One run as it goes on: its steps and their parts, the training's curves, retries and errors, the log, where it comes from.

import { follow, get, send } from './api.js';
import { curves } from './curves.js';
import { el, fail, id, say } from './dom.js';
import { bytes, clock, count, duration, fixed, hasEnded, meanAuc, secondsOf, time } from './format.js';
import { pageOf, pathOf, runOfPage } from './links.js';
import { pipeline } from './pipeline.js';
import { openStart } from './start.js';
import { stateOf } from './state.js';
import { sure } from './sure.js';
import { row, scrolled, table } from './table.js';

const name = runOfPage();
const path = pathOf(name);
const progress = new Map();
const work = new Map();
const points = new Map();
const lines = [];
const steps = pipeline(id('pipeline'), text => say(id('part'), text));
let run = null;
let planned = false;
let curvesAreOld = false;
let sorted = null;

// As many points of a training as the gateway keeps, and the pause between two pictures of what it tells.
const MOST_POINTS = 4000;
const INTERVALS = 1000;
const PAUSE_MS = 100;

document.title = `${name} · DaprHep`;
say(id('name'), name);

function take(event, data) {
  if (event === 'state') run = data;
  if (event === 'step' && run) run.step = data.step;
  if (event === 'progress') progress.set(data.step, data);
  if (event === 'work') {
    for (const one of data) work.set(one.id, one);
    sorted = null;
  }
  if (event === 'points') {
    for (const one of data) points.set(`${one.share} ${one.isEpoch}`, one);
    forgetPoints();
    curvesAreOld = true;
  }
  if (event === 'log') log(data);
  if (event === 'state' && hasEnded(run)) {
    draw();
    ended();
    return true;
  }
  later();
  return false;
}

// Of a long training, as the gateway does, the first point of each of a thousand equal intervals, of those kinds that have too many.
function forgetPoints() {
  if (points.size <= MOST_POINTS) return;
  for (const isEpoch of [true, false]) {
    const own = [...points].filter(([, one]) => one.isEpoch === isEpoch);
    if (own.length <= MOST_POINTS / 2) continue;
    const last = Math.max(...own.map(([, one]) => one.share));
    const taken = new Set();
    for (const [key, one] of own) {
      const interval = Math.floor((INTERVALS * one.share) / last);
      if (taken.has(interval)) points.delete(key);
      taken.add(interval);
    }
  }
}

// Many events come at once, and more while they are drawn; the page has time left for its person.
function later() {
  if (planned || !run) return;
  planned = true;
  setTimeout(() => {
    requestAnimationFrame(() => {
      planned = false;
      draw();
    });
  }, PAUSE_MS);
}

function draw() {
  if (id('state').dataset.is !== `${run.status} ${run.step}`) {
    id('state').dataset.is = `${run.status} ${run.step}`;
    id('state').replaceChildren(stateOf(run));
  }
  id('problem').hidden = !run.error && !run.waiting;
  say(id('problem'), run.error ?? run.waiting ?? '');
  const figures = [
    ['Model', run.model],
    ['Physics', run.physics],
    ['Classes', run.classes?.join(' ')],
    ['Started', time(run.createdAt)],
    ['Duration', duration(secondsOf(run))],
  ];
  if (run.result) figures.push(['Mean AUC', fixed(meanAuc(run), 4)], ['Accuracy', fixed(run.result.accuracy, 4)]);
  if (run.result?.promotion)
    figures.push([
      'Promotion',
      `${run.result.promotion.version} of ${run.result.promotion.name} ${run.result.promotion.served ? 'is served' : 'is refused'}`,
    ]);
  if (run.result?.badFiles?.length) figures.push(['Files left out', count(run.result.badFiles.length)]);
  pairs(id('key'), figures, true);
  // Another gateway may have told of an earlier try later.
  sorted ??= [...work.values()].sort((a, b) => (a.taken < b.taken ? -1 : a.taken > b.taken ? 1 : 0));
  steps(run, progress, sorted);
  if (curvesAreOld) curves(points, id('training'), id('curves'));
  curvesAreOld = false;
  troubles();
  actions();
}

function pairs(list, figures, together) {
  const keys = figures.filter(([, value]) => value !== undefined && value !== null && value !== '');
  const text = JSON.stringify(keys);
  if (list.dataset.is === text) return;
  list.dataset.is = text;
  list.replaceChildren(
    ...keys.flatMap(([key, value]) =>
      together ? [el('div', {}, el('dt', {}, key), el('dd', {}, String(value)))] : [el('dt', {}, key), el('dd', {}, String(value))],
    ),
  );
}

// What went wrong, also where another try did not. Work without a part is done as often as it is asked for; that is no retry.
const wentWrong = (one, i, list) =>
  one.error || !['done', 'running', 'waiting', 'cancelled'].includes(one.state) || (one.part !== undefined && one.state !== 'done' && i + 1 < list.length);

function troubles() {
  const tries = new Map();
  for (const one of sorted) {
    const key = `${one.work} ${one.part ?? ''} ${one.work.startsWith('job') ? one.attempt : ''}`;
    tries.set(key, [...(tries.get(key) ?? []), one]);
  }
  const bad = [...tries.values()].filter(list => list.some(wentWrong) || list.at(-1).attempt > 1);
  const leftOut = run.result?.badFiles ?? [];
  id('troubles').hidden = bad.length + leftOut.length === 0;
  const text = JSON.stringify([bad.map(list => [list.length, list.at(-1)]), leftOut]);
  const rows = id('trouble-rows');
  if (rows.dataset.is === text) return;
  rows.dataset.is = text;
  rows.replaceChildren(
    ...bad.slice(0, 500).map(list => {
      const last = list.at(-1);
      return row(
        [
          last.work,
          last.part,
          list.find(one => one.subject)?.subject,
          String(Math.max(list.filter(wentWrong).length + (wentWrong(last, 0, []) ? 0 : 1), last.attempt ?? 1)),
          last.state.replace('_', ' '),
          el('td', { class: 'reasons' }, list.findLast(one => one.error)?.error),
        ],
        [null, null, null, 'n'],
      );
    }),
    ...leftOut.map(file =>
      row(['input file', '', file.url, '', 'left out', el('td', { class: 'reasons' }, file.error)], [null, null, null, 'n']),
    ),
  );
}

function log(more) {
  const box = id('log');
  const atEnd = box.scrollTop + box.clientHeight >= box.scrollHeight - 20;
  const list = box.firstElementChild;
  for (const line of more) {
    const key = `${line.time} ${line.process} ${line.text}`;
    if (lines.includes(key)) continue;
    lines.push(key);
    const item = el(
      'li',
      { class: line.level },
      el('time', { datetime: line.time }, clock(line.time)),
      ' ',
      el('span', { class: 'who' }, line.process),
      ' ',
      line.text,
    );
    let before = list.lastElementChild;
    while (before && before.firstElementChild.dateTime > line.time) before = before.previousElementSibling;
    if (before) before.after(item);
    else list.prepend(item);
  }
  while (lines.length > 500) {
    lines.shift();
    list.firstElementChild.remove();
  }
  if (atEnd) box.scrollTop = box.scrollHeight;
}

// Buttons stay the same elements, so that the keyboard's focus stays on them.
const buttons = {
  suspend: button('Suspend', () => steer('suspend')),
  resume: button('Resume', () => steer('resume')),
  cancel: button(
    'Cancel',
    () => sure('Cancel the run?', 'What it has finished stays in the store; resuming goes on after it.').then(is => is && steer('cancel')),
    'danger',
  ),
  again: button('Run again with changes', async () => openStart(await get(`${path}/request`))),
};
const compare = el('a', { class: 'button', href: pageOf('compare', name) }, 'Compare');
const workload = el('a', { class: 'button', href: pageOf('workload', name) }, 'Workload');
const events = el('a', { class: 'button', href: pageOf('event', name) }, 'Mistakes');
const downloads = [
  ['report', 'Report', null],
  ['metrics', 'metrics.json', 'metrics.json'],
  ['curves', 'curves.json', 'curves.json'],
  ['record', 'run.json', 'run.json'],
  ['request', 'request.json', 'request.json'],
  ['trials', 'trials.json', 'trials.json'],
  ['model/model.safetensors', 'model.safetensors', 'model.safetensors'],
  ['model/model.onnx', 'model.onnx', 'model.onnx'],
  ['model/model.json', 'model.json', 'model.json'],
].map(([file, label, save]) =>
  el('a', { href: `../${path}/${file}`, download: save && `${name}-${save}`, class: file === 'report' ? 'button' : null }, label),
);
const trials = downloads.find(link => link.textContent === 'trials.json');

function button(label, does, kind) {
  return el('button', { type: 'button', class: kind, onclick: () => does().catch(error => fail(error)) }, label);
}

function actions() {
  buttons.suspend.hidden = run.status !== 'running';
  buttons.resume.hidden = !['suspended', 'failed', 'cancelled'].includes(run.status);
  buttons.cancel.hidden = hasEnded(run);
  compare.hidden = events.hidden = downloads[0].hidden = run.status !== 'completed';
  if (!id('actions').hasChildNodes()) id('actions').append(...Object.values(buttons), downloads[0], compare, workload, events);
}

async function steer(verb) {
  run = { ...run, ...(await send('POST', `${path}/${verb}`)) };
  draw();
  if (verb === 'resume') watch();
}

async function ended() {
  if (run.status !== 'completed') return;
  const record = await get(`${path}/record`).catch(() => null);
  if (!record) return;
  const files = downloads.slice(1).filter(link => link !== trials || run.steps?.includes('tune'));
  id('lineage-section').hidden = false;
  id('lineage').replaceChildren(
    scrolled(
      'Input files',
      table(
        'Input files',
        ['File', 'Class', 'Use', '>Events', '>Size', 'Digest'],
        record.inputs
          .slice(0, 200)
          .map(input => [
            input.url,
            input.class,
            input.use,
            count(input.entries_read),
            bytes(input.bytes),
            el('code', {}, input.digest.slice(0, 16)),
          ]),
      ),
    ),
    el(
      'dl',
      { class: 'pairs after' },
      [['software', record.software], ['store', record.store], ...Object.entries(record.objects)].flatMap(([key, value]) => [
        el('dt', {}, key),
        el('dd', {}, el('code', {}, String(value))),
      ]),
    ),
    el(
      'p',
      { class: 'after' },
      'Downloads: ',
      files.flatMap((link, i) => (i ? [' · ', link] : [link])),
    ),
  );
}

// What belongs together has a line each.
const flat = (key, value) =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.entries(value).flatMap(([inner, one]) => flat(`${key} ${inner}`, one))
    : [[key, Array.isArray(value) ? value.join(', ') : value]];

async function request() {
  const asked = await get(`${path}/request`);
  pairs(
    id('request'),
    [
      ...asked.samples.map(sample => [
        sample.class,
        sample.files.length > 6 ? `${count(sample.files.length)} files, ${sample.files[0]} …` : sample.files.join(', '),
      ]),
      ...Object.entries(asked)
        .filter(([key, value]) => !['samples', 'testSamples', 'run'].includes(key) && value !== null && value !== false)
        .flatMap(([key, value]) => flat(key, value)),
    ],
    false,
  );
}

async function watch() {
  try {
    run = await get(path);
    draw();
    request().catch(() => null);
    await follow(`${path}/events`, take);
  } catch (error) {
    fail(error);
  }
}

setInterval(() => {
  if (run && !hasEnded(run)) later();
}, 1000);
await watch();
