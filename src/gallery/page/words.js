// Every word of the page, and how numbers, dates and sizes are said. To translate it, translate this file.
//
// "Computer", never node; "put away", never retired; "at risk", never under-replicated.

const LANGUAGE = 'en';

/// A text has `{places}`; one with forms is chosen by `n`.
const WORDS = {
  // The bar
  photomesh: 'photomesh',
  photos: 'Photos',
  duplicates: 'Duplicates',
  trash: 'Trash',
  health: 'Health',
  search: 'Search',
  addPhotos: 'Add photos',
  skip: 'Skip to the photos',
  main: 'Main',
  keysTitle: 'Keys',
  allSafe: 'All safe',
  allOn: { one: 'All on {n} computer', other: 'All on {n} computers' },
  oneOnly: '{n} on one computer',
  atRiskShort: '{n} at risk',
  noAnswer: 'No answer',
  scanning: 'Reading photos',
  empty: 'No photos',
  alone: 'On this computer only',
  trouble: 'Needs a look',
  loading: 'Loading',
  cancel: 'Cancel',
  close: 'Close',
  undo: 'Undo',
  back: 'Back',
  retry: 'Retry',
  show: 'Show',
  of: '{a} of {b}',
  failed: 'That did not work: {reason}',
  noReply: 'the gallery does not answer',
  oddReply: 'the gallery answered with the number {n}',

  // The timeline
  tile: '{name}, {day}, {where}',
  noDate: 'No date',
  onComputers: { one: 'on {n} computer', other: 'on {n} computers' },
  copies: { one: '{n} copy', other: '{n} copies' },
  select: 'Select {name}',
  jumpToMonth: 'Go to a month',
  worseVersions: { one: '{n} worse version is put away', other: '{n} worse versions are put away' },
  newPhotos: { one: '{n} new', other: '{n} new' },
  changed: 'Something has changed',
  photosCount: { one: '{n} photo', other: '{n} photos' },
  selected: { one: '{n} selected', other: '{n} selected' },
  download: 'Download',
  remove: 'Remove',
  clear: 'Clear the selection',
  emptyTitle: 'No photos yet.',
  emptyText: 'Drop some here, or copy them into the folder of {name}.',
  emptyGuest: 'When somebody adds photos, they appear here.',
  dropHere: 'Drop them to add them',
  reading: 'Reading your photos: {n} so far. They appear as they are read.',

  // The viewer
  viewer: 'Photo',
  previous: 'Previous photo',
  next: 'Next photo',
  details: 'Details',
  removeThis: 'Remove this photo',
  downloadThis: 'Download',
  whereItIs: 'Where it is',
  thePicture: 'The picture',
  size: 'Size',
  format: 'Format',
  names: 'Names',
  identity: 'Id',
  state: 'State',
  compare: 'Compare',
  away: 'away',
  inColour: 'colour',
  inGrey: 'grey',
  fromCamera: 'from a camera',
  dateFromName: 'The day is from its name.',
  dateFromFile: 'The day is that of its file.',
  here: 'here',
  onWhom: 'On {list}.',
  ownOf: '{name} (their own)',
  keptOn: '{name} (a copy)',
  onThis: '{name} (this computer)',
  onThisOwn: '{name} (your own)',
  ifOneBreaks: 'If one breaks, another has it.',
  onlyThere: 'If that computer breaks, it is lost.',
  nowhere: 'No computer that is here has it.',
  onlyTrash: 'Only in the trash of {list}.',
  thisTrash: 'in the trash of {list}',
  isPutAway: 'This is put away: a better version of it is shown.',
  showBetter: 'Show the better one',
  awayHolders: {
    one: 'On {list}, away now. It appears when {list} is back.',
    other: 'On {list}, all away now. It appears when one is back.',
  },
  unknownKind: 'unknown',
  notDrawn: 'This kind of file ({format}) cannot be drawn here. It can be downloaded.',
  notFound: 'There is no such photo, or not any more.',
  cannotDraw: 'It could not be loaded. It is tried again.',

  // Search
  searchPhotos: 'Search photos',
  nothingFound: 'Nothing is called {query}.',
  nothingFits: 'Nothing fits {query}.',
  searchRestless: 'Photos come and go too fast to search just now. Try again in a moment.',
  near: 'Near:',
  found: { one: '{n} photo', other: '{n} photos' },
  try: 'Try',
  chipVersions: 'with worse versions',
  chipNodate: 'without a date',
  chipCopies: { one: '{amount} copy', other: '{amount} copies' },
  chipOn: 'on {name}',
  chipOnly: 'only on {name}',
  chipPixels: '{amount} megapixels',
  fewerThan: 'fewer than {n}',
  atMost: 'at most {n}',
  exactly: 'exactly {n}',
  atLeast: 'at least {n}',
  moreThan: 'more than {n}',
  removeChip: 'Without {chip}',

  // Health
  sayGone: '{daemon} does not answer.',
  sayGoneMore: 'Your photos are where they were. Start it with:',
  sayGoneTry: 'It is tried again every second.',
  sayUnplugged: 'The folder of {name} cannot be used.',
  sayLost: 'The gallery does not answer.',
  sayLostMore: 'What stands below was so when it last did.',
  sayTrashLeast: 'At least {n} photos are only in the trash.',
  sayTrash: { one: '{n} photo is only in the trash.', other: '{n} photos are only in the trash.' },
  sayTrashMore: 'You can still look at what is there, and it is not deleted while nobody who is here has a copy.',
  sayAway: { one: '{name} is away.', other: '{n} computers are away.' },
  sayOneOnly: { one: '{n} photo is on one computer only.', other: '{n} photos are on one computer only.' },
  sayTooFew: { one: '{n} photo is on too few computers.', other: '{n} photos are on too few computers.' },
  sayCopying: 'You can look at all of them. The others are making second copies now; there is nothing for you to do.',
  sayWaiting:
    'You can look at all of them. The others wait for {name} a while before they make second copies; ' +
    'there is nothing for you to do.',
  sayStuck: 'You can look at all of them, but nobody copies them now. Why each of them waits stands below.',
  sayAlone: 'Your photos are on this computer only.',
  sayAloneMore: 'If it breaks, they are lost. Ask a friend to join. On their computer:',
  sayAloneHelp:
    'If it breaks, they are lost. Only programs on this computer reach it now. How a friend can join is told by:',
  sayScanning: 'This computer is reading its photos.',
  sayScanningMore: 'They appear as they are read. What is safe can be said after that.',
  sayEmpty: 'There are no photos yet.',
  saySafe: { one: 'Every photo is on {n} computer.', other: 'Every photo is on {n} computers.' },
  saySafeMore: 'Any one of these computers could break now, and nothing would be lost.',
  sayAwaySafe: {
    one: '{name} is away, and any one of the others could break now, too.',
    other: '{name} are away, and any one of the others could break now, too.',
  },
  sayAwayOnly: 'What nobody else has comes back with {name}.',
  sayLoading: 'Asking how your photos are…',
  copied: '{a} of {b} copied',
  copyingBar: 'Copies made',
  statPhotos: { one: 'photo', other: 'photos' },
  statVersions: { one: 'worse version put away', other: 'worse versions put away' },
  statBytes: { one: 'on {n} computer', other: 'on {n} computers' },
  friends: 'Friends',
  computer: 'Computer',
  stateHead: 'State',
  photosHead: 'Photos',
  onDisk: 'On disk',
  ownHead: 'Own',
  diskFull: '{part} of {all}, room for {room}',
  diskOver: 'Over-full: {part} of {all}',
  diskNothing: 'Keeps nothing for others',
  diskToNothing: 'Over-full: it is to keep nothing for others',
  diskParts: 'Own photos: {own} of the disk, others: {others}.',
  evenOut: 'The disks even out at {level}, if they can.',
  signOwn: 'own photos',
  signOthers: 'others',
  signLevel: 'where the disks even out if they can, {level}',
  signEqual: 'Until each computer has told how large its disk is, all pass for equal.',
  thisComputer: 'this computer',
  atRisk: 'At risk',
  onlyOn: { zero: 'only in the trash', one: 'on {n} computer', other: 'on {n} computers' },
  riskMore: { one: 'and {n} more', other: 'and {n} more' },
  notes: 'Notes',
  trashNote: { one: '{n} photo in the trash of this computer', other: '{n} photos in the trash of this computer' },
  damagedNote: { one: '{n} damaged file was found', other: '{n} damaged files were found' },
  skippedNote: { one: '{n} file in the folder is no picture', other: '{n} files in the folder are no pictures' },
  companionsNote: {
    one: '{n} file that belongs to a photo is on this computer only',
    other: '{n} files that belong to photos are on this computer only',
  },
  unreadNote: { one: '{n} photo is still to be read', other: '{n} photos are still to be read' },
  overNote: {
    one: '{n} photo is on more computers than needed',
    other: '{n} photos are on more computers than needed',
  },
  graph: 'A picture of the computers: {list}.',
  graphHere: '{name}, {bytes}',
  graphAway: '{name}, away',
  nothingNotes: 'Nothing else is to be said.',

  // Duplicates
  samePicture: 'The same picture?',
  shown: 'Shown',
  putAway: 'Put away',
  same: 'Same picture',
  different: 'Two pictures',
  later: 'Later',
  wipe: 'Wipe',
  name: 'Name',
  pixels: 'Pixels',
  file: 'File',
  why: 'Why',
  where: 'Where',
  fileIs: '{format}, {bytes}',
  saidSame: 'Ticked off: the same picture.',
  saidDifferent: 'These are two photos now.',
  noDuplicates: 'No worse versions.',
  noDuplicatesMore:
    'When somebody adds a smaller or re-encoded copy of a photo, the better one is shown and the other is put away. ' +
    'It waits here for your look.',
  allReviewed: 'All looked at.',
  allReviewedMore: {
    one: '{n} worse version is put away, as it should be.',
    other: '{n} worse versions are put away, as they should be.',
    zero: 'No other version is put away now: they are pictures of their own.',
  },
  pairAway: 'This picture cannot be had now. It appears when a computer that has it is back.',
  pairSmall: 'Only a small picture of this can be had now.',
  putOff: 'Put off.',
  putOffMore: { one: '{n} pair waits for another look.', other: '{n} pairs wait for another look.' },
  lookNow: 'Look now',
  reviewAgain: 'Look at them again',
  wipeShare: 'How much of each is seen',

  // Trash
  trashOf: 'Trash of {name}',
  trashEmpty: 'The trash is empty.',
  trashEmptyMore: 'What a better version replaces, and what is removed, lies here for a while.',
  restore: 'Restore',
  restored: '{name} is back.',
  purge: 'Empty what is safe elsewhere',
  purgeTitle: 'Empty the trash?',
  purgeMore:
    'Deleted for good is only what is proven at this moment to be safe elsewhere, or was removed. The rest stays.',
  purgeDo: { one: 'Delete {n} photo, if safe', other: 'Delete up to {n} photos' },
  purged: { one: '{n} photo is deleted.', other: '{n} photos are deleted.' },
  purgeKept: { one: '{n} stays:', other: '{n} stay:' },
  stayUntilPurged: 'Stays until you delete it',
  stayUnknown: 'How long it stays is not known yet',
  stayDays: {
    zero: 'Its time there is over: it is deleted as soon as that is safe',
    one: '{n} day of running left, then it is deleted as soon as that is safe',
    other: '{n} days of running left, then it is deleted as soon as that is safe',
  },
  with: 'with {list}',
  othersTrash: 'What others put away lies in the trash of their computers.',

  // Other groups
  groups: 'Other groups',
  groupsMore: 'What friends in other places show of their photos. You can look, and download.',
  groupsAsked: 'Asking which there are…',
  noGroups: 'There are no other groups to be seen.',
  groupShows: { one: '{n} photo, {bytes}', other: '{n} photos, {bytes}' },
  groupMore: 'More',
  groupNothing: 'It shows nothing now.',
  groupLost: {
    one: 'This group is out of reach: nobody of it has answered for {n} minute.',
    other: 'This group is out of reach: nobody of it has answered for {n} minutes.',
  },
  groupAway: 'This group cannot be looked at now: {reason}.',
  groupPictureAway: 'This picture cannot be had now.',

  // Removing
  removeTitle: { one: 'Remove {n} photo?', other: 'Remove {n} photos?' },
  planning: 'Asking what would go…',
  removeNothing: 'None of these is yours to remove.',
  removeDo: { one: 'Remove {n} photo', other: 'Remove {n} photos' },
  removed: { one: '{n} photo is removed.', other: '{n} photos are removed.' },
  removedSome: '{a} of {b} are removed. These could not be:',
  restoredAll: { one: '{n} photo is back.', other: '{n} photos are back.' },
  restoredSome: '{a} of {b} are back. The first that is not: {reason}',
  planGoes: 'goes: {effect}',
  planStays: 'stays: {effect}',
  planMore: { one: 'and {n} more', other: 'and {n} more' },

  // Adding
  adding: 'Add photos',
  pick: 'Choose photos',
  waiting: 'waiting',
  uploaded: 'on {list}',
  there: 'there already',
  better: 'there, in a better version:',
  tooMany: {
    one: 'Only {n} photo at a time: the first ones are taken.',
    other: 'Only {n} photos at a time: the first ones are taken.',
  },
  uploadSum: '{done} of {all}',
  uploadNew: '{n} new',
  uploadThere: '{n} there already',
  uploadFailed: '{n} not taken',
  uploadLost: 'the connection was lost',
  percent: '{n} %',
  uploadFull: 'no room for it',

  // Login and trouble
  loginTitle: 'Photos of friends',
  loginText: 'Open the link that you were given, or paste it here.',
  loginHelp: 'It was printed where the gallery was started.',
  loginDo: 'Open',
  loginWrong: 'That is not a link of this gallery, or it was replaced by a new one.',
  lost: 'The gallery does not answer. Start it with:',
  lostTry: { one: 'Trying again in {n} s.', other: 'Trying again in {n} s.' },
  gone: '{what}.',
  startWith: 'Start it with:',

  // Keys
  keyOpen: 'Open the photo',
  keyMove: 'Move through photos',
  keyTick: 'Select',
  keyDetails: 'Details',
  keyZoom: '100 %, and back',
  keyDownload: 'Download',
  keyRemove: 'Remove',
  keySearch: 'Search',
  keyClose: 'Close, or clear',
  keyGo: 'Photos, duplicates, trash, health',
  keyHelp: 'These keys',
  keyReview: 'Same picture, two pictures, wipe',
};

const plural = new Intl.PluralRules(LANGUAGE);
const numbers = new Intl.NumberFormat(LANGUAGE);
const wholes = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat(LANGUAGE, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const lists = new Intl.ListFormat(LANGUAGE, { type: 'conjunction' });

export const number = (n) => numbers.format(n);

function pattern(key, values) {
  const text = WORDS[key];
  if (text === undefined) throw new Error(`no words for ${key}`);
  if (typeof text === 'string') return text;
  return (values.n === 0 && text.zero) || (text[plural.select(values.n)] ?? text.other);
}

const shown = (value) => (typeof value === 'number' ? number(value) : value);

/// A text by its key, as a string.
export const say = (key, values = {}) => pattern(key, values).replace(/\{(\w+)\}/g, (_, name) => shown(values[name]));

/// The same as children of an element, since some values are elements: names of photos and of friends.
export const phrase = (key, values = {}) =>
  pattern(key, values)
    .split(/\{(\w+)\}/)
    .map((part, i) => (i % 2 ? shown(values[part]) : part));

/// "a, b and c", of elements.
export function listed(items) {
  const parts = lists.formatToParts(items.map((_, i) => String(i)));
  return parts.map(({ type, value }) => (type === 'element' ? items[Number(value)] : value));
}

export const listText = (names) => lists.format(names);

// Dates are as the camera's clock said, so all of them are read and written in UTC.
const format = (options) => {
  const formatter = new Intl.DateTimeFormat(LANGUAGE === 'en' ? 'en-GB' : LANGUAGE, { timeZone: 'UTC', ...options });
  return (milliseconds) => formatter.format(milliseconds);
};
const inDay = format({ day: 'numeric' });
const inWeek = format({ weekday: 'short' });
const month = format({ month: 'long' });
const monthYear = format({ month: 'long', year: 'numeric' });
const dayMonthYear = format({ day: 'numeric', month: 'long', year: 'numeric' });
const inFull = format({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });

const dayStart = (day) => day * 86_400_000;
const monthStart = (months) => Date.UTC(Math.floor(months / 12), months % 12, 1);

export const dayChip = (day) => `${inDay(dayStart(day))} ${inWeek(dayStart(day))}`;
export const monthName = (months) => month(monthStart(months));
export const monthAndYear = (months) => monthYear(monthStart(months));
export const yearOf = (months) => Math.floor(months / 12);
export const longDay = (second) => dayMonthYear(second * 1000);

/// "Saturday 14 March 2026, 07:42".
export const moment = ({ day, time }) =>
  inFull(Date.parse(`${day}T00:00:00Z`)).replace(/,/g, '') + (time ? `, ${time.slice(0, 5)}` : '');

/// Sizes in powers of a thousand, as shops and file managers say them.
export function bytes(count) {
  const [size, unit] =
    count < 1e3
      ? [1, 'B']
      : count < 999_500
        ? [1e3, 'kB']
        : count < 999_500_000
          ? [1e6, 'MB']
          : count < 999.5e9
            ? [1e9, 'GB']
            : [1e12, 'TB'];
  const value = count / size;
  return `${(value < 100 && size > 1e3 ? tenths : wholes).format(value)} ${unit}`;
}

export const pixels = (width, height) => (width && height ? `${width} × ${height}` : '');

/// What kind of file a photo is; of one that nobody can draw its name tells.
export const kind = ({ format, name }) => {
  if (format !== 'opaque') return format.toUpperCase();
  return /\.(\w{1,5})$/.exec(name)?.[1].toUpperCase() ?? say('unknownKind');
};

/// The daemon's words for people at home; its commands have a place in the page.
export const homely = (words) => words.replace(/`(?:photomesh )?trash list`/g, say('trash'))
  .replace(/\bnode\b/g, 'computer').replace(/\bnodes\b/g, 'computers')
  .replace(/\b([0-9a-f]{6})[0-9a-f]{10}\b/g, '$1');

/// How long a photo stays in the trash of this computer, as the daemon says it: `{days}`, `until-purged`, or nothing.
export function stays(stay) {
  if (!stay) return say('stayUnknown');
  return stay === 'until-purged' ? say('stayUntilPurged') : say('stayDays', { n: stay.days });
}

/// A computer's name; without a group it is an id, whose beginning is enough.
export const called = (name) => /^(?:node )?([0-9a-f]{6})[0-9a-f]{10,}$/.exec(name)?.[1] ?? name;

/// As a sentence begins.
export const capital = (text) =>
  (/^[0-9a-f]{6}$/.test(text) ? `Computer ${text}` : text.charAt(0).toLocaleUpperCase(LANGUAGE) + text.slice(1));
