// Removing photos: first the plan, then a button that names the number, then an undo.

import { h, button, fill, named } from './dom.js';
import { dialog, toast } from './notices.js';
import { say, homely } from './words.js';
import { change, changed, Refused } from './live.js';

/// As many are listed as somebody reads.
const LISTED = 12;

/// So many plans are asked for at a time, which leaves the browser connections for pictures.
const AT_A_TIME = 3;

/// As many are removed at a time.
const PIECE = 128;

/// Asks, and removes; whether anything was.
export async function removePhotos(photos) {
  const body = h('div', { class: 'body', role: 'status' }, say('planning'));
  // The first button is the one that has the focus: that a key is pressed too early removes nothing.
  const actions = h('div', { class: 'actions' }, button(say('cancel'), () => box.close()));
  const title = h('h2', { id: 'remove-title' }, say('removeTitle', { n: photos.length }));
  const gone = [];
  const stop = new AbortController();
  const box = dialog({ class: 'sheet', 'aria-labelledby': 'remove-title' }, title, body, actions);
  let removing = null;
  const remove = async (groups) => {
    const failures = await removeAll(groups, gone, stop.signal);
    if (gone.length > 0) changed();
    if (failures.length === 0) { box.close(); return; }
    const some = say('removedSome', { a: gone.length, b: groups.flat().length });
    if (!box.open) { toast(some); return; }
    fill(title, some);
    fill(body, list(failures));
    fill(actions, button(say('close'), () => box.close()));
    actions.firstChild.focus();
  };
  return new Promise((done) => {
    // Whoever closes it meanwhile stops what has not begun; what is gone by then can be taken back.
    box.addEventListener('close', async () => {
      stop.abort();
      await removing;
      if (gone.length > 0) offerUndo(gone);
      done(gone.length > 0);
    });
    plan(photos, stop.signal).then(({ groups, lines }) => {
      const n = groups.flat().length;
      fill(body, n === 0 && h('p', {}, say('removeNothing')), list(lines));
      if (n === 0) return;
      const go = button(say('removeDo', { n }), () => {
        go.disabled = true;
        removing = remove(groups);
      }, { class: 'button danger' });
      actions.append(go);
    }).catch((error) => fill(body, say('failed', { reason: error.message })));
  });
}

/// What would go and what would stay, of each photo and its versions, in the daemon's words. What is not to be removed
/// here, like a friend's photo, stays, and the others go all the same. `groups` are ids that go together.
async function plan(photos, signal) {
  const groups = [];
  const [goes, stays] = [[], []];
  const known = new Set();
  for (const found of await askAll(photos, signal)) {
    if (found.refused) {
      stays.push({ name: found.name, words: say('planStays', { effect: found.refused }) });
      continue;
    }
    const versions = found.photos.filter(({ id }) => !known.has(id));
    const group = [];
    for (const { id, names, withdrawn, stays: rests, effect } of versions) {
      known.add(id);
      const name = names[0] ?? found.name;
      if (withdrawn) group.push({ id, name });
      const going = withdrawn && !rests;
      const words = say(going ? 'planGoes' : 'planStays', { effect: homely(effect) });
      (going ? goes : stays).push({ name, words });
    }
    if (group.length > 0) groups.push(group);
  }
  // What stays is what nobody expects, so it is not at the end of a long list.
  return { groups, lines: [...stays, ...goes] };
}

/// The plans of photos, in their order; or why there is none.
async function askAll(photos, signal) {
  const all = [];
  for (let at = 0; at < photos.length; at += AT_A_TIME) {
    all.push(...await Promise.all(photos.slice(at, at + AT_A_TIME).map(({ id, name }) =>
      change('/api/remove/plan', { photo: id }, signal).catch((error) => {
        if (!isOfPhoto(error)) throw error;
        return { name, refused: error.message };
      }))));
  }
  return all;
}

/// Removes piece by piece, and collects in `gone` the ids of what was. What could not be is told.
async function removeAll(groups, gone, signal) {
  const failures = [];
  for (const piece of pieces(groups)) {
    if (signal.aborted) break;
    try {
      await change('/api/remove', { photos: piece.map(({ id }) => id) });
      gone.push(...piece.map(({ id }) => id));
    } catch (error) {
      failures.push(...piece.map(({ name }) => ({ name, words: error.message })));
    }
  }
  return failures;
}

/// As few pieces as hold all; versions of a picture stay together, since a worse one would come back for a better.
function pieces(groups) {
  const all = [];
  for (const group of groups) {
    if (all.length === 0 || all.at(-1).length + group.length > PIECE) all.push([]);
    all.at(-1).push(...group);
  }
  return all;
}

function offerUndo(ids) {
  toast(say('removed', { n: ids.length }), { label: say('undo'), run: async () => {
    let back = 0;
    let why = null;
    for (const photo of ids) {
      await change('/api/trash/restore', { photo }).then(() => { back += 1; }, (error) => { why ??= error; });
    }
    changed();
    if (!why) toast(say('restoredAll', { n: back }));
    else toast(say('restoredSome', { a: back, b: ids.length, reason: why.message }));
  } });
}

/// Whether a refusal is of this photo, and others may fare better.
const isOfPhoto = (error) => error instanceof Refused && [404, 409].includes(error.status);

function list(lines) {
  return [h('ul', { class: 'plan' }, lines.slice(0, LISTED).map(({ name, words }) => h('li', {},
    named(name, { class: 'strong cut' }), h('span', { class: 'quiet' }, words)))),
  lines.length > LISTED && h('p', { class: 'quiet' }, say('planMore', { n: lines.length - LISTED }))];
}
