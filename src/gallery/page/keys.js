// The keyboard, for what belongs to no single part, and the list of all keys.

import { h, iconButton } from './dom.js';
import { dialog } from './notices.js';
import { say } from './words.js';

const PLACES = { p: '/photos', d: '/duplicates', t: '/trash', h: '/health' };

/// A second key belongs to `g` for that long.
const SECOND_MS = 1000;

const KEYS = [
  [['/'], 'keySearch'],
  [['←', '→', '↑', '↓'], 'keyMove'],
  [['Enter'], 'keyOpen'],
  [['Space'], 'keyTick'],
  [['i'], 'keyDetails'],
  [['z'], 'keyZoom'],
  [['d'], 'keyDownload'],
  [['Delete'], 'keyRemove'],
  [['Esc'], 'keyClose'],
  [['s', 'd', 'w'], 'keyReview'],
  [['g p', 'g d', 'g t', 'g h'], 'keyGo'],
  [['?'], 'keyHelp'],
];

export function listenToKeys(app) {
  let goes = 0;
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest('input:not([type=range]), textarea, dialog.sheet, dialog.door')) return;
    // Letters are the same with the key for capitals on.
    const key = event.shiftKey ? event.key : event.key.replace(/^[A-Z]$/, (letter) => letter.toLowerCase());
    if (key === '?') showKeys();
    else if (app.viewer.isOpen) return;
    else if (goes > event.timeStamp - SECOND_MS && PLACES[key]) app.go(PLACES[key]);
    else if (key === 'g') { goes = event.timeStamp; return; }
    else if (key === '/') app.search.show();
    else if (app.screens[app.screen].key?.(key, event.repeat)) { /* It was for the two pictures. */ }
    else if (key === 'Escape' && app.selection.size) app.selection.clear();
    else if (key === 'Delete' && app.selection.size) app.selectionBar.remove();
    else return;
    event.preventDefault();
    goes = 0;
  });
}

function showKeys() {
  if (document.querySelector('dialog.keys')) return;
  const box = dialog({ class: 'sheet keys', 'aria-labelledby': 'keys-title' },
    h('header', {},
      h('h2', { id: 'keys-title' }, say('keysTitle')),
      iconButton('close', say('close'), () => box.close())),
    h('dl', {}, KEYS.map(([keys, words]) => [
      h('dt', {}, keys.map((key) => h('kbd', {}, key))),
      h('dd', {}, say(words)),
    ])));
}
