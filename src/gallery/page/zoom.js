// Zooming and moving a picture, with wheel, pinch, double tap, drag and keys. It only knows numbers: who owns it draws.

/// A finger has to move that far before it is a swipe, and then it keeps its axis.
const AXIS_PX = 10;

/// Beyond that, letting go turns the page, closes it or opens the details.
const SWIPE_PX = 70;

const DOUBLE_TAP_MS = 300;
const DEEPEST = 8;

/**
 * Listens on `stage`. `size()` gives `{width, height, full}` of the picture when it fits: its pixels on the stage, and
 * the scale at which one pixel of it is one of the screen. `draw({scale, x, y})` moves it. `swipe(axis, distance, end)`
 * hears of fingers that move while the picture fits, `zoomed()` of the first step into the picture.
 */
export class Zoom {
  #pointers = new Map();
  #axis = null;
  #from = null;
  #touched = false;
  #tap = { time: 0, x: 0, y: 0 };

  constructor(stage, { size, draw, swipe = null, zoomed = () => {} }) {
    Object.assign(this, { stage, size, draw, swipe, zoomed, scale: 1, x: 0, y: 0 });
    stage.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    stage.addEventListener('pointerdown', (event) => this.#down(event));
    stage.addEventListener('pointermove', (event) => this.#move(event));
    stage.addEventListener('pointerup', (event) => this.#up(event));
    stage.addEventListener('pointercancel', (event) => this.#up(event, true));
    // Some browsers make a double click of a double tap, too.
    stage.addEventListener('dblclick', (event) => {
      if (!this.#touched && !event.target.closest('button')) this.toggle(event);
    });
  }

  reset() {
    this.#pointers.clear();
    this.#axis = null;
    this.#set(1, 0, 0);
  }

  /// Fit, or 100 % at a place.
  toggle(at = null) {
    if (this.scale > 1) this.reset();
    else this.#to(Math.max(this.size().full, 1.5), this.#local(at));
  }

  /// By keys: a step in or out.
  step(factor) {
    this.#to(this.scale * factor, { x: 0, y: 0 });
  }

  /// A place of the window, seen from the middle of the stage.
  #local(at) {
    if (!at) return { x: 0, y: 0 };
    const box = this.stage.getBoundingClientRect();
    return { x: at.clientX - box.left - box.width / 2, y: at.clientY - box.top - box.height / 2 };
  }

  /// Scales so that what is at a place stays there.
  #to(scale, place) {
    const next = Math.max(1, Math.min(scale, Math.max(DEEPEST, this.size().full * 2)));
    const grown = next / this.scale;
    this.#set(next, place.x - (place.x - this.x) * grown, place.y - (place.y - this.y) * grown);
  }

  /// No edge of the picture comes farther in than the stage's, if it is larger; else it is in the middle.
  #set(scale, x, y) {
    const { width, height } = this.size();
    const wide = Math.max(0, (width * scale - this.stage.clientWidth) / 2);
    const high = Math.max(0, (height * scale - this.stage.clientHeight) / 2);
    const first = scale > 1 && this.scale === 1;
    this.scale = scale;
    this.x = Math.max(-wide, Math.min(wide, x));
    this.y = Math.max(-high, Math.min(high, y));
    this.draw({ scale, x: this.x, y: this.y });
    if (first) this.zoomed();
  }

  #wheel(event) {
    event.preventDefault();
    // A pinch on a touchpad comes as a wheel with Ctrl, in smaller steps.
    const speed = event.ctrlKey ? 0.01 : 0.002;
    this.#to(this.scale * Math.exp(-event.deltaY * (event.deltaMode ? 16 : 1) * speed), this.#local(event));
  }

  #down(event) {
    if (event.button !== 0 || event.target.closest('button, a, input')) return;
    this.#touched = event.pointerType === 'touch';
    this.stage.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (this.#pointers.size === 2) {
      // Two fingers always pinch; a swipe that had begun goes back.
      if (this.#axis) this.swipe?.(this.#axis, 0, true);
      this.#axis = 'pinch';
    } else {
      this.#axis = null;
    }
    this.#from = { x: event.clientX, y: event.clientY, dx: this.x, dy: this.y };
  }

  #move(event) {
    const old = this.#pointers.get(event.pointerId);
    if (!old) return;
    const before = this.#spread();
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (this.#pointers.size === 2) {
      const after = this.#spread();
      const place = this.#local({ clientX: after.x, clientY: after.y });
      this.#to(this.scale * (after.distance / (before.distance || 1)), place);
      this.#set(this.scale, this.x + after.x - before.x, this.y + after.y - before.y);
      return;
    }
    if (this.#axis === 'pinch') return;
    const dx = event.clientX - this.#from.x;
    const dy = event.clientY - this.#from.y;
    if (this.scale > 1) {
      this.#set(this.scale, this.#from.dx + dx, this.#from.dy + dy);
    } else if (this.swipe) {
      if (!this.#axis && Math.hypot(dx, dy) > AXIS_PX) this.#axis = Math.abs(dx) > Math.abs(dy) ? 'x' : 'y';
      if (this.#axis) this.swipe(this.#axis, this.#axis === 'x' ? dx : dy, false);
    }
  }

  #up(event, cancelled = false) {
    if (!this.#pointers.delete(event.pointerId)) return;
    const dx = event.clientX - this.#from.x;
    const dy = event.clientY - this.#from.y;
    if (this.#axis === 'x' || this.#axis === 'y') {
      const distance = this.#axis === 'x' ? dx : dy;
      this.swipe(this.#axis, cancelled || Math.abs(distance) < SWIPE_PX ? 0 : distance, true);
    } else if (event.pointerType === 'touch' && !this.#axis && Math.hypot(dx, dy) < AXIS_PX) {
      this.#tapped(event);
    }
    if (this.#pointers.size === 0) this.#axis = null;
    const [rest] = this.#pointers.values();
    if (rest) this.#from = { ...rest, dx: this.x, dy: this.y };
  }

  #tapped(event) {
    const near = Math.hypot(event.clientX - this.#tap.x, event.clientY - this.#tap.y) < 30;
    if (near && event.timeStamp - this.#tap.time < DOUBLE_TAP_MS) {
      this.#tap.time = 0;
      this.toggle(event);
    } else {
      this.#tap = { time: event.timeStamp, x: event.clientX, y: event.clientY };
    }
  }

  /// How far two fingers are apart, and what is between them.
  #spread() {
    const [a, b] = this.#pointers.values();
    if (!b) return { distance: 0, x: a.x, y: a.y };
    return { distance: Math.hypot(a.x - b.x, a.y - b.y), x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  }
}

/// Formats that browsers draw themselves; of others only what a computer has made of them can be shown.
export const DRAWN_BY_BROWSERS = new Set(['jpeg', 'png', 'gif', 'webp', 'bmp']);

/**
 * Fetches an original, with its progress from 0 to 1, as the address of a blob; decoded, so that it appears whole.
 * The caller gives the address back by `URL.revokeObjectURL`.
 */
export async function original(image, id, signal, progress = () => {}) {
  const response = await fetch(`/photo/${id}`, { signal });
  if (!response.ok) return null;
  const length = Number(response.headers.get('Content-Length'));
  const parts = [];
  let got = 0;
  for (const reader = response.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    got += value.length;
    if (length) progress(got / length);
  }
  signal.throwIfAborted();
  const address = URL.createObjectURL(new Blob(parts, { type: response.headers.get('Content-Type') }));
  try {
    image.src = address;
    await image.decode();
  } catch (error) {
    URL.revokeObjectURL(address);
    throw error;
  }
  return address;
}
