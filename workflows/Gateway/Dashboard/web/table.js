// Tables from plain values.

import { el } from './dom.js';

/**
 * A table.
 * @param {string | null} caption what it shows
 * @param {string[]} headings one that begins with '>' aligns its column to the right
 * @param {(Cell[] | {class: string | null, cells: Cell[]})[]} rows the first cell of a row names it; a cell is text, an element or a whole td
 */
export function table(caption, headings, rows, attributes = {}) {
  const classes = headings.map(heading => (heading.startsWith('>') ? 'n' : null));
  return el(
    'table',
    attributes,
    caption ? el('caption', {}, caption) : null,
    el(
      'thead',
      {},
      el(
        'tr',
        {},
        headings.map((heading, i) => el('th', { scope: 'col', class: classes[i] }, heading.replace(/^>/, ''))),
      ),
    ),
    el(
      'tbody',
      {},
      rows.map(one => row(one.cells ?? one, classes, { class: one.class })),
    ),
  );
}

/** A row of a table whose head is in the page; `classes` are those of its columns. */
export function row(cells, classes, attributes = {}) {
  return el(
    'tr',
    attributes,
    cells.map((cell, i) =>
      cell instanceof HTMLTableCellElement
        ? cell
        : el(i === 0 ? 'th' : 'td', { scope: i === 0 ? 'row' : null, class: classes[i] }, cell ?? ''),
    ),
  );
}

/** A table that may be wider than the page, and is scrolled by keyboard, too. */
export const scrolled = (label, content) => el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label }, content);
