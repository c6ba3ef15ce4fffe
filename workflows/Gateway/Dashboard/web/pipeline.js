// The pipeline as a row of steps, each with its state, its rate and, of a fan-out, a cell for each part.

import { el, say } from './dom.js';
import { count, duration, hasEnded } from './format.js';

// Which activities and jobs belong to which step; those that are a fan-out have cells.
const STEP_OF = {
  PlanPartitions: 'plan',
  ConvertPartition: 'convert',
  ExcludeFiles: 'convert',
  MergeStatistics: 'statistics',
  ScatterPartition: 'shards',
  BuildShard: 'shards',
  ProposeTrials: 'tune',
  RecordTrials: 'tune',
  'job trial': 'tune',
  'job train': 'train',
  rank: 'train',
  EvaluateModel: 'evaluate',
  Promote: 'promote',
  WriteReport: 'report',
};
const SIGN = { done: '✓', now: '▶', failed: '✕', later: '·' };
const MOST_CELLS = 1500;

export const stepOf = work => STEP_OF[work.work];

/** The steps of a run, drawn into a list; call the result with what is known whenever that changes. */
export function pipeline(list, tell) {
  const cards = new Map();
  const rates = new Map();
  return draw;

  function draw(run, progress, work) {
    const steps = run.steps ?? [];
    for (const name of steps) if (!cards.has(name)) cards.set(name, card(name));
    list.replaceChildren(...steps.map(name => cards.get(name).item));
    const timings = new Map((run.timings ?? []).map(timing => [timing.step, timing]));
    for (const name of steps) {
      const state = stateOf(run, name, timings);
      const { item, mark, bar, line, cells } = cards.get(name);
      item.className = state;
      say(mark, SIGN[state]);
      item.setAttribute('aria-label', `${name}: ${{ done: 'done', now: 'under way', failed: 'failed', later: 'not begun' }[state]}`);
      const timing = timings.get(name);
      const told = progress.get(name);
      const share = told?.totalEvents > 0 ? told.events / told.totalEvents : 0;
      bar.hidden = state !== 'now' || !told;
      if (!bar.hidden) bar.value = share;
      say(
        line,
        timing
          ? `${duration(timing.seconds)}${timing.events && timing.seconds ? ` · ${count(timing.events / timing.seconds)} ev/s` : ''}`
          : state === 'now'
            ? rateOf(name, told) || (run.waiting ?? '')
            : '',
      );
      parts(
        cells,
        work.filter(one => stepOf(one) === name),
        state === 'now' ? run.parts : null,
      );
    }
  }

  // Events a second over the last seconds, and the time that is left at that rate.
  function rateOf(name, told) {
    if (!told) return '';
    const now = performance.now();
    const seen = rates.get(name) ?? [];
    if (seen.at(-1)?.events !== told.events) seen.push({ at: now, events: told.events });
    while (seen.length > 2 && now - seen[0].at > 8000) seen.shift();
    rates.set(name, seen);
    const seconds = (now - seen[0].at) / 1000;
    const rate = seconds > 0.2 ? (told.events - seen[0].events) / seconds : 0;
    const left = rate > 0 ? ` · ${duration((told.totalEvents - told.events) / rate)} left` : '';
    return `${count(told.events)} of ${count(told.totalEvents)}${rate > 0 ? ` · ${count(rate)} ev/s` : ''}${left}`;
  }

  function parts(cells, work, expected) {
    const byPart = new Map();
    for (const one of work) {
      if (one.part === undefined) continue;
      const key = `${one.work === 'ScatterPartition' ? 'scatter ' : ''}${one.part}`;
      byPart.set(key, [...(byPart.get(key) ?? []), one]);
    }
    const total = Math.max(byPart.size, expected ?? 0);
    cells.hidden = total < 2;
    if (cells.hidden) return;
    const states = [...byPart].map(([part, tries]) => ({ part, tries, last: tries.at(-1), state: cellState(tries.at(-1)) }));
    states.sort((a, b) => a.part.localeCompare(b.part, 'en', { numeric: true }));
    const many = name => states.filter(one => one.state === name).length;
    cells.setAttribute('aria-label', `${count(total)} parts: ${many('done')} done, ${many('running')} running, ${many('failed')} failed`);
    const wanted = Math.min(total, MOST_CELLS);
    while (cells.children.length > wanted) cells.lastChild.remove();
    while (cells.children.length < wanted) cells.append(el('button', { type: 'button', onclick: event => event.target.show?.() }));
    for (let i = 0; i < wanted; i++) {
      const one = states[i];
      const cell = cells.children[i];
      const about = one ? `part ${one.part}: ${one.last.state}${one.tries.length > 1 ? `, try ${one.tries.length}` : ''}` : 'not begun';
      const look = one ? `${one.state}${one.tries.length > 1 ? ' retried' : ''}` : '';
      if (cell.className !== look) cell.className = look;
      if (cell.title !== about) {
        cell.title = about;
        cell.setAttribute('aria-label', about);
      }
      // Of many cells one is in the tab order; arrows go on from there.
      cell.tabIndex = i === 0 ? 0 : -1;
      cell.show = one
        ? () =>
            tell(
              `${about}${one.last.subject ? `, ${one.last.subject}` : ''}${one.last.error ? `: ${one.last.error}` : ''}` +
                ` (${one.last.process}${one.last.ended ? `, ${duration((Date.parse(one.last.ended) - Date.parse(one.last.taken)) / 1000)}` : ''})`,
            )
        : null;
    }
  }
}

function card(name) {
  const mark = el('span', { class: 'mark', 'aria-hidden': 'true' });
  const bar = el('progress', { max: 1, 'aria-label': `${name}, share done`, hidden: true });
  const line = el('p');
  const cells = el('div', { class: 'cells', role: 'group', hidden: true, onkeydown: move });
  return { item: el('li', {}, el('h3', {}, el('span', {}, name), mark), bar, line, cells), mark, bar, line, cells };
}

function move(event) {
  const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 10, ArrowUp: -10 }[event.key];
  if (!by) return;
  event.preventDefault();
  const cells = [...event.currentTarget.children];
  cells[Math.max(0, Math.min(cells.length - 1, cells.indexOf(document.activeElement) + by))].focus();
}

function stateOf(run, name, timings) {
  if (timings.has(name) || run.status === 'completed') return 'done';
  if (run.step !== name) return 'later';
  return hasEnded(run) ? 'failed' : 'now';
}

const cellState = work => ({ done: 'done', running: 'running', failed: 'failed', bad_input: 'failed' })[work.state] ?? '';
