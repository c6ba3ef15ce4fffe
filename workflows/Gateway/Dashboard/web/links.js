// Where a run is: its pages, and its routes of the gateway.

import { el } from './dom.js';

/** The run that the address of the page names. */
export const runOfPage = () => new URLSearchParams(location.search).get('run') ?? '';

/** The address of a page about runs. */
export const pageOf = (page, ...runs) => `${page}?${runs.map(run => `run=${encodeURIComponent(run)}`).join('&')}`;

/** The path of a run's routes. */
export const pathOf = run => `runs/${encodeURIComponent(run)}`;

/** A link to the page of a run. */
export const runLink = run => el('a', { href: pageOf('run', run) }, run);
