// The photos that are on too few computers: each with its picture, where it is, and why not on more.

import { h, fill, named, thumb, retryPictures } from './dom.js';
import { say, number, homely } from './words.js';

/// As many are shown; the search has the rest.
const SHOWN = 24;

export class Risks {
  /// What each photo's line has, by its id. A status may come each second: what has not changed is left alone.
  #lines = new Map();
  #order = '';

  constructor() {
    this.count = h('span', { class: 'count' });
    this.list = h('ul', { class: 'list' });
    this.all = h('a', { class: 'all' });
    this.element = h('div', {}, h('h2', {}, say('atRisk'), this.count), this.list, this.all);
  }

  show(status) {
    const risks = status.at_risk.slice(0, SHOWN);
    const rest = status.under_replicated - risks.length;
    fill(this.count, number(status.under_replicated));
    this.all.hidden = rest <= 0;
    this.all.href = `/search?q=${encodeURIComponent(`copies<${status.copies_wanted}`)}`;
    fill(this.all, say('riskMore', { n: rest }));
    this.#arrange(risks);
    for (const { id, copies, reason } of risks) {
      this.#lines.get(id).words.textContent = `${say('onlyOn', { n: copies })}, ${homely(reason)}`;
    }
    retryPictures(this.list);
  }

  #arrange(risks) {
    const order = risks.map((risk) => risk.id).join();
    if (order === this.#order) return;
    this.#order = order;
    this.#lines = new Map(risks.map((risk) => [risk.id, this.#lines.get(risk.id) ?? line(risk)]));
    fill(this.list, [...this.#lines.values()].map(({ item }) => item));
  }
}

function line({ id, name }) {
  const words = h('span', { class: 'quiet' });
  const item = h('li', {}, h('a', { href: `/p/${id}` }, thumb(id),
    h('span', { class: 'text' }, named(name, { class: 'cut' }), words)));
  return { item, words };
}
