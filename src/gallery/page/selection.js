// What is ticked, and the bar with what can be done with it.

import { h, iconButton, button, fill, pause } from './dom.js';
import { say } from './words.js';
import { live, mayChange } from './live.js';
import { removePhotos } from './remove.js';

/// Photos by id, in the order in which they were ticked. Says `change`.
export class Selection extends EventTarget {
  #photos = new Map();

  get size() { return this.#photos.size; }
  get photos() { return [...this.#photos.values()]; }
  has(id) { return this.#photos.has(id); }

  toggle(photo) {
    if (!this.#photos.delete(photo.id)) this.#photos.set(photo.id, photo);
    this.#say();
  }

  add(photos) {
    for (const photo of photos) this.#photos.set(photo.id, photo);
    this.#say();
  }

  clear() {
    this.#photos.clear();
    this.#say();
  }

  #say() { this.dispatchEvent(new Event('change')); }
}

/// Fetches files one after the other, since a browser asks before it takes many at once.
export async function download(photos) {
  for (const { id, name } of photos) {
    const link = h('a', { href: `/photo/${id}/${encodeURIComponent(name)}?download`, download: '' });
    document.body.append(link);
    link.click();
    link.remove();
    await pause(400);
  }
}

export class SelectionBar {
  constructor(selection) {
    this.selection = selection;
    this.count = h('span', { class: 'count', role: 'status' });
    this.removal = button(say('remove'), () => this.remove());
    this.element = h('div', { class: 'selection', role: 'toolbar', hidden: true },
      iconButton('close', say('clear'), () => selection.clear()), this.count,
      button(say('download'), () => download(selection.photos)), this.removal);
    selection.addEventListener('change', () => this.#draw());
    live.addEventListener('status', () => { this.removal.hidden = !mayChange(); });
  }

  #draw() {
    const { size } = this.selection;
    this.element.hidden = size === 0;
    document.body.classList.toggle('selecting', size > 0);
    fill(this.count, say('selected', { n: size }));
    this.element.ariaLabel = say('selected', { n: size });
  }

  async remove() {
    if (mayChange() && await removePhotos(this.selection.photos)) this.selection.clear();
  }
}
