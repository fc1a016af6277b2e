// The timeline: months of photos in rows. Only what is near the window exists as elements, and those are used again.

import { h, retryPictures } from './dom.js';
import { layout, lowerBound, beside } from './layout.js';
import { isGone, NO_DATE, PAGE } from './collection.js';
import { say, number, monthName, yearOf } from './words.js';
import { live } from './live.js';
import { Scrubber } from './scrubber.js';
import { Tile } from './tile.js';
import { onHold } from './hold.js';

/// More tiles than that cost more than they help; the margin around the window shrinks before.
const TILES = 120;

/// Chromium draws no box of more than 16.7 million pixels; at two device pixels to one of ours that is half.
const TALLEST_BOX = 8_000_000;

/// While somebody jumps through years, pictures are asked for only when the page has come to rest.
const REST_MS = 80;

const NARROW = 720;

/// Room that the bar above and whatever is below may take from the window.
const BARS = 72;

export class Timeline {
  #tiles = new Map();
  #spare = [];
  #names = new Map();
  #plan = null;
  #base = 0;
  #frame = 0;
  #rest = 0;
  #lastTop = 0;
  #hurried = false;
  #asked = new Set();
  #offset = 0;

  /// `open(index)` shows a photo; `selection` knows what is ticked.
  constructor({ open, selection }) {
    this.open = open;
    this.selection = selection;
    this.current = 0;
    this.months = h('div', {});
    this.list = h('div', { role: 'list', 'aria-label': say('photos'), tabindex: -1 });
    this.box = h('div', { class: 'grid' }, this.months, this.list);
    this.notice = h('div', { class: 'notice' });
    this.scrubber = new Scrubber({ jump: (y, hurried) => this.scrollTo(y, hurried) });
    this.element = h('section', { class: 'timeline' }, this.notice, this.box, this.scrubber.element);
    this.box.addEventListener('click', (event) => this.#click(event));
    this.box.addEventListener('keydown', (event) => this.#key(event));
    onHold(this.box, (target) => {
      const tile = this.#of(target);
      if (tile) this.pick(tile.index, false);
      return Boolean(tile);
    });
    addEventListener('scroll', () => this.#soon(), { passive: true });
    new ResizeObserver(() => this.shownAgain()).observe(this.element);
    selection.addEventListener('change', () => {
      for (const tile of this.#tiles.values()) tile.tick(this.#picked(tile.photo));
    });
    live.addEventListener('status', () => retryPictures(this.box));
  }

  /// Shows a collection, or some of it. `stays` tells which photo does: the index it has, and will have.
  show(collection, view, stays = null) {
    const known = stays && this.#plan && stays.from < this.#plan.count;
    const stay = known ? { index: stays.to, offset: this.#plan.y[stays.from] - this.#top } : null;
    this.collection = collection;
    this.view = view;
    this.current = Math.max(0, Math.min(view.count - 1, stays?.to ?? 0));
    this.lastPicked = undefined;
    this.#asked.clear();
    this.#arrange(stay);
  }

  /// From an index of what is shown to the position in the collection, and back (-1: it is not shown).
  position(index) {
    return this.view.order ? this.view.order[index] : index;
  }

  indexOf(position) {
    if (!this.view.order) return position;
    const index = lowerBound(this.view.order, position);
    return this.view.order[index] === position ? index : -1;
  }

  /// A photo, asked for if need be; or only if it is known.
  photo(index) {
    return this.collection.photo(this.position(index));
  }

  peek(index) {
    return this.collection.peek(this.position(index));
  }

  /// The tile of a photo, if it exists now.
  tile(index) {
    return this.#tiles.get(index)?.link;
  }

  /// The first photo in view, or -1 if that is simply the first.
  get anchorIndex() {
    return this.#anchor()?.index ?? -1;
  }

  /// The screen is seen again, maybe in a window of another size. The photo in view stays.
  shownAgain() {
    const width = this.box.clientWidth;
    if (!this.view || !width) return;
    if (width !== this.#plan?.width) this.#arrange(this.#anchor());
    this.#soon();
  }

  /// Where on the page the timeline begins: chips of a search, or a notice, may stand above it.
  #measure() {
    this.#offset = this.box.getBoundingClientRect().top + scrollY;
  }

  #arrange(stay) {
    const width = this.box.clientWidth;
    if (!width) { this.#plan = null; return; }
    const narrow = innerWidth < NARROW;
    // Very wide windows get higher rows: else a window has more photos than there are tiles.
    const row = narrow ? Math.max(104, width / 4.6) : Math.max(212, width / 12);
    performance.mark('layout');
    this.#plan = layout({ ratios: this.collection.ratios, ...this.view, width, row, gap: narrow ? 2 : 4,
      heading: narrow ? 50 : 64, between: narrow ? 20 : 28 });
    performance.measure('layout', 'layout');
    this.box.style.height = `${this.#boxHeight}px`;
    this.#measure();
    this.#base = 0;
    this.#clear();
    this.scrubber.show(this.#plan, this.view);
    if (stay && this.#plan.count) this.scrollTo(this.#plan.y[Math.min(stay.index, this.#plan.count - 1)] - stay.offset);
    this.#draw();
  }

  get #boxHeight() {
    return Math.min(this.#plan.height, TALLEST_BOX);
  }

  /// How far down the timeline the window's upper edge is.
  get #top() {
    return scrollY - this.#offset + this.#base;
  }

  /// The first photo in the window, and how far it is from the window's edge.
  #anchor() {
    if (!this.#plan?.count || this.element.hidden || this.#top <= 0) return null;
    const top = this.#top + BARS;
    const index = Math.min(lowerBound(this.#plan.y, top), this.#plan.count - 1);
    return { index, offset: this.#plan.y[index] - this.#top };
  }

  /// Brings a height of the timeline to the top of the window. Who is in a hurry is shown pictures at the end only.
  scrollTo(y, hurried = false) {
    const to = Math.max(-this.#offset, Math.min(y, this.#plan.height));
    const end = this.#base + this.#boxHeight;
    if (Math.max(0, to) < this.#base || (to > end - innerHeight && end < this.#plan.height)) this.#rebase(to);
    this.#hurried ||= hurried;
    scrollTo(0, to - this.#base + this.#offset);
    this.#soon();
  }

  /// Lets the box, which is shorter than a very long timeline, stand for another part of it.
  #rebase(y) {
    this.#base = Math.round(Math.max(0, Math.min(this.#plan.height - this.#boxHeight, y - this.#boxHeight / 2)));
    this.#clear();
  }

  /// Near an end of the box with more beyond it is moved, while the page is at rest and nobody sees it.
  #rebaseAtRest() {
    const margin = this.#boxHeight / 8;
    const top = this.#top;
    const before = this.#base > 0 && top - this.#base < margin;
    const end = this.#base + this.#boxHeight;
    const after = end < this.#plan.height && end - top < margin;
    if (!before && !after) return;
    this.#rebase(top);
    scrollTo(0, top - this.#base + this.#offset);
  }

  #soon() {
    if (!this.#frame) this.#frame = requestAnimationFrame(() => { this.#frame = 0; this.#draw(); });
  }

  #draw() {
    if (!this.#plan || this.element.hidden) return;
    this.#measure();
    const top = this.#top;
    if (Math.abs(top - this.#lastTop) > 3 * innerHeight) this.#hurried = true;
    this.#lastTop = top;
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.#atRest(), REST_MS);
    this.#fill(top);
    this.scrubber.here(top);
  }

  #atRest() {
    if (!this.#plan || this.element.hidden) return;
    this.#rebaseAtRest();
    this.#hurried = false;
    const top = this.#top;
    this.#fill(top);
    // The photo that Tab leads to is one of those in the window, unless somebody is on their way by keys.
    if (this.#tiles.size === 0 || this.#tiles.has(this.current) || this.list.contains(document.activeElement)) return;
    this.#reach(Math.min(lowerBound(this.#plan.y, top), this.#plan.count - 1));
  }

  /// Makes the tiles of the window, and of a screen before and after it. `top` is handed on, since to ask where the
  /// page is scrolled to makes the browser lay it out, each time after something has changed.
  #fill(top) {
    const [from, to] = this.#near(top);
    for (const [index, tile] of this.#tiles) if (index < from || index >= to) this.#release(index, tile);
    let cursor = this.list.firstElementChild;
    for (let index = from; index < to; index++) {
      const tile = this.#tiles.get(index) ?? this.#take(index);
      // Who reads the page aloud goes by the order of elements, so it is kept that of the photos.
      if (tile.item === cursor) cursor = cursor.nextElementSibling; else this.list.insertBefore(tile.item, cursor);
      const photo = tile.photo ?? this.peek(index);
      if (photo && !tile.photo) tile.identify(photo, this.#picked(photo));
      if (!this.#hurried) tile.picture();
    }
    this.#drawNames(top);
    if (!this.#hurried && from < to) this.#demand(from, to);
  }

  /// Which photos are near the window: a screen around it, or less if that were too many.
  #near(top) {
    const { y, count } = this.#plan;
    let from = 0;
    let to = count;
    for (const margin of [1, 0.5, 0.25, 0]) {
      // A row that begins above may still reach in.
      from = lowerBound(y, top - innerHeight * margin - 400);
      to = lowerBound(y, top + innerHeight * (1 + margin));
      if (to - from <= TILES) break;
    }
    return [from, Math.min(to, from + TILES)];
  }

  #take(index) {
    const tile = this.#spare.pop() ?? new Tile();
    const { x, y, w, h: height, count } = this.#plan;
    const day = this.collection.dayOf(this.position(index));
    const first = index === 0 || this.collection.dayOf(this.position(index - 1)) !== day;
    tile.place({ index, count, x: document.dir === 'rtl' ? -x[index] : x[index], y: y[index] - this.#base,
      width: w[index], height: height[index], day: first && day !== NO_DATE ? day : null,
      reachable: index === this.current });
    this.#tiles.set(index, tile);
    return tile;
  }

  #release(index, tile) {
    // Focus would fall out of the page with the tile: the list takes it, and the next arrow key goes on from there.
    if (tile.item.contains(document.activeElement)) this.list.focus({ preventScroll: true });
    this.#tiles.delete(index);
    tile.release();
    this.#spare.push(tile);
  }

  #clear() {
    for (const [index, tile] of this.#tiles) this.#release(index, tile);
    for (const name of this.#names.values()) name.remove();
    this.#names.clear();
  }

  /// The names of the months near the window.
  #drawNames(top) {
    const { headings } = this.#plan;
    const from = top - innerHeight;
    const to = top + 2 * innerHeight;
    for (const [group, name] of this.#names) {
      if (headings[group] < from || headings[group] > to) { name.remove(); this.#names.delete(group); }
    }
    for (let group = lowerBound(headings, from); group < headings.length && headings[group] <= to; group++) {
      if (!this.#names.has(group)) this.#names.set(group, this.#name(group));
    }
  }

  #name(group) {
    const { headings, starts, count } = this.#plan;
    const month = this.view.months[group];
    const year = month !== NO_DATE && yearOf(month) !== new Date().getFullYear() && String(yearOf(month));
    const name = h('h2', { class: 'month', style: { transform: `translateY(${headings[group] - this.#base}px)` } },
      month === NO_DATE ? say('noDate') : monthName(month), year && h('span', { class: 'year' }, year),
      h('span', { class: 'count' }, number((starts[group + 1] ?? count) - starts[group])));
    this.months.append(name);
    return name;
  }

  /// Asks for the pages of what is near, and draws again when they come.
  #demand(from, to) {
    const { collection } = this;
    const pages = new Set();
    for (let index = from; index < to; index++) pages.add(Math.floor(this.position(index) / PAGE));
    for (const page of pages) {
      if (collection.peek(page * PAGE) || this.#asked.has(page)) continue;
      this.#asked.add(page);
      collection.load(page).then(() => this.#soon(), (error) => {
        if (isGone(error) && collection === this.collection) this.element.dispatchEvent(new Event('gone'));
      }).finally(() => this.#asked.delete(page));
    }
  }

  #picked(photo) {
    return photo !== null && this.selection.has(photo.id);
  }

  #of(element) {
    const item = element.closest('.tile');
    return item && [...this.#tiles.values()].find((tile) => tile.item === item && tile.photo);
  }

  #click(event) {
    const tile = this.#of(event.target);
    if (!tile || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.#reach(tile.index);
    const ticks = event.target.closest('.tick') || event.shiftKey || this.selection.size > 0;
    if (ticks) this.pick(tile.index, event.shiftKey); else this.open(tile.index);
  }

  /// Ticks a photo; or, with Shift, all from the last one to it.
  async pick(index, range) {
    const last = range && this.lastPicked !== undefined ? this.lastPicked : index;
    this.lastPicked = index;
    const [from, to] = [Math.min(last, index), Math.max(last, index)];
    const photos = [];
    for (let i = from; i <= to; i++) photos.push(this.peek(i) ?? await this.photo(i));
    if (last !== index) this.selection.add(photos); else this.selection.toggle(photos[0]);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.#plan?.count) return;
    const { y, count } = this.#plan;
    const forward = document.dir === 'rtl' ? -1 : 1;
    const screen = innerHeight - 2 * BARS;
    const to = {
      ArrowLeft: () => this.current - forward,
      ArrowRight: () => this.current + forward,
      ArrowUp: () => beside(this.#plan, this.current, -1),
      ArrowDown: () => beside(this.#plan, this.current, 1),
      Home: () => 0,
      End: () => count - 1,
      PageUp: () => lowerBound(y, y[this.current] - screen),
      PageDown: () => lowerBound(y, y[this.current] + screen),
    }[event.key]?.();
    if (to !== undefined) this.reveal(Math.max(0, Math.min(count - 1, to)));
    else if (event.key === ' ') this.pick(this.current, event.shiftKey);
    else return;
    event.preventDefault();
  }

  /// Makes a photo the one that Tab leads to.
  #reach(index) {
    const old = this.tile(this.current);
    if (old) old.tabIndex = -1;
    this.current = index;
    const link = this.tile(index);
    if (link) link.tabIndex = 0;
    return link;
  }

  /// Scrolls as little as it takes to see a photo, and gives it the focus.
  reveal(index) {
    if (!this.#plan || index >= this.#plan.count) return;
    const top = this.#top;
    const { y, h: height } = this.#plan;
    const below = y[index] + height[index] + BARS - innerHeight;
    if (y[index] < top + BARS) this.scrollTo(y[index] - 2 * BARS);
    else if (below > top) this.scrollTo(below);
    this.#fill(this.#top);
    this.#reach(index)?.focus({ preventScroll: true });
  }
}
