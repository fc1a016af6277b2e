// One photo in the timeline: its picture, what it says of itself, and the circle to tick it. Tiles are used again.

import { h, icon, fill, picture, showThumb } from './dom.js';
import { say, number, dayChip, longDay, kind } from './words.js';
import { live } from './live.js';

/// The daemon wants that many copies unless it says otherwise.
const COPIES = 2;

export class Tile {
  photo = null;
  #pictured = false;

  constructor() {
    this.image = picture();
    this.day = h('span', { class: 'chip day' });
    this.risk = h('span', { class: 'chip risk' });
    this.versions = h('span', { class: 'chip versions' });
    this.word = h('span', { class: 'opaque' });
    this.link = h('a', { class: 'photo' }, this.image, this.word, this.day, this.risk, this.versions);
    this.circle = h('button', { class: 'tick', type: 'button', role: 'checkbox', tabindex: -1 }, icon('check'));
    this.item = h('div', { class: 'tile', role: 'listitem' }, this.link, this.circle);
  }

  /// Stands for another photo from now on, which need not be known yet.
  place({ index, count, x, y, width, height, day, reachable }) {
    const { item, link } = this;
    this.index = index;
    item.style.transform = `translate(${x}px, ${y}px)`;
    item.style.width = `${width}px`;
    item.style.height = `${height}px`;
    item.ariaSetSize = count;
    item.ariaPosInSet = index + 1;
    item.classList.remove('picked');
    link.tabIndex = reachable ? 0 : -1;
    link.removeAttribute('href');
    link.ariaLabel = say('loading');
    this.day.hidden = day === null;
    this.day.textContent = day === null ? '' : dayChip(day);
    this.risk.hidden = this.versions.hidden = this.word.hidden = this.circle.hidden = true;
  }

  /// Gets to know its photo, when its page has come.
  identify(photo, picked) {
    this.photo = photo;
    this.link.href = `/p/${photo.id}`;
    this.link.ariaLabel = say('tile', {
      name: photo.name,
      day: photo.second === null ? say('noDate') : longDay(photo.second),
      where: say('onComputers', { n: photo.copies }),
    });
    this.risk.hidden = photo.copies >= (live.now?.status?.copies_wanted ?? COPIES);
    this.risk.textContent = say('copies', { n: photo.copies });
    this.versions.hidden = photo.versions === 0;
    fill(this.versions, icon('duplicates'), number(photo.versions + 1));
    this.versions.title = say('worseVersions', { n: photo.versions });
    this.word.hidden = photo.drawable;
    this.word.textContent = kind(photo);
    this.circle.hidden = false;
    this.tick(picked);
  }

  tick(picked) {
    this.item.classList.toggle('picked', picked);
    this.circle.ariaChecked = picked;
    this.circle.ariaLabel = this.photo ? say('select', { name: this.photo.name }) : '';
  }

  /// Asks for its picture, once.
  picture() {
    if (this.#pictured || !this.photo?.drawable) return;
    this.#pictured = true;
    showThumb(this.image, this.photo.id);
  }

  /// Gives up its photo, and the picture that may be on its way.
  release() {
    this.item.remove();
    showThumb(this.image, null);
    this.#pictured = false;
    this.photo = null;
  }
}
