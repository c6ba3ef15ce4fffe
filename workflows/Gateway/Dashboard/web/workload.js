// What a run took: each step and the processes that worked on it, what bound it, and every activity and job on one line of time.

import { get } from './api.js';
import { el, id, say, svg } from './dom.js';
import { bytes, count, duration, fixed } from './format.js';

const name = new URLSearchParams(location.search).get('run') ?? '';
const KINDS = ['io', 'inflate', 'physics', 'kernel', 'all-reduce'];
const MOST = 4000;
const [LEFT, WIDTH, ROW] = [118, 960, 13];

document.title = `Workload of ${name} · DaprHep`;
id('run').replaceChildren(el('a', { href: `run?run=${encodeURIComponent(name)}` }, name));

function rows(stage, index) {
  const sum = of => stage.replicas.reduce((total, replica) => total + (of(replica) ?? 0), 0);
  const cells = (wall, works, one) =>
    [
      wall,
      count(works),
      duration(one(replica => replica.processorSeconds)),
      duration(one(replica => replica.queueSeconds)),
      ...KINDS.map(kind => (one(replica => replica.seconds[kind]) ? duration(one(replica => replica.seconds[kind])) : '–')),
      bytes(one(replica => replica.bytesIn)),
      bytes(one(replica => replica.bytesOut)),
    ].map(text => el('td', { class: 'n' }, text));
  return [
    el(
      'tr',
      { class: 'stage' },
      el('th', { scope: 'row' }, swatch(index), stage.step),
      cells(duration(stage.seconds), stage.works, sum),
      el('td', { class: 'n' }, duration(stage.orchestrationSeconds)),
      el('td', { class: 'n' }, ''),
    ),
    ...stage.replicas.map(replica =>
      el(
        'tr',
        {},
        el('th', { scope: 'row', class: 'meta' }, replica.process),
        cells(duration(replica.wallSeconds), replica.works, of => of(replica)),
        el('td', { class: 'n' }, ''),
        el('td', { class: 'n' }, bytes(replica.memory)),
      ),
    ),
  ];
}

const swatch = index =>
  svg(
    'svg',
    { class: 'swatch', viewBox: '0 0 10 10', 'aria-hidden': 'true' },
    svg('rect', { class: `fill${index}`, width: 10, height: 10 }),
  );

// A row for each process and each thing that it did beside others.
function timeline(workload) {
  const spans = workload.timeline.slice(0, MOST);
  const lanes = new Map();
  for (const span of spans) {
    const own = lanes.get(span.process) ?? [];
    lanes.set(span.process, own);
    let lane = own.find(other => other.until <= span.taken);
    if (!lane) own.push((lane = { until: 0, spans: [] }));
    lane.until = span.ended;
    lane.spans.push(span);
  }
  const steps = workload.stages.map(stage => stage.step);
  const seconds = Math.max(workload.seconds, ...spans.map(span => span.ended), 0.001);
  const x = value => LEFT + (Math.max(0, value) / seconds) * (WIDTH - LEFT - 6);
  const total = [...lanes.values()].reduce((sum, own) => sum + own.length, 0);
  const height = total * ROW + lanes.size * 6 + 26;
  const drawing = svg('svg', {
    class: 'chart wide-chart',
    viewBox: `0 0 ${WIDTH} ${height}`,
    role: 'img',
    'aria-label': `${count(spans.length)} activities and jobs of ${lanes.size} processes in ${duration(seconds)}; the table below has their sums`,
  });
  let y = 4;
  for (const [process, own] of lanes) {
    drawing.append(svg('text', { class: 'tick', x: LEFT - 6, y: y + 10, 'text-anchor': 'end' }, process));
    for (const lane of own) {
      for (const span of lane.spans) {
        const fill = `fill${Math.max(0, steps.indexOf(span.step)) % 12}`;
        const waited = span.started - span.taken;
        const label =
          `${span.work}${span.part ? ` ${span.part}` : ''}: ${duration(span.ended - span.started)}` +
          `${waited > 0.001 ? ` after ${duration(waited)} of waiting` : ''}, ${span.state}`;
        if (span.started > span.taken)
          drawing.append(
            svg('rect', {
              class: `${fill} waited`,
              x: x(span.taken),
              y,
              width: Math.max(0.3, x(span.started) - x(span.taken)),
              height: ROW - 3,
            }),
          );
        drawing.append(
          svg(
            'rect',
            {
              class: `${fill}${span.state === 'done' ? '' : ' odd'}`,
              x: x(span.started),
              y,
              width: Math.max(0.8, x(span.ended) - x(span.started)),
              height: ROW - 3,
            },
            svg('title', {}, label),
          ),
        );
      }
      y += ROW;
    }
    y += 6;
  }
  for (let i = 0; i <= 5; i++) {
    drawing.append(
      svg(
        'text',
        { class: 'tick', x: x((seconds * i) / 5), y: height - 4, 'text-anchor': i === 5 ? 'end' : 'middle' },
        duration((seconds * i) / 5),
      ),
    );
  }
  return drawing;
}

function show(workload) {
  say(id('total'), `${workload.status}, ${duration(workload.seconds)}`);
  id('bounds').replaceChildren(
    ...workload.stages.map((stage, index) =>
      el(
        'li',
        {},
        swatch(index),
        el('strong', {}, stage.step),
        ` ${duration(stage.seconds)} (${fixed((100 * stage.seconds) / workload.seconds, 0)} %): bound by ${stage.boundBy}`,
      ),
    ),
  );
  id('timeline').replaceChildren(timeline(workload));
  id('stages').replaceChildren(...workload.stages.flatMap(rows));
}

try {
  let workload = await get(`runs/${encodeURIComponent(name)}/workload`);
  show(workload);
  while (!['completed', 'failed', 'cancelled'].includes(workload.status)) {
    await new Promise(resolve => setTimeout(resolve, 2000));
    workload = await get(`runs/${encodeURIComponent(name)}/workload`);
    show(workload);
  }
} catch (error) {
  id('problem').hidden = false;
  say(id('problem'), error.message);
}
