// Below the viewer on wide windows: the photos before and after, small.

import { h, picture, showThumb } from './dom.js';
import { RATIO } from './layout.js';

const HEIGHT = 56;
const GAP = 4;
const EACH_SIDE = 16;

export class Filmstrip {
  #frames = new Map();

  constructor({ go }) {
    this.go = go;
    // The viewer's arrow keys do the same, so readers of the page do not have to walk through it.
    this.element = h('div', { class: 'film', 'aria-hidden': 'true' });
  }

  /// Shows what is around an index, which is in the middle.
  show(timeline, index) {
    if (timeline !== this.timeline || timeline?.view !== this.view) this.#clear();
    this.timeline = timeline;
    this.view = timeline?.view;
    if (!timeline) return;
    const from = Math.max(0, index - EACH_SIDE);
    const to = Math.min(timeline.view.count, index + EACH_SIDE + 1);
    for (const [at, frame] of this.#frames) if (at < from || at >= to) { frame.remove(); this.#frames.delete(at); }
    const width = (at) => Math.round(RATIO[timeline.collection.ratios[timeline.position(at)]] * HEIGHT);
    const place = (at, x) => this.#place(timeline, at, x, width(at), at === index);
    place(index, -width(index) / 2);
    let x = width(index) / 2 + GAP;
    for (let at = index + 1; at < to; at++) {
      place(at, x);
      x += width(at) + GAP;
    }
    x = -width(index) / 2;
    for (let at = index - 1; at >= from; at--) {
      x -= width(at) + GAP;
      place(at, x);
    }
  }

  #place(timeline, at, x, width, current) {
    let frame = this.#frames.get(at);
    if (!frame) {
      const image = picture();
      frame = h('div', { class: 'frame', on: { click: () => this.go(at) }, style: { width: `${width}px` } }, image);
      const show = (photo) => { if (photo.drawable && frame.isConnected) showThumb(image, photo.id); };
      timeline.photo(at).then(show, () => { /* The viewer itself says so. */ });
      this.#frames.set(at, frame);
      this.element.append(frame);
    }
    frame.style.transform = `translateX(${x}px)`;
    frame.classList.toggle('current', current);
  }

  #clear() {
    for (const frame of this.#frames.values()) frame.remove();
    this.#frames.clear();
  }
}
