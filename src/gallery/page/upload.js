// Adding photos: dropped anywhere or picked, two at a time, each with its progress.

import { h, button, iconButton, fill, named, picture } from './dom.js';
import { toast } from './notices.js';
import { say, listText, called, homely, number } from './words.js';
import { changed, mayChange, token } from './live.js';

/// Two keep the line busy, and leave the browser connections for pictures.
const AT_A_TIME = 2;

/// More at once is rather the work of `photomesh put -r`.
const BATCH = 2000;

/// What the clock on the wall showed at this time of a file, which nobody has asked about its zone.
function clock(at) {
  const offset = new Date(at).getTimezoneOffset() * 60_000;
  return new Date(at - offset).toISOString().slice(0, 19);
}

export class Upload {
  #waiting = [];
  #running = 0;
  #jobs = [];

  constructor({ go }) {
    this.go = go;
    this.input = h('input', { type: 'file', multiple: true, accept: 'image/*', hidden: true, on: { change: () => {
      this.take([...this.input.files]);
      this.input.value = '';
    } } });
    this.sum = h('span', { class: 'count', role: 'status' });
    this.list = h('ul', {});
    this.box = h('section', { class: 'uploads', 'aria-label': say('adding'), hidden: true },
      h('header', {},
        h('h2', {}, say('adding')), this.sum, iconButton('close', say('close'), () => this.#dismiss())),
      this.list);
    this.veil = h('div', { class: 'veil', hidden: true }, h('p', {}, say('dropHere')));
    this.element = h('div', {}, this.input, this.box, this.veil);
    this.#listen();
  }

  #listen() {
    let depth = 0;
    const wanted = (event) => mayChange() && event.dataTransfer?.types.includes('Files');
    addEventListener('dragenter', (event) => { if (wanted(event)) { depth += 1; this.veil.hidden = false; } });
    addEventListener('dragleave', () => { depth = Math.max(0, depth - 1); this.veil.hidden = depth === 0; });
    addEventListener('dragover', (event) => event.preventDefault());
    addEventListener('drop', (event) => {
      event.preventDefault();
      depth = 0;
      this.veil.hidden = true;
      if (wanted(event)) this.take([...event.dataTransfer.files]);
    });
    addEventListener('beforeunload', (event) => { if (this.#running) event.preventDefault(); });
  }

  pick() {
    if (mayChange()) this.input.click();
  }

  take(files) {
    if (files.length > BATCH) toast(say('tooMany', { n: BATCH }));
    const jobs = files.slice(0, BATCH).map((file) => this.#row(file));
    this.#jobs.push(...jobs);
    this.#waiting.push(...jobs);
    this.list.append(...jobs.map((job) => job.row));
    this.box.hidden = this.#jobs.length === 0;
    this.#next();
  }

  #row(file) {
    const state = h('span', { class: 'quiet', 'aria-live': 'off' }, say('waiting'));
    const bar = h('div', { class: 'bar-of' });
    const image = picture();
    const row = h('li', {}, image, h('div', { class: 'text' }, named(file.name, { class: 'strong cut' }), state), bar);
    return { file, row, state, bar, image, became: null };
  }

  #next() {
    fill(this.sum, this.#counts());
    while (this.#running < AT_A_TIME && this.#waiting.length) {
      this.#running += 1;
      const job = this.#waiting.shift();
      this.#send(job).finally(() => {
        this.#running -= 1;
        if (job.became === 'new') changed();
        this.#next();
      });
    }
  }

  /// How many have got an answer, and which one.
  #counts() {
    const count = (became) => this.#jobs.filter((job) => job.became === became).length;
    const all = this.#jobs.length;
    const kinds = [['new', 'uploadNew'], ['there', 'uploadThere'], ['failed', 'uploadFailed']];
    const told = kinds.map(([became, words]) => count(became) > 0 && say(words, { n: count(became) }));
    return [say('uploadSum', { done: all - count(null), all }), ...told].filter(Boolean).join(', ');
  }

  /// By XMLHttpRequest, since fetch does not tell how much has gone.
  #send(job) {
    const { file, state, bar, row, image } = job;
    row.className = '';
    const address = URL.createObjectURL(file);
    image.src = address;
    return new Promise((done) => {
      const request = new XMLHttpRequest();
      request.open('PUT', `/api/upload/${encodeURIComponent(file.name)}`);
      request.setRequestHeader('X-Photomesh-Token', token()['X-Photomesh-Token']);
      request.setRequestHeader('X-Photomesh-Dated', clock(file.lastModified));
      request.responseType = 'json';
      request.upload.addEventListener('progress', ({ loaded, total }) => {
        bar.style.transform = `scaleX(${loaded / total})`;
        fill(state, say('percent', { n: Math.floor(loaded / total * 100) }));
      });
      request.addEventListener('loadend', () => {
        URL.revokeObjectURL(address);
        bar.style.transform = 'scaleX(0)';
        this.#tell(job, request.status, request.response);
        done();
      });
      request.send(file);
    });
  }

  /// What has become of it, and what to do if it was not taken.
  #tell(job, status, answer) {
    const { state, row } = job;
    const link = (id) => h('a', { href: `/p/${id}` }, say('show'));
    if (status === 201 && !answer.already) {
      const list = listText(answer.nodes.map(called));
      job.became = 'new';
      fill(state, say('uploaded', { list }), answer.warning && ` · ${homely(answer.warning)}`);
    } else if (status === 201) {
      job.became = 'there';
      fill(state, say('there'), ' ', link(answer.id));
    } else if (status === 200) {
      job.became = 'there';
      fill(state, say('better'), ' ', named(answer.have), ' ', link(answer.id));
    } else {
      job.became = 'failed';
      row.className = 'wrong';
      const without = { 0: say('uploadLost'), 507: say('uploadFull') }[status] ?? number(status);
      const reason = answer?.error ?? without;
      fill(state, reason, ' ', button(say('retry'), () => {
        job.became = null;
        this.#waiting.push(job);
        this.#next();
      }, { class: 'link' }));
    }
  }

  #dismiss() {
    if (this.#running) { this.box.classList.toggle('small'); return; }
    this.box.hidden = true;
    fill(this.list);
    this.#jobs = [];
  }
}
