// Worse versions, one after the other: is it the same picture? What people say can be taken back for a while.

import { h, button, fill } from './dom.js';
import { toast, failed, UNDO_MS } from './notices.js';
import { say } from './words.js';
import { all, change, live, mayChange } from './live.js';
import { Pair, comparison } from './pair.js';

export class Duplicates {
  #groups = [];
  #at = 0;
  #reviewing = false;

  constructor() {
    this.pair = new Pair();
    this.title = h('h1', {}, say('samePicture'));
    this.count = h('span', { class: 'count' });
    this.table = h('div', {});
    this.buttons = h('div', { class: 'answers' });
    this.body = h('div', { class: 'review' },
      h('div', { class: 'heading' }, this.title, this.count), this.pair.element, this.table, this.buttons);
    this.nothing = h('div', { class: 'nothing', hidden: true });
    this.element = h('section', { class: 'duplicates', hidden: true }, this.body, this.nothing);
    this.body.hidden = true;
    live.addEventListener('status', () => this.#status());
  }

  async enter() {
    this.#key = live.now?.status?.duplicates;
    await this.#load();
  }

  #key;

  leave() { this.pair.close(); }

  /// Others may have found more, or taken some back.
  #status() {
    const count = live.now.status?.duplicates;
    if (this.element.hidden || count === undefined || count === this.#key) return;
    this.#key = count;
    if (!this.#current) this.#load();
  }

  async #load(again = false) {
    try {
      this.#groups = await all('/api/duplicates', 'duplicates');
    } catch (error) {
      failed(error);
      return;
    }
    this.#reviewing = again;
    this.#queue = again ? this.#groups : this.#groups.filter((group) => !group.reviewed);
    this.#at = 0;
    this.#draw();
  }

  #queue = [];

  get #current() { return this.#queue[this.#at]; }

  #draw() {
    const group = this.#current;
    this.body.hidden = !group;
    this.nothing.hidden = Boolean(group);
    if (!group) return this.#drawNothing();
    fill(this.count, say('of', { a: this.#at + 1, b: this.#queue.length }));
    this.pair.show(group.keeper, group.version);
    fill(this.table, comparison(group.keeper, group.version, group));
    fill(this.buttons,
      mayChange() && button(withKey(say('same'), 'S'), () => this.answer('same'), { class: 'button safe' }),
      mayChange() && button(withKey(say('different'), 'D'), () => this.answer('different')),
      button(withKey(say('wipe'), 'W'), () => this.pair.wipe(), { class: 'button wipe' }),
      button(withKey(say('later'), '→'), () => this.answer('later')));
  }

  #drawNothing() {
    const n = this.#groups.length;
    fill(this.nothing, h('h1', {}, say(n ? 'allReviewed' : 'noDuplicates')),
      h('p', {}, n ? say('allReviewedMore', { n }) : say('noDuplicatesMore')),
      n > 0 && button(say('reviewAgain'), () => this.#load(true)));
  }

  /// `same`, `different` or `later`, as buttons and keys say.
  async answer(word) {
    const group = this.#current;
    if (!group || (word !== 'later' && !mayChange())) return;
    try {
      if (word === 'same') await this.#say(group, '/api/reviewed', { pairs: [pairOf(group)], undo: false }, 'saidSame');
      if (word === 'different') await this.#say(group, '/api/distinct', { photos: pairOf(group) }, 'saidDifferent');
      if (word === 'later') {
        this.#at += 1;
        if (this.#at >= this.#queue.length && this.#queue.length > 1) this.#at = 0;
        this.#draw();
      }
    } catch (error) {
      failed(error);
    }
  }

  async #say(group, path, body, words) {
    const place = this.#at;
    const back = () => {
      this.#queue.splice(Math.min(place, this.#queue.length), 0, group);
      this.#at = Math.min(place, this.#queue.length - 1);
      this.#draw();
    };
    if (path === '/api/reviewed') {
      await change(path, body);
      toast(say(words), { label: say('undo'), run: () => change(path, { ...body, undo: true }).then(back, failed) });
    } else {
      // What is said of two pictures is signed and told to all, and cannot be unsaid: it waits for the undo instead.
      this.#promise(say(words), () => change(path, body).catch(failed), back);
    }
    this.#queue.splice(place, 1);
    if (this.#at >= this.#queue.length) this.#at = 0;
    this.#draw();
  }

  /// Does something in a while, or as the page goes; until then it can be taken back.
  #promise(words, act, back) {
    const settle = (then) => () => {
      clearTimeout(timer);
      removeEventListener('pagehide', now);
      then();
    };
    const now = settle(act);
    const timer = setTimeout(now, UNDO_MS);
    addEventListener('pagehide', now);
    toast(words, { label: say('undo'), run: settle(back) });
  }

  key(key) {
    if (key === 's') this.answer('same');
    else if (key === 'd') this.answer('different');
    else if (key === 'w') this.pair.wipe();
    else if (key === 'z') this.pair.sides[0].zoom.toggle();
    else if (key === 'ArrowRight' && !this.pair.wiping) this.answer('later');
    else return false;
    return true;
  }
}

const pairOf = ({ keeper, version }) => [keeper.id, version.id];
const withKey = (label, key) => [label, h('kbd', { 'aria-hidden': 'true' }, key)];
