// Worse versions, one after the other: is it the same picture? What people say can be taken back for a while.

import { h, button, fill } from './dom.js';
import { toast, failed, keepFocus, UNDO_MS } from './notices.js';
import { say } from './words.js';
import { all, change, changed, live, mayChange } from './live.js';
import { Pair, comparison } from './pair.js';

export class Duplicates {
  #groups = [];
  #queue = [];
  #at = 0;
  #key;
  /// An answer is on its way. Another one would be of a pair that nobody has looked at yet.
  #busy = false;
  /// The pairs that were said to be different: they are asked for no more, though the word may not be out yet.
  #different = new Set();

  constructor() {
    this.pair = new Pair({ loaded: () => this.#offer() });
    this.title = h('h1', {}, say('samePicture'));
    this.count = h('span', { class: 'count' });
    this.table = h('div', {});
    this.same = button(withKey(say('same'), 'S'), () => this.answer('same'), { class: 'button safe' });
    this.other = button(withKey(say('different'), 'D'), () => this.answer('different'));
    this.body = h('div', { class: 'review' },
      h('div', { class: 'heading' }, this.title, this.count), this.pair.element, this.table,
      h('div', { class: 'answers' }, this.same, this.other,
        button(withKey(say('wipe'), 'W'), () => this.pair.wipe(), { class: 'button wipe' }),
        button(withKey(say('later'), '→'), () => this.answer('later'))));
    this.nothing = h('div', { class: 'nothing', hidden: true });
    this.element = h('section', { class: 'duplicates', hidden: true }, this.body, this.nothing);
    this.body.hidden = true;
    live.addEventListener('status', () => this.#status());
  }

  async enter() {
    this.#key = live.now?.status?.duplicates;
    await this.#load();
  }

  leave() { this.pair.close(); }

  /// Others may have found more, or taken some back.
  #status() {
    if (this.element.hidden) return;
    this.pair.retry();
    this.#offer();
    const count = live.now.status?.duplicates;
    if (count === undefined || count === this.#key) return;
    this.#key = count;
    if (!this.#current) this.#load();
  }

  async #load(again = false) {
    try {
      const { duplicates } = await all('/api/duplicates', 'duplicates', keyOf);
      this.#groups = duplicates.filter((group) => !this.#different.has(keyOf(group)));
    } catch (error) {
      // With the next status it is asked for again.
      this.#key = undefined;
      failed(error);
      return;
    }
    this.#queue = again ? [...this.#groups] : this.#groups.filter((group) => !group.reviewed);
    this.#at = 0;
    this.#draw();
  }

  get #current() { return this.#queue[this.#at]; }

  /// Who may answer can, once both pictures are there: of others nobody knows whether they are the same.
  #offer() {
    for (const one of [this.same, this.other]) {
      one.hidden = !mayChange();
      one.ariaDisabled = !this.pair.seen;
    }
  }

  #draw() {
    const group = this.#current;
    const focused = this.element.contains(document.activeElement);
    this.body.hidden = !group;
    this.nothing.hidden = Boolean(group);
    if (group) {
      fill(this.count, say('of', { a: this.#at + 1, b: this.#queue.length }));
      this.pair.show(group.keeper, group.version);
      this.#offer();
      fill(this.table, comparison(group.keeper, group.version, group));
    } else {
      this.#drawNothing();
    }
    if (focused) keepFocus();
  }

  #drawNothing() {
    const n = this.#groups.filter((group) => !this.#different.has(keyOf(group))).length;
    const waiting = this.#queue.length;
    const looked = n > 0 || this.#different.size > 0;
    const [title, more] = waiting > 0 ? ['putOff', 'putOffMore'] : looked ? ['allReviewed', 'allReviewedMore']
      : ['noDuplicates', 'noDuplicatesMore'];
    fill(this.nothing, h('h1', {}, say(title)), h('p', {}, say(more, { n: waiting || n })),
      waiting > 0 && button(say('lookNow'), () => this.#load()),
      waiting === 0 && n > 0 && button(say('reviewAgain'), () => this.#load(true)));
  }

  /// `same`, `different` or `later`, as buttons and keys say.
  async answer(word) {
    const group = this.#current;
    if (!group || this.#busy || (word !== 'later' && !(mayChange() && this.pair.seen))) return;
    this.#busy = true;
    try {
      if (word === 'same') await this.#same(group);
      else if (word === 'different') this.#differ(group);
      else this.#later();
    } catch (error) {
      failed(error);
    } finally {
      this.#busy = false;
    }
  }

  #later() {
    this.#at += 1;
    if (this.#at >= this.#queue.length && this.#queue.length > 1) this.#at = 0;
    this.#draw();
  }

  async #same(group) {
    const note = (undo) => change('/api/reviewed', { pairs: [pairOf(group)], undo });
    await note(false);
    const back = this.#take(group);
    toast(say('saidSame'), { label: say('undo'), run: () => note(true).then(back, failed) });
  }

  /// What is said of two pictures is signed and told to all, and cannot be unsaid: it waits for the undo instead.
  #differ(group) {
    this.#different.add(keyOf(group));
    const back = this.#take(group);
    const undo = () => {
      this.#different.delete(keyOf(group));
      back();
    };
    const tell = () => change('/api/distinct', { photos: pairOf(group) }).then(changed, (error) => {
      failed(error);
      undo();
    });
    promise(say('saidDifferent'), tell, undo);
  }

  /// Takes a pair out of those to ask for; the answer puts it back, if nobody else has.
  #take(group) {
    const place = this.#queue.indexOf(group);
    if (place >= 0) this.#queue.splice(place, 1);
    if (this.#at >= this.#queue.length) this.#at = 0;
    this.#draw();
    return () => {
      const there = this.#queue.findIndex((one) => keyOf(one) === keyOf(group));
      this.#at = there >= 0 ? there : Math.max(0, Math.min(place, this.#queue.length));
      if (there < 0) this.#queue.splice(this.#at, 0, group);
      if (!this.#groups.some((one) => keyOf(one) === keyOf(group))) this.#groups.push(group);
      this.#draw();
    };
  }

  /// What a key does here; whether it does anything. One that is held answers for one pair only.
  key(key, held) {
    const act = {
      s: () => this.answer('same'),
      d: () => this.answer('different'),
      w: () => this.pair.wipe(),
      z: () => this.pair.sides[0].zoom.toggle(),
      ArrowRight: !this.pair.wiping && (() => this.answer('later')),
    }[key];
    if (!act || !this.#current) return false;
    if (!held) act();
    return true;
  }
}

/// Does something in a while, or as the page goes; until then it can be taken back.
function promise(words, act, back) {
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

const pairOf = ({ keeper, version }) => [keeper.id, version.id];
const keyOf = (group) => pairOf(group).join();
const withKey = (label, key) => [label, h('kbd', { 'aria-hidden': 'true' }, key)];
