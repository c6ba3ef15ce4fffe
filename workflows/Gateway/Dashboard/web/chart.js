// Lines in SVG, with the classes of charts.css. An axis is linear; what cannot be seen is said in the description.

import { el, svg } from './dom.js';
import { fixed } from './format.js';

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [430, 250, 52, 8, 8, 40];
const MOST_DOTS = 60;

/**
 * A chart.
 * @param {string} title what it shows
 * @param {{name: string, points: [number, number][], dots?: boolean, series: number}[]} lines
 * @param {{x: string, y: string, low?: number, high?: number, from?: number, to?: number}} axes
 */
export function lineChart(title, lines, axes) {
  const all = lines.flatMap(line => line.points);
  const [x0, x1] = range(
    all.map(point => point[0]),
    axes.from,
    axes.to,
  );
  const [y0, y1] = range(
    all.map(point => point[1]),
    axes.low,
    axes.high,
  );
  const x = value => LEFT + ((value - x0) / (x1 - x0)) * (WIDTH - LEFT - RIGHT);
  const y = value => HEIGHT - BOTTOM - ((value - y0) / (y1 - y0)) * (HEIGHT - TOP - BOTTOM);
  const label = `${title}. ${lines
    .map(line =>
      line.points.length
        ? `${line.name}: ${fixed(line.points[0][1], 4)} to ${fixed(line.points.at(-1)[1], 4)}`
        : `${line.name}: nothing yet`,
    )
    .join('; ')}.`;
  const drawing = svg('svg', { class: 'chart', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': label });
  for (const tick of ticks(y0, y1)) {
    drawing.append(
      svg('line', { class: 'grid', x1: LEFT, x2: WIDTH - RIGHT, y1: y(tick), y2: y(tick) }),
      svg('text', { class: 'tick', x: LEFT - 6, y: y(tick) + 4, 'text-anchor': 'end' }, short(tick)),
    );
  }
  for (const tick of ticks(x0, x1)) {
    drawing.append(
      svg('line', { class: 'grid', x1: x(tick), x2: x(tick), y1: TOP, y2: HEIGHT - BOTTOM }),
      svg('text', { class: 'tick', x: x(tick), y: HEIGHT - BOTTOM + 16, 'text-anchor': 'middle' }, short(tick)),
    );
  }
  drawing.append(
    svg('rect', { class: 'frame', x: LEFT, y: TOP, width: WIDTH - LEFT - RIGHT, height: HEIGHT - TOP - BOTTOM }),
    svg('text', { class: 'axis-title', x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 6, 'text-anchor': 'middle' }, axes.x),
    svg(
      'text',
      {
        class: 'axis-title',
        x: 13,
        y: (TOP + HEIGHT - BOTTOM) / 2,
        'text-anchor': 'middle',
        transform: `rotate(-90 13 ${(TOP + HEIGHT - BOTTOM) / 2})`,
      },
      axes.y,
    ),
  );
  for (const line of lines) {
    const places = thinned(line.points.map(([a, b]) => [x(a), y(b)]));
    if (places.length > 1) {
      drawing.append(svg('polyline', { class: `curve line${line.series}`, points: places.map(place => place.map(tenth).join()).join(' ') }));
    }
    if (!line.dots && places.length > 1) continue;
    if (places.length > MOST_DOTS) {
      // Many are small, without a rim, which would hide their neighbours, and one element.
      drawing.append(
        svg('path', { class: `fill${line.series}`, d: places.map(([a, b]) => `M${tenth(a - 1.5)} ${tenth(b - 1.5)}h3v3h-3z`).join('') }),
      );
    } else {
      drawing.append(...places.map(([a, b]) => svg('circle', { class: `point fill${line.series}`, cx: a, cy: b, r: 3.5 })));
    }
  }
  return drawing;
}

// Of neighbours in one unit of the width, the first, the lowest, the highest and the last: the line looks as it would with all of them.
function thinned(places) {
  if (places.length <= WIDTH) return places;
  const kept = [];
  for (let first = 0, next; first < places.length; first = next) {
    let [low, high] = [first, first];
    for (next = first + 1; next < places.length && Math.round(places[next][0]) === Math.round(places[first][0]); next++) {
      if (places[next][1] < places[low][1]) low = next;
      if (places[next][1] > places[high][1]) high = next;
    }
    for (const index of new Set([first, Math.min(low, high), Math.max(low, high), next - 1])) kept.push(places[index]);
  }
  return kept;
}

const tenth = value => value.toFixed(1);

/** What the lines are called. */
export function legend(names) {
  const list = el('ul', { class: 'legend' });
  for (const [name, series] of names) {
    list.append(el('li', {}, lineSign(series), name));
  }
  return list;
}

/** The line of a series, as it is drawn. */
export const lineSign = series =>
  svg(
    'svg',
    { class: 'line-sign', viewBox: '0 0 28 10', 'aria-hidden': 'true' },
    svg('line', { class: `line${series}`, x1: 0, y1: 5, x2: 28, y2: 5 }),
  );

/** A small sign in a colour or a shape of the drawing, for lists that say what it stands for. */
export const swatch = (shape, attributes, width = 10) =>
  svg('svg', { class: 'swatch', viewBox: `0 0 ${width} 10`, 'aria-hidden': 'true' }, svg(shape, attributes));

/** The sign of a series. */
export const colour = series => swatch('rect', { class: `fill${series}`, width: 10, height: 10 });

function range(values, low, high) {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)];
  if (!(least <= most)) [least, most] = [0, 1];
  [least, most] = [low ?? least, high ?? most];
  if (most - least < 1e-9) [least, most] = [least - 0.05, most + 0.05];
  return [least, most];
}

function ticks(low, high) {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find(digit => digit * power >= rough);
  const result = [];
  for (let value = Math.ceil(low / step - 1e-9) * step; value <= high + step * 1e-9; value += step) result.push(value);
  return result;
}

const short = value => String(Number(value.toPrecision(6)));

/** A drawing that the gateway has made, as an element. What is parsed is inert, and only the drawing is taken. */
export const drawing = text => document.importNode(new DOMParser().parseFromString(text, 'text/html').querySelector('svg'), true);
