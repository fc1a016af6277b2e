// The right edge of the timeline: photos a month as bars, to drag or click to any year. On a phone, a round handle.

import { h, draw, fill } from './dom.js';
import { lowerBound } from './layout.js';
import { NO_DATE } from './collection.js';
import { monthAndYear, yearOf, say } from './words.js';

const BAR = { apart: 5, least: 4, most: 24, from: 60 };
const YEARS_APART = 24;

/// By how many months a key goes.
const STEPS = {
  ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, PageDown: 12, PageUp: -12, Home: -Infinity, End: Infinity,
};

export class Scrubber {
  #plan = null;
  #view = null;
  #dragging = false;
  #hide = 0;
  #length = 1;

  constructor({ jump }) {
    this.jump = jump;
    this.bars = draw('svg', { class: 'bars', 'aria-hidden': 'true' });
    this.years = h('div', { class: 'years', 'aria-hidden': 'true' });
    this.mark = h('div', { class: 'here' });
    this.bubble = h('output', { class: 'bubble', 'aria-hidden': 'true' });
    this.handle = h('div', { class: 'handle' });
    this.element = h('div', { class: 'scrubber', role: 'slider', tabindex: 0, 'aria-label': say('jumpToMonth'),
      'aria-orientation': 'vertical', 'aria-valuemin': 0 }, this.bars, this.years, this.mark, this.handle, this.bubble);
    this.element.addEventListener('pointerdown', (event) => this.#grab(event));
    this.element.addEventListener('pointermove', (event) => this.#move(event));
    for (const name of ['pointerup', 'pointercancel']) this.element.addEventListener(name, () => this.#letGo());
    this.element.addEventListener('pointerleave', () => {
      if (!this.#dragging) this.element.classList.remove('pointed');
    });
    this.element.addEventListener('keydown', (event) => this.#key(event));
    addEventListener('resize', () => this.#draw());
    addEventListener('scroll', () => this.#showHandle(), { passive: true });
  }

  show(plan, view) {
    this.#plan = plan;
    this.#view = view;
    this.element.hidden = plan.height < innerHeight * 1.5;
    this.element.ariaValueMax = Math.max(0, plan.headings.length - 1);
    this.#draw();
  }

  /// Where on the edge a height of the timeline is, and back.
  #toEdge(y) { return y / this.#plan.height * this.#length; }
  #fromEdge(edge) { return edge / this.#length * this.#plan.height; }

  #draw() {
    if (!this.#plan || this.element.hidden) return;
    this.#length = this.element.clientHeight;
    const { headings } = this.#plan;
    // Months that would lie on one another share a bar, which is as long as the fullest of them asks.
    const slots = new Map();
    let most = 1;
    headings.forEach((y, group) => {
      const slot = Math.floor(this.#toEdge(y) / BAR.apart);
      const photos = this.#photosIn(group);
      slots.set(slot, Math.max(slots.get(slot) ?? 0, photos));
      most = Math.max(most, photos);
    });
    let path = '';
    for (const [slot, photos] of slots) {
      const long = BAR.least + (BAR.most - BAR.least) * Math.sqrt(photos / most);
      path += `M${BAR.from} ${slot * BAR.apart + 2}h${-long.toFixed(1)}`;
    }
    fill(this.bars, draw('path', { d: path }));
    this.#drawYears(headings);
  }

  #photosIn(group) {
    const { starts, count } = this.#plan;
    return (starts[group + 1] ?? count) - starts[group];
  }

  #drawYears(headings) {
    const names = [];
    let last = -Infinity;
    let year = null;
    for (let group = 0; group < headings.length; group++) {
      const month = this.#view.months[group];
      if (month === NO_DATE || yearOf(month) === year) continue;
      year = yearOf(month);
      const edge = this.#toEdge(headings[group]);
      if (edge - last < YEARS_APART || edge > this.#length - 12) continue;
      last = edge;
      names.push(h('span', { style: { transform: `translateY(${Math.round(edge)}px)` } }, String(year)));
    }
    fill(this.years, names);
  }

  #group(y) {
    return Math.max(0, lowerBound(this.#plan.headings, y + 1) - 1);
  }

  #name(group) {
    const month = this.#view.months[group];
    return month === NO_DATE ? say('noDate') : monthAndYear(month);
  }

  /// The page is at this height now.
  here(y) {
    if (!this.#plan || this.element.hidden || !this.#plan.headings.length) return;
    const end = Math.max(1, this.#plan.height - innerHeight);
    const share = Math.max(0, Math.min(1, y / end));
    const group = this.#group(Math.max(0, y) + 80);
    const edge = this.#toEdge(Math.max(0, Math.min(y, this.#plan.height)));
    this.mark.style.transform = `translateY(${Math.round(edge)}px)`;
    this.handle.style.transform = `translateY(${Math.round(share * (this.#length - 56))}px)`;
    this.element.ariaValueNow = group;
    this.element.ariaValueText = this.#name(group);
    if (this.#dragging) return;
    this.#say(share * this.#length, group);
  }

  #say(edge, group) {
    this.bubble.textContent = this.#name(group);
    this.bubble.style.transform = `translateY(${Math.max(0, Math.min(this.#length - 32, Math.round(edge - 16)))}px)`;
  }

  #grab(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.#dragging = true;
    this.element.setPointerCapture(event.pointerId);
    this.element.classList.add('dragged');
    this.#move(event);
  }

  #move(event) {
    const edge = Math.max(0, Math.min(this.#length, event.clientY - this.element.getBoundingClientRect().top));
    const y = this.#fromEdge(edge);
    this.element.classList.add('pointed');
    this.#say(edge, this.#group(y));
    if (this.#dragging) this.jump(y, true);
  }

  #letGo() {
    this.#dragging = false;
    this.element.classList.remove('dragged', 'pointed');
    this.#showHandle();
  }

  /// On a phone the handle is there while the page moves.
  #showHandle() {
    this.element.classList.add('moving');
    clearTimeout(this.#hide);
    this.#hide = setTimeout(() => { if (!this.#dragging) this.element.classList.remove('moving'); }, 1200);
  }

  #key(event) {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const last = this.#plan.headings.length - 1;
    const group = Math.max(0, Math.min(last, Number(this.element.ariaValueNow) + step));
    this.jump(this.#plan.headings[group], false);
  }
}
