// Making elements. Names of photos come from strangers, so text only ever becomes a text node: nothing here, or
// anywhere in the page, parses HTML. The server's Content-Security-Policy (Trusted Types) holds even us to that.

const SVG = 'http://www.w3.org/2000/svg';

/// Attributes that cannot run or load anything, whatever their value.
const HARMLESS = /^(aria-[a-z]+|data-[a-z]+|role|class|id|for|dir|lang|tabindex|colspan|scope)$/;

/// DOM properties that the page sets.
const PROPERTIES = new Set(['accept', 'alt', 'autocomplete', 'autofocus', 'checked', 'decoding', 'disabled', 'download',
  'draggable', 'enterKeyHint', 'hidden', 'href', 'indeterminate', 'inert', 'loading', 'maxLength', 'multiple', 'name',
  'open', 'placeholder', 'popover', 'spellcheck', 'src', 'title', 'type', 'value']);

/// Addresses lead into this gallery, or to bytes which the page itself holds.
const OWN_ADDRESS = /^(\/(?!\/)|#|blob:)/;

/// What an SVG picture needs: geometry and names.
const DRAWN = /^(viewBox|d|x|y|x1|y1|x2|y2|cx|cy|r|href|class|role|aria-[a-z]+|text-anchor|focusable)$/;

/**
 * Makes an element: `h('a', {class: 'tab', href: '/health', on: {click}}, 'Health')`.
 * `on` has listeners, `style` CSS properties; children are elements, texts, arrays of them, or nothing.
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) set(element, key, value);
  element.append(...flat(children));
  return element;
}

function set(element, key, value) {
  if (value === undefined || value === null) return;
  if (key === 'on') {
    for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
  } else if (key === 'style') {
    for (const [name, text] of Object.entries(value)) element.style.setProperty(name, text);
  } else if (HARMLESS.test(key)) {
    if (value !== false || key.startsWith('aria-')) element.setAttribute(key, value);
  } else if (PROPERTIES.has(key)) {
    if ((key === 'href' || key === 'src') && !OWN_ADDRESS.test(value)) throw new Error(`no address of ours: ${value}`);
    element[key] = value;
  } else {
    throw new Error(`h() does not set ${key}`);
  }
}

/// The same for SVG.
export function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (!DRAWN.test(key)) throw new Error(`draw() does not set ${key}`);
    element.setAttribute(key, value);
  }
  element.append(...flat(children));
  return element;
}

/// Children as `append` takes them: without holes, and numbers as text.
function flat(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/// An icon of index.html. It decorates; the words are the button's.
export const icon = (name) => draw('svg', { class: 'icon', 'aria-hidden': 'true', focusable: 'false' },
  draw('use', { href: `#icon-${name}` }));

/// A name that strangers chose: in its own direction of writing, so that it cannot turn around the words beside it.
export const named = (text, properties = {}) => h('bdi', { dir: 'auto', ...properties }, text);

/// A button with an icon; its label is read out and shown as a hint.
export function iconButton(name, label, click, properties = {}) {
  const own = { type: 'button', class: 'round', 'aria-label': label, title: label, on: { click } };
  return h('button', { ...own, ...properties }, icon(name));
}

/// A button with words.
export const button = (label, click, properties = {}) =>
  h('button', { type: 'button', class: 'button', on: { click }, ...properties }, label);

/// Puts children in the place of those an element has.
export const fill = (element, ...children) => {
  element.replaceChildren(...flat(children));
  return element;
};

/// A picture that never shows as broken: it is invisible until it has loaded; its place keeps the paper's colour.
export function picture(properties = {}) {
  const image = h('img', { alt: '', decoding: 'async', draggable: false, ...properties });
  image.addEventListener('load', () => image.classList.add('shown'));
  image.addEventListener('error', () => missed(image));
  return image;
}

/// What pictures wait for: `{path, tries, timer}`.
const wanted = new WeakMap();

/// Asks for a picture, or for none any more; one that is on its way is then given up.
export function showPicture(image, path) {
  clearTimeout(wanted.get(image)?.timer);
  image.classList.remove('shown');
  image.removeAttribute('src');
  delete image.dataset.missing;
  wanted.set(image, { path, tries: 0, timer: 0 });
  if (path) image.src = path;
}

/// The small picture of a photo, or none.
export const showThumb = (image, id) => showPicture(image, id && `/thumb/${id}.jpg`);

export function thumb(id) {
  const image = picture();
  showThumb(image, id);
  return image;
}

/// When it is asked for again: soon, and then ever more seldom.
const AGAIN_MS = 4000;
const SELDOM_MS = 60_000;

/// Nobody who has it is here, or the line was busy: asked for again after a while, and whenever something has changed.
function missed(image) {
  image.classList.remove('shown');
  const want = wanted.get(image);
  if (!want?.path) return;
  image.dataset.missing = 'yes';
  clearTimeout(want.timer);
  want.timer = setTimeout(() => retry(image), Math.min(SELDOM_MS, AGAIN_MS * 2 ** want.tries));
  want.tries += 1;
}

function retry(image) {
  if (!image.dataset.missing || !image.isConnected) return;
  delete image.dataset.missing;
  image.src = wanted.get(image).path;
}

/// Tries once more what was not there: somebody who has it may have come back.
export function retryPictures(root) {
  for (const image of root.querySelectorAll('img[data-missing]')) retry(image);
}

export const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/// Whether the user asked for less motion.
export const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
