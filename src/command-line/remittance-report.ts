import type { HeldPart } from '../ledger/events.js';
import { ZERO, formatMoney, money } from '../ledger/money.js';
import type { RecordedFinding } from '../ledger/remittance-events.js';
import type { FileSummary, Need, RemittanceSummary } from '../remittances/posting/import-summary.js';
import { WHAT_IT_NEEDS } from '../remittances/posting/what-it-needs.js';
import { count, readable } from './table.js';
import { styled } from './terminal.js';
import { visible } from './visible.js';
import { wrapped } from './wrapped.js';

const NEEDS_SHOWN = 20;
const FINDINGS_SHOWN = 10;

/** Whether a person has to look at something before the money of a file is all posted. */
export function needsSomebody({ remittances, findings }: FileSummary): boolean {
  return (
    remittances.length === 0 ||
    findings.some(({ severity }) => severity === 'stops') ||
    remittances.some(({ outcome, claims }) => outcome === 'held' || claims.suspended > 0)
  );
}

/** What importing a file came to, for people: each remittance with its money, and what needs somebody. */
export function fileReport(file: string, { remittances, findings }: FileSummary): string {
  return [
    styled('bold', visible(file)),
    ...(remittances.length === 0 ? ['  no remittance advice (835) in it'] : []),
    ...remittances.flatMap(remittanceLines),
    ...findingLines(findings, 2),
  ].join('\n');
}

/** What several files came to together, in a line a currency; what was held has no money in the ledger. */
export function togetherReport(files: readonly FileSummary[]): string {
  const remittances = files.flatMap((file) => file.remittances);
  const currencies = [...new Set(remittances.map(({ currency }) => currency))].sort();
  const lines = currencies.flatMap((currency) => {
    const those = remittances.filter((one) => one.currency === currency);
    const held = those.filter(({ outcome }) => outcome === 'held').length;
    const add = (amountOf: (one: RemittanceSummary) => string): string =>
      readable(
        formatMoney(
          those.reduce((sum, one) => sum.plus(money(amountOf(one))), ZERO),
          currency,
        ),
      );
    const claims = (countOf: (one: RemittanceSummary['claims']) => number): number =>
      those.reduce((sum, one) => sum + countOf(one.claims), 0);
    const suspended = claims((one) => one.suspended);
    return wrapped(
      `${some(those.length, 'remittance')}, ${held} held; ${some(suspended, 'claim')} suspended; ` +
        `${add(({ paid }) => paid.posted)} ${currency} posted, ${add(({ paid }) => paid.inClearing)} in clearing`,
      2,
    );
  });
  return [styled('bold', `${some(files.length, 'file')} together`), ...lines].join('\n');
}

function remittanceLines(remittance: RemittanceSummary): string[] {
  const { outcome, payer, trace, amount, currency, providerAdjustments, findings } = remittance;
  const name = visible(payer.name) || 'payer';
  const { remittanceId, segment, receivedBefore } = remittance;
  return [
    ...wrapped(
      `${outcomeText(remittance)}  ${name} (${visible(payer.id)})  ` +
        `${trace ? `trace ${visible(trace.number)}` : 'no trace'}  ${readable(amount)} ${currency}`,
      2,
    ),
    `    ${styled('dim', `remittance ${remittanceId}, segment ${segment}${receivedBefore ? ', received before' : ''}`)}`,
    ...(outcome === 'held'
      ? ['    nothing of it is posted: ask the payer for a corrected one']
      : [
          ...wrapped(claimsText(remittance), 4),
          ...wrapped(
            `${readable(remittance.paid.posted)} posted, ${readable(remittance.paid.inClearing)} in clearing` +
              (providerAdjustments.count === 0
                ? ''
                : `; ${some(providerAdjustments.count, 'provider adjustment')} of ${readable(providerAdjustments.amount)}`),
            4,
          ),
        ]),
    ...findingLines(findings, 4),
    ...byHandLines(remittance),
    ...needLines(remittance),
  ];
}

function outcomeText({ outcome, claims, receivedBefore }: RemittanceSummary): string {
  switch (outcome) {
    case 'posted':
      return claims.suspended > 0 ? styled('yellow', 'posted in part') : styled('green', 'posted');
    case 'duplicate':
      return claims.suspended > 0 ? styled('yellow', 'posted in part before') : 'posted before';
    case 'held':
      return styled('red', receivedBefore ? 'held before' : 'held');
  }
}

function claimsText({ claims }: RemittanceSummary): string {
  const { total, posted, waiting, movesNothing, suspended } = claims;
  const parts = [
    `${count(posted)} posted`,
    ...(waiting > 0
      ? [`${count(waiting)} waiting for what ${waiting === 1 ? 'it takes' : 'they take'} back`]
      : []),
    ...(movesNothing > 0
      ? [`${count(movesNothing)} that ${movesNothing === 1 ? 'moves' : 'move'} nothing`]
      : []),
    ...(suspended > 0 ? [styled('yellow', `${count(suspended)} suspended`)] : []),
  ];
  return `${some(total, 'claim')}: ${parts.join(', ')}`;
}

/** Money that counts twice, since somebody posted it before the remittance came. */
function byHandLines({ paymentsByHand, currency }: RemittanceSummary): string[] {
  return paymentsByHand.flatMap(({ accountId, paymentId, amount }) =>
    wrapped(
      `${styled('yellow', 'payment_posted_by_hand')}: payment ${visible(paymentId)} of ${readable(amount)} ${currency} on ` +
        `account ${visible(accountId)} has the same trace, so that its money counts twice: reverse it, or, if it is other ` +
        'money, post it anew with another reference',
      4,
    ),
  );
}

function needLines({ needs, needsMore }: RemittanceSummary): string[] {
  const shown = needs.slice(0, NEEDS_SHOWN);
  const left = needs.length - shown.length + needsMore;
  return [
    ...shown.flatMap(needText),
    ...(left > 0 ? [`    and ${some(left, 'claim')} more; --json has them`] : []),
  ];
}

function needText(need: Need): string[] {
  const { claim, segment, claimId, paid, charge, code, facts, held, findings } = need;
  const about = [...Object.entries(facts).map(factText), ...held.map(heldText)];
  return [
    ...wrapped(
      `claim ${claim} (${visible(claimId) || 'no number'}, segment ${segment}): paid ${readable(paid)} of ${readable(charge)}`,
      4,
    ),
    ...wrapped(`${styled('yellow', code)}: ${WHAT_IT_NEEDS[code]}`, 6),
    ...(about.length === 0 ? [] : wrapped(about.join('; '), 6)),
    // Which claim they are about stands above.
    ...findingLines(
      findings.map(({ claim: _, ...finding }) => finding),
      6,
    ),
  ];
}

function heldText({ kind, amount, groupCode, reasonCode, chargeId }: HeldPart): string {
  const reason = groupCode === undefined ? '' : ` ${groupCode}-${reasonCode ?? ''}`;
  return `${kind} ${readable(amount)}${reason}${chargeId === undefined ? '' : ` of charge ${visible(chargeId)}`}`;
}

function findingLines(findings: readonly RecordedFinding[], indent: number): string[] {
  const shown = findings.slice(0, FINDINGS_SHOWN);
  const left = findings.length - shown.length;
  return [
    ...shown.flatMap((finding) => wrapped(findingText(finding), indent)),
    ...(left > 0 ? [`${' '.repeat(indent)}and ${some(left, 'finding')} more; --json has them`] : []),
  ];
}

function findingText({ code, severity, segment, claim, line, facts }: RecordedFinding): string {
  const where = [
    ...(claim === undefined ? [] : [`claim ${claim}`]),
    ...(line === undefined ? [] : [`line ${line}`]),
    `segment ${segment}`,
  ].join(', ');
  const about = Object.entries(facts).map(factText);
  const text = `${severity === 'stops' ? styled('red', code) : code} (${where})`;
  return about.length === 0 ? text : `${text}: ${about.join(', ')}`;
}

/** `providerAdjustments` as `provider adjustments`. */
function factText([name, value]: [string, string | number]): string {
  return `${name.replace(/[A-Z](?=[a-z])/g, (letter) => ` ${letter.toLowerCase()}`)} ${visible(String(value))}`;
}

function some(number: number, thing: string): string {
  return `${count(number)} ${thing}${number === 1 ? '' : 's'}`;
}
