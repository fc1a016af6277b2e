// The whole: the bar, the screens, and which of them an address shows.

import { h, icon, iconButton, button, fill, named } from './dom.js';
import { say, phrase, number, called } from './words.js';
import { toast } from './notices.js';
import { live, start, mayChange } from './live.js';
import { Collection } from './collection.js';
import { lowerBound } from './layout.js';
import { Timeline } from './timeline.js';
import { Selection, SelectionBar } from './selection.js';
import { Viewer } from './viewer.js';
import { Search } from './search.js';
import { Health } from './health.js';
import { Groups } from './groups.js';
import { verdict } from './verdict.js';
import { Duplicates } from './duplicates.js';
import { Trash } from './trash.js';
import { Upload } from './upload.js';
import { login, loginFromAddress } from './login.js';
import { listenToKeys } from './keys.js';

/// So long what changes is what was done here.
const OWN_MS = 10_000;

/// While photos come and go, what a search finds may be out of date before it is shown.
const SEARCH_TRIES = 4;

const TABS = ['photos', 'duplicates', 'trash', 'health'];

/// The other groups are found from the health, if there are any.
const SCREENS = [...TABS, 'groups'];

/// What the page itself shows; all else is the browser's.
const OWN_PATH = /^\/($|p\/|photos$|duplicates$|trash$|health$|groups$|search$)/;

class App {
  #scrolls = new Map();
  #newest = null;

  constructor() {
    this.selection = new Selection();
    this.timeline = new Timeline({ selection: this.selection, open: (index) => this.openPhoto(index) });
    this.search = new Search({ go: (path) => this.go(path), find: () => this.#present() });
    this.viewer = new Viewer({ timeline: this.timeline, closed: () => this.#viewerClosed() });
    this.upload = new Upload({ go: (path) => this.go(path) });
    this.screens = {
      photos: this.timeline,
      duplicates: new Duplicates(),
      trash: new Trash(),
      health: new Health({ go: (path) => this.go(path) }),
      groups: new Groups(),
    };
    this.selectionBar = new SelectionBar(this.selection);
    this.#shell();
    live.addEventListener('status', () => this.#status());
    live.addEventListener('lost', () => this.#trouble());
    live.addEventListener('revision', ({ detail }) => this.#revision(detail.rev));
    live.addEventListener('changed', () => this.#changed());
    this.timeline.element.addEventListener('gone', () => this.#revision(null, true));
    addEventListener('popstate', () => this.#route());
    document.addEventListener('click', (event) => this.#link(event));
    listenToKeys(this);
    // The screens remember where they were; the browser would guess by the height of another one.
    history.scrollRestoration = 'manual';
  }

  /// Until then revisions are of this page's own making.
  #ownUntil = 0;
  /// The revision that is being fetched, or was last.
  #expected = null;
  #loading = false;
  #turn = 0;

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
        h('nav', { class: 'tabs', 'aria-label': say('main') }, TABS.map(tab)),
        this.search.element, this.pill,
        iconButton('search', say('search'), () => this.search.show(), { class: 'round find' }), this.add),
      this.trouble, this.search.chips, this.main, this.fresh,
      this.selectionBar.element, this.upload.element,
      h('div', { class: 'toasts', role: 'status', popover: 'manual' }));
  }

  async start() {
    const wrong = await loginFromAddress();
    // Without a session the door opens, and says it.
    live.addEventListener('login', () => login(wrong ?? ''));
    start();
    // On a slow line the screen is there before what is in it.
    this.#route();
    await this.#load();
    if (wrong && live.now) toast(wrong);
  }

  /// The first timeline; if there is none yet, it is asked for again with the next status.
  async #load() {
    if (this.#loading) return;
    this.#loading = true;
    const collection = await Collection.load().catch(() => null);
    this.#loading = false;
    if (collection) await this.#present({ newer: collection });
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
    if (first === 'trash' && isGuest()) { history.replaceState(history.state, '', '/photos'); return this.#route(); }
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
    this.#title();
    this.#trouble();
    scrollTo(0, this.#scrolls.get(name) ?? 0);
    if (name === 'photos') this.timeline.shownAgain();
  }

  #title() {
    document.title = this.screen === 'photos' ? say('photomesh') : `${say(this.screen)} – ${say('photomesh')}`;
  }

  openPhoto(index) {
    const photo = this.timeline.peek(index);
    if (!photo) return;
    history.pushState({ inside: true }, '', `/p/${photo.id}`);
    this.viewer.open(index);
  }

  #viewerClosed() {
    this.#title();
    if (!location.pathname.startsWith('/p/')) return;
    if (history.state?.inside) history.back(); else { history.replaceState(null, '', '/photos'); this.#route(); }
  }

  /// Shows all of a collection, or what is searched for in it; with `stay` the photo in view stays where it is.
  async #present({ newer = this.collection, stay = false } = {}) {
    if (!newer) return;
    const turn = ++this.#turn;
    try {
      const { collection, found } = await this.#search(newer);
      const view = collection.view(found?.positions);
      const stays = stay ? await this.#anchor(collection, view) : null;
      // What was asked for later is shown, and not what is answered later.
      if (turn !== this.#turn) return;
      if (collection !== this.collection) this.#upToDate();
      this.collection = collection;
      this.timeline.show(collection, view, stays);
      this.search.tell(found);
      this.#empty();
      if (!stay && this.screen === 'photos') scrollTo(0, 0);
      else if (!stay) this.#scrolls.delete('photos');
      this.viewer.moved();
    } catch (error) {
      if (turn === this.#turn && error.name !== 'AbortError') this.search.fail(error);
    }
  }

  /// What the search finds: positions of a collection are those of no other one.
  async #search(collection) {
    for (let tries = 0; tries < SEARCH_TRIES; tries++) {
      const found = await this.search.ask();
      if (!found || found.rev === collection.rev) return { collection, found };
      collection = await Collection.load();
      if (found.rev === collection.rev) return { collection, found };
    }
    throw new Error(say('searchRestless'));
  }

  /// Where the first photo in view is now, and in another view, or what is near that place there.
  async #anchor(collection, view) {
    const from = this.timeline.anchorIndex;
    if (from < 0) return null;
    const photo = this.timeline.peek(from);
    const position = photo ? await collection.locate(photo.id).catch(() => -1) : -1;
    if (position < 0) return { from, to: Math.min(from, view.count - 1) };
    return { from, to: view.order ? Math.min(lowerBound(view.order, position), view.count - 1) : position };
  }

  /// The newest timeline is the one that is shown.
  #upToDate() {
    this.#newest = null;
    fill(this.fresh);
  }

  /// There is a newer timeline. The page does not move by itself: a pill says so, unless nobody could lose their place.
  async #revision(rev = null, now = false) {
    // A status and a revision tell of the same one.
    if (rev && (rev === this.#expected || rev === this.collection?.rev)) return;
    this.#expected = rev;
    const collection = await Collection.load().catch(() => null);
    if (this.#expected !== rev) return;
    if (!collection) { this.#expected = null; return; }
    if (!this.collection || collection.rev === this.collection.rev) return;
    this.#newest = collection;
    const scanning = verdict(live.now).kind === 'scanning';
    const unseen = this.screen !== 'photos' || collection.looksLike(this.collection);
    const own = Date.now() < this.#ownUntil;
    if (now || unseen || own || this.collection.total === 0 || (scanning && this.timeline.anchorIndex < 0)) {
      await this.#present({ newer: collection, stay: true });
      return;
    }
    const more = collection.total - this.collection.total;
    fill(this.fresh, button(more > 0 ? say('newPhotos', { n: more }) : say('changed'),
      () => this.#present({ newer: this.#newest ?? this.collection, stay: more <= 0 }), { class: 'button primary' }));
  }

  /// What has been done here is shown at once.
  #changed() {
    this.#ownUntil = Date.now() + OWN_MS;
    if (this.#newest) this.#present({ newer: this.#newest, stay: true });
  }

  #status() {
    const { status, rev } = live.now;
    if (!this.collection) this.#load();
    // What was new while nobody looked at the page has sent no word.
    else if (rev) this.#revision(rev);
    this.add.hidden = !mayChange() || !status;
    // What is in the trash is its owner's to see.
    document.querySelector('.tab[data-screen=trash]').hidden = isGuest();
    if (isGuest() && this.screen === 'trash') this.#route();
    if (status) {
      const badge = document.querySelector('[data-badge=duplicates]');
      badge.textContent = status.duplicates ? number(status.duplicates) : '';
    }
    this.#trouble();
    this.#empty();
  }

  /// The thin bar that says who does not answer.
  #trouble() {
    const lost = live.lostAt !== null;
    const { tone, pill, short } = verdict(live.now, lost);
    this.pill.hidden = !lost && !live.now;
    this.pill.dataset.tone = tone;
    fill(this.pill, h('span', { class: 'long' }, pill), h('span', { class: 'short' }, short ?? pill));
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
    // Photos of others may be there already.
    const reading = () => say('reading', { n: me?.originals ?? 0 });
    if (this.collection.total > 0) {
      fill(notice, scanning && h('p', { class: 'note' }, reading()));
    } else if (scanning) {
      fill(notice, h('div', { class: 'nothing' },
        h('h1', {}, say('sayScanning')), h('p', {}, reading())));
    } else {
      fill(notice, h('div', { class: 'nothing' }, icon('photos'), h('h1', {}, say('emptyTitle')),
        h('p', {}, mayChange() ? phrase('emptyText', { name: named(called(me?.called ?? '')) }) : say('emptyGuest')),
        mayChange() && button(say('pick'), () => this.upload.pick(), { class: 'button primary' })));
    }
  }
}

const isGuest = () => live.now?.role === 'guest';

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
