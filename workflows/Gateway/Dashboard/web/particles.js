// The particles of an event, unrolled in η–φ and across the beam: coloured by kind, with the lepton's isolation cone, jets, missing energy.

import { svg } from './dom.js';
import { count, fixed } from './format.js';

/** The kinds of particles; the first has the colour fill0, and so on. */
export const KINDS = ['electron', 'muon', 'track', 'photon', 'neutral hadron'];
const CONE = 0.3;
const JET = 0.4;
const colourOf = kind => KINDS.indexOf(kind);

// Towers: a bar up from where each particle points, its length the logarithm of its transverse momentum.
export function plane(data) {
  const [width, height, left, right, top, bottom] = [560, 420, 40, 10, 26, 40];
  const most = Math.max(3, ...data.particles.map(one => Math.abs(one.eta)).filter(Number.isFinite));
  const x = eta => left + ((eta + most) / (2 * most)) * (width - left - right);
  const y = phi => height - bottom - ((phi + Math.PI) / (2 * Math.PI)) * (height - top - bottom);
  const [rx, ry] = [(width - left - right) / (2 * most), (height - top - bottom) / (2 * Math.PI)];
  const drawing = svg('svg', {
    class: 'chart event',
    viewBox: `0 0 ${width} ${height}`,
    role: 'img',
    'aria-label': `Particles in pseudorapidity and azimuth: ${summary(data)}`,
  });
  drawing.append(svg('rect', { class: 'frame', x: left, y: top, width: width - left - right, height: height - top - bottom }));
  for (const [text, at] of [
    ['−π', -Math.PI],
    ['−π/2', -Math.PI / 2],
    ['0', 0],
    ['π/2', Math.PI / 2],
    ['π', Math.PI],
  ]) {
    drawing.append(
      svg('line', { class: 'grid', x1: left, x2: width - right, y1: y(at), y2: y(at) }),
      svg('text', { class: 'tick', x: left - 5, y: y(at) + 4, 'text-anchor': 'end' }, text),
    );
  }
  for (let eta = -Math.floor(most); eta <= most; eta++)
    drawing.append(
      svg('text', { class: 'tick', x: x(eta), y: height - bottom + 16, 'text-anchor': 'middle' }, String(eta).replace('-', '−')),
    );
  drawing.append(
    svg('text', { class: 'axis-title', x: width / 2, y: height - 6, 'text-anchor': 'middle' }, 'pseudorapidity η'),
    svg('text', { class: 'axis-title', x: 10, y: 15 }, 'azimuth φ'),
  );
  for (const jet of data.jets) {
    // A circle that reaches over ±π goes on at the other side.
    for (const turn of [-2 * Math.PI, 0, 2 * Math.PI]) {
      if (Math.abs(jet.phi + turn) < Math.PI + JET) {
        drawing.append(
          svg(
            'ellipse',
            { class: 'jet', cx: x(jet.eta), cy: y(jet.phi + turn), rx: JET * rx, ry: JET * ry },
            svg('title', {}, `jet of ${fixed(jet.pt, 1)} GeV`),
          ),
        );
      }
    }
  }
  const lepton = data.particles[0];
  if (lepton) {
    for (const turn of [-2 * Math.PI, 0, 2 * Math.PI]) {
      if (Math.abs(lepton.phi + turn) < Math.PI + CONE)
        drawing.append(svg('ellipse', { class: 'cone', cx: x(lepton.eta), cy: y(lepton.phi + turn), rx: CONE * rx, ry: CONE * ry }));
    }
  }
  for (const one of [...data.particles].reverse()) {
    const tall = 3 + 9 * Math.log10(1 + Math.max(0, one.pt));
    drawing.append(
      svg(
        'rect',
        { class: `tower fill${colourOf(one.kind)}`, x: x(one.eta) - 1.6, y: y(one.phi) - tall, width: 3.2, height: tall },
        svg('title', {}, `${one.kind}, pT ${fixed(one.pt, 2)} GeV, η ${fixed(one.eta, 2)}, φ ${fixed(one.phi, 2)}`),
      ),
    );
  }
  const met = feature(data, 'PhiMET');
  if (met)
    drawing.append(
      svg(
        'line',
        { class: 'met', x1: left, x2: width - right, y1: y(met.value), y2: y(met.value) },
        svg('title', {}, `missing energy, φ ${fixed(met.value, 2)}`),
      ),
    );
  return clipped(drawing, left, top, width - left - right, height - top - bottom);
}

function clipped(drawing, x, y, width, height) {
  const clip = svg('clipPath', { id: 'plane-clip' }, svg('rect', { x, y: y - 20, width, height: height + 20 }));
  drawing.prepend(clip);
  for (const shape of drawing.querySelectorAll('.jet, .cone, .tower')) shape.setAttribute('clip-path', 'url(#plane-clip)');
  return drawing;
}

// Across the beam: lines from the middle, as long as the logarithm of the transverse momentum.
export function transverse(data) {
  const size = 420;
  const middle = size / 2;
  const most = Math.log10(1 + Math.max(10, ...data.particles.map(one => one.pt), feature(data, 'MET')?.value ?? 0));
  const reach = pt => ((middle - 24) * Math.log10(1 + Math.max(0, pt))) / most;
  const drawing = svg('svg', {
    class: 'chart event',
    viewBox: `0 0 ${size} ${size}`,
    role: 'img',
    'aria-label': `Particles across the beam: ${summary(data)}`,
  });
  const scale = [1, 10, 100, 1000].filter(pt => reach(pt) <= middle - 20);
  drawing.append(...scale.map(pt => svg('circle', { class: 'grid', cx: middle, cy: middle, r: reach(pt), fill: 'none' })));
  const line = (phi, length, kind, label) =>
    drawing.append(
      svg(
        'line',
        { class: kind, x1: middle, y1: middle, x2: middle + length * Math.cos(phi), y2: middle - length * Math.sin(phi) },
        svg('title', {}, label),
      ),
    );
  for (const jet of data.jets) {
    const length = reach(jet.pt);
    const at = angle => `${middle + length * Math.cos(angle)},${middle - length * Math.sin(angle)}`;
    drawing.append(
      svg(
        'polygon',
        { class: 'jet', points: `${middle},${middle} ${at(jet.phi - JET)} ${at(jet.phi)} ${at(jet.phi + JET)}` },
        svg('title', {}, `jet of ${fixed(jet.pt, 1)} GeV`),
      ),
    );
  }
  for (const one of [...data.particles].reverse())
    line(one.phi, reach(one.pt), `ray ray${colourOf(one.kind)}`, `${one.kind}, pT ${fixed(one.pt, 2)} GeV`);
  const [met, phi] = [feature(data, 'MET'), feature(data, 'PhiMET')];
  if (met && phi) line(phi.value, reach(met.value), 'met', `missing transverse energy ${fixed(met.value, 1)} GeV`);
  // Above the lines, which are many near the middle.
  drawing.append(...scale.map(pt => svg('text', { class: 'tick over', x: middle + 3, y: middle - reach(pt) - 2 }, `${pt} GeV`)));
  return drawing;
}

/** A feature of an event by its name. */
export const feature = (data, name) => data.features.find(one => one.name === name);

const summary = data =>
  `${KINDS.map(kind => [kind, data.particles.filter(one => one.kind === kind).length])
    .filter(([, many]) => many)
    .map(([kind, many]) => `${count(many)} ${kind}${many === 1 ? '' : 's'}`)
    .join(', ')}; ${count(data.jets.length)} jets; missing energy ${fixed(feature(data, 'MET')?.value, 1)} GeV.`;
