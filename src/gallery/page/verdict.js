// How are the photos? One sentence, the first that holds. Everything that says so (bar, health) takes it from here.

import { h, named } from './dom.js';
import { say, phrase, listed, called, capital, homely } from './words.js';

/// What the daemon says of a photo that is copied now, or as soon as it is its turn.
const COPYING = /^being copied to |^waits for its turn|^new, or just changed|is to copy it|^tried just now/;

/// What it says of one whose computer is waited for first.
const WAITING = /copied anew in (.+)$/;

const UNPLUGGED = /folder could not be/;
const READING = /scanning/;

/// An address that means another computer on each of them.
const LOOPBACK = /^(127\.|localhost:|\[::1\])/;

/// `{kind, tone, title, more, pill, short}` of a status as `/api/status` gives it. `tone`: safe, warn, bad or quiet.
export function verdict(now, lost = false) {
  if (lost) {
    return { kind: 'lost', tone: 'quiet', title: say('sayLost'), pill: say('noAnswer'),
      more: [now?.status && say('sayLostMore')] };
  }
  if (!now) return { kind: 'loading', tone: 'quiet', title: say('sayLoading'), pill: say('loading') };
  const { status } = now;
  if (!status) {
    return { kind: 'gone', tone: 'bad', title: say('sayGone', { daemon: now.daemon }), pill: say('noAnswer'),
      more: [say('sayGoneMore'), command('photomesh daemon FOLDER'), say('sayGoneTry')] };
  }
  const me = status.nodes.find((node) => node.id === status.node);
  const away = status.nodes.filter((node) => !node.alive);
  const few = status.under_replicated;
  // What nobody who is here has in any way is not shown, and no daemon knows how much that is.
  const trash = status.at_risk.filter((risk) => risk.copies === 0).length;
  const unplugged = status.notes.find((note) => UNPLUGGED.test(note));
  if (unplugged) {
    return { kind: 'unplugged', tone: 'bad', title: phrase('sayUnplugged', { name: friend(me) }), pill: say('trouble'),
      more: [`${capital(homely(unplugged))}.`] };
  }
  if (trash > 0) {
    // Only the first hundred are told one by one, those without a copy before all others.
    const exact = trash < status.at_risk.length || trash === few;
    return { kind: 'trash', tone: 'bad', title: say(exact ? 'sayTrash' : 'sayTrashLeast', { n: trash }),
      more: [say('sayTrashMore'), awayOnly(away)], pill: say('atRiskShort', { n: few }) };
  }
  if (READING.test(me?.state ?? '')) {
    return { kind: 'scanning', tone: 'quiet', title: say('sayScanning'), pill: say('scanning'),
      more: [say('sayScanningMore')] };
  }
  if (status.photos === 0) return { kind: 'empty', tone: 'quiet', title: say('sayEmpty'), pill: say('empty') };
  if (few > 0 && status.nodes.length === 1) {
    return { kind: 'alone', tone: 'warn', title: say('sayAlone'), pill: say('alone'),
      short: say('atRiskShort', { n: few }),
      more: LOOPBACK.test(status.address) ? [say('sayAloneHelp'), command('photomesh help group')]
        : [say('sayAloneMore'), command(`photomesh daemon FOLDER --join ${status.address}`)] };
  }
  if (few > 0) return { ...short(status, away, few), ...atRisk(status, few) };
  return { kind: 'safe', tone: 'safe', title: say('saySafe', { n: status.copies_wanted }),
    more: away.length ? [phrase('sayAwaySafe', { n: away.length, name: capitalFriends(away) }), awayOnly(away)]
      : [say('saySafeMore')],
    pill: say('allOn', { n: status.copies_wanted }), short: say('allSafe') };
}

/// Some are on too few computers: does that mend itself?
function short(status, away, few) {
  // Only the first hundred are told one by one; of two copies wanted, too few is one.
  const onOne = status.copies_wanted === 2
    || (status.at_risk.length === few && status.at_risk.every(({ copies }) => copies === 1));
  const what = say(onOne ? 'sayOneOnly' : 'sayTooFew', { n: few });
  const title = away.length ? [...phrase('sayAway', { n: away.length, name: capitalFriends(away) }), ' ', what] : what;
  const copying = status.at_risk.some((risk) => COPYING.test(risk.reason));
  const waiting = status.at_risk.some((risk) => WAITING.test(risk.reason))
    || away.some((node) => /are copied in/.test(node.state));
  const [kind, tone, mends] = copying ? ['copying', 'warn', say('sayCopying')]
    : waiting ? ['waiting', 'warn', phrase('sayWaiting', { name: friends(away) })]
      : ['stuck', 'bad', say('sayStuck')];
  return { kind, tone, title, more: [mends, awayOnly(away)] };
}

/// Whether those who are away alone have photos, nobody can say.
const awayOnly = (away) => away.length > 0 && phrase('sayAwayOnly', { name: friends(away) });

const atRisk = (status, few) => ({
  pill: status.copies_wanted === 2 ? say('oneOnly', { n: few }) : say('atRiskShort', { n: few }),
  short: say('atRiskShort', { n: few }),
});

const command = (line) => h('code', { class: 'command' }, line);
const friend = (node) => named(called(node?.called ?? ''));
const friends = (nodes) => h('span', {}, listed(nodes.map(friend)));
const capitalFriends = (nodes) => h('span', {}, listed(nodes.map(({ called: name }, i) =>
  named(i === 0 ? capital(called(name)) : called(name)))));

/// Who is said to get copies now.
export const receivers = (status) =>
  new Set(status.at_risk.flatMap(({ reason }) => /^being copied to (.+)$/.exec(reason)?.[1] ?? []));
