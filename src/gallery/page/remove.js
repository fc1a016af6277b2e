// Removing photos: first the plan, then a button that names the number, then an undo.

import { h, button, fill, named } from './dom.js';
import { dialog, toast, failed } from './notices.js';
import { say, phrase, homely } from './words.js';
import { change } from './live.js';

/// As many are listed as somebody reads.
const LISTED = 12;

/// Asks, and removes; whether anything was.
export async function removePhotos(photos) {
  const body = h('div', { class: 'body' }, say('planning'));
  const actions = h('div', { class: 'actions' });
  const box = dialog({ class: 'sheet', 'aria-labelledby': 'remove-title' },
    h('h2', { id: 'remove-title' }, say('removeTitle', { n: photos.length })), body, actions);
  const cancel = button(say('cancel'), () => box.close());
  fill(actions, cancel);
  return new Promise((done) => {
    let removed = false;
    box.addEventListener('close', () => done(removed));
    plan(photos).then(({ goes, lines }) => {
      fill(body, h('ul', { class: 'plan' }, lines.slice(0, LISTED)),
        lines.length > LISTED && h('p', { class: 'quiet' }, say('planMore', { n: lines.length - LISTED })),
        goes.length === 0 && h('p', {}, say('removeNothing')));
      if (goes.length === 0) return;
      const go = button(say('removeDo', { n: goes.length }), async () => {
        go.disabled = true;
        try {
          await change('/api/remove', { photos: goes });
          removed = true;
          box.close();
          offerUndo(goes);
        } catch (error) {
          failed(error);
          box.close();
        }
      }, { class: 'button danger' });
      actions.append(go);
      go.focus();
    }, (error) => fill(body, say('failed', { reason: error.message })));
  });
}

/// What would go and what would stay, of each photo and its versions, in the daemon's words.
async function plan(photos) {
  const goes = [];
  const lines = [];
  for (const { id } of photos) {
    const { name, photos: versions } = await change('/api/remove/plan', { photo: id });
    for (const version of versions) {
      if (version.withdrawn) goes.push(version.id);
      const key = version.withdrawn && !version.stays ? 'planGoes' : 'planStays';
      lines.push(h('li', {}, named(version.names[0] ?? name, { class: 'strong cut' }),
        h('span', { class: 'quiet' }, phrase(key, { effect: homely(version.effect) }))));
    }
  }
  return { goes, lines };
}

function offerUndo(ids) {
  toast(say('removed', { n: ids.length }), { label: say('undo'), run: async () => {
    try {
      for (const photo of ids) await change('/api/trash/restore', { photo });
      toast(say('restoredAll', { n: ids.length }));
    } catch (error) {
      failed(error);
    }
  } });
}
