// One event: its particles unrolled in η–φ and across the beam, its features among those of the classes, what the model says and why.

import { get } from './api.js';
import { colour, legend, swatch } from './chart.js';
import { el, fail, id, say, svg } from './dom.js';
import { count, fixed } from './format.js';
import { pageOf, pathOf, runLink, runOfPage } from './links.js';
import { feature, KINDS, plane, transverse } from './particles.js';
import { row } from './table.js';

const run = runOfPage();
const event = new URLSearchParams(location.search).get('event') ?? '';
const eventPage = one => `${pageOf('event', run)}&event=${encodeURIComponent(one)}`;

document.title = `Event ${event} · DaprHep`;

// A feature's value among the distributions of the classes.
function histogram(one, classes) {
  const [width, height, left, bottom, top] = [250, 130, 6, 20, 6];
  const edges = one.edges;
  const drawing = svg('svg', {
    class: 'chart',
    viewBox: `0 0 ${width} ${height}`,
    role: 'img',
    'aria-label': `${one.name} is ${valueOf(one)}; ${classes.map((name, c) => `${name} has ${fixed(100 * share(one, c), 1)} % of its events in this bin`).join(', ')}`,
  });
  if (edges.length < 2) return drawing;
  const x = value =>
    left + ((Math.min(Math.max(value, edges[0]), edges.at(-1)) - edges[0]) / (edges.at(-1) - edges[0])) * (width - 2 * left);
  const most = Math.max(1e-9, ...one.counts.flat());
  const y = part => height - bottom - (part / most) * (height - bottom - top);
  one.counts.forEach((counts, c) =>
    drawing.append(
      svg('polyline', {
        class: `curve line${c}`,
        points: [
          `${x(edges[0])},${y(0)}`,
          ...counts.flatMap((part, i) => [
            `${x(edges[i]).toFixed(1)},${y(part).toFixed(1)}`,
            `${x(edges[i + 1]).toFixed(1)},${y(part).toFixed(1)}`,
          ]),
          `${x(edges.at(-1))},${y(0)}`,
        ].join(' '),
      }),
    ),
  );
  drawing.append(
    svg('line', { class: 'axis', x1: left, x2: width - left, y1: y(0), y2: y(0) }),
    svg('line', { class: 'here', x1: x(one.value), x2: x(one.value), y1: top, y2: y(0) }),
    svg('text', { class: 'tick', x: left, y: height - 6 }, short(edges[0])),
    svg('text', { class: 'tick', x: width - left, y: height - 6, 'text-anchor': 'end' }, short(edges.at(-1))),
  );
  return drawing;
}

// Counts and flags have no decimals, momenta and angles a unit.
const UNITS = { HT: 'GeV', MET: 'GeV', MT: 'GeV', LepPt: 'GeV', PhiMET: 'rad', LepPhi: 'rad' };
const WHOLE = new Set(['NJets', 'NBJets', 'LepCharge', 'LepIsEle']);
const valueOf = one => (WHOLE.has(one.name) ? fixed(one.value, 0) : `${fixed(one.value, 3)}${UNITS[one.name] ? ` ${UNITS[one.name]}` : ''}`);

const short = value => String(Number(value.toPrecision(3))).replace('-', '−');

function share(one, c) {
  const bin = one.edges.findIndex((edge, i) => i + 1 < one.edges.length && one.value >= edge && one.value <= one.edges[i + 1]);
  return one.counts[c]?.[bin] ?? 0;
}

function show(data) {
  const { probabilities, class: answer } = data.explanation;
  const right = data.class === data.classes[answer];
  id('about').replaceChildren(
    `entry ${count(data.entry)} of `,
    el('code', {}, data.file),
    ' in run ',
    runLink(run),
  );
  say(
    id('answer'),
    data.class
      ? `${data.class}, taken for ${data.classes[answer]}${right ? ' (right)' : ' (a mistake)'}`
      : `taken for ${data.classes[answer]}`,
  );
  id('probabilities').replaceChildren(
    ...data.classes.map((name, c) =>
      row(
        [
          name,
          el('meter', { min: 0, max: 1, value: probabilities[c], 'aria-label': `Probability of ${name}` }),
          fixed(probabilities[c], 4),
        ],
        [null, null, 'n'],
      ),
    ),
  );
  id('planes').replaceChildren(
    el('figure', {}, el('h3', {}, 'Unrolled: η and φ'), plane(data)),
    el('figure', {}, el('h3', {}, 'Across the beam'), transverse(data)),
  );
  id('key').replaceChildren(
    ...KINDS.map((kind, i) => el('li', {}, colour(i), `${kind} (${count(data.particles.filter(one => one.kind === kind).length)})`)),
    el(
      'li',
      {},
      swatch('ellipse', { class: 'jet', cx: 10, cy: 5, rx: 9, ry: 4 }, 20),
      `jets (${data.jets.length}): anti-kT of the particles, R = 0.4, above 20 GeV`,
    ),
    el('li', {}, swatch('ellipse', { class: 'cone', cx: 10, cy: 5, rx: 9, ry: 4 }, 20), 'isolation cone of the lepton, ΔR = 0.3'),
    el(
      'li',
      {},
      swatch('line', { class: 'met', x1: 0, x2: 20, y1: 5, y2: 5 }, 20),
      `missing transverse energy (${fixed(feature(data, 'MET')?.value, 1)} GeV)`,
    ),
  );
  id('legend').replaceChildren(
    legend(data.classes.map((name, c) => [name, c])),
  );
  const why = new Map(data.explanation.features.map(one => [one.name, one.contributions[answer]]));
  const most = Math.max(1e-6, ...[...why.values()].map(Math.abs));
  id('features').replaceChildren(
    ...data.features.map(one =>
      el(
        'figure',
        {},
        el('h3', {}, `${one.name} = ${valueOf(one)}`),
        histogram(one, data.classes),
        why.has(one.name)
          ? el(
              'p',
              { class: 'meta' },
              `${why.get(one.name) >= 0 ? 'for' : 'against'} ${data.classes[answer]}: ${why.get(one.name) >= 0 ? '+' : '−'}${fixed(Math.abs(why.get(one.name)), 4)}`,
              bar(why.get(one.name) / most),
            )
          : null,
      ),
    ),
  );
  const particles = data.explanation.particles
    .map(one => ({ ...data.particles[one.index], by: one.contributions[answer] }))
    .sort((a, b) => Math.abs(b.by) - Math.abs(a.by))
    .slice(0, 12);
  id('particles-section').hidden = particles.length === 0;
  id('particles').replaceChildren(
    ...particles.map(one =>
      row(
        [one.kind, fixed(one.pt, 2), fixed(one.eta, 2), fixed(one.phi, 2), `${one.by >= 0 ? '+' : '−'}${fixed(Math.abs(one.by), 4)}`],
        [null, 'n', 'n', 'n', 'n'],
      ),
    ),
  );
}

const bar = part =>
  svg(
    'svg',
    { class: 'why', viewBox: '0 0 100 8', 'aria-hidden': 'true', preserveAspectRatio: 'none' },
    svg('line', { class: 'axis', x1: 50, x2: 50, y1: 0, y2: 8 }),
    svg('rect', { class: part >= 0 ? 'fill2' : 'fill1', x: part >= 0 ? 50 : 50 + 50 * part, y: 1, width: 50 * Math.abs(part), height: 6 }),
  );

async function others() {
  const { mistakes } = await get(`${pathOf(run)}/mistakes`);
  id('mistakes').replaceChildren(
    ...mistakes.map(one =>
      el(
        'li',
        {},
        el(
          'a',
          { href: eventPage(one.event), 'aria-current': one.event === event ? 'page' : null },
          `${one.class} taken for ${one.answer}, ${fixed(one.probability, 4)}`,
        ),
      ),
    ),
  );
  say(
    id('mistakes-note'),
    mistakes.length ? 'Test events that the model was surest of and wrong, the surest first.' : 'The evaluation has recorded no mistakes.',
  );
  return mistakes;
}

try {
  const mistakes = await others();
  if (event) {
    id('display').hidden = false;
    show(await get(`${pathOf(run)}/data/${encodeURIComponent(event)}`));
  } else if (mistakes.length) {
    location.replace(eventPage(mistakes[0].event));
  }
} catch (error) {
  fail(error);
}
