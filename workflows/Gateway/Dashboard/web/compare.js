// Completed runs side by side. The gateway compares and draws, as `daprhep compare` and the report do; this page shows it.

import { get } from './api.js';
import { drawing, legend } from './chart.js';
import { el, id, say } from './dom.js';

const runs = () => new URLSearchParams(location.search).getAll('run');

function address(names) {
  return `compare?${names.map(name => `run=${encodeURIComponent(name)}`).join('&')}`;
}

async function choices() {
  const list = await get('runs?status=completed&limit=200');
  const chosen = new Set(runs());
  id('more').replaceChildren(
    el('option', { value: '' }, 'choose …'),
    ...list.filter(run => !chosen.has(run.run)).map(run => el('option', { value: run.run }, `${run.run} (${run.model})`)),
  );
}

function table(target, caption, first, names, rows) {
  target.replaceChildren(
    el('caption', {}, caption),
    el(
      'thead',
      {},
      el(
        'tr',
        {},
        el('th', { scope: 'col' }, first),
        names.map(name => el('th', { scope: 'col', class: 'n' }, name)),
      ),
    ),
    el('tbody', {}, rows),
  );
}

function show(comparison) {
  id('compared').replaceChildren(
    ...comparison.runs.map(name =>
      el(
        'li',
        {},
        el('a', { href: `run?run=${encodeURIComponent(name)}` }, name),
        ' ',
        el(
          'a',
          { class: 'button', href: address(comparison.runs.filter(other => other !== name)), 'aria-label': `Leave ${name} out` },
          '×',
        ),
      ),
    ),
  );
  say(
    id('tested'),
    comparison.runs.length < 2
      ? ''
      : comparison.sameTestSet
        ? 'All were tested on the same events; the best of each figure is coloured.'
        : 'Tested on different events: figures compare only where the test set has the same letter.',
  );
  table(id('figures'), 'Errors are standard errors over bootstrap resamples of the test events.', 'Figure', comparison.runs, [
    el(
      'tr',
      {},
      el('th', { scope: 'row' }, 'test set'),
      comparison.testSets.map(name => el('td', { class: 'n' }, name)),
    ),
    ...comparison.figures.map(figure =>
      el(
        'tr',
        {},
        el('th', { scope: 'row' }, figure.name),
        figure.cells.map(cell =>
          el('td', { class: cell.best ? 'n best' : 'n' }, cell.text, cell.best ? el('span', { class: 'hidden' }, ' (best)') : null),
        ),
      ),
    ),
  ]);
  table(
    id('parameters'),
    comparison.sameInputs
      ? 'All runs read the same events. Differences come first.'
      : 'The runs read different events. Differences come first.',
    'Parameter',
    comparison.runs,
    comparison.parameters.map(parameter =>
      el(
        'tr',
        { class: parameter.differs ? 'differs' : null },
        el('th', { scope: 'row' }, parameter.name),
        parameter.values.map(value => el('td', { class: 'n' }, value ?? '–')),
      ),
    ),
  );
  for (const group of ['roc', 'training', 'tuning']) {
    const charts = comparison.charts.filter(chart => chart.group === group);
    id(`${group}-section`).hidden = charts.length === 0;
    id(group).replaceChildren(
      ...charts.map(chart =>
        el(
          'figure',
          { class: chart.wide ? 'wide' : null },
          el('h3', {}, chart.title),
          chart.names.length
            ? legend(
                el,
                chart.names.map((name, series) => [name, series]),
              )
            : null,
          drawing(chart.svg),
        ),
      ),
    );
  }
  id('figures-section').hidden = id('parameters-section').hidden = false;
}

id('more').addEventListener('change', () => {
  if (id('more').value) location.href = address([...runs(), id('more').value]);
});
id('add').addEventListener('submit', event => event.preventDefault());
try {
  await choices();
  if (runs().length) show(await get(address(runs())));
  else say(id('tested'), 'Choose runs here, or mark them in the list of runs.');
} catch (error) {
  id('problem').hidden = false;
  say(id('problem'), error.message);
}
