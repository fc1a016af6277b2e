// What stands above the page for a while: dialogs that ask, and lines that tell.

import { h, button } from './dom.js';
import { say } from './words.js';

/// As long as what was done can be taken back; and as long as a line takes to read.
export const UNDO_MS = 10_000;
const READ_MS = 5_000;

/// Where the keyboard goes on when what had the focus is there no longer: else it would begin at the page's start.
export function keepFocus() {
  const { activeElement } = document;
  if (activeElement && activeElement !== document.body && activeElement.checkVisibility()) return;
  const open = [...document.querySelectorAll('dialog:modal')].at(-1);
  (open ?? document.querySelector('#main')).focus({ preventScroll: true });
}

/// A native dialog, which keeps the focus inside and gives it back; it is gone when it is closed.
export function dialog(properties, ...children) {
  const element = h('dialog', { tabindex: -1, ...properties }, ...children);
  element.addEventListener('close', () => {
    element.remove();
    keepFocus();
  });
  // A press beside it closes it; its own padding is not beside it.
  element.addEventListener('pointerdown', ({ clientX, clientY }) => {
    const box = element.getBoundingClientRect();
    const inside = clientX >= box.left && clientX <= box.right && clientY >= box.top && clientY <= box.bottom;
    if (!inside) element.close();
  });
  document.body.append(element);
  element.showModal();
  return element;
}

/// Tells a screen reader, and whoever looks, what has happened; `action` is a button for a while.
export function toast(text, action) {
  const place = document.querySelector('.toasts');
  const box = h('div', { class: 'toast' }, h('span', {}, text));
  const leave = () => {
    const focused = box.contains(document.activeElement);
    box.remove();
    if (focused) keepFocus();
  };
  const timer = setTimeout(leave, action ? UNDO_MS : READ_MS);
  const act = () => {
    clearTimeout(timer);
    leave();
    action.run();
  };
  if (action) box.append(button(action.label, act, { class: 'link' }));
  place.append(box);
  // What can still be taken back stays for as long as that was promised.
  const told = [...place.children].filter((other) => other !== box && !other.querySelector('button'));
  while (place.children.length > 3 && told.length) told.shift().remove();
  // Above whatever dialog is open.
  if (place.matches(':popover-open')) place.hidePopover();
  place.showPopover();
}

/// Tells that something did not work, in the words of who refused it.
export const failed = (error) => toast(say('failed', { reason: error.message }));
