// One photo, as large as the window: turning, zooming, the filmstrip, and the panel with all about it.

import { h, iconButton, fill, named, picture, showPicture, showThumb, retryPictures, calm } from './dom.js';
import { toast, failed } from './notices.js';
import { say, phrase, kind } from './words.js';
import { get, live, mayChange, Refused } from './live.js';
import { RATIO } from './layout.js';
import { isGone } from './collection.js';
import { Zoom, original, DRAWN_BY_BROWSERS } from './zoom.js';
import { Filmstrip } from './filmstrip.js';
import { details, awayWords } from './details.js';
import { compare } from './pair.js';
import { download } from './selection.js';
import { removePhotos } from './remove.js';

/// Small pictures grow by that much at most: beyond, one sees pixels instead of the picture.
const ENLARGED = 2;

export class Viewer {
  #index = -1;
  #photo = null;
  #about = null;
  #address = null;
  #stop = new AbortController();
  #missing = false;
  /// Whose original is on its way.
  #sharpening = null;

  /// Turns through what `timeline` shows; `closed` hears when it is over.
  constructor({ timeline, closed }) {
    this.timeline = timeline;
    this.closed = closed;
    this.#build();
    this.zoom = new Zoom(this.stage, {
      size: () => this.#size(),
      draw: ({ scale, x, y }) => {
        this.picture.classList.remove('back');
        this.picture.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
        this.element.classList.toggle('zoomed', scale > 1);
      },
      swipe: (axis, distance, end) => this.#swipe(axis, distance, end),
      zoomed: () => this.#sharpen(),
    });
    live.addEventListener('status', () => this.#status());
    new ResizeObserver(() => this.#fit()).observe(this.stage);
  }

  #build() {
    [this.small, this.large, this.whole] = ['small', 'large', 'whole'].map((name) => picture({ class: name }));
    this.large.addEventListener('load', () => {
      this.#missing = false;
      fill(this.words);
    });
    this.large.addEventListener('error', () => this.#failed());
    this.picture = h('div', { class: 'picture' }, this.small, this.large, this.whole);
    this.words = h('p', { class: 'words' });
    this.count = h('p', { class: 'count', role: 'status' });
    this.line = h('div', { class: 'line' });
    this.before = iconButton('back', say('previous'), () => this.turn(-1), { class: 'round turn before' });
    this.after = iconButton('next', say('next'), () => this.turn(1), { class: 'round turn after' });
    this.stage = h('div', { class: 'stage' }, this.picture, this.words, this.line, this.before, this.after);
    this.film = new Filmstrip({ go: (index) => this.#show(index) });
    this.panel = h('aside', { class: 'panel', 'aria-label': say('details') });
    this.info = iconButton('info', say('details'), () => this.#togglePanel(), { 'aria-expanded': 'false' });
    this.bin = iconButton('trash', say('removeThis'), () => this.#remove());
    this.element = h('dialog', { class: 'viewer', 'aria-label': say('viewer'), on: {
      keydown: (event) => this.#key(event),
      close: () => this.#closed(),
    } },
    h('div', { class: 'front' },
      h('div', { class: 'top' }, iconButton('back', say('back'), () => this.element.close()), this.count,
        iconButton('download', say('downloadThis'), () => download([this.#photo])), this.bin, this.info),
      this.stage, this.film.element),
    this.panel);
    document.body.append(this.element);
    if (innerWidth >= 1100) this.#togglePanel(true);
  }

  get isOpen() { return this.element.open; }

  /// Opens at an index of what the timeline shows; the picture grows from its tile.
  open(index) {
    this.#grow(index, () => {
      if (!location.pathname.startsWith('/p/')) return;
      this.#display();
      this.#show(index);
    });
  }

  /// Opens by an id: an address that somebody kept, or a link of another screen.
  async showId(id) {
    if (!this.timeline.collection || (this.isOpen && this.#photo?.id === id)) return;
    // Whoever has gone elsewhere meanwhile is not fetched back.
    const late = () => location.pathname.split('/')[2] !== id;
    try {
      const position = await this.timeline.collection.locate(id);
      const index = position < 0 ? -1 : this.timeline.indexOf(position);
      const photo = index < 0 ? null : await this.timeline.photo(index);
      // What is put away is not in the timeline: it is shown alone.
      const about = photo?.id === id ? null : await get(`/api/photo/${id}`);
      if (late()) return;
      this.#display();
      if (about) this.#alone(about); else this.#show(index);
    } catch (error) {
      if (late()) return;
      if (error instanceof Refused && error.status === 404) toast(say('notFound')); else failed(error);
      this.closed();
    }
  }

  close() {
    if (this.isOpen) this.element.close();
  }

  #display() {
    if (this.isOpen) return;
    this.element.showModal();
  }

  #grow(index, act) {
    const tile = this.timeline.tile(index);
    if (!tile || !document.startViewTransition || calm()) return act();
    tile.style.viewTransitionName = 'photo';
    const change = document.startViewTransition(() => {
      tile.style.viewTransitionName = '';
      act();
      this.picture.style.viewTransitionName = 'photo';
    });
    change.finished.finally(() => { this.picture.style.viewTransitionName = ''; });
  }

  #closed() {
    this.#stop.abort();
    this.#forget();
    const index = this.#index;
    this.#photo = null;
    // This comes a little later than the viewer has gone: who is typing by now keeps the field.
    const types = document.activeElement?.matches('input');
    if (index >= 0 && !types && !this.timeline.element.hidden) this.timeline.reveal(index);
    this.closed();
  }

  turn(step) {
    const to = this.#index + step;
    if (this.#index >= 0 && to >= 0 && to < this.timeline.view.count) this.#show(to);
  }

  async #show(index) {
    this.#stand(index);
    try {
      const photo = this.timeline.peek(index) ?? await this.timeline.photo(index);
      if (this.#index !== index || !this.isOpen) return;
      history.replaceState(history.state, '', `/p/${photo.id}`);
      this.#draw(photo);
      for (const step of [1, -1, 2, -2]) this.#prefetch(index + step);
    } catch (error) {
      if (this.#index !== index || !this.isOpen) return;
      // What this index means is known no longer: the newer timeline is taken, and all stands elsewhere in it.
      if (isGone(error)) this.timeline.element.dispatchEvent(new Event('gone')); else failed(error);
    }
  }

  /// Where the photo is among those that are shown.
  #stand(index) {
    this.#index = index;
    const { count } = this.timeline.view;
    fill(this.count, say('of', { a: index + 1, b: count }));
    this.before.disabled = index === 0;
    this.after.disabled = index === count - 1;
    this.film.show(this.timeline, index);
  }

  /// The timeline is another one: the photo is the same.
  async moved() {
    if (!this.isOpen || this.#index < 0) return;
    const position = await this.timeline.collection.locate(this.#photo.id).catch(() => -1);
    const index = position < 0 ? -1 : this.timeline.indexOf(position);
    if (index >= 0) this.#stand(index); else this.close();
  }

  #alone(about) {
    this.#index = -1;
    fill(this.count);
    this.before.disabled = this.after.disabled = true;
    this.film.show(null, -1);
    this.#draw({ ...about, drawable: true }, about);
  }

  #prefetch(index) {
    if (index < 0 || index >= this.timeline.view.count) return;
    const photo = this.timeline.peek(index);
    if (photo?.drawable) new Image().src = `/view/${photo.id}.jpg`;
  }

  #draw(photo, about = null) {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#forget();
    this.#photo = photo;
    this.#about = about;
    this.#missing = false;
    this.large.alt = photo.name;
    document.title = `${photo.name} – ${say('photomesh')}`;
    fill(this.words, !photo.drawable && phrase('notDrawn', { format: kind(photo) }));
    showThumb(this.small, photo.drawable && photo.id);
    showPicture(this.large, photo.drawable && `/view/${photo.id}.jpg`);
    showPicture(this.whole, null);
    this.#fit();
    this.zoom.reset();
    this.#status();
    this.#learn();
  }

  /// The size of the picture when it fits into the stage.
  #size() {
    const photo = this.#photo;
    const [wide, high] = [this.stage.clientWidth, this.stage.clientHeight];
    const edge = wide < 720 ? 0 : 72;
    const room = { width: Math.max(40, wide - 2 * edge), height: Math.max(40, high - (edge ? 16 : 0)) };
    const known = photo?.width && photo?.height;
    const ratio = known ? photo.width / photo.height : RATIO[128];
    const width = Math.min(room.width, room.height * ratio, known ? photo.width * ENLARGED : room.width);
    return { width, height: width / ratio, full: known ? photo.width / width / devicePixelRatio : 2 };
  }

  #fit() {
    if (!this.#photo) return;
    const { width, height } = this.#size();
    this.picture.style.width = `${width}px`;
    this.picture.style.height = `${height}px`;
    if (this.zoom?.scale > 1) this.zoom.reset();
  }

  /// Nobody who has it is here, or it cannot be drawn: its small picture stays, with a sentence.
  #failed() {
    this.#missing = true;
    fill(this.words, this.#about ? awayWords(this.#about) ?? say('cannotDraw') : say('cannotDraw'));
  }

  /// The original, at the first step into it, at the same place and of the same size.
  async #sharpen() {
    const photo = this.#photo;
    const { signal } = this.#stop;
    if (!photo || this.#address || this.#sharpening === signal || !DRAWN_BY_BROWSERS.has(photo.format)) return;
    this.#sharpening = signal;
    this.line.classList.add('going');
    try {
      const address = await original(this.whole, photo.id, signal,
        (share) => { if (!signal.aborted) this.line.style.transform = `scaleX(${share})`; });
      if (!signal.aborted) this.#address = address; else if (address) URL.revokeObjectURL(address);
    } catch { /* What is shown already stays. */ } finally {
      if (this.#sharpening === signal) this.#sharpening = null;
      if (!signal.aborted) this.#rest();
    }
  }

  #rest() {
    this.line.classList.remove('going');
    this.line.style.transform = 'scaleX(0)';
  }

  #forget() {
    if (this.#address) URL.revokeObjectURL(this.#address);
    this.#address = null;
    this.#rest();
  }

  /// All about the photo, for the panel, and for the words when its picture cannot be had.
  async #learn() {
    const photo = this.#photo;
    try {
      const about = this.#about ?? await get(`/api/photo/${photo.id}`, this.#stop.signal);
      if (photo !== this.#photo) return;
      this.#about = about;
      fill(this.panel, details(about, { compare: (version) => compare(about, version) }),
        iconButton('close', say('close'), () => this.#togglePanel(false), { class: 'round shut' }));
      if (this.#missing) this.#failed();
    } catch (error) {
      if (error.name === 'AbortError' || photo !== this.#photo) return;
      fill(this.panel, h('h2', {}, named(photo.name)), h('p', {}, error.message));
    }
  }

  /// Somebody has come or gone: what is not there may be, and where it is has changed.
  #status() {
    this.bin.hidden = !mayChange() || this.#index < 0;
    if (!this.isOpen || !this.#photo) return;
    retryPictures(this.picture);
    const nodes = JSON.stringify(live.now?.status?.nodes.map((node) => node.alive));
    if (nodes === this.nodes) return;
    this.nodes = nodes;
    if (this.#index >= 0 && this.#about) { this.#about = null; this.#learn(); }
  }

  #togglePanel(open = !this.element.classList.contains('informed')) {
    this.element.classList.toggle('informed', open);
    this.info.ariaExpanded = open;
  }

  #swipe(axis, distance, end) {
    const forward = document.dir === 'rtl' ? 1 : -1;
    const { style } = this.picture;
    this.picture.classList.toggle('back', end);
    style.transform = end ? '' : axis === 'x' ? `translateX(${distance}px)` : `translateY(${Math.max(0, distance)}px)`;
    if (!end || distance === 0) return;
    if (axis === 'x') this.turn(Math.sign(distance) * forward);
    else if (distance < 0) this.#togglePanel(true);
    else if (this.element.classList.contains('informed') && innerWidth < 720) this.#togglePanel(false);
    else this.element.close();
  }

  async #remove() {
    if (!mayChange() || this.#index < 0) return;
    if (await removePhotos([this.#photo])) this.element.close();
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input')) return;
    const forward = document.dir === 'rtl' ? -1 : 1;
    const act = {
      ArrowLeft: () => this.turn(-forward),
      ArrowRight: () => this.turn(forward),
      Home: () => this.turn(-this.#index),
      End: () => this.turn(this.timeline.view.count - 1 - this.#index),
      i: () => this.#togglePanel(),
      z: () => this.zoom.toggle(),
      '+': () => this.zoom.step(1.5),
      '-': () => this.zoom.step(1 / 1.5),
      d: () => download([this.#photo]),
      Delete: () => this.#remove(),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }
}
