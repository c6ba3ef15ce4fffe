// Asks before something is done that matters.

import { id, say } from './dom.js';

/** Whether the person says yes, in the page's dialog `sure`. */
export function sure(title, text) {
  say(id('sure-title'), title);
  say(id('sure-text'), text);
  const dialog = id('sure');
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise(resolve => dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true }));
}
