// The computers as circles: as large as what they keep, this one filled, those away dashed.
//
// The gallery knows whom its own computer sees, and nothing of lines between others: those are not drawn.

import { draw } from './dom.js';
import { say, bytes, called, listText } from './words.js';
import { receivers } from './verdict.js';

/// How large the picture is, how far its computers are from the middle, and how large the largest of them. On a phone
/// it is drawn smaller, not shrunk: one could not read it.
const WIDE = { wide: 540, high: 420, around: 148, most: 62 };
const NARROW = { wide: 288, high: 264, around: 88, most: 42 };

/// The picture, as SVG; what it shows stands in its label.
export function graph(status, narrow) {
  const { wide, high, around, most } = narrow ? NARROW : WIDE;
  const me = status.nodes.find((node) => node.id === status.node);
  const others = status.nodes.filter((node) => node !== me);
  const all = me ? [me, ...others] : others;
  const getting = receivers(status);
  const at = (i) => {
    if (all.length === 1) return [wide / 2, high / 2];
    const angle = -Math.PI / 2 + i * 2 * Math.PI / all.length;
    return [wide / 2 + Math.cos(angle) * around * 1.15, high / 2 + Math.sin(angle) * around];
  };
  // Not so small that its name has no room, not so large that it touches its neighbours.
  const radius = (node) => Math.max(34, Math.min(most, 26 + 3.2 * Math.sqrt(node.bytes / 1e9)));
  const words = (node) =>
    say(node.alive ? 'graphHere' : 'graphAway', { name: called(node.called), bytes: bytes(node.bytes) });
  const lines = me ? others.map((node, i) => line(at(0), radius(me), at(i + 1), radius(node), node.alive)) : [];
  const circles = all.map((node, i) => circle(node, at(i), radius(node), node === me, getting.has(node.called)));
  const label = say('graph', { list: listText(all.map(words)) });
  return draw('svg', { viewBox: `0 0 ${wide} ${high}`, role: 'img', 'aria-label': label }, lines, circles);
}

/// From rim to rim, with some room.
function line([x1, y1], r1, [x2, y2], r2, alive) {
  const length = Math.hypot(x2 - x1, y2 - y1);
  const [dx, dy] = [(x2 - x1) / length, (y2 - y1) / length];
  const gap = 4;
  return draw('line', { class: alive ? 'seen' : 'missed',
    x1: x1 + dx * (r1 + gap), y1: y1 + dy * (r1 + gap), x2: x2 - dx * (r2 + gap), y2: y2 - dy * (r2 + gap) });
}

function circle(node, [x, y], r, mine, receives) {
  const name = called(node.called);
  // Longer ones do not fit; the table beside has them whole.
  const room = Math.floor(r / 4.6);
  const short = [...name].length > room ? `${[...name].slice(0, room - 1).join('')}…` : name;
  const kind = `computer${mine ? ' mine' : ''}${node.alive ? '' : ' gone'}`;
  const text = (part, at, words) => draw('text', { class: part, x, y: at, 'text-anchor': 'middle' }, words);
  return draw('g', { class: kind },
    draw('circle', { cx: x, cy: y, r }),
    receives && draw('circle', { class: 'getting', cx: x, cy: y, r: r + 6 }),
    text('name', y - 2, short),
    text('size', y + 15, node.alive ? bytes(node.bytes) : say('away')));
}
