// The line to the gallery: asking it, changing something through it, and hearing of it what is new.

import { say as words, homely } from './words.js';

/// What the gallery refuses; `message` is a sentence for people. A `status` of 0: it has not answered.
export class Refused extends Error {
  constructor(status, code, message) {
    super(homely(message));
    this.status = status;
    this.code = code;
  }
}

/// Hears `status` (a new one is in `live.now`), `revision`, `login` and `lost`; and `changed`, when this page has
/// changed the collection itself.
export const live = Object.assign(new EventTarget(), { now: null, lostAt: null });

const say = (name, detail) => live.dispatchEvent(new CustomEvent(name, { detail }));

/// Whether this visitor is offered what changes something.
export const mayChange = () => Boolean(live.now?.may_change && live.now.role === 'owner' && live.now.token);

/// What the header of every change is: proof that it comes from this page.
export const token = () => ({ 'X-Photomesh-Token': live.now?.token ?? '' });

async function ask(path, options) {
  let response;
  let body;
  try {
    response = await fetch(path, { credentials: 'same-origin', ...options });
    body = response.headers.get('Content-Type')?.startsWith('application/json') ? await response.json() : null;
  } catch (error) {
    // A browser's words for that are none for people.
    throw error.name === 'AbortError' ? error : new Refused(0, 'lost', words('noReply'));
  }
  if (response.ok) return body;
  if (response.status === 401 && path !== LOGIN) say('login');
  throw new Refused(response.status, body?.code ?? 'unknown', body?.error ?? words('oddReply', { n: response.status }));
}

const LOGIN = '/api/login';

/// Trades the secret of a link for a session.
export const enter = (secret) => change(LOGIN, { secret });

export const get = (path, signal) => ask(path, { signal });

export const change = (path, body, signal) => ask(path, {
  method: 'POST',
  signal,
  // What was said just before the page is closed still arrives.
  keepalive: true,
  body: JSON.stringify(body),
  headers: { 'Content-Type': 'application/json', ...token() },
});

/// A list which the gallery gives page by page, as one page. What moves meanwhile may come twice, and counts once.
export async function all(path, key, idOf) {
  const found = new Map();
  let page = {};
  do {
    page = await get(page.next ? `${path}?after=${encodeURIComponent(page.next)}` : path);
    for (const one of page[key]) found.set(idOf(one), one);
  } while (page.next);
  return { ...page, [key]: [...found.values()] };
}

const AGAIN_MS = 4000;
let source = null;
let timer = 0;

/// The collection has changed by what was done here.
export const changed = () => say('changed');

/// Takes over a status, from wherever it came.
function learn(status) {
  live.now = status;
  live.lostAt = null;
  say('status');
}

/// Opens the stream of news. Only a page that is looked at has one, since a browser keeps six connections a host.
function open() {
  clearTimeout(timer);
  source?.close();
  source = new EventSource('/api/events');
  source.addEventListener('status', (event) => learn(JSON.parse(event.data)));
  source.addEventListener('revision', (event) => say('revision', JSON.parse(event.data)));
  source.addEventListener('error', () => {
    source.close();
    // An EventSource does not say why. Asking does: a login that is over answers, a gallery that is gone does not.
    get('/api/status').then(learn, lost).then(again);
  });
}

/// The gallery has refused, which `ask` has told already, or does not answer.
function lost(error) {
  if (error instanceof Refused && error.status > 0) return error.status;
  live.lostAt = Date.now() + AGAIN_MS;
  say('lost');
  return 0;
}

/// Without a session there is nothing to hear; a page that is not looked at opens its stream when it is.
function again(status) {
  if (status !== 401 && !document.hidden) timer = setTimeout(open, AGAIN_MS);
}

/// Begins, and goes on whenever the page is looked at again.
export function start() {
  open();
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) { source?.close(); clearTimeout(timer); } else { open(); }
  });
}
