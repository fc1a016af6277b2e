// What other groups show: each with its pictures, page by page, and one of them large. One looks, and may download.

import { h, button, iconButton, fill, named, picture, showPicture } from './dom.js';
import { dialog, keepFocus } from './notices.js';
import { say, bytes, moment, pixels } from './words.js';
import { get } from './live.js';

/// As many pictures come at a time; the gallery's own pages are longer.
const SHOWN = 60;

export class Groups {
  #groups = [];
  #turn = 0;

  constructor() {
    this.words = h('p', { class: 'quiet', role: 'status' });
    this.list = h('div', {});
    this.element = h('section', { class: 'groups', hidden: true },
      h('div', { class: 'heading' }, h('h1', {}, say('groups'))), h('p', { class: 'quiet' }, say('groupsMore')),
      this.words, this.list);
    // Only what comes into view is asked of another city.
    this.near = new IntersectionObserver((entries) => {
      for (const { target } of entries.filter((entry) => entry.isIntersecting)) this.#begin(target);
    }, { rootMargin: '200px' });
  }

  async enter() {
    const turn = ++this.#turn;
    fill(this.words, say('groupsAsked'));
    try {
      const { groups } = await get('/api/groups');
      if (turn !== this.#turn) return;
      fill(this.words, groups.length === 0 && say('noGroups'));
      this.#groups = groups.map((group) => new Group(group));
      fill(this.list, this.#groups.map(({ element }) => element));
      for (const { element } of this.#groups) this.near.observe(element);
    } catch (error) {
      if (turn === this.#turn) fill(this.words, say('failed', { reason: error.message }));
    }
  }

  /// What is on its way keeps no line busy that other screens need.
  leave() {
    this.#turn += 1;
    this.near.disconnect();
    for (const group of this.#groups) group.close();
    this.#groups = [];
    fill(this.list);
  }

  #begin(element) {
    this.near.unobserve(element);
    this.#groups.find((group) => group.element === element)?.begin();
  }
}

/// One group.
class Group {
  /// Photos that have come and are not shown yet.
  #waiting = [];
  #next = null;
  #busy = false;
  #leaving = new AbortController();

  constructor(group) {
    this.group = group;
    this.path = `/abroad/${encodeURIComponent(group.name)}`;
    this.words = h('p', { class: 'quiet', role: 'status' });
    this.pictures = h('ul', { class: 'cards' });
    this.more = button(say('groupMore'), () => this.#more(), { hidden: true });
    const title = `group-${encodeURIComponent(group.name)}`;
    this.element = h('section', { 'aria-labelledby': title },
      h('div', { class: 'heading' }, h('h2', { id: title }, named(group.name)),
        h('span', { class: 'count' }, say('groupShows', { n: group.photos, bytes: bytes(group.bytes) }))),
      this.pictures, this.words, this.more);
  }

  /// One of which nobody has answered for a while is asked when somebody wants that.
  begin() {
    const { lost_secs: lost } = this.group;
    if (lost === null) { this.#more(false); return; }
    fill(this.words, say('groupLost', { n: Math.max(1, Math.round(lost / 60)) }));
    this.#offer(say('retry'));
  }

  close() {
    this.#leaving.abort();
    for (const image of this.pictures.querySelectorAll('img')) showPicture(image, null);
  }

  #offer(label) {
    fill(this.more, label);
    this.more.hidden = false;
  }

  async #more(asked = true) {
    if (this.#busy) return;
    this.#busy = true;
    fill(this.words, say('loading'));
    try {
      while (this.#waiting.length === 0) {
        const page = await get(this.#address(), this.#leaving.signal);
        this.#waiting = page.photos;
        this.#next = page.next;
        if (!page.next) break;
      }
      this.#show(asked);
    } catch (error) {
      if (error.name === 'AbortError') return;
      fill(this.words, say('groupAway', { reason: error.message }));
      this.#offer(say('retry'));
    } finally {
      this.#busy = false;
    }
  }

  #address() {
    const after = this.#next ? `?after=${encodeURIComponent(this.#next)}` : '';
    return `/api/groups/${encodeURIComponent(this.group.name)}/photos${after}`;
  }

  /// Shows the next ones; whoever has asked for them goes on with the first.
  #show(asked) {
    const cards = this.#waiting.splice(0, SHOWN).map((photo) => this.#card(photo));
    this.pictures.append(...cards);
    fill(this.words, this.pictures.children.length === 0 && say('groupNothing'));
    this.#offer(say('groupMore'));
    this.more.hidden = this.#waiting.length === 0 && !this.#next;
    if (asked && cards.length > 0) cards[0].querySelector('button').focus({ preventScroll: true });
    else if (asked) keepFocus();
  }

  #card(photo) {
    const image = picture({ alt: photo.name, loading: 'lazy' });
    showPicture(image, `${this.path}/thumb/${photo.id}`);
    return h('li', { class: 'card' },
      h('button', { type: 'button', class: 'frame', on: { click: () => this.#open(photo) } }, image),
      h('div', { class: 'text', 'aria-hidden': 'true' }, named(photo.name, { class: 'quiet cut' })));
  }

  /// One picture, as large as a screen.
  #open({ id, name, width, height, date }) {
    const image = picture({ alt: name });
    const words = h('p', { class: 'quiet', role: 'status' }, say('loading'));
    image.addEventListener('load', () => fill(words));
    image.addEventListener('error', () => fill(words, say('groupPictureAway')));
    const facts = [this.group.name, date && moment(date), pixels(width, height)].filter(Boolean);
    const box = dialog({ class: 'sheet foreign', 'aria-labelledby': 'foreign-title' },
      h('header', {}, h('h2', { id: 'foreign-title', class: 'cut' }, named(name)),
        iconButton('close', say('close'), () => box.close())),
      h('div', { class: 'body' }, image, words, h('p', { class: 'quiet' }, facts.join(' · '))),
      h('div', { class: 'actions' },
        h('a', { class: 'button primary', href: `${this.path}/photo/${id}?download`, download: name }, say('download'))));
    box.addEventListener('close', () => image.removeAttribute('src'));
    image.src = `${this.path}/view/${id}`;
  }
}
