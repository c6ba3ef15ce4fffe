// One event: its particles unrolled in η–φ and across the beam, its features among those of the classes, what the model says and why.

import { get } from './api.js';
import { legend } from './chart.js';
import { el, id, say, svg } from './dom.js';
import { count, fixed } from './format.js';

const query = new URLSearchParams(location.search);
const [run, event] = [query.get('run') ?? '', query.get('event') ?? ''];
const KINDS = ['electron', 'muon', 'track', 'photon', 'neutral hadron'];
const CONE = 0.3;
const JET = 0.4;
const colourOf = kind => KINDS.indexOf(kind);

document.title = `Event ${event} · DaprHep`;

// Towers: a bar up from where each particle points, its length the logarithm of its transverse momentum.
function plane(data) {
  const [width, height, left, right, top, bottom] = [560, 420, 40, 10, 26, 40];
  const most = Math.max(3, ...data.particles.map(one => Math.abs(one.eta)).filter(Number.isFinite));
  const x = eta => left + (eta + most) / (2 * most) * (width - left - right);
  const y = phi => height - bottom - (phi + Math.PI) / (2 * Math.PI) * (height - top - bottom);
  const [rx, ry] = [(width - left - right) / (2 * most), (height - top - bottom) / (2 * Math.PI)];
  const drawing = svg('svg', { class: 'chart event', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': `Particles in pseudorapidity and azimuth: ${summary(data)}` });
  drawing.append(svg('rect', { class: 'frame', x: left, y: top, width: width - left - right, height: height - top - bottom }));
  for (const [text, at] of [['−π', -Math.PI], ['−π/2', -Math.PI / 2], ['0', 0], ['π/2', Math.PI / 2], ['π', Math.PI]]) {
    drawing.append(svg('line', { class: 'grid', x1: left, x2: width - right, y1: y(at), y2: y(at) }), svg('text', { class: 'tick', x: left - 5, y: y(at) + 4, 'text-anchor': 'end' }, text));
  }
  for (let eta = -Math.floor(most); eta <= most; eta++) drawing.append(svg('text', { class: 'tick', x: x(eta), y: height - bottom + 16, 'text-anchor': 'middle' }, String(eta).replace('-', '−')));
  drawing.append(svg('text', { class: 'axis-title', x: width / 2, y: height - 6, 'text-anchor': 'middle' }, 'pseudorapidity η'),
    svg('text', { class: 'axis-title', x: 10, y: 15 }, 'azimuth φ'));
  for (const jet of data.jets) {
    // A circle that reaches over ±π goes on at the other side.
    for (const turn of [-2 * Math.PI, 0, 2 * Math.PI]) {
      if (Math.abs(jet.phi + turn) < Math.PI + JET) {
        drawing.append(svg('ellipse', { class: 'jet', cx: x(jet.eta), cy: y(jet.phi + turn), rx: JET * rx, ry: JET * ry }, svg('title', {}, `jet of ${fixed(jet.pt, 1)} GeV`)));
      }
    }
  }
  const lepton = data.particles[0];
  if (lepton) {
    for (const turn of [-2 * Math.PI, 0, 2 * Math.PI]) {
      if (Math.abs(lepton.phi + turn) < Math.PI + CONE) drawing.append(svg('ellipse', { class: 'cone', cx: x(lepton.eta), cy: y(lepton.phi + turn), rx: CONE * rx, ry: CONE * ry }));
    }
  }
  for (const one of [...data.particles].reverse()) {
    const tall = 3 + 9 * Math.log10(1 + Math.max(0, one.pt));
    drawing.append(svg('rect', { class: `tower fill${colourOf(one.kind)}`, x: x(one.eta) - 1.6, y: y(one.phi) - tall, width: 3.2, height: tall },
      svg('title', {}, `${one.kind}, pT ${fixed(one.pt, 2)} GeV, η ${fixed(one.eta, 2)}, φ ${fixed(one.phi, 2)}`)));
  }
  const met = feature(data, 'PhiMET');
  if (met) drawing.append(svg('line', { class: 'met', x1: left, x2: width - right, y1: y(met.value), y2: y(met.value) }, svg('title', {}, `missing energy, φ ${fixed(met.value, 2)}`)));
  return clipped(drawing, left, top, width - left - right, height - top - bottom);
}

function clipped(drawing, x, y, width, height) {
  const clip = svg('clipPath', { id: 'plane-clip' }, svg('rect', { x, y: y - 20, width, height: height + 20 }));
  drawing.prepend(clip);
  for (const shape of drawing.querySelectorAll('.jet, .cone, .tower')) shape.setAttribute('clip-path', 'url(#plane-clip)');
  return drawing;
}

// Across the beam: lines from the middle, as long as the logarithm of the transverse momentum.
function transverse(data) {
  const size = 420;
  const middle = size / 2;
  const most = Math.log10(1 + Math.max(10, ...data.particles.map(one => one.pt), feature(data, 'MET')?.value ?? 0));
  const reach = pt => (middle - 24) * Math.log10(1 + Math.max(0, pt)) / most;
  const drawing = svg('svg', { class: 'chart event', viewBox: `0 0 ${size} ${size}`, role: 'img', 'aria-label': `Particles across the beam: ${summary(data)}` });
  for (const pt of [1, 10, 100, 1000]) {
    if (reach(pt) > middle - 20) continue;
    drawing.append(svg('circle', { class: 'grid', cx: middle, cy: middle, r: reach(pt), fill: 'none' }), svg('text', { class: 'tick', x: middle + 3, y: middle - reach(pt) - 2 }, `${pt} GeV`));
  }
  const line = (phi, length, kind, label) => drawing.append(svg('line', { class: kind, x1: middle, y1: middle, x2: middle + length * Math.cos(phi), y2: middle - length * Math.sin(phi) }, svg('title', {}, label)));
  for (const jet of data.jets) {
    const length = reach(jet.pt);
    const at = angle => `${middle + length * Math.cos(angle)},${middle - length * Math.sin(angle)}`;
    drawing.append(svg('polygon', { class: 'jet', points: `${middle},${middle} ${at(jet.phi - JET)} ${at(jet.phi)} ${at(jet.phi + JET)}` }, svg('title', {}, `jet of ${fixed(jet.pt, 1)} GeV`)));
  }
  for (const one of [...data.particles].reverse()) line(one.phi, reach(one.pt), `ray ray${colourOf(one.kind)}`, `${one.kind}, pT ${fixed(one.pt, 2)} GeV`);
  const [met, phi] = [feature(data, 'MET'), feature(data, 'PhiMET')];
  if (met && phi) line(phi.value, reach(met.value), 'met', `missing transverse energy ${fixed(met.value, 1)} GeV`);
  return drawing;
}

const feature = (data, name) => data.features.find(one => one.name === name);

const summary = data => `${KINDS.map(kind => [kind, data.particles.filter(one => one.kind === kind).length]).filter(([, many]) => many)
  .map(([kind, many]) => `${count(many)} ${kind}${many === 1 ? '' : 's'}`).join(', ')}; ${count(data.jets.length)} jets; missing energy ${fixed(feature(data, 'MET')?.value, 1)} GeV.`;

// A feature's value among the distributions of the classes.
function histogram(one, classes) {
  const [width, height, left, bottom, top] = [250, 130, 6, 20, 6];
  const edges = one.edges;
  const drawing = svg('svg', { class: 'chart', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': `${one.name} is ${fixed(one.value, 3)}; ${classes.map((name, c) => `${name} has ${fixed(100 * share(one, c), 1)} % of its events in this bin`).join(', ')}` });
  if (edges.length < 2) return drawing;
  const x = value => left + (Math.min(Math.max(value, edges[0]), edges.at(-1)) - edges[0]) / (edges.at(-1) - edges[0]) * (width - 2 * left);
  const most = Math.max(1e-9, ...one.counts.flat());
  const y = part => height - bottom - part / most * (height - bottom - top);
  one.counts.forEach((counts, c) => drawing.append(svg('polyline', { class: `curve line${c}`, points: [`${x(edges[0])},${y(0)}`,
    ...counts.flatMap((part, i) => [`${x(edges[i]).toFixed(1)},${y(part).toFixed(1)}`, `${x(edges[i + 1]).toFixed(1)},${y(part).toFixed(1)}`]), `${x(edges.at(-1))},${y(0)}`].join(' ') })));
  drawing.append(svg('line', { class: 'axis', x1: left, x2: width - left, y1: y(0), y2: y(0) }), svg('line', { class: 'here', x1: x(one.value), x2: x(one.value), y1: top, y2: y(0) }),
    svg('text', { class: 'tick', x: left, y: height - 6 }, short(edges[0])), svg('text', { class: 'tick', x: width - left, y: height - 6, 'text-anchor': 'end' }, short(edges.at(-1))));
  return drawing;
}

const short = value => String(Number(value.toPrecision(3))).replace('-', '−');

function share(one, c) {
  const bin = one.edges.findIndex((edge, i) => i + 1 < one.edges.length && one.value >= edge && one.value <= one.edges[i + 1]);
  return one.counts[c]?.[bin] ?? 0;
}

function show(data) {
  const { probabilities, class: answer } = data.explanation;
  const right = data.class === data.classes[answer];
  id('about').replaceChildren(`entry ${count(data.entry)} of `, el('code', {}, data.file), ' in run ', el('a', { href: `run?run=${encodeURIComponent(run)}` }, run));
  say(id('answer'), data.class ? `${data.class}, taken for ${data.classes[answer]}${right ? ' (right)' : ' (a mistake)'}` : `taken for ${data.classes[answer]}`);
  id('probabilities').replaceChildren(...data.classes.map((name, c) => el('tr', {}, el('th', { scope: 'row' }, name),
    el('td', {}, el('meter', { min: 0, max: 1, value: probabilities[c], 'aria-label': `Probability of ${name}` })), el('td', { class: 'n' }, fixed(probabilities[c], 4)))));
  id('planes').replaceChildren(el('figure', {}, el('h3', {}, 'Unrolled: η and φ'), plane(data)), el('figure', {}, el('h3', {}, 'Across the beam'), transverse(data)));
  id('key').replaceChildren(...KINDS.map((kind, i) => el('li', {}, svg('svg', { viewBox: '0 0 10 10', class: 'swatch', 'aria-hidden': 'true' }, svg('rect', { class: `fill${i}`, width: 10, height: 10 })),
    `${kind} (${count(data.particles.filter(one => one.kind === kind).length)})`)),
    el('li', {}, svg('svg', { viewBox: '0 0 20 10', class: 'swatch', 'aria-hidden': 'true' }, svg('ellipse', { class: 'jet', cx: 10, cy: 5, rx: 9, ry: 4 })), `jets (${data.jets.length}): anti-kT of the particles, R = 0.4, above 20 GeV`),
    el('li', {}, svg('svg', { viewBox: '0 0 20 10', class: 'swatch', 'aria-hidden': 'true' }, svg('ellipse', { class: 'cone', cx: 10, cy: 5, rx: 9, ry: 4 })), 'isolation cone of the lepton, ΔR = 0.3'),
    el('li', {}, svg('svg', { viewBox: '0 0 20 10', class: 'swatch', 'aria-hidden': 'true' }, svg('line', { class: 'met', x1: 0, x2: 20, y1: 5, y2: 5 })), `missing transverse energy (${fixed(feature(data, 'MET')?.value, 1)} GeV)`));
  id('legend').replaceChildren(legend(el, data.classes.map((name, c) => [name, c])));
  const why = new Map(data.explanation.features.map(one => [one.name, one.contributions[answer]]));
  const most = Math.max(1e-6, ...[...why.values()].map(Math.abs));
  id('features').replaceChildren(...data.features.map(one => el('figure', {}, el('h3', {}, `${one.name} = ${fixed(one.value, 3)}`), histogram(one, data.classes),
    why.has(one.name) ? el('p', { class: 'meta' }, `${why.get(one.name) >= 0 ? 'for' : 'against'} ${data.classes[answer]}: ${why.get(one.name) >= 0 ? '+' : '−'}${fixed(Math.abs(why.get(one.name)), 4)}`,
      bar(why.get(one.name) / most)) : null)));
  const particles = data.explanation.particles.map(one => ({ ...data.particles[one.index], by: one.contributions[answer] })).sort((a, b) => Math.abs(b.by) - Math.abs(a.by)).slice(0, 12);
  id('particles-section').hidden = particles.length === 0;
  id('particles').replaceChildren(...particles.map(one => el('tr', {}, el('th', { scope: 'row' }, one.kind), el('td', { class: 'n' }, fixed(one.pt, 2)), el('td', { class: 'n' }, fixed(one.eta, 2)),
    el('td', { class: 'n' }, fixed(one.phi, 2)), el('td', { class: 'n' }, `${one.by >= 0 ? '+' : '−'}${fixed(Math.abs(one.by), 4)}`))));
}

const bar = part => svg('svg', { class: 'why', viewBox: '0 0 100 8', 'aria-hidden': 'true', preserveAspectRatio: 'none' },
  svg('line', { class: 'axis', x1: 50, x2: 50, y1: 0, y2: 8 }), svg('rect', { class: part >= 0 ? 'fill2' : 'fill1', x: part >= 0 ? 50 : 50 + 50 * part, y: 1, width: 50 * Math.abs(part), height: 6 }));

async function others() {
  const { mistakes } = await get(`runs/${encodeURIComponent(run)}/mistakes`);
  id('mistakes').replaceChildren(...mistakes.map(one => el('li', {}, el('a', { href: `event?run=${encodeURIComponent(run)}&event=${one.event}`, 'aria-current': one.event === event ? 'page' : null },
    `${one.class} taken for ${one.answer}, ${fixed(one.probability, 4)}`))));
  say(id('mistakes-note'), mistakes.length ? 'Test events that the model was surest of and wrong, the surest first.' : 'The evaluation has recorded no mistakes.');
  return mistakes;
}

try {
  const mistakes = await others();
  if (event) {
    id('display').hidden = false;
    show(await get(`runs/${encodeURIComponent(run)}/data/${encodeURIComponent(event)}`));
  } else if (mistakes.length) {
    location.replace(`event?run=${encodeURIComponent(run)}&event=${mistakes[0].event}`);
  }
} catch (error) {
  id('problem').hidden = false;
  say(id('problem'), error.message);
}
