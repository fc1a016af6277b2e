// What lies in the trash of this computer: why, and the way back.

import { h, button, fill, named, thumb, retryPictures } from './dom.js';
import { dialog, toast, failed, keepFocus } from './notices.js';
import { say, phrase, bytes, called, homely, listText, stays } from './words.js';
import { all, change, changed, live, mayChange } from './live.js';

export class Trash {
  #photos = [];
  /// How many the daemon has told of when it was asked last.
  #key;
  #turn = 0;

  constructor() {
    this.title = h('h1', {}, say('trash'));
    this.count = h('span', { class: 'count' });
    this.empty = button(say('purge'), () => this.#purge());
    this.list = h('ul', { class: 'cards' });
    this.nothing = h('div', { class: 'nothing', hidden: true },
      h('h1', {}, say('trashEmpty')), h('p', {}, say('trashEmptyMore')));
    this.element = h('section', { class: 'trash', hidden: true },
      h('div', { class: 'heading' }, this.title, this.count, this.empty), this.list, this.nothing,
      h('p', { class: 'quiet' }, say('othersTrash')));
    live.addEventListener('status', () => this.#status());
  }

  /// Guests are told nothing of it; who this is may not be known yet, and then the status brings it.
  enter() {
    if (live.now?.role !== 'owner') return undefined;
    this.#key = live.now.status?.trash;
    return this.#load();
  }

  #status() {
    retryPictures(this.list);
    const count = live.now.status?.trash;
    if (this.element.hidden || count === undefined || count === this.#key) return;
    this.enter();
  }

  /// What is asked for last is shown, however many come and go meanwhile.
  async #load() {
    const turn = ++this.#turn;
    try {
      const page = await all('/api/trash', 'photos', ({ id }) => id);
      if (turn !== this.#turn) return;
      this.#photos = page.photos;
      fill(this.title, phrase('trashOf', { name: named(called(page.called)) }));
      this.#draw();
    } catch (error) {
      if (turn !== this.#turn) return;
      // With the next status it is asked for again.
      this.#key = undefined;
      failed(error);
    }
  }

  #draw() {
    const { length } = this.#photos;
    this.nothing.hidden = length > 0;
    this.title.parentElement.hidden = length === 0;
    fill(this.count, say('photosCount', { n: length }));
    this.empty.hidden = !mayChange() || length === 0;
    const focused = this.list.contains(document.activeElement);
    fill(this.list, this.#photos.map((photo) => this.#card(photo)));
    if (focused) keepFocus();
  }

  #card(photo) {
    return h('li', { class: 'card' },
      h('a', { href: `/p/${photo.id}`, class: 'frame', 'aria-label': photo.name }, thumb(photo.id)),
      h('div', { class: 'text' },
        named(photo.name, { class: 'strong cut' }),
        h('p', { class: 'quiet' }, bytes(photo.bytes), ' · ', homely(photo.reason)),
        h('p', { class: 'quiet' }, stays(photo.stay)),
        photo.companions.length > 0 && h('p', { class: 'quiet' }, say('with', { list: listText(photo.companions) }))),
      mayChange() && button(say('restore'), () => this.#restore(photo)));
  }

  async #restore(photo) {
    try {
      await change('/api/trash/restore', { photo: photo.id });
      changed();
      toast(say('restored', { name: photo.name }));
      await this.#load();
    } catch (error) {
      failed(error);
    }
  }

  #purge() {
    const body = h('div', { class: 'body' }, say('purgeMore'));
    const actions = h('div', { class: 'actions' }, button(say('cancel'), () => box.close()));
    const box = dialog({ class: 'sheet', 'aria-labelledby': 'purge-title' },
      h('h2', { id: 'purge-title' }, say('purgeTitle')), body, actions);
    const go = button(say('purgeDo', { n: this.#photos.length }), async () => {
      go.disabled = true;
      try {
        const { deleted, kept, why } = await change('/api/trash/purge', { older_than: 0 });
        if (!box.open) toast(say('purged', { n: deleted }));
        fill(body, say('purged', { n: deleted }), kept > 0 && [' ', say('purgeKept', { n: kept })],
          h('ul', { class: 'plan' }, why.map(({ name, reason }) => h('li', {},
            named(name, { class: 'strong cut' }), h('span', { class: 'quiet' }, homely(reason))))));
        fill(actions, button(say('close'), () => box.close()));
        actions.firstChild.focus();
        await this.#load();
      } catch (error) {
        fill(body, say('failed', { reason: error.message }));
      }
    }, { class: 'button danger' });
    actions.append(go);
  }
}
