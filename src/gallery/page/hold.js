// A finger that stays where it is: what a second mouse button is to a touch screen.

const HOLD_MS = 450;

/// Calls `act(target)` when a finger is held on something in `element`; it says whether that meant anything to it.
export function onHold(element, act) {
  let timer = 0;
  let held = false;
  element.addEventListener('pointerdown', (event) => {
    held = false;
    if (event.pointerType === 'touch') timer = setTimeout(() => { held = act(event.target); }, HOLD_MS);
  });
  for (const name of ['pointerup', 'pointercancel', 'pointermove']) {
    element.addEventListener(name, () => clearTimeout(timer), { passive: true });
  }
  // Neither the menu nor the click that follow are meant.
  for (const name of ['contextmenu', 'click']) {
    element.addEventListener(name, (event) => {
      if (!held) return;
      held = name !== 'click';
      event.preventDefault();
      event.stopImmediatePropagation();
    }, { capture: true });
  }
}
