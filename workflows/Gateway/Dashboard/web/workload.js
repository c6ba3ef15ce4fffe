// What a run took: each step and the processes that worked on it, what bound it, and every activity and job on one line of time.

import { get } from './api.js';
import { swatch } from './chart.js';
import { el, fail, id, say, svg } from './dom.js';
import { bytes, count, duration, fixed, hasEnded } from './format.js';
import { pathOf, runLink, runOfPage } from './links.js';

const name = runOfPage();
const KINDS = ['io', 'inflate', 'physics', 'kernel', 'all-reduce'];
const UNDER_WAY_OR_DONE = new Set(['waiting', 'running', 'done']);
const MOST = 4000;
const [LEFT, WIDTH, ROW] = [118, 960, 13];

// A run without a GPU has no column for it.
let onGpu = false;

document.title = `Workload of ${name} · DaprHep`;
id('run').replaceChildren(runLink(name));

// Each step has its own colour, in every run.
const colour = step => swatch('rect', { class: `step-${step}`, width: 10, height: 10 });

function rows(stage) {
  return [
    row({ class: 'stage' }, el('th', { scope: 'row' }, colour(stage.step), stage.step), stage.seconds, stage.works, stage.replicas, [
      duration(stage.orchestrationSeconds),
      '',
    ]),
    ...stage.replicas.map(replica =>
      row({}, el('th', { scope: 'row', class: 'meta' }, replica.process), replica.wallSeconds, replica.works, [replica], [
        '',
        bytes(replica.memory),
      ]),
    ),
  ];
}

// What some processes took, added up; of what none of them has measured, a dash.
function row(attributes, head, wall, works, replicas, last) {
  const known = of => replicas.map(of).filter(Number.isFinite);
  const sum = of => (known(of).length ? known(of).reduce((total, value) => total + value) : NaN);
  const gpus = known(replica => replica.gpuUse);
  const gpuMemory = Math.max(...known(replica => replica.gpuMemory));
  const cells = [
    duration(wall),
    count(works),
    duration(sum(replica => replica.processorSeconds)),
    duration(sum(replica => replica.queueSeconds)),
    ...KINDS.map(kind => duration(sum(replica => replica.seconds[kind]))),
    onGpu ? (gpus.length ? `${fixed((100 * sum(replica => replica.gpuUse)) / gpus.length, 0)} %, ${bytes(gpuMemory)}` : '–') : null,
    bytes(sum(replica => replica.bytesIn)),
    bytes(sum(replica => replica.bytesOut)),
    ...last,
  ];
  return el(
    'tr',
    attributes,
    head,
    cells.filter(text => text !== null).map(text => el('td', { class: 'n' }, text)),
  );
}

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
        const fill = `step-${span.step}`;
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
              class: `${fill}${UNDER_WAY_OR_DONE.has(span.state) ? '' : ' odd'}`,
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
    ...workload.stages.map(stage =>
      el(
        'li',
        {},
        colour(stage.step),
        el('strong', {}, stage.step),
        ` ${duration(stage.seconds)} (${fixed((100 * stage.seconds) / workload.seconds, 0)} %): bound by ${stage.boundBy}`,
      ),
    ),
  );
  id('timeline').replaceChildren(timeline(workload));
  onGpu = workload.stages.some(stage => stage.replicas.some(replica => Number.isFinite(replica.gpuUse)));
  document.querySelector('th.gpu').hidden = !onGpu;
  id('stages').replaceChildren(...workload.stages.flatMap(rows));
}

try {
  for (;;) {
    const workload = await get(`${pathOf(name)}/workload`);
    show(workload);
    if (hasEnded(workload)) break;
    await new Promise(resolve => setTimeout(resolve, 2000));
  }
} catch (error) {
  fail(error);
}
