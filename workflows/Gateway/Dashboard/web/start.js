// The form that starts a run, empty or with what another run was asked for.

import { get, send } from './api.js';
import { el, id, say } from './dom.js';
import { pageOf } from './links.js';

const CLASSES = ['qcd', 'ttbar', 'wjets'];

/** Opens the form. `request` is what a run was asked for, or null. */
export async function openStart(request) {
  const dialog = id('start-dialog');
  const choices = await get('dashboard/choices');
  const files = Object.fromEntries(CLASSES.map(name => [name, el('textarea', { id: `files-${name}`, rows: 2, spellcheck: 'false' })]));
  for (const sample of request?.samples ?? []) if (files[sample.class]) files[sample.class].value = sample.files.join('\n');
  const folder = el('input', { id: 'folder', autocomplete: 'off', placeholder: '/data/samples' });
  if (!request) folder.value = choices.samples ?? '';
  folder.addEventListener('input', () => spread(folder.value.trim(), files));
  if (folder.value) spread(folder.value, files);
  const model = el(
    'select',
    { id: 'start-model' },
    choices.models.map(name => el('option', {}, name)),
  );
  model.value = request?.model ?? 'hlf';
  const physics = el('select', { id: 'physics' }, el('option', {}, 'standard'), el('option', {}, 'cern2019'));
  physics.value = request?.physics ?? 'standard';
  const number = (name, value, least = 1) => {
    const input = el('input', { id: name, type: 'number', min: least, inputmode: 'numeric', placeholder: 'as usual' });
    input.value = value ?? '';
    return input;
  };
  const numbers = {
    epochs: number('epochs', request?.epochs),
    batch: number('batch', request?.batch ?? 128),
    seed: number('seed', request?.seed ?? 1, 0),
    ranks: number('ranks', request?.ranks ?? 1),
    maxEvents: number('maxEvents', request?.maxEvents),
    maxBadFiles: number('maxBadFiles', request?.maxBadFiles ?? 0, 0),
  };
  const promote = el('input', { id: 'promote', autocomplete: 'off', placeholder: 'not served' });
  promote.value = request?.promote ?? '';
  const space = el('textarea', { id: 'space', rows: 3, spellcheck: 'false', placeholder: 'none' });
  space.value = request?.tune?.space ?? '';
  const trials = number('trials', request?.tune?.trials);
  const problem = el('p', { class: 'problem', role: 'alert', hidden: true });
  const field = (label, input) => el('label', { class: 'field', for: input.id }, label, input);
  const go = el('button', { class: 'primary' }, 'Start');
  dialog.replaceChildren(
    el(
      'form',
      { onsubmit: start },
      el('h2', { id: 'start-title' }, request ? `Run ${request.run} again, with changes` : 'Start a run'),
      field('Folder with the sub-folders qcd, ttbar and wjets, as the ingest service sees it', folder),
      el(
        'details',
        { open: request !== null },
        el('summary', {}, 'Files of each class'),
        CLASSES.map(name => field(`${name}: paths, URLs or patterns, one a line`, files[name])),
      ),
      el(
        'div',
        { class: 'fields' },
        field('Model', model),
        field('Physics', physics),
        field('Epochs', numbers.epochs),
        field('Batch', numbers.batch),
        field('Seed', numbers.seed),
        field('Ranks', numbers.ranks),
        field('Events of a class, at most', numbers.maxEvents),
        field('Bad files, at most', numbers.maxBadFiles),
        field('Serve as', promote),
      ),
      el(
        'details',
        { open: Boolean(request?.tune) },
        el('summary', {}, 'Search hyper-parameters'),
        field('Search space (YAML)', space),
        field('Trials', trials),
      ),
      problem,
      el('p', { class: 'actions' }, go, el('button', { type: 'button', onclick: () => dialog.close() }, 'Leave it')),
    ),
  );
  dialog.showModal();
  folder.focus();

  async function start(event) {
    event.preventDefault();
    go.disabled = true;
    const body = { ...without(request), samples: CLASSES.map(name => ({ class: name, files: lines(files[name].value) })) };
    Object.assign(body, { model: model.value, physics: physics.value, promote: promote.value.trim() || null });
    for (const [name, input] of Object.entries(numbers)) {
      if (input.value !== '') body[name] = Number(input.value);
      else delete body[name];
    }
    body.tune = space.value.trim() ? { ...request?.tune, space: space.value, trials: trials.value ? Number(trials.value) : null } : null;
    try {
      const run = await send('POST', 'runs', body);
      location.href = pageOf('run', run.run);
    } catch (error) {
      problem.hidden = false;
      say(problem, error.message);
      go.disabled = false;
      problem.scrollIntoView({ block: 'nearest' });
    }
  }
}

// What was asked for, but for the name that the gateway gives.
function without(request) {
  const { run, ...rest } = request ?? {};
  return rest;
}

const lines = text =>
  text
    .split('\n')
    .map(line => line.trim())
    .filter(Boolean);

function spread(folder, files) {
  const root = folder.replace(/\/+$/, '');
  for (const name of CLASSES) files[name].value = root ? `${root}/${name}/*.root` : '';
}
