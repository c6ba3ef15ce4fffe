// What is served: versions, promotions, drift; promote, roll back, canary, shadow. By the service serving, through the gateway.

import { connected, get, send } from './api.js';
import { el, fail, id, say } from './dom.js';
import { count, fixed, time } from './format.js';
import { runLink } from './links.js';
import { sure } from './sure.js';
import { scrolled, table } from './table.js';

const REFRESH = 5000;
const shown = new Map();

async function refresh() {
  try {
    const lines = await get('models');
    const models = await Promise.all(
      lines.map(async line => [
        await get(`models/${encodeURIComponent(line.name)}`),
        await get(`models/${encodeURIComponent(line.name)}/drift`).catch(error => ({ problem: error.message })),
      ]),
    );
    connected(true);
    say(
      id('count'),
      lines.length ? `${count(lines.length)} served` : 'Nothing is served yet: a run that is to serve its model says so under “Serve as”.',
    );
    id('problem').hidden = true;
    for (const [model, drift] of models) show(model, drift);
    for (const [name, section] of shown) {
      if (!lines.some(line => line.name === name)) section.item.remove();
    }
  } catch (error) {
    if (!error.status) connected(false);
    else fail(error);
  }
}

// A section is made anew only when something has changed, so that the keyboard's focus stays.
function show(model, drift) {
  const text = JSON.stringify([model, drift]);
  const known = shown.get(model.name);
  if (known?.text === text) return;
  const item = section(model, drift);
  if (known) replace(known.item, item);
  else id('models').append(item);
  shown.set(model.name, { text, item });
}

// What was open stays open, and the focus goes to what is called the same.
function replace(old, item) {
  const nameOf = one => one.ariaLabel ?? one.textContent;
  const focus = old.contains(document.activeElement) ? document.activeElement : null;
  const [was, is] = [old, item].map(one => one.querySelector('details'));
  if (was && is) is.open ||= was.open;
  old.replaceWith(item);
  if (focus) [...item.querySelectorAll(focus.tagName)].find(one => nameOf(one) === nameOf(focus) || one.matches('summary'))?.focus();
}

function section(model, drift) {
  const path = `models/${encodeURIComponent(model.name)}`;
  const title = `model-${model.name}`;
  return el(
    'section',
    { 'aria-labelledby': title, 'data-model': model.name },
    el(
      'div',
      { class: 'heading' },
      el('h2', { id: title }, model.name),
      el('p', {}, model.version ? `${model.version} answers` : 'no version answers'),
      el(
        'p',
        { class: 'actions' },
        model.previous
          ? button(
              `Roll back to ${model.previous}`,
              `Let ${model.previous} of ${model.name} answer again?`,
              () => send('POST', `${path}/rollback`),
              'danger',
            )
          : null,
      ),
    ),
    model.problem ? el('p', { class: 'problem' }, model.problem) : null,
    scrolled(
      `Versions of ${model.name}`,
      table(
        'Versions, newest first',
        ['Version', 'State', 'Run', 'Added', '>AUC', '>Accuracy', 'Change'],
        model.versions.map(version => versionRow(model, version, path)).reverse(),
      ),
    ),
    model.promotions.length
      ? scrolled(
          `Promotions of ${model.name}`,
          table(
            'Promotions: what the gate said, newest first',
            ['Run', 'Version', 'Against', 'Gate', 'Reasons'],
            model.promotions.map(promotionRow).reverse(),
          ),
        )
      : null,
    shadowOf(model),
    driftOf(model, drift),
  );
}

function versionRow(model, version, path) {
  const states = [];
  if (version.version === model.version) states.push('served');
  if (version.version === model.canary?.version) states.push(`canary ${model.canary.percent} %`);
  if (version.version === model.shadow) states.push('shadow');
  const auc = Object.values(version.metrics?.auc ?? {});
  const change =
    version.version === model.version
      ? []
      : [
          button('Promote', `Let ${version.version} of ${model.name} answer, without a gate?`, () =>
            send('POST', `${path}/promote`, { version: version.version }),
          ),
          version.version === model.canary?.version
            ? button('End canary', null, () => send('DELETE', `${path}/canary`))
            : button('Canary 10 %', null, () => send('PUT', `${path}/canary`, { version: version.version, percent: 10 })),
          version.version === model.shadow
            ? button('End shadow', null, () => send('DELETE', `${path}/shadow`))
            : button('Shadow', null, () => send('PUT', `${path}/shadow`, { version: version.version })),
        ];
  return {
    class: states.includes('served') ? 'best' : null,
    cells: [
      version.version,
      states.join(', '),
      version.run ? runLink(version.run) : '',
      time(version.addedAt),
      fixed(auc.reduce((sum, value) => sum + value, 0) / auc.length, 4),
      fixed(version.metrics?.accuracy, 4),
      el(
        'span',
        { class: 'actions' },
        change.map(one => Object.assign(one, { ariaLabel: `${one.textContent}: ${version.version} of ${model.name}` })),
      ),
    ],
  };
}

const promotionRow = one => [
  runLink(one.run),
  one.version,
  one.against ?? 'chance',
  el('span', { class: `state ${one.served ? 'completed' : 'failed'}` }, one.served ? '✓ passed' : '✕ refused'),
  el('td', { class: 'reasons' }, (one.reasons ?? []).join('; ')),
];

function shadowOf(model) {
  const seen = model.shadowStatistics;
  return seen
    ? el(
        'p',
        {},
        `Shadow ${seen.version}: ${count(seen.events)} events, same class for ${fixed((100 * seen.agreed) / seen.events, 2)} %, ` +
          `probabilities differ by ${fixed(seen.meanDifference, 4)} on average, ${fixed(seen.largestDifference, 4)} at most.`,
      )
    : null;
}

// A bar for each quantity; 0.1 and 0.2 are where people begin to look and to act.
function driftOf(model, drift) {
  if (drift.problem) return el('p', { class: 'meta' }, `Drift: ${drift.problem}`);
  const all = [...drift.report.features, ...drift.report.scores.map(score => ({ ...score, name: `score ${score.name}` }))];
  const most = Math.max(0.25, ...all.map(one => one.psi).filter(Number.isFinite));
  return el(
    'details',
    { open: drift.alarm },
    el(
      'summary',
      {},
      drift.report.events
        ? `Drift: ${drift.alarm ? 'something has drifted' : 'nothing has drifted'} in the last ${count(drift.report.events)} events`
        : 'Drift: no events yet',
    ),
    scrolled(
      `Drift of ${model.name}`,
      table(
        'Population stability index and Kolmogorov–Smirnov distance to the events of the training. A quantity has drifted from PSI 0.2 on, ' +
          'where chance does not give such a distance.',
        ['Quantity', 'PSI', '>PSI', '>KS', 'State'],
        all.map(one => [
          one.name,
          el('meter', { min: 0, max: most, low: 0.1, high: 0.2, optimum: 0, value: one.psi, 'aria-label': `PSI of ${one.name}` }),
          fixed(one.psi, 3),
          fixed(one.ks, 3),
          one.hasDrifted ? 'drifted' : '',
        ]),
        { class: 'drift' },
      ),
    ),
  );
}

function button(label, question, does, kind) {
  return el(
    'button',
    {
      type: 'button',
      class: kind,
      onclick: async () => {
        if (question && !(await sure(label, question))) return;
        try {
          await does();
          await refresh();
        } catch (error) {
          fail(error);
        }
      },
    },
    label,
  );
}

await refresh();
setInterval(() => {
  if (!document.hidden) refresh();
}, REFRESH);
