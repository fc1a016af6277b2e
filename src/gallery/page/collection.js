// The collection in timeline order: all ratios and days at once, the rest of a photo in pages of 512, when it is
// looked at.

import { get, Refused } from './live.js';
import { groupOf } from './layout.js';

export const PAGE = 512;
const PAGES_KEPT = 64;
const DAY = 86_400;

/// Stands for "no date" among the days.
export const NO_DATE = -(2 ** 31);

/// The month of a day, counted from year 0.
const monthOf = (day) => {
  if (day === NO_DATE) return NO_DATE;
  const date = new Date(day * DAY * 1000);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
};

function decode(base64) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/// One state of the collection; a newer revision is another one.
export class Collection {
  #pages = new Map();

  constructor({ rev, total, first, days, ratios }) {
    this.rev = rev;
    this.total = total;
    this.ratios = decode(ratios);
    this.dayStarts = new Uint32Array(days.length);
    this.days = new Int32Array(days.length);
    let start = 0;
    let day = first;
    days.forEach(([back, count], i) => {
      if (back !== null) day -= back;
      this.dayStarts[i] = start;
      this.days[i] = back === null ? NO_DATE : day;
      start += count;
    });
  }

  static async load() {
    return new Collection(await get('/api/timeline'));
  }

  /// Whether it looks the same as another one: then a change of what its photos are like moves nothing.
  looksLike(other) {
    const same = (a, b) => a.length === b.length && a.every((value, i) => value === b[i]);
    return ['ratios', 'days', 'dayStarts'].every((part) => same(this[part], other[part]));
  }

  /// The day of a position, in days since 1970.
  dayOf(position) {
    return this.days[groupOf(this.dayStarts, position)];
  }

  /// What is shown: all photos, or those at rising positions. Months are its groups.
  view(positions = null) {
    const starts = [];
    const months = [];
    const begin = (month, index) => {
      if (months.at(-1) === month) return;
      months.push(month);
      starts.push(index);
    };
    if (positions) positions.forEach((position, index) => begin(monthOf(this.dayOf(position)), index));
    else this.days.forEach((day, i) => begin(monthOf(day), this.dayStarts[i]));
    return {
      order: positions ? Uint32Array.from(positions) : null,
      count: positions ? positions.length : this.total,
      starts: Uint32Array.from(starts),
      months,
    };
  }

  /// A photo that has been loaded, or undefined; then `load` brings it.
  peek(position) {
    const page = this.#pages.get(Math.floor(position / PAGE));
    return Array.isArray(page) ? page[position % PAGE] : undefined;
  }

  /// A photo, asked for if need be.
  async photo(position) {
    return (await this.load(Math.floor(position / PAGE)))[position % PAGE];
  }

  /// A page of photos. It stays for a while; the oldest are forgotten.
  load(number) {
    const known = this.#pages.get(number);
    if (known) return Promise.resolve(known);
    const loading = get(`/api/page/${number}?rev=${encodeURIComponent(this.rev)}`).then(({ photos }) => {
      const page = photos.map(([id, name, second, width, height, copies, versions, format, drawable]) =>
        ({ id, name, second, width, height, copies, versions, format, drawable: drawable === 1 }));
      this.#pages.set(number, page);
      if (this.#pages.size > PAGES_KEPT) this.#pages.delete(this.#pages.keys().next().value);
      return page;
    });
    loading.catch(() => this.#pages.delete(number));
    this.#pages.set(number, loading);
    return loading;
  }

  /// The position of a photo, or -1. Its day tells where to look; those without a date are sorted by id.
  async locate(id) {
    for (const [number, page] of this.#pages) {
      const at = Array.isArray(page) ? page.findIndex((photo) => photo.id === id) : -1;
      if (at >= 0) return number * PAGE + at;
    }
    const { date, shown } = await get(`/api/photo/${id}`);
    const day = date ? Date.parse(`${date.day}T00:00:00Z`) / 1000 / DAY : NO_DATE;
    const group = this.days.indexOf(day);
    if (group < 0) return -1;
    let low = Math.floor(this.dayStarts[group] / PAGE);
    let high = Math.floor(((this.dayStarts[group + 1] ?? this.total) - 1) / PAGE);
    while (day === NO_DATE && high > low) {
      const middle = Math.ceil((low + high) / 2);
      const [first] = await this.load(middle);
      if (first.id <= shown) low = middle; else high = middle - 1;
    }
    for (let number = low; number <= high; number++) {
      const at = (await this.load(number)).findIndex((photo) => photo.id === shown);
      if (at >= 0) return number * PAGE + at;
    }
    return -1;
  }
}

/// Whether an error says that this revision is kept no longer.
export const isGone = (error) => error instanceof Refused && error.code === 'gone';
