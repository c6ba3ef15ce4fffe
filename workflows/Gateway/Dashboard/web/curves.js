// The live curves of a training: loss, accuracy, AUC.

import { legend, lineChart } from './chart.js';
import { el } from './dom.js';

/** Draws the points of a training, as far as there are any, into a place. */
export function curves(points, section, place) {
  const known = [...points.values()].sort((a, b) => a.share - b.share);
  if (known.length === 0) return;
  section.hidden = false;
  const [live, epochs] = [known.filter(one => !one.isEpoch), known.filter(one => one.isEpoch)];
  const line = (of, list, label, series, dots) => ({
    name: label,
    series,
    dots,
    points: list.filter(one => one[of] !== undefined).map(one => [100 * one.share, one[of]]),
  });
  const figure = (title, unit, charted, limits) =>
    el(
      'figure',
      {},
      el('h3', {}, title),
      legend(charted.map(one => [one.name, one.series])),
      charted.some(one => one.points.length) ? null : el('p', { class: 'meta' }, 'No value yet: it is told now and then between epochs.'),
      lineChart(title, charted, { x: 'training done [%]', y: unit, from: 0, to: 100, ...limits }),
    );
  place.replaceChildren(
    figure('Loss', 'mean cross-entropy', [
      line('loss', live.length > epochs.length ? live : epochs, 'training', 0),
      line('testLoss', epochs, 'test', 1, true),
    ]),
    figure('Accuracy', 'accuracy', [line('accuracy', live, 'training', 0), line('accuracy', epochs, 'test', 1, true)]),
    figure('AUC of training events', 'mean AUC', [line('auc', live, 'training', 0)]),
  );
  place.dataset.last = known.at(-1).share;
}
