// Search: words become chips, and the same timeline shows only what fits.

import { h, icon, iconButton, fill, named } from './dom.js';
import { say, phrase, called } from './words.js';
import { get, live } from './live.js';

const PAUSE_MS = 150;

/// Words that mean more than a part of a name; the gallery does the same with them.
const MEANINGS = [
  [/^versions$/, () => say('chipVersions')],
  [/^nodate$/, () => say('chipNodate')],
  [/^copies<(\d+)$/, (n) => say('chipCopies', { n })],
  [/^on:(.+)$/, (name) => say('chipOn', { name })],
  [/^only:(.+)$/, (name) => say('chipOnly', { name })],
  [/^>(\d+)mp$/, (n) => say('chipMp', { n })],
  [/^\d{4}(-\d\d){0,2}$|^(january|february|march|april|may|june|july|august|september|october|november|december)$|^(jpeg|jpg|png|gif|webp|tiff|bmp|heic)$/, () => null],
];

export class Search {
  query = '';
  #timer = 0;
  #asked = new AbortController();

  /// `find(positions)` filters the timeline, or shows all for null.
  constructor({ go, find }) {
    this.go = go;
    this.find = find;
    this.field = h('input', { type: 'search', class: 'query', 'aria-label': say('searchPhotos'), placeholder: say('search'),
      enterKeyHint: 'search', autocomplete: 'off', spellcheck: false, on: {
        input: () => { clearTimeout(this.#timer); this.#timer = setTimeout(() => this.#typed(), PAUSE_MS); },
        focus: () => this.#chips(),
        blur: () => this.#chips(),
        keydown: (event) => this.#key(event),
      } });
    this.element = h('form', { class: 'search', role: 'search', on: { submit: (event) => { event.preventDefault(); this.#typed(); this.field.blur(); } } },
      icon('search'), this.field, h('kbd', { 'aria-hidden': 'true' }, '/'), iconButton('close', say('close'), () => this.#leave(), { class: 'round shut' }));
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

  /// Shows what a query finds; an empty one shows all. `again` asks even if it has not changed.
  async run(query, again = false) {
    if (query === this.query && !again) return;
    this.query = query;
    if (document.activeElement !== this.field) this.field.value = query;
    this.#asked.abort();
    this.#asked = new AbortController();
    if (!query) {
      fill(this.answer);
      this.#chips();
      this.find(null);
      return;
    }
    try {
      const { positions, near, rev } = await get(`/api/search?q=${encodeURIComponent(query)}`, this.#asked.signal);
      if (positions.length) fill(this.answer, say('found', { n: positions.length }));
      else fill(this.answer, phrase('nothingFound', { query: named(query) }), nearby(near ?? []));
      this.#chips();
      this.find(positions, rev);
    } catch (error) {
      if (error.name === 'AbortError') return;
      fill(this.answer, error.message);
      this.#chips();
    }
  }

  /// The words of the query, each to take away; in an empty field some to try.
  #chips() {
    const words = this.query.split(/\s+/).filter(Boolean);
    const chosen = words.map((word, i) => h('button', { type: 'button', class: 'word', 'aria-label': say('removeChip', { chip: meaning(word) }),
      on: { click: () => this.#set(words.filter((_, j) => j !== i).join(' ')) } }, named(meaning(word)), icon('close')));
    const offered = words.length || document.activeElement !== this.field ? [] : suggestions().map((word) => h('button', { type: 'button', class: 'word try',
      on: { pointerdown: (event) => event.preventDefault(), click: () => this.#set(word) } }, named(meaning(word))));
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
    if (found) return words(isNaN(found[1]) ? found[1] : Number(found[1])) ?? word;
  }
  return `“${word}”`;
}

/// Queries that are worth a click now.
function suggestions() {
  const status = live.now?.status;
  if (!status) return [];
  const year = new Date().getUTCFullYear();
  return [String(year), String(year - 1), status.duplicates && 'versions', status.under_replicated && `copies<${status.copies_wanted}`,
    'nodate', ...status.nodes.filter((node) => node.called && called(node.called) === node.called).slice(0, 4).map((node) => `on:${node.called}`)].filter(Boolean);
}
