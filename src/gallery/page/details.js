// All about one photo: where it is, what it is, and the worse versions that are put away.

import { h, button, named, thumb } from './dom.js';
import { say, phrase, listed, listText, moment, bytes, pixels, called, homely, kind } from './words.js';

/// The panel's content for what `/api/photo/ID` says.
export function details(about, { compare }) {
  return h('div', { class: 'about' },
    h('header', {},
      h('h2', {}, named(about.name)),
      about.date ? h('p', { class: 'quiet' }, moment(about.date)) : h('p', { class: 'quiet' }, say('noDate')),
      about.date?.source === 'name' && h('p', { class: 'quiet' }, say('dateFromName')),
      about.date?.source === 'file' && h('p', { class: 'quiet' }, say('dateFromFile')),
      about.shown !== about.id && h('p', { class: 'note' }, say('isPutAway'), ' ',
        h('a', { href: `/p/${about.shown}` }, say('showBetter')))),
    h('section', {}, h('h3', {}, say('whereItIs')), places(about.where), h('p', {}, ...sentence(about.where))),
    h('section', {}, h('h3', {}, say('thePicture')), facts(about)),
    about.versions.length > 0 && h('section', {}, h('h3', {}, say('worseVersions', { n: about.versions.length })),
      about.versions.map((version) => worse(version, compare))));
}

const has = (place) => place.holding === 'original' || place.holding === 'replica';

/// The computers on a line: filled has it, dashed is away.
function places(where) {
  const place = (one) => {
    const name = called(one.called);
    return h('li', { class: `place${has(one) ? ' has' : ''}${one.alive ? '' : ' gone'}` },
      h('span', { class: 'circle', 'aria-hidden': 'true' }, [...name][0]?.toLocaleUpperCase() ?? '?'),
      named(name, { class: 'cut' }), !one.alive && h('span', {}, say('away')));
  };
  return h('ul', { class: 'places' }, where.map(place));
}

function sentence(where) {
  const holders = where.filter(has);
  const living = holders.filter((one) => one.alive);
  const words = (one) => {
    const name = h('b', {}, named(called(one.called)));
    const [own, kept] = one.this ? ['onThisOwn', 'onThis'] : ['ownOf', 'keptOn'];
    return h('span', {}, phrase(one.holding === 'original' ? own : kept, { name }));
  };
  const trashes = where.filter((one) => one.alive && one.holding === 'trash').map((one) => called(one.called));
  if (living.length === 0) return [trashes.length ? say('onlyTrash', { list: listText(trashes) }) : say('nowhere')];
  const list = listed(living.map(words));
  return [...phrase('onWhom', { list }), ' ', say(living.length > 1 ? 'ifOneBreaks' : 'onlyThere')];
}

/// Why its picture is not there now, if that is because all who have it are away.
export function awayWords(about) {
  const holders = about.where.filter(has);
  if (holders.length === 0 || holders.some((one) => one.alive)) return null;
  const list = listText(holders.map((one) => called(one.called)));
  return say('awayHolders', { n: holders.length, list });
}

function facts(about) {
  const words = (...parts) => parts.filter(Boolean).join(', ');
  // Of a version that is put away nobody tells the colour.
  const colour = about.colour === null ? '' : say(about.colour ? 'inColour' : 'inGrey');
  const names = about.names.flatMap((name, i) => (i ? [', ', named(name)] : [named(name)]));
  const rows = [
    ['size', words(pixels(about.width, about.height), bytes(about.bytes))],
    ['format', words(kind(about), colour, about.camera && say('fromCamera'))],
    ['names', names],
    ['state', homely(about.state)],
    ['identity', h('code', { title: about.id }, about.id.slice(0, 12))],
  ];
  return h('dl', { class: 'facts' }, rows.map(([key, value]) => [h('dt', {}, say(key)), h('dd', {}, value)]));
}

function worse(version, compare) {
  const places = version.where.map((one) => called(one.called));
  return h('div', { class: 'version' }, thumb(version.id),
    h('div', {}, named(version.name, { class: 'strong cut' }),
      h('p', { class: 'quiet' }, [pixels(version.width, version.height), version.worse_by].filter(Boolean).join(', ')),
      places.length > 0 && h('p', { class: 'quiet' }, say('thisTrash', { list: listText(places) }))),
    button(say('compare'), () => compare(version), { class: 'link' }));
}
