// The one field of a visitor who has no session, and the link that fills it in.

import { h, fill } from './dom.js';
import { toast } from './notices.js';
import { say } from './words.js';
import { enter, Refused } from './live.js';

/// Tells words in the door, while it is there.
let tell = null;

/// Uses a secret; the words that say why it was not taken, or null.
const words = (secret) => enter(secret).then(() => null, (error) =>
  (error instanceof Refused && error.status === 401 ? say('loginWrong') : error.message));

/// A link ends in `#SECRET`, which browsers do not send. It is used, and wiped from the address and the history.
/// What comes of it is as `words` tells it; undefined if there is none.
async function fromAddress() {
  const secret = location.hash.slice(1);
  // The other addresses of that kind are the page's own.
  if (!secret || document.getElementById(secret)) return undefined;
  history.replaceState(history.state, '', location.pathname + location.search);
  return /^[\w-]{6,}$/.test(secret) ? words(secret) : say('loginWrong');
}

/// Uses the link of the address, if it is one, now and whenever the address becomes one.
export async function loginFromAddress() {
  addEventListener('hashchange', async () => {
    const wrong = await fromAddress();
    if (wrong === null) location.reload();
    else if (wrong) (tell ?? toast)(wrong);
  });
  return fromAddress();
}

/// Puts the login in the place of the page, above whatever is open; `said` is what came of the link in the address.
export function login(said = '') {
  if (tell) return;
  document.body.classList.add('locked');
  const wrong = h('p', { class: 'wrong', role: 'alert' });
  const field = h('input', { type: 'password', id: 'secret', class: 'field', autocomplete: 'current-password' });
  const form = h('form', { class: 'login', on: { submit: async (event) => {
    event.preventDefault();
    // A whole link may have been pasted.
    const why = await words(field.value.trim().split('#').at(-1));
    if (why === null) location.reload(); else tell(why);
  } } },
  h('h1', { id: 'door-title' }, say('loginTitle')), h('label', { for: 'secret' }, say('loginText')), field,
  h('p', { class: 'quiet' }, say('loginHelp')),
  h('button', { class: 'button primary', type: 'submit' }, say('loginDo')), wrong);
  const door = h('dialog', { class: 'door', 'aria-labelledby': 'door-title', on: {
    cancel: (event) => event.preventDefault(),
    // A browser lets a second Escape through.
    close: () => door.showModal(),
  } }, form);
  tell = (why) => {
    fill(wrong, why);
    field.select();
  };
  document.body.append(door);
  door.showModal();
  tell(said);
}
