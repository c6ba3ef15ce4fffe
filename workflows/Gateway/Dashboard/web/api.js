// The gateway's API. Where it asks for a token, the person is asked once; a cookie then stands for it. An error is an Error whose message
// is the problem's own text.

import { el, id, say } from './dom.js';

const MARK = { 'X-DaprHep-Dashboard': '1' };
let asking = null;

/** The JSON of an address below the gateway's root. */
export const get = async path => (await ask('GET', path)).json();

/** The JSON of an address, and the headers of the answer. */
export async function getWithHeaders(path) {
  const answer = await ask('GET', path);
  return { body: await answer.json(), headers: answer.headers };
}

/** The text of an address. */
export const text = async path => (await ask('GET', path)).text();

/** Sends a request that changes something. */
export async function send(method, path, body) {
  const answer = await ask(method, path, body);
  return answer.status === 204 ? null : answer.json();
}

/**
 * Follows server-sent events until the caller has enough; a lost connection is made again, and the gateway then repeats what there is.
 * @param {string} path
 * @param {(event: string, data: any) => boolean} take what to do with an event; true ends it
 */
export async function follow(path, take) {
  for (let pause = 250; ; pause = Math.min(pause * 2, 5000)) {
    try {
      const answer = await ask('GET', path);
      connected(true);
      pause = 250;
      if (await read(answer.body.getReader(), take)) return;
    } catch (error) {
      if (error.status && error.status < 500) throw error;
    }
    connected(false);
    await new Promise(resolve => setTimeout(resolve, pause));
  }
}

/** Says whether the gateway answers. */
export function connected(is) {
  const place = id('connection');
  place.classList.toggle('lost', !is);
  say(place, is ? '' : 'The gateway does not answer; trying again …');
}

async function read(reader, take) {
  const decoder = new TextDecoder();
  for (let rest = ''; ;) {
    const { value, done } = await reader.read();
    if (done) return false;
    rest += decoder.decode(value, { stream: true });
    const blocks = rest.split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) {
      const lines = block.split('\n');
      const event =
        lines
          .find(line => line.startsWith('event:'))
          ?.slice(6)
          .trim() ?? 'message';
      const data = lines
        .filter(line => line.startsWith('data:'))
        .map(line => line.slice(5))
        .join('\n');
      if (data && take(event, JSON.parse(data))) return true;
    }
  }
}

async function ask(method, path, body) {
  const answer = await fetch(`../${path}`, {
    method,
    headers: body === undefined ? MARK : { ...MARK, 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
    credentials: 'same-origin',
  });
  if (answer.ok) return answer;
  if (answer.status === 401) {
    await token();
    return ask(method, path, body);
  }
  throw await problem(answer);
}

async function problem(answer) {
  let message = `${answer.status} ${answer.statusText}`;
  try {
    const json = await answer.json();
    message = json.errors
      ? Object.entries(json.errors)
          .map(([field, texts]) => `${field}: ${texts.join(', ')}`)
          .join('\n')
      : (json.detail ?? json.title ?? message);
  } catch {
    /* not a problem document: the status has to do */
  }
  return Object.assign(new Error(message), { status: answer.status });
}

// One question at a time, whoever needs the answer.
function token() {
  asking ??= askForToken().finally(() => {
    asking = null;
  });
  return asking;
}

function askForToken() {
  return new Promise(resolve => {
    const input = el('input', { type: 'password', id: 'token', autocomplete: 'current-password', required: true });
    const wrong = el('p', { class: 'problem', role: 'alert', id: 'token-problem', hidden: true });
    const dialog = el(
      'dialog',
      { 'aria-labelledby': 'token-title' },
      el(
        'form',
        { onsubmit: submit },
        el('h2', { id: 'token-title' }, 'This gateway asks for its API token'),
        el('p', {}, 'It is asked for once in this browser session. Whoever runs the gateway has set it as DAPRHEP_API_TOKEN.'),
        wrong,
        el('label', { class: 'field' }, 'Token', input),
        el('p', { class: 'actions' }, el('button', { class: 'primary' }, 'Go on')),
      ),
    );
    dialog.addEventListener('cancel', event => event.preventDefault());
    document.body.append(dialog);
    dialog.showModal();
    input.focus();

    async function submit(event) {
      event.preventDefault();
      const answer = await fetch('session', { method: 'POST', headers: { ...MARK, Authorization: `Bearer ${input.value}` } }).catch(
        () => null,
      );
      if (answer?.ok) {
        dialog.close();
        dialog.remove();
        resolve();
        return;
      }
      wrong.hidden = false;
      say(wrong, answer?.status === 401 ? 'This is not the token.' : 'The gateway does not answer.');
      input.select();
    }
  });
}
