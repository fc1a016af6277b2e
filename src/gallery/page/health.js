// Are my photos safe? The sentence that is the answer first, then what happens by itself, then who has what.

import { h, fill, named, thumb, retryThumbs } from './dom.js';
import { say, number, bytes, called, homely, capital } from './words.js';
import { live } from './live.js';
import { verdict } from './verdict.js';
import { graph } from './graph.js';

/// As many at risk are shown with their pictures; the search has the rest.
const RISKS = 24;

export class Health {
  /// The most that were at risk since all was well, as far as this page has seen it.
  #most = 0;

  constructor() {
    this.sentence = h('div', { class: 'sentence' });
    this.picture = h('div', { class: 'graph' });
    this.friends = h('section', { class: 'friends' });
    this.side = h('section', { class: 'risks' });
    this.element = h('section', { class: 'health', hidden: true },
      h('div', { class: 'answer' }, this.sentence, this.picture),
      h('div', { class: 'below' }, this.friends, this.side));
    live.addEventListener('status', () => this.#status());
  }

  enter() { this.#draw(); }

  #status() {
    const few = live.now.status?.under_replicated;
    if (few === 0) this.#most = 0;
    else if (few > this.#most) this.#most = few;
    retryThumbs(this.side);
    if (!this.element.hidden) this.#draw();
  }

  #draw() {
    const { now } = live;
    const { tone, title, more = [], kind } = verdict(now);
    const status = now?.status;
    // The words of the answer are only put in anew when they differ, so that they are read out once.
    fill(this.sentence,
      h('div', { role: 'status' },
        h('h1', { 'data-tone': tone }, title),
        h('p', { class: 'more' }, more.flatMap((part) => [part, ' ']))),
      status && this.#bar(status, kind), status && numbers(status));
    this.picture.hidden = this.friends.hidden = this.side.hidden = !status;
    if (!status) return;
    fill(this.picture, graph(status));
    const risky = status.under_replicated > 0;
    const noted = [h('h2', {}, say('notes')), notes(status)];
    fill(this.friends, h('h2', {}, say('friends')), table(status), risky && noted);
    fill(this.side, !risky ? noted
      : [h('h2', {}, say('atRisk'), h('span', { class: 'count' }, number(status.under_replicated))), risks(status)]);
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
  const figure = (value, words) => h('div', {}, h('dd', {}, value), h('dt', {}, words));
  return h('dl', { class: 'numbers' },
    figure(number(status.photos), say('statPhotos', { n: status.photos })),
    figure(number(status.duplicates), say('statVersions', { n: status.duplicates })),
    figure(bytes(sum), say('statBytes', { n: here.length })));
}

function table(status) {
  const head = [['computer', false], ['stateHead', false], ['photosHead', 'number'], ['onDisk', 'number'],
    ['ownHead', 'number wide']];
  return h('div', { class: 'scrolls' }, h('table', {},
    h('thead', {}, h('tr', {}, head.map(([key, kind]) => h('th', { scope: 'col', class: kind }, say(key))))),
    h('tbody', {}, status.nodes.map((node) => {
      const me = node.id === status.node;
      // The numbers of one that is away are those of when it was last here; without any, nobody knows.
      const known = node.alive || node.photos > 0;
      const value = (text) => (known ? text : '–');
      return h('tr', { class: node.alive ? false : 'gone' },
        h('th', { scope: 'row' }, named(called(node.called), { title: node.id }),
          me && h('span', { class: 'quiet' }, ' ', say('thisComputer'))),
        h('td', {}, h('span', { class: node.alive ? 'dot' : 'dot away' }), me ? stateOf(node) : homely(node.state)),
        h('td', { class: 'number' }, value(number(node.photos))),
        h('td', { class: 'number' }, value(bytes(node.bytes))),
        h('td', { class: 'number wide' }, value(number(node.originals))));
    }))));
}

const stateOf = (node) => (/scanning/.test(node.state) ? say('scanning') : say('here'));

function risks(status) {
  const rest = status.under_replicated - Math.min(RISKS, status.at_risk.length);
  const all = `/search?q=${encodeURIComponent(`copies<${status.copies_wanted}`)}`;
  return h('ul', { class: 'list' }, status.at_risk.slice(0, RISKS).map((risk) => h('li', {},
    h('a', { href: `/p/${risk.id}` }, thumb(risk.id),
      h('span', { class: 'text' }, named(risk.name, { class: 'cut' }),
        h('span', { class: 'quiet' }, say('onlyOn', { n: risk.copies }), ', ', homely(risk.reason)))))),
  rest > 0 && h('li', {}, h('a', { class: 'all', href: all }, say('riskMore', { n: rest }))));
}

function notes(status) {
  const counts = [['trashNote', status.trash], ['overNote', status.over_replicated], ['damagedNote', status.damaged],
    ['unreadNote', status.unread], ['companionsNote', status.companions], ['skippedNote', status.skipped_files]];
  const counted = counts.filter(([, n]) => n > 0).map(([key, n]) => say(key, { n }));
  const lines = [...status.notes.map((note) => capital(homely(note))), ...counted];
  if (lines.length === 0) return h('p', { class: 'quiet' }, say('nothingNotes'));
  return h('ul', { class: 'notes' }, lines.map((line) => h('li', {}, line)));
}
