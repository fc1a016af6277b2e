// Search: words become chips, and the same timeline shows only what fits.

import { h, icon, iconButton, fill, named } from './dom.js';
import { say, phrase, called } from './words.js';
import { get, live } from './live.js';

const PAUSE_MS = 150;
const FRIENDS_OFFERED = 4;

/// Words that mean more than a part of a name; the gallery does the same with them.
const MEANINGS = [
  [/^versions$/, () => say('chipVersions')],
  [/^nodate$/, () => say('chipNodate')],
  [/^on:(.+)$/, (name) => say('chipOn', { name })],
  [/^only:(.+)$/, (name) => say('chipOnly', { name })],
  [/^copies([<>]=?|=)(\d+)$/, (sign, n) => say('chipCopies', { n: Number(n), amount: amount(sign, n) })],
  [/^([<>]=?|=)([\d.]+)mp$/, (sign, n) => say('chipPixels', { amount: amount(sign, n) })],
];

const SIGNS = { '<': 'fewerThan', '<=': 'atMost', '=': 'exactly', '>=': 'atLeast', '>': 'moreThan' };
const amount = (sign, n) => say(SIGNS[sign], { n: Number(n) });

/// Words that are a month or a kind of file, and not a part of a name.
const PLAIN = new Set(`january february march april may june july august september october november december
  jpeg jpg png gif webp bmp tiff tif heic`.split(/\s+/));
const A_DAY = /^\d{4}(-\d\d){0,2}$/;

export class Search {
  query = '';
  #timer = 0;
  #asked = new AbortController();

  /// `find()` shows what the query finds.
  constructor({ go, find }) {
    this.go = go;
    this.find = find;
    this.field = h('input', { type: 'search', class: 'query', 'aria-label': say('searchPhotos'),
      placeholder: say('search'), enterKeyHint: 'search', autocomplete: 'off', spellcheck: false, on: {
        input: () => {
          clearTimeout(this.#timer);
          this.#timer = setTimeout(() => this.#typed(), PAUSE_MS);
        },
        focus: () => this.#chips(),
        blur: () => this.#chips(),
        keydown: (event) => this.#key(event),
      } });
    const submit = (event) => {
      event.preventDefault();
      this.#typed();
      this.field.blur();
    };
    this.element = h('form', { class: 'search', role: 'search', on: { submit } },
      icon('search'), this.field, h('kbd', { 'aria-hidden': 'true' }, '/'),
      iconButton('close', say('close'), () => this.#leave(), { class: 'round shut' }));
    this.chips = h('div', { class: 'chips', hidden: true });
    this.answer = h('p', { class: 'found', role: 'status' });
  }

  /// Puts the cursor into the field; on a phone it unfolds over the bar.
  show() {
    document.body.classList.add('searching');
    this.field.focus();
    this.field.select();
  }

  #leave() {
    document.body.classList.remove('searching');
    this.field.value = '';
    this.field.blur();
    if (this.query) this.go('/photos');
    this.#chips();
  }

  #key(event) {
    event.stopPropagation();
    if (event.key !== 'Escape') return;
    event.preventDefault();
    this.#leave();
  }

  #typed() {
    const query = this.field.value.trim();
    if (query === this.query) return;
    const path = query ? `/search?q=${encodeURIComponent(query)}` : '/photos';
    // While one types, the address changes in place: "back" leads to before the search.
    if (this.query && location.pathname === '/search' && query) {
      history.replaceState(history.state, '', path);
      this.run(query);
    } else {
      this.go(path);
    }
  }

  /// Shows what a query finds; an empty one shows all.
  async run(query) {
    if (query === this.query) return;
    this.query = query;
    if (document.activeElement !== this.field) this.field.value = query;
    fill(this.answer);
    this.#chips();
    await this.find();
  }

  /// What the query finds, in the collection as it is now; null if there is none. The last one to ask is answered.
  async ask() {
    this.#asked.abort();
    this.#asked = new AbortController();
    if (!this.query) return null;
    return get(`/api/search?q=${encodeURIComponent(this.query)}`, this.#asked.signal);
  }

  /// Tells what was found.
  tell(found) {
    const nothing = this.query.split(/\s+/).every(isPlain) ? 'nothingFound' : 'nothingFits';
    fill(this.answer, found && (found.positions.length ? say('found', { n: found.positions.length })
      : [phrase(nothing, { query: named(this.query) }), nearby(found.near ?? [])]));
    this.#chips();
  }

  fail(error) {
    fill(this.answer, error.message);
    this.#chips();
  }

  /// The words of the query, each to take away; in an empty field some to try.
  #chips() {
    const words = this.query.split(/\s+/).filter(Boolean);
    const without = (i) => words.filter((_, j) => j !== i).join(' ');
    const chosen = words.map((word, i) => h('button', { type: 'button', class: 'word',
      'aria-label': say('removeChip', { chip: meaning(word) }),
      on: { click: () => this.#set(without(i)) } }, named(meaning(word)), icon('close')));
    const offers = words.length === 0 && document.activeElement === this.field;
    const offered = (offers ? suggestions() : []).map((word) => h('button', { type: 'button', class: 'word try', on: {
      // The field keeps the focus: without it what is offered would go before the click.
      pointerdown: (event) => event.preventDefault(),
      click: () => this.#set(word),
    } }, named(meaning(word))));
    this.chips.classList.toggle('offered', offered.length > 0);
    this.chips.hidden = words.length === 0 && offered.length === 0;
    fill(this.chips, offered.length > 0 && h('span', { class: 'quiet' }, say('try')), chosen, offered, this.answer);
  }

  #set(query) {
    this.field.value = query;
    this.#typed();
  }
}

/// Names like the one that nothing has.
const nearby = (names) => names.length > 0 && [' ', say('near'), ' ',
  names.flatMap((name, i) => [i > 0 && ', ', h('a', { href: `/search?q=${encodeURIComponent(name)}` }, named(name))])];

/// What a word of a query means, in words.
function meaning(word) {
  for (const [form, words] of MEANINGS) {
    const found = form.exec(word.toLowerCase());
    if (found) return words(...found.slice(1));
  }
  return A_DAY.test(word) || PLAIN.has(word.toLowerCase()) ? word : `“${word}”`;
}

/// Whether a word is a part of a name and nothing else.
const isPlain = (word) => meaning(word) === `“${word}”`;

/// Queries that are worth a click now.
function suggestions() {
  const status = live.now?.status;
  if (!status) return [];
  const year = new Date().getUTCFullYear();
  const friends = status.nodes.filter((node) => node.called && called(node.called) === node.called);
  return [String(year), String(year - 1), status.duplicates > 0 && 'versions',
    status.under_replicated > 0 && `copies<${status.copies_wanted}`, 'nodate',
    ...friends.slice(0, FRIENDS_OFFERED).map((node) => `on:${node.called}`)].filter(Boolean);
}
