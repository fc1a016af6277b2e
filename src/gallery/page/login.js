// The one field of a visitor who has no session, and the link that fills it in.

import { h, fill } from './dom.js';
import { say } from './words.js';

/// Posts a secret; the words that say why it was not taken, or null.
async function enter(secret) {
  const response = await fetch('/api/login', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ secret }),
  });
  if (response.ok) return null;
  return say(response.status === 429 ? 'loginSlow' : 'loginWrong');
}

/// A link ends in `#SECRET`, which browsers do not send. It is posted, and wiped from the address and the history.
export async function loginFromAddress() {
  const secret = location.hash.slice(1);
  if (!/^[\w-]{6,}$/.test(secret) || secret === 'main') return;
  history.replaceState(null, '', location.pathname + location.search);
  await enter(secret).catch(() => null);
}

/// Puts the login in the place of the page. A link that is opened in the same tab only changes the address.
export function login() {
  if (document.body.classList.contains('locked')) return;
  document.body.classList.add('locked');
  const wrong = h('p', { class: 'wrong', role: 'alert' });
  const field = h('input', { type: 'password', id: 'secret', class: 'field', autocomplete: 'current-password' });
  const form = h('form', { class: 'login', on: { submit: async (event) => {
    event.preventDefault();
    // A whole link may have been pasted.
    const words = await enter(field.value.trim().split('#').at(-1)).catch((error) => error.message);
    if (words === null) location.reload();
    fill(wrong, words ?? '');
    field.select();
  } } },
  h('h1', {}, say('loginTitle')), h('label', { for: 'secret' }, say('loginText')), field,
  h('button', { class: 'button primary', type: 'submit' }, say('loginDo')), wrong);
  document.body.append(h('div', { class: 'door' }, form));
  field.focus();
  addEventListener('hashchange', () => loginFromAddress().then(() => location.reload()));
}
