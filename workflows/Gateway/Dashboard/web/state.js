// A run's state: a sign and a word, so that colour is not all there is.

import { el } from './dom.js';

const SIGNS = { pending: '◌', running: '▶', suspended: '⏸', completed: '✓', failed: '✕', cancelled: '■' };

export function stateOf(run) {
  const more = run.status === 'running' ? (run.waiting ? 'waits' : run.step) : null;
  return el(
    'span',
    { class: `state ${run.status}`, title: run.waiting ?? run.error ?? null },
    el('span', { 'aria-hidden': 'true' }, SIGNS[run.status] ?? ''),
    run.status,
    more ? el('small', {}, more) : null,
  );
}
