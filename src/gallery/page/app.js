// The whole: the bar, the screens, and which of them an address shows.

import { h, icon, iconButton, button, fill, named } from './dom.js';
import { say, phrase, number, called } from './words.js';
import { live, start, mayChange } from './live.js';
import { Collection } from './collection.js';
import { Timeline } from './timeline.js';
import { Selection, SelectionBar } from './selection.js';
import { Viewer } from './viewer.js';
import { Search } from './search.js';
import { Health } from './health.js';
import { verdict } from './verdict.js';
import { Duplicates } from './duplicates.js';
import { Trash } from './trash.js';
import { Upload } from './upload.js';
import { login, loginFromAddress } from './login.js';
import { listenToKeys } from './keys.js';

const SCREENS = ['photos', 'duplicates', 'trash', 'health'];

/// What the page itself shows; all else is the browser's.
const OWN_PATH = /^\/($|p\/|photos$|duplicates$|trash$|health$|search$)/;

class App {
  #scrolls = new Map();
  #newest = null;

  constructor() {
    this.selection = new Selection();
    this.timeline = new Timeline({ selection: this.selection, open: (index) => this.openPhoto(index) });
    this.search = new Search({ go: (path) => this.go(path), find: (positions, rev) => this.#filter(positions, rev) });
    this.viewer = new Viewer({ timeline: this.timeline, closed: () => this.#viewerClosed() });
    this.upload = new Upload({ go: (path) => this.go(path) });
    this.screens = {
      photos: this.timeline,
      duplicates: new Duplicates(),
      trash: new Trash(),
      health: new Health({ go: (path) => this.go(path) }),
    };
    this.selectionBar = new SelectionBar(this.selection);
    this.#shell();
    live.addEventListener('status', () => this.#status());
    live.addEventListener('lost', () => this.#trouble());
    live.addEventListener('revision', () => this.#revision());
    live.addEventListener('login', () => login());
    this.timeline.element.addEventListener('gone', () => this.#revision(true));
    this.selection.addEventListener('removed', () => { this.#catchUp = true; });
    addEventListener('popstate', () => this.#route());
    document.addEventListener('click', (event) => this.#link(event));
    listenToKeys(this);
    // The screens remember where they were; the browser would guess by the height of another one.
    history.scrollRestoration = 'manual';
  }

  /// The next revision is of this page's own making, and is shown at once.
  #catchUp = false;
  #loading = false;

  #shell() {
    const tab = (name) => h('a', { class: 'tab', href: `/${name}`, 'data-screen': name }, icon(name),
      h('span', {}, say(name)), h('span', { class: 'badge', 'data-badge': name }));
    this.pill = h('a', { class: 'pill', href: '/health', hidden: true });
    this.fresh = h('div', { class: 'fresh', role: 'status' });
    this.trouble = h('div', { class: 'trouble', role: 'alert', hidden: true });
    this.main = h('main', { id: 'main', tabindex: -1 }, Object.values(this.screens).map((screen) => screen.element));
    this.add = h('button', { class: 'add button primary', type: 'button', hidden: true, 'aria-label': say('addPhotos'),
      on: { click: () => this.upload.pick() } }, icon('add'), h('span', {}, say('addPhotos')));
    document.body.append(
      h('a', { class: 'skip', href: '#main' }, say('skip')),
      h('header', { class: 'bar' },
        h('a', { class: 'brand', href: '/photos' }, icon('mark'), h('span', {}, say('photomesh'))),
        h('nav', { class: 'tabs', 'aria-label': say('main') }, SCREENS.map(tab)),
        this.search.element, this.pill,
        iconButton('search', say('search'), () => this.search.show(), { class: 'round find' }), this.add),
      this.trouble, this.search.chips, this.main, this.fresh,
      this.selectionBar.element, this.upload.element,
      h('div', { class: 'toasts', role: 'status', popover: 'manual' }));
  }

  async start() {
    await loginFromAddress();
    start();
    await this.#load();
  }

  /// The first timeline; if there is none yet, it is asked for again with the next status.
  async #load() {
    if (this.#loading) return;
    this.#loading = true;
    const collection = await Collection.load().catch(() => null);
    this.#loading = false;
    if (collection) this.#apply(collection);
    await this.#route();
  }

  /// Goes to a path as a click on a link does.
  go(path) {
    // From one photo to another is no step: closing it leads back to where the first one was opened.
    const stays = this.viewer.isOpen && path.startsWith('/p/');
    if (stays) history.replaceState(history.state, '', path); else history.pushState({ inside: true }, '', path);
    return this.#route();
  }

  #link(event) {
    const link = event.target.closest('a[href]');
    if (!link || event.defaultPrevented || event.button !== 0) return;
    // Who wants it in another tab gets it there.
    if (event.ctrlKey || event.metaKey || event.shiftKey || link.hasAttribute('download')) return;
    const { pathname, search, hash } = new URL(link.href);
    if (hash || !OWN_PATH.test(pathname)) return;
    event.preventDefault();
    this.go(pathname + search);
  }

  async #route() {
    const [, first, id] = location.pathname.split('/');
    if (first === 'p') {
      if (!this.screen) this.#show('photos');
      await this.viewer.showId(id);
      return;
    }
    this.viewer.close();
    this.#show(SCREENS.includes(first) ? first : 'photos');
    await this.search.run(first === 'search' ? new URLSearchParams(location.search).get('q') ?? '' : '');
  }

  #show(name) {
    if (name === this.screen) return;
    this.#scrolls.set(this.screen, scrollY);
    this.screen = name;
    for (const [key, screen] of Object.entries(this.screens)) {
      screen.element.hidden = key !== name;
      screen[key === name ? 'enter' : 'leave']?.();
    }
    document.body.dataset.screen = name;
    this.main.ariaLabel = say(name);
    for (const tab of document.querySelectorAll('.tab')) {
      if (tab.dataset.screen === name) tab.ariaCurrent = 'page'; else tab.removeAttribute('aria-current');
    }
    document.title = name === 'photos' ? say('photomesh') : `${say(name)} – ${say('photomesh')}`;
    this.#trouble();
    scrollTo(0, this.#scrolls.get(name) ?? 0);
    if (name === 'photos') this.timeline.shownAgain();
  }

  openPhoto(index) {
    const photo = this.timeline.peek(index);
    if (!photo) return;
    history.pushState({ inside: true }, '', `/p/${photo.id}`);
    this.viewer.open(index);
  }

  #viewerClosed() {
    if (!location.pathname.startsWith('/p/')) return;
    if (history.state?.inside) history.back(); else { history.replaceState(null, '', '/photos'); this.#route(); }
  }

  /// Shows a collection in full, or what was searched for in it.
  #apply(collection, anchor = -1) {
    this.collection = collection;
    this.positions = null;
    this.timeline.show(collection, collection.view(), anchor);
    this.#newest = null;
    fill(this.fresh);
    this.#empty();
    if (this.search.query) this.search.run(this.search.query, true);
    this.viewer.moved();
  }

  /// What a search has found, counted in a revision that may be newer than what is shown; null for all again.
  async #filter(positions, rev) {
    if (!this.collection || (!positions && !this.positions)) return;
    if (positions && rev !== this.collection.rev) this.collection = await Collection.load();
    this.positions = positions;
    this.timeline.show(this.collection, this.collection.view(positions));
    scrollTo(0, 0);
  }

  /// There is a newer timeline. The page does not move by itself: a pill says so, unless nobody could lose their place.
  async #revision(now = false) {
    const collection = await Collection.load();
    if (!this.collection || collection.rev === this.collection.rev) return;
    this.#newest = collection;
    const scanning = verdict(live.now).kind === 'scanning';
    const unseen = this.screen !== 'photos' || collection.looksLike(this.collection);
    if (now || unseen || this.#catchUp || this.collection.total === 0 || (scanning && this.timeline.anchorIndex < 0)) {
      this.#catchUp = false;
      await this.#renew();
      return;
    }
    const more = collection.total - this.collection.total;
    fill(this.fresh, button(more > 0 ? say('newPhotos', { n: more }) : say('changed'), async () => {
      await this.#renew(more > 0);
    }, { class: 'button primary' }));
  }

  /// Takes over the newer timeline; the photo in view stays where it is.
  async #renew(toTop = false) {
    const collection = this.#newest;
    const index = this.timeline.anchorIndex;
    const photo = index >= 0 && !toTop ? this.timeline.peek(index) : null;
    const anchor = photo ? await collection.locate(photo.id).catch(() => -1) : -1;
    if (this.#newest !== collection) return;
    this.#apply(collection, anchor >= 0 ? anchor : Math.min(index, collection.total - 1));
    if (toTop) scrollTo({ top: 0 });
  }

  #status() {
    const { status, rev } = live.now;
    if (!this.collection) this.#load();
    // What was new while nobody looked at the page has sent no word.
    else if (rev && rev !== (this.#newest ?? this.collection).rev) this.#revision();
    this.add.hidden = !mayChange() || !status;
    document.body.classList.toggle('guest', !mayChange());
    if (status) {
      const badge = document.querySelector('[data-badge=duplicates]');
      badge.textContent = status.duplicates ? number(status.duplicates) : '';
    }
    const { tone, pill, short } = verdict(live.now);
    this.pill.hidden = false;
    this.pill.dataset.tone = tone;
    fill(this.pill, h('span', { class: 'long' }, pill), h('span', { class: 'short' }, short ?? pill));
    this.#trouble();
    this.#empty();
  }

  /// The thin bar that says who does not answer.
  #trouble() {
    const lost = live.lostAt !== null;
    const gone = live.now && !live.now.status;
    // Health says of a daemon that is gone all that the bar would.
    this.trouble.hidden = !lost && !(gone && this.screen !== 'health');
    if (lost) {
      fill(this.trouble, say('lost'), ' ', h('code', {}, 'photomesh gallery'), '. ', countdown());
    } else if (gone) {
      const what = (live.now.gone ?? live.now.daemon).replace(/\.$/, '');
      fill(this.trouble, say('gone', { what }), ' ', say('startWith'), ' ',
        h('code', {}, 'photomesh daemon FOLDER'), '. ', say('sayGoneTry'));
    }
    this.#makeRoom();
  }

  /// The thin bar hides nothing, and what somebody looks at stays where it is.
  #makeRoom() {
    const { style } = this.main;
    const before = parseFloat(style.paddingBlockStart) || 0;
    const room = this.trouble.offsetHeight;
    if (room === before) return;
    style.paddingBlockStart = `${room}px`;
    if (scrollY > 0) scrollBy(0, room - before);
  }

  /// What stands in the place of photos while there are none, or above them while they are read.
  #empty() {
    if (!this.collection || !live.now) return;
    const { status } = live.now;
    const scanning = verdict(live.now).kind === 'scanning';
    const me = status?.nodes.find((node) => node.id === status.node);
    const notice = this.timeline.notice;
    if (this.collection.total > 0) {
      fill(notice, scanning && h('p', { class: 'note' }, say('reading', { n: status.photos })));
    } else if (scanning) {
      fill(notice, h('div', { class: 'nothing' },
        h('h1', {}, say('sayScanning')), h('p', {}, say('reading', { n: status.photos }))));
    } else {
      fill(notice, h('div', { class: 'nothing' }, icon('photos'), h('h1', {}, say('emptyTitle')),
        h('p', {}, mayChange() ? phrase('emptyText', { name: named(called(me?.called ?? '')) }) : say('emptyGuest')),
        mayChange() && button(say('pick'), () => this.upload.pick(), { class: 'button primary' })));
    }
  }
}

/// How long until the gallery is asked again; not read out each second.
function countdown() {
  const words = h('span', { 'aria-hidden': 'true' });
  const tell = () => {
    const seconds = Math.max(0, Math.ceil((live.lostAt - Date.now()) / 1000));
    fill(words, say('lostTry', { n: seconds }));
  };
  const timer = setInterval(() => (words.isConnected ? tell() : clearInterval(timer)), 1000);
  tell();
  return words;
}

new App().start();
