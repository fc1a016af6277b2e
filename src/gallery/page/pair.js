// Two versions of a picture side by side, or one wiped over the other; they zoom and move together.

import { h, iconButton, button, fill, named, picture, showPicture, showThumb, retryPictures } from './dom.js';
import { dialog } from './notices.js';
import { say, bytes, pixels, listText, stays, called, kind } from './words.js';
import { live } from './live.js';
import { Zoom, original, DRAWN_BY_BROWSERS } from './zoom.js';

export class Pair {
  #stop = new AbortController();
  #addresses = [];
  /// The pictures that could not be had when they were last asked for.
  #missing = new Set();
  /// What had the focus before the slider did.
  #before = null;

  /// `loaded` hears when one of the pictures is there, or is known not to be.
  constructor({ loaded = () => {} } = {}) {
    this.loaded = loaded;
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
    const small = picture({ class: 'small' });
    const image = picture({ alt: say(key), class: 'large' });
    const whole = picture({ class: 'whole' });
    const moved = h('div', { class: 'picture' }, small, image, whole);
    const words = h('p', { class: 'words', role: 'status' });
    const stage = h('div', { class: `stage ${key}` }, moved, words, h('span', { class: 'chip' }, say(key)));
    const side = { small, image, whole, moved, stage, words };
    for (const one of [small, image]) {
      one.addEventListener('load', () => this.#heard(side, one, true));
      one.addEventListener('error', () => this.#heard(side, one, false));
    }
    return side;
  }

  /// The small picture stands in for one that cannot be had; without both there are words.
  #heard({ image, small, words }, one, came) {
    if (came) this.#missing.delete(one); else this.#missing.add(one);
    const instead = there(small) ? say('pairSmall') : this.#missing.has(small) && say('pairAway');
    fill(words, this.#missing.has(image) && instead);
    this.loaded();
  }

  /// Whether there is something to see of both.
  get seen() {
    return this.sides.every(({ image, small }) => there(image) || (this.#missing.has(image) && there(small)));
  }

  /// Shows a keeper and a worse version of it.
  show(keeper, version) {
    this.close();
    this.#stop = new AbortController();
    this.ratio = keeper.width && keeper.height ? keeper.width / keeper.height : 1.5;
    this.element.style.setProperty('--ratio', this.ratio);
    this.#missing.clear();
    [keeper, version].forEach((photo, i) => {
      const side = this.sides[i];
      side.photo = photo;
      fill(side.words);
      showPicture(side.whole, null);
      showThumb(side.small, photo.id);
      showPicture(side.image, `/view/${photo.id}.jpg`);
    });
    this.#fit();
    this.sides[0].zoom.reset();
  }

  /// Somebody who has a picture that was not there may have come back.
  retry() { retryPictures(this.element); }

  /// Gives back what the originals have taken.
  close() {
    this.#stop.abort();
    this.#addresses.splice(0).forEach((address) => URL.revokeObjectURL(address));
    this.sharp = false;
  }

  /// One over the other, or side by side again.
  wipe(on = !this.element.classList.contains('wiping')) {
    const focused = document.activeElement;
    this.element.classList.toggle('wiping', on);
    this.share.hidden = !on;
    this.#cut();
    this.#fit();
    if (on) {
      this.#before = focused;
      this.share.focus();
    } else if (focused === this.share) {
      this.#before?.focus();
    }
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
    this.element.classList.toggle('zoomed', at.scale > 1);
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
  const retry = () => pair.retry();
  live.addEventListener('status', retry);
  const wipe = button(say('wipe'), () => pair.wipe(), { class: 'button' });
  const box = dialog({ class: 'comparing', 'aria-label': say('compare'), on: {
    close: () => {
      live.removeEventListener('status', retry);
      pair.close();
    },
    keydown: (event) => {
      event.stopPropagation();
      if (event.key.toLowerCase() === 'w' && !event.repeat) pair.wipe();
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
  if (group?.stay) rows.push(['trash', '', stays(group.stay), 0]);
  return h('table', { class: 'compared' }, h('colgroup', {}, h('col', { class: 'heads' })),
    h('thead', {}, h('tr', {},
      h('td', {}), h('th', { scope: 'col' }, say('shown')), h('th', { scope: 'col' }, say('putAway')))),
    h('tbody', {}, rows.map(([key, a, b, best]) => h('tr', {}, h('th', { scope: 'row' }, say(key)),
      h('td', { class: best === 1 ? 'best' : false }, a), h('td', { class: best === 2 ? 'best' : false }, b)))));
}

const there = (image) => image.classList.contains('shown');

const size = ({ width, height }) => pixels(width, height);
const area = ({ width, height }) => width * height;
const file = (photo) => say('fileIs', { format: kind(photo), bytes: bytes(photo.bytes) });
