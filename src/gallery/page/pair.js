// Two versions of a picture side by side, or one wiped over the other; they zoom and move together.

import { h, iconButton, button, named, picture } from './dom.js';
import { dialog } from './notices.js';
import { say, bytes, pixels, listText, called } from './words.js';
import { Zoom, original, DRAWN_BY_BROWSERS } from './zoom.js';

export class Pair {
  #stop = new AbortController();
  #addresses = [];

  constructor() {
    this.sides = ['shown', 'putAway'].map((key) => this.#side(key));
    this.share = h('input', { type: 'range', class: 'share', value: '50', 'aria-label': say('wipeShare'), hidden: true,
      on: { input: () => this.#cut() } });
    this.element = h('div', { class: 'pair' }, this.sides.map((side) => side.stage), this.share);
    for (const side of this.sides) {
      side.zoom = new Zoom(side.stage, {
        size: () => this.#size(side),
        draw: (at) => this.#draw(side, at),
        zoomed: () => this.#sharpen(),
      });
    }
    new ResizeObserver(() => this.#fit()).observe(this.element);
  }

  #side(key) {
    const image = picture({ alt: say(key), class: 'large' });
    const whole = picture({ class: 'whole' });
    const moved = h('div', { class: 'picture' }, image, whole);
    const stage = h('div', { class: `stage ${key}` }, moved, h('span', { class: 'chip' }, say(key)));
    return { image, whole, moved, stage };
  }

  /// Shows a keeper and a worse version of it.
  show(keeper, version) {
    this.close();
    this.#stop = new AbortController();
    this.ratio = keeper.width && keeper.height ? keeper.width / keeper.height : 1.5;
    this.element.style.setProperty('--ratio', this.ratio);
    [keeper, version].forEach((photo, i) => {
      const side = this.sides[i];
      side.photo = photo;
      for (const one of [side.image, side.whole]) { one.classList.remove('shown'); one.removeAttribute('src'); }
      side.image.src = `/view/${photo.id}.jpg`;
    });
    this.#fit();
    this.sides[0].zoom.reset();
  }

  /// Gives back what the originals have taken.
  close() {
    this.#stop.abort();
    this.#addresses.splice(0).forEach((address) => URL.revokeObjectURL(address));
    this.sharp = false;
  }

  /// One over the other, or side by side again.
  wipe(on = !this.element.classList.contains('wiping')) {
    this.element.classList.toggle('wiping', on);
    this.share.hidden = !on;
    this.#cut();
    this.#fit();
    if (on) this.share.focus();
  }

  get wiping() { return this.element.classList.contains('wiping'); }

  #cut() {
    this.element.style.setProperty('--share', this.share.value / 100);
  }

  #size({ stage, photo }) {
    const width = Math.min(stage.clientWidth, stage.clientHeight * this.ratio);
    return { width, height: width / this.ratio, full: photo ? photo.width / width / devicePixelRatio : 2 };
  }

  #fit() {
    if (!this.ratio) return;
    for (const side of this.sides) {
      const { width, height } = this.#size(side);
      side.moved.style.width = `${width}px`;
      side.moved.style.height = `${height}px`;
    }
  }

  /// What one side does the other one does, too.
  #draw(from, at) {
    for (const side of this.sides) {
      side.moved.style.transform = `translate(${at.x}px, ${at.y}px) scale(${at.scale})`;
      if (side !== from && side.zoom) Object.assign(side.zoom, at);
    }
  }

  async #sharpen() {
    if (this.sharp) return;
    this.sharp = true;
    const { signal } = this.#stop;
    await Promise.all(this.sides.filter(({ photo }) => DRAWN_BY_BROWSERS.has(photo.format)).map(async (side) => {
      const address = await original(side.whole, side.photo.id, signal).catch(() => null);
      if (address && signal.aborted) URL.revokeObjectURL(address); else if (address) this.#addresses.push(address);
    }));
  }
}

/// A photo and one of its worse versions, in a dialog of their own.
export function compare(about, version) {
  const pair = new Pair();
  const wipe = button(say('wipe'), () => pair.wipe(), { class: 'button' });
  const box = dialog({ class: 'comparing', 'aria-label': say('compare'), on: {
    close: () => pair.close(),
    keydown: (event) => {
      event.stopPropagation();
      if (event.key === 'w') pair.wipe();
      if (event.key === 'z') pair.sides[0].zoom.toggle();
    },
  } },
  h('div', { class: 'top' }, iconButton('close', say('close'), () => box.close()), wipe), pair.element,
  comparison(about, version));
  pair.show(about, version);
}

/// A table of the two; what is better stands out, by weight and not by colour alone.
export function comparison(keeper, version, group = null) {
  const better = (a, b) => (a > b ? 1 : a < b ? 2 : 0);
  const rows = [
    ['name', named(keeper.name), named(version.name), 0],
    ['pixels', size(keeper), size(version), better(area(keeper), area(version))],
    ['file', file(keeper), file(version), better(keeper.bytes, version.bytes)],
    ['why', '', version.worse_by, 0],
    ['where', '', listText(version.where.map((one) => called(one.called))), 0],
  ];
  // What lies in the trash of another computer is deleted when that one says so.
  if (group?.until_purged) rows.push(['left', '', say('never'), 0]);
  else if (Number.isInteger(group?.days_left)) rows.push(['left', '', say('inDays', { n: group.days_left }), 0]);
  return h('table', { class: 'compared' }, h('colgroup', {}, h('col', { class: 'heads' })),
    h('thead', {}, h('tr', {},
      h('td', {}), h('th', { scope: 'col' }, say('shown')), h('th', { scope: 'col' }, say('putAway')))),
    h('tbody', {}, rows.map(([key, a, b, best]) => h('tr', {}, h('th', { scope: 'row' }, say(key)),
      h('td', { class: best === 1 ? 'best' : false }, a), h('td', { class: best === 2 ? 'best' : false }, b)))));
}

const size = ({ width, height }) => pixels(width, height);
const area = ({ width, height }) => width * height;
const file = (photo) => say('fileIs', { format: photo.format.toUpperCase(), bytes: bytes(photo.bytes) });
