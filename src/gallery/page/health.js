// Are my photos safe? The sentence that is the answer first, then what happens by itself, then who has what.

import { h, fill, named } from './dom.js';
import { say, number, bytes, called, homely, capital } from './words.js';
import { get, live } from './live.js';
import { disk, isTold, percent } from './disk.js';
import { verdict } from './verdict.js';
import { graph } from './graph.js';
import { Risks } from './risks.js';

const NARROW = '(max-width: 719.9px)';

export class Health {
  /// The most that were at risk since all was well, as far as this page has seen it.
  #most = 0;

  constructor() {
    this.words = h('div', { role: 'status' });
    this.figures = h('div', { class: 'figures' });
    this.risks = new Risks();
    this.picture = h('div', { class: 'graph' });
    this.friends = h('section', { class: 'friends' });
    this.side = h('section', { class: 'risks' });
    this.groups = h('a', { class: 'all', href: '/groups', hidden: true }, say('groups'));
    this.element = h('section', { class: 'health', hidden: true },
      h('div', { class: 'answer' }, h('div', { class: 'sentence' }, this.words, this.figures), this.picture),
      h('div', { class: 'below' }, this.friends, this.side), this.groups);
    live.addEventListener('status', () => this.#status());
    live.addEventListener('lost', () => this.#redraw());
    matchMedia(NARROW).addEventListener('change', () => this.#redraw());
  }

  enter() {
    this.#draw();
    this.#ask();
  }

  /// Whether there are other groups; without an answer there is nothing to look at, either.
  async #ask() {
    const { groups } = await get('/api/groups').catch(() => ({ groups: [] }));
    this.groups.hidden = groups.length === 0;
  }

  #status() {
    const few = live.now.status?.under_replicated;
    if (few === 0) this.#most = 0;
    else if (few > this.#most) this.#most = few;
    this.#redraw();
  }

  #redraw() {
    if (!this.element.hidden) this.#draw();
  }

  #draw() {
    const { now } = live;
    const { tone, title, more = [], kind } = verdict(now, live.lostAt !== null);
    const status = now?.status;
    const words = h('div', {},
      h('h1', { 'data-tone': tone }, title),
      h('p', { class: 'more' }, more.flatMap((part) => part && [part, ' '])));
    // Only when they differ, so that they are read out once.
    if (words.textContent !== this.words.textContent) fill(this.words, words);
    fill(this.figures, status && this.#bar(status, kind), status && numbers(status));
    this.picture.hidden = this.friends.hidden = this.side.hidden = !status;
    if (!status) return;
    fill(this.picture, graph(status, matchMedia(NARROW).matches));
    const risky = status.under_replicated > 0;
    const noted = [h('h2', {}, say('notes')), notes(status)];
    fill(this.friends, h('h2', {}, say('friends')), table(now), signs(now), risky && noted);
    this.risks.show(status);
    // Its list stays the same element, so that nobody who is in it by the keyboard loses their place.
    if (!risky) fill(this.side, noted);
    else if (!this.side.contains(this.risks.element)) fill(this.side, this.risks.element);
  }

  /// How many second copies have been made, of those that were missing while this page was open.
  #bar(status, kind) {
    const done = this.#most - status.under_replicated;
    if (done <= 0 || !['copying', 'waiting', 'stuck'].includes(kind)) return null;
    const share = done / this.#most;
    return h('div', { class: 'progress' },
      h('div', { class: 'track', role: 'progressbar', 'aria-label': say('copyingBar'),
        'aria-valuenow': Math.round(share * 100) },
        h('div', { class: 'going', style: { transform: `scaleX(${share})` } })),
      h('p', { class: 'quiet' }, say('copied', { a: done, b: this.#most })));
  }
}

function numbers(status) {
  const here = status.nodes.filter((node) => node.alive);
  const sum = here.reduce((all, node) => all + node.bytes, 0);
  const figure = (value, words) => h('div', {}, h('dt', {}, words), h('dd', {}, value));
  return h('dl', { class: 'numbers' },
    figure(number(status.photos), say('statPhotos', { n: status.photos })),
    figure(number(status.duplicates), say('statVersions', { n: status.duplicates })),
    figure(bytes(sum), say('statBytes', { n: here.length })));
}

function table({ status, level }) {
  const head = [['computer', false], ['stateHead', false], ['photosHead', 'number'], ['onDisk', 'number'],
    ['ownHead', 'number wide']];
  return h('div', { class: 'scrolls' }, h('table', {},
    h('thead', {}, h('tr', {}, head.map(([key, kind]) => h('th', { scope: 'col', class: kind }, say(key))))),
    h('tbody', {}, status.nodes.map((node) => row(node, node.id === status.node, level)))));
}

/// What the parts of the bars are.
function signs({ status, level }) {
  if (!status.nodes.some(isTold)) return null;
  const sign = (kind, words) => h('span', {}, h('span', { class: kind, 'aria-hidden': 'true' }), words);
  const even = level === null ? say('signEqual')
    : level > 100 ? say('evenOut', { level: percent(level) })
      : sign('level', say('signLevel', { level: percent(level) }));
  return h('p', { class: 'quiet signs' }, sign('own', say('signOwn')), sign('others', say('signOthers')), even);
}

/// A computer's line; and below it its disk, and behind "away for 3 min" what else the daemon says: "its photos are
/// copied in 7 min".
function row(node, mine, level) {
  // The numbers of one that is away are those of when it was last here; without any, nobody knows.
  const value = (text) => (node.alive || node.photos > 0 ? text : '–');
  const [state, ...rest] = homely(node.state).split(/, |; |: /);
  const here = /scanning/.test(node.state) ? say('scanning') : say('here');
  const kind = (...names) => names.filter(Boolean).join(' ') || false;
  const more = rest.length > 0 && !mine && h('p', { class: 'quiet' }, capital(rest.join(', ')), '.');
  const below = [isTold(node) && disk(node, level), more].filter(Boolean);
  return [
    h('tr', { class: kind(!node.alive && 'gone', below.length > 0 && 'open') },
      h('th', { scope: 'row' }, named(called(node.called), { title: node.id }),
        mine && h('span', { class: 'quiet' }, ' ', say('thisComputer'))),
      h('td', {}, h('span', { class: node.alive ? 'dot' : 'dot away' }), mine ? here : state),
      h('td', { class: 'number' }, value(number(node.photos))),
      h('td', { class: 'number' }, value(bytes(node.bytes))),
      h('td', { class: 'number wide' }, value(number(node.originals)))),
    below.length > 0 && h('tr', {}, h('td', { colspan: 5 }, below)),
  ];
}

function notes(status) {
  const counts = [['trashNote', status.trash], ['overNote', status.over_replicated], ['damagedNote', status.damaged],
    ['unreadNote', status.unread], ['companionsNote', status.companions], ['skippedNote', status.skipped_files]];
  const counted = counts.filter(([, n]) => n > 0).map(([key, n]) => say(key, { n }));
  const lines = [...[...status.notes, ...(status.news ?? [])].map((note) => capital(homely(note))), ...counted];
  if (lines.length === 0) return h('p', { class: 'quiet' }, say('nothingNotes'));
  return h('ul', { class: 'notes' }, lines.map((line) => h('li', {}, line)));
}
