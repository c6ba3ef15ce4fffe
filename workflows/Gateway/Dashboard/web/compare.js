// Completed runs side by side. The gateway compares and draws, as `daprhep compare` and the report do; this page shows it.

import { get } from './api.js';
import { drawing, legend, lineSign } from './chart.js';
import { el, fail, id, say } from './dom.js';
import { pageOf, runLink } from './links.js';
import { scrolled, table } from './table.js';

const runs = () => new URLSearchParams(location.search).getAll('run');

async function choices() {
  const list = await get('runs?status=completed&limit=200');
  const chosen = new Set(runs());
  id('more').replaceChildren(
    el('option', { value: '' }, 'choose …'),
    ...list.filter(run => !chosen.has(run.run)).map(run => el('option', { value: run.run }, `${run.run} (${run.model})`)),
  );
}

function show(comparison) {
  const without = name => pageOf('compare', ...comparison.runs.filter(other => other !== name));
  id('compared').replaceChildren(
    ...comparison.runs.map((name, series) =>
      el(
        'li',
        {},
        lineSign(series),
        ' ',
        runLink(name),
        el('span', { class: 'meta' }, ` ${comparison.parameters.find(one => one.name === 'model')?.values[series] ?? ''} `),
        el('a', { class: 'button', href: without(name), 'aria-label': `Leave ${name} out` }, '×'),
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
  const columns = comparison.runs.map(name => `>${name}`);
  id('figures').replaceChildren(
    table('Errors are standard errors over bootstrap resamples of the test events.', ['Figure', ...columns], [
      ['test set', ...comparison.testSets],
      ...comparison.figures.map(figure => [figure.name, ...figure.cells.map(cell => (cell.best ? best(cell.text) : cell.text))]),
    ]),
  );
  id('parameters').replaceChildren(
    table(
      comparison.sameInputs
        ? 'All runs read the same events. Differences come first.'
        : 'The runs read different events. Differences come first.',
      ['Parameter', ...columns],
      comparison.parameters.map(parameter => ({
        class: parameter.differs ? 'differs' : null,
        cells: [parameter.name, ...parameter.values.map(value => value ?? '–')],
      })),
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
          chart.names.length ? legend(chart.names.map((name, series) => [name, series])) : null,
          chart.wide ? scrolled(chart.title, drawing(chart.svg)) : drawing(chart.svg),
        ),
      ),
    );
  }
  id('figures-section').hidden = id('parameters-section').hidden = false;
}

const best = text => el('td', { class: 'n best' }, text, el('span', { class: 'hidden' }, ' (best)'));

// By keyboard a choice changes with every arrow, so it is not followed at once.
id('add').addEventListener('submit', event => {
  event.preventDefault();
  if (id('more').value) location.href = pageOf('compare', ...runs(), id('more').value);
});
try {
  await choices();
  if (runs().length) show(await get(pageOf('compare', ...runs())));
  else say(id('tested'), 'Choose runs here, or mark them in the list of runs.');
} catch (error) {
  fail(error);
}
