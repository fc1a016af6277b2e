// How full a computer's disk is, for its size: a bar, which is read out as one sentence, and the same in a few words.

import { h } from './dom.js';
import { say, bytes } from './words.js';

/// Whether anybody knows how large a computer's disk is.
export const isTold = (node) => node.alive && node.capacity !== undefined;

/// The bar of a computer that has told. `level`: at how many hundredths the disks even out, if that is known.
export function disk(node, level) {
  const { capacity } = node;
  const part = (size) => (capacity > 0 ? (100 * size) / capacity : size > 0 ? Infinity : 0);
  const own = part(Math.min(node.fixed, node.bytes));
  const full = part(node.bytes);
  const words = inWords(node, full);
  const ends = level === null ? '' : ` ${say('evenOut', { level: percent(level) })}`;
  const parts = () => say('diskParts', { own: percent(own), others: percent(full - own) }) + ends;
  const width = (from, to) => ({ style: { 'inline-size': `${Math.min(to, 100) - Math.min(from, 100)}%` } });
  return h('div', { class: 'disk' },
    h('div', { class: 'filled', role: 'img', 'aria-label': capacity > 0 ? parts() : words },
      h('span', { class: 'own', ...width(0, own) }),
      h('span', { class: 'others', ...width(own, full) }),
      level !== null && level <= 100 && h('span', { class: 'level', style: { 'inset-inline-start': `${level}%` } })),
    h('p', { class: 'quiet' }, words));
}

function inWords({ capacity, room, bytes: load, fixed }, full) {
  if (capacity === 0) return say(load > fixed ? 'diskToNothing' : 'diskNothing');
  const words = { part: percent(full), all: bytes(capacity), room: bytes(room ?? 0) };
  return say(full > 100 ? 'diskOver' : 'diskFull', words);
}

/// "41 %"; what is not nothing is not said to be.
export function percent(part) {
  if (part > 0 && part < 1) return say('percent', { n: '<1' });
  return say('percent', { n: part > 999 ? '>999' : Math.floor(part) });
}
