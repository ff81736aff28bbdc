import type { Random } from '../../../src/generator/random.js';
import type { Party, PayerInPosition } from '../../../src/ledger/party.js';
import { sum } from './cents-text.js';
import {
  type LineCourse,
  type LineDecision,
  decideClaim,
  decideLine,
  decideNext,
  layOnLines,
  linesOf,
} from './decisions.js';
import { isAlike } from './charges.js';
import type { ExpectedSums } from './expected-ledger.js';
import type { Fate, KnownAdjustment, KnownCharge, KnownPayer, KnownStatement } from './model.js';

/*
 * What becomes of a claim: what its payers say of it over time, and who owes what in the end. Each story is consistent
 * in itself, so that its end is the same in whatever order the statements come.
 */

/** A claim of which something is to be told. */
export interface Claim {
  accountId: string;
  claimId: string;
  charges: readonly KnownCharge[];
  primary: KnownPayer;
  /** As the charges name it, which may be in the ledger's own way. */
  primaryParty: PayerInPosition;
  /** Whom what the primary payer passes on stands with in the end, unless a later payer says more. */
  next: Party;
  secondary?: KnownPayer;
  tertiary?: KnownPayer;
}

/** A statement, and when it comes: in the order of the story, together or apart. */
export interface Step {
  statement: KnownStatement;
  /** In a later remittance than the one before it in this story. */
  apart?: true;
  /** In the same remittance as the one before it. */
  together?: true;
  /** In a remittance that is held, or in one that is sent again with another content; usually in neither. */
  among?: 'held' | 'resent';
}

/** Tells a story of a claim: gives its statements, and adds to the sums what it comes to. */
export type Story = (claim: Claim, random: Random, sums: ExpectedSums) => Step[];

const PAID: readonly (readonly [number, LineCourse])[] = [[1, 'paid']];
const PAID_OR_DEDUCTIBLE: readonly (readonly [number, LineCourse])[] = [
  [5, 'paid'],
  [1, 'deductible'],
];
const MIXED: readonly (readonly [number, LineCourse])[] = [
  [10, 'paid'],
  [2, 'deductible'],
  [2, 'denied'],
  [1, 'bundled'],
  [1, 'capitated'],
  [2, 'with other'],
  [1, 'with interest'],
];

/** No remittance at all. */
const silent: Story = (claim, _random, sums) => {
  leaveAsItIs(claim, sums);
  return [];
};

const plain: Story = (claim, random, sums) => {
  const decisions = decideClaim(random, claim.charges, MIXED);
  settle(claim, decisions, sums);
  return [{ statement: say(claim, random, decisions) }];
};

const denied: Story = (claim, random, sums) => {
  const decisions = decideClaim(random, claim.charges, [[1, 'denied']]);
  settle(claim, decisions, sums);
  return [{ statement: say(claim, random, decisions, { status: random.pick(['1', '4']) }) }];
};

/** Real money under a new trace, after a denial that moved nothing. */
const deniedThenPaid: Story = (claim, random, sums) => {
  const denial = decideClaim(random, claim.charges, [[1, 'denied']]).map((decision) => ({
    ...decision,
    adjustments: [{ group: 'CO', reason: '16', amount: decision.of.amount }],
  }));
  const decisions = decideClaim(random, claim.charges, PAID_OR_DEDUCTIBLE);
  sums.denies();
  settle(claim, decisions, sums);
  return [
    { statement: say(claim, random, denial) },
    { statement: say(claim, random, decisions), apart: true },
  ];
};

/** The lines of one claim in two CLP with the same numbers. */
const inTwoPieces: Story = (claim, random, sums) => {
  const decisions = decideClaim(random, claim.charges, PAID_OR_DEDUCTIBLE);
  settle(claim, decisions, sums);
  const at = Math.ceil(decisions.length / 2);
  return [decisions.slice(0, at), decisions.slice(at)]
    .filter((piece) => piece.length > 0)
    .map((piece) => ({ statement: say(claim, random, piece) }));
};

/** Every service done twice and sent in two claims with one CLP01; of these, one is corrected. */
const alike: Story = (claim, random, sums) => {
  const [once, again] = alikeIn(claim);
  const [decided, corrected] = [once, again].map(({ charges }) => decideClaim(random, charges, MIXED));
  settle(once, decided!, sums);
  settle(again, corrected!, sums);
  const statement = say(once, random, decided!, { named: false, number: 'ONCE' });
  const first: Step = { statement };
  const [original, ...later] = correctedTo(again, random, sums, corrected!, 1, { named: false });
  return random.permille(700)
    ? [first, { ...original!, together: true }, ...later]
    : [original!, ...later, first];
};

/** The same, in one remittance and with one number of the payer; neither is corrected. */
const alikeInNumber: Story = (claim, random, sums) =>
  alikeIn(claim).map((part): Step => {
    const decisions = decideClaim(random, part.charges, MIXED);
    settle(part, decisions, sums);
    return { statement: say(part, random, decisions, { named: false }), together: true };
  });

/** The payer splits lines into several. */
const split: Story = (claim, random, sums) => {
  const decisions = decideClaim(random, claim.charges, MIXED);
  settle(claim, decisions, sums);
  return [{ statement: say(claim, random, decisions, { parts: random.between(2, 3) }) }];
};

/** Adjustments of the claim itself, beside those of its lines. */
const adjustedAsAWhole: Story = (claim, random, sums) => {
  const decisions = decideClaim(random, claim.charges, PAID);
  const paid = sum(decisions.map((decision) => decision.paid));
  const adjustments = [
    { group: 'CO', reason: '45', amount: random.between(1, Math.floor(paid / 2)) },
    { group: 'PR', reason: '3', amount: random.between(1, Math.floor(paid / 2)) },
  ].filter(() => random.permille(700));
  const statement = say(claim, random, decisions, { adjustments });
  for (const adjustment of adjustments) layOnLines(decisions, adjustment);
  settle(claim, decisions, sums);
  return [{ statement }];
};

/** A claim of one charge without a line, adjusted as a whole; others as they are. */
const withoutLines: Story = (claim, random, sums) => {
  if (claim.charges.length > 1) return plain(claim, random, sums);
  const decisions = decideClaim(random, claim.charges, PAID_OR_DEDUCTIBLE);
  settle(claim, decisions, sums);
  const { adjustments } = decisions[0]!;
  return [{ statement: { ...say(claim, random, decisions), adjustments, lines: [] } }];
};

const corrected: Story = (claim, random, sums) => {
  const decisions = decideClaim(random, claim.charges, MIXED);
  settle(claim, decisions, sums);
  return correctedTo(claim, random, sums, decisions, 1);
};

const correctedTwice: Story = (claim, random, sums) => {
  const decisions = decideClaim(random, claim.charges, MIXED);
  settle(claim, decisions, sums);
  return correctedTo(claim, random, sums, decisions, 2);
};

/** Paid and taken back, with nothing in its place. */
const takenBack: Story = (claim, random, sums) => {
  leaveAsItIs(claim, sums);
  const original = say(claim, random, decideClaim(random, claim.charges, PAID_OR_DEDUCTIBLE));
  return [{ statement: original }, { statement: takeBack(original, '22') }];
};

/** Taken back by amounts below zero, without the status that says so. */
const takenBackUnsaid: Story = (claim, random, sums) => {
  leaveAsItIs(claim, sums);
  const original = say(claim, random, decideClaim(random, claim.charges, PAID));
  return [{ statement: original }, { statement: takeBack(original, '1') }];
};

/** One line of several is taken back and decided anew; the others stay as they were. */
const lineCorrected: Story = (claim, random, sums) => {
  const course = courseOfLine(claim, random);
  if (!course) return corrected(claim, random, sums);
  owe(claim, course.final, sums);
  return course.steps;
};

/** As {@link lineCorrected}; then all of it is taken back as it stands, of the original and of the correction. */
const lineCorrectedAndAllTakenBack: Story = (claim, random, sums) => {
  const course = courseOfLine(claim, random);
  if (!course) return takenBack(claim, random, sums);
  leaveAsItIs(claim, sums);
  const all = takeBack(say(claim, random, course.final, { named: false }), '22');
  return [...course.steps, { statement: all }];
};

/** A reversal of what was never paid. */
const reversedOnly: Story = (claim, random, sums) => {
  leaveAsItIs(claim, sums);
  const original = say(claim, random, decideClaim(random, claim.charges, PAID));
  return [{ statement: { ...takeBack(original, '22'), fate: 'waits_for_original' } }];
};

/** The same, under another trace: the second of them, whichever it is, finds nothing to pay. */
const paidAgain: Story = (claim, random, sums) => {
  const decisions = decideClaim(random, claim.charges, PAID);
  settle(claim, decisions, sums);
  const statement = say(claim, random, decisions);
  sums.leavesUnapplied(claim.accountId, statement.paid);
  sums.holdsAdjustments(writtenOffOf(decisions));
  return [{ statement }, { statement, apart: true }];
};

/** In a remittance that comes twice, with one trace and another date: its claims are posted once. */
const resent: Story = (claim, random, sums) => {
  const decisions = decideClaim(random, claim.charges, PAID_OR_DEDUCTIBLE);
  settle(claim, decisions, sums);
  return [{ statement: say(claim, random, decisions), among: 'resent' }];
};

/** In a remittance whose payment is not what its claims come to. */
const held: Story = (claim, random, sums) => {
  leaveAsItIs(claim, sums);
  const statement = say(claim, random, decideClaim(random, claim.charges, PAID));
  return [{ statement, among: 'held' }];
};

/** What would be paid, and later what was. */
const predetermined: Story = (claim, random, sums) => {
  const before = decideClaim(random, claim.charges, PAID);
  const decisions = decideClaim(random, claim.charges, MIXED);
  settle(claim, decisions, sums);
  return [
    { statement: say(claim, random, before, { status: '25', fate: 'moves_nothing' }) },
    { statement: say(claim, random, decisions) },
  ];
};

/** Sent twice by the provider: the payer says of the second that it is a duplicate. */
const billedTwice: Story = (claim, random, sums) => {
  const decisions = decideClaim(random, claim.charges, PAID_OR_DEDUCTIBLE);
  settle(claim, decisions, sums);
  const nothing = decisions.map(({ of }) => ({
    ...unpaid(of),
    adjustments: [{ group: random.pick(['CO', 'OA']), reason: '18', amount: of.amount }],
  }));
  return [
    { statement: say(claim, random, decisions) },
    { statement: say(claim, random, nothing), apart: true },
  ];
};

/** The claim as a whole is not what its adjustments come to. */
const claimOffBalance: Story = (claim, random, sums) => {
  leaveAsItIs(claim, sums);
  const statement = say(claim, random, decideClaim(random, claim.charges, PAID));
  const paid = statement.paid + random.between(1, 500);
  return [{ statement: { ...statement, paid, fate: 'does_not_balance' } }];
};

/** One line is not what its adjustments come to, although the claim is. */
const lineOffBalance: Story = (claim, random, sums) => {
  leaveAsItIs(claim, sums);
  const statement = say(claim, random, decideClaim(random, claim.charges, PAID));
  const lines = statement.lines.map((line, i) => (i === 0 ? { ...line, paid: line.paid + 1 } : line));
  return [{ statement: { ...statement, lines, fate: 'does_not_balance' } }];
};

/** Paid as if another account had it. */
const ofNobody: Story = (claim, random, sums) => {
  leaveAsItIs(claim, sums);
  const statement = say(claim, random, decideClaim(random, claim.charges.map(elsewhere), PAID));
  const claimId = `NOBODY-${claim.claimId}`;
  return [{ statement: { ...statement, claimId, fate: 'account_not_found' } }];
};

/** Paid for a service that the account does not have. */
const ofAnotherService: Story = (claim, random, sums) => {
  leaveAsItIs(claim, sums);
  const statement = say(claim, random, decideClaim(random, claim.charges.map(elsewhere), PAID));
  return [{ statement: { ...statement, fate: 'line_not_matched' } }];
};

/** The secondary payer pays part of what the primary left. */
const twoPayers: Story = (claim, random, sums) => coordinated(claim, random, sums, {});

/** As {@link twoPayers}, and the secondary says over again what the primary wrote off. */
const twoPayersRepeating: Story = (claim, random, sums) =>
  coordinated(claim, random, sums, { repeats: true });

const threePayers: Story = (claim, random, sums) => coordinated(claim, random, sums, { three: true });

/** The primary sends the claim on itself, and the secondary has said nothing yet. */
const crossedOver: Story = (claim, random, sums) => {
  const decisions = decideClaim(random, claim.charges, PAID_OR_DEDUCTIBLE);
  const next: Party = { party: 'payer', payerId: claim.secondary!.id, position: 'secondary' };
  settle({ ...claim, next }, decisions, sums);
  return [{ statement: say(claim, random, decisions, { status: '19', crossover: claim.secondary }) }];
};

/** As {@link crossedOver}, and the secondary pays. */
const crossedOverAndPaid: Story = (claim, random, sums) =>
  coordinated(claim, random, sums, { crosses: true });

/** The primary corrects itself, and the secondary pays on the correction. */
const correctedWithTwoPayers: Story = (claim, random, sums) =>
  coordinated(claim, random, sums, { corrects: true });

/** The primary corrects one line of several, and the secondary pays on what stands then. */
const lineCorrectedWithTwoPayers: Story = (claim, random, sums) =>
  coordinated(claim, random, sums, { correctsLine: true });

/** Stories that any claim can have. */
export const STORIES = {
  silent,
  plain,
  denied,
  deniedThenPaid,
  inTwoPieces,
  split,
  adjustedAsAWhole,
  withoutLines,
  corrected,
  correctedTwice,
  takenBack,
  takenBackUnsaid,
  lineCorrected,
  lineCorrectedAndAllTakenBack,
  reversedOnly,
  paidAgain,
  resent,
  held,
  predetermined,
  billedTwice,
  claimOffBalance,
  lineOffBalance,
  ofNobody,
  ofAnotherService,
} as const satisfies Record<string, Story>;

/** Stories of claims in which each charge stands twice. */
export const STORIES_OF_ALIKE_CHARGES = { alike, alikeInNumber } as const satisfies Record<string, Story>;

/** Stories of claims with several payers. */
export const STORIES_OF_SEVERAL_PAYERS = {
  twoPayers,
  twoPayersRepeating,
  threePayers,
  crossedOver,
  crossedOverAndPaid,
  correctedWithTwoPayers,
  lineCorrectedWithTwoPayers,
} as const satisfies Record<string, Story>;

export type StoryName =
  keyof typeof STORIES | keyof typeof STORIES_OF_ALIKE_CHARGES | keyof typeof STORIES_OF_SEVERAL_PAYERS;

interface Coordination {
  repeats?: boolean;
  three?: boolean;
  crosses?: boolean;
  corrects?: boolean;
  /** Of a claim with one line, all of it. */
  correctsLine?: boolean;
}

function coordinated(claim: Claim, random: Random, sums: ExpectedSums, how: Coordination): Step[] {
  const [primary, secondary] = [claim.primary, claim.secondary!];
  const ofLine = how.correctsLine ? courseOfLine(claim, random) : undefined;
  const first = ofLine?.final ?? decideClaim(random, claim.charges, PAID_OR_DEDUCTIBLE);
  const second = first.map((one) => decideNext(random, [one], { repeats: how.repeats ?? false }));
  const third = how.three
    ? second.map((two, i) => decideNext(random, [first[i]!, two], { repeats: false }))
    : [];
  const last = how.three ? third : second;
  for (const decision of [...first, ...second, ...third]) writeOff(decision, sums);
  for (const { of, responsibility } of last) {
    sums.owes(claim.accountId, of.chargeId, { party: 'patient' }, responsibility);
  }
  if (how.repeats) sums.holdsAdjustments(writtenOffOf(first));
  const corrects = how.corrects || how.correctsLine;
  const statedFirst = corrects
    ? (ofLine?.steps ?? correctedTo(claim, random, sums, first, 1))
    : [
        {
          statement: how.crosses
            ? say(claim, random, first, { status: '19', crossover: secondary })
            : say(claim, random, first),
        },
      ];
  return [
    ...statedFirst.map((step) => ({ ...step, statement: { ...step.statement, payer: primary } })),
    { statement: { ...say(claim, random, second, { status: '2' }), payer: secondary } },
    ...(how.three
      ? [{ statement: { ...say(claim, random, third, { status: '3' }), payer: claim.tertiary! } }]
      : []),
  ];
}

/** An original, its reversal and what stands in its place, so many times over; no two of them pay the same. */
function correctedTo(
  claim: Claim,
  random: Random,
  sums: ExpectedSums,
  last: readonly LineDecision[],
  times: number,
  saying: Saying = {},
): Step[] {
  const final = say(claim, random, last, saying);
  const earlier: KnownStatement[] = [];
  while (earlier.length < times) {
    const decisions = decideClaim(random, claim.charges, MIXED);
    const statement = {
      ...say(claim, random, decisions, saying),
      payerClaimNumber: final.payerClaimNumber,
    };
    if ([final, ...earlier].some(({ paid }) => paid === statement.paid) || statement.paid === 0) continue;
    if (decisions.some((decision) => decision.denied > 0)) sums.denies();
    earlier.push(statement);
  }
  return [
    ...earlier.flatMap((statement) => [{ statement }, { statement: takeBack(statement, '22') }]),
    { statement: final },
  ];
}

/**
 * A claim of which one line is decided, taken back alone and decided anew. The payer says its number of the claim each
 * time, or gives the reversal a number of its own and refers to the claim.
 *
 * @returns what stands in the end, and the steps there; undefined for a claim of one line
 */
function courseOfLine(claim: Claim, random: Random): { final: LineDecision[]; steps: Step[] } | undefined {
  if (claim.charges.length < 2) return undefined;
  const at = random.between(0, claim.charges.length - 1);
  const original = decideClaim(random, claim.charges, PAID_OR_DEDUCTIBLE).map((decision, i) =>
    i === at ? decideLine(random, decision.of, 'paid') : decision,
  );
  const taken = original[at]!;
  const anew = decideLine(random, taken.of, 'paid');
  if (anew.paid === taken.paid) return courseOfLine(claim, random);
  const reversal = takeBack(say(claim, random, [taken]), '22');
  const { payerClaimNumber } = reversal;
  const isCalledAnew = random.permille(300);
  return {
    final: original.map((decision, i) => (i === at ? anew : decision)),
    steps: [
      { statement: say(claim, random, original) },
      {
        statement: isCalledAnew
          ? { ...reversal, payerClaimNumber: `R-${payerClaimNumber}`, originalClaimNumber: payerClaimNumber }
          : reversal,
      },
      { statement: say(claim, random, [anew]) },
    ],
  };
}

interface Saying {
  status?: string;
  adjustments?: readonly KnownAdjustment[];
  parts?: number;
  crossover?: KnownPayer;
  fate?: Fate;
  /** Whether lines name their charges, in place of half of the time. */
  named?: boolean;
  /** Tells this claim from others with its CLP01. */
  number?: string;
}

/** The primary payer says its decisions. */
function say(
  claim: Claim,
  random: Random,
  decisions: readonly LineDecision[],
  { status = '1', adjustments = [], parts = 1, crossover, fate, ...given }: Saying = {},
): KnownStatement {
  const named = given.named ?? (parts > 1 || random.permille(500));
  const ofClaim = sum(adjustments.map(({ amount }) => amount));
  return {
    payer: claim.primary,
    claimId: claim.claimId,
    payerClaimNumber: ['ICN', claim.claimId, given.number].filter(Boolean).join('-'),
    status,
    charge: sum(decisions.map(({ of }) => of.amount)),
    paid: sum(decisions.map(({ paid }) => paid)) - ofClaim,
    adjustments,
    lines: decisions.flatMap((decision) => linesOf(decision, { named, parts })),
    crossover,
    fate: fate ?? (decisions.every(decidesNothing) ? 'moves_nothing' : 'recorded'),
  };
}

/** A claim in which each charge stands twice, as two. */
function alikeIn(claim: Claim): [Claim, Claim] {
  const [again, once] = [true, false].map((is) => claim.charges.filter((charge) => isAlike(charge) === is));
  return [
    { ...claim, charges: once! },
    { ...claim, charges: again! },
  ];
}

/** Whether all of it is what earlier payers did, or was sent before. */
function decidesNothing({ paid, adjustments }: LineDecision): boolean {
  return paid === 0 && adjustments.every(({ reason }) => reason === '23' || reason === '18');
}

/** Repeats a statement with every amount negated. */
function takeBack(statement: KnownStatement, status: string): KnownStatement {
  const negated = (adjustments: readonly KnownAdjustment[]): KnownAdjustment[] =>
    adjustments.map((adjustment) => ({ ...adjustment, amount: -adjustment.amount }));
  return {
    ...statement,
    status,
    charge: -statement.charge,
    paid: -statement.paid,
    adjustments: negated(statement.adjustments),
    lines: statement.lines.map((line) => ({
      ...line,
      charge: -line.charge,
      paid: -line.paid,
      adjustments: negated(line.adjustments),
    })),
  };
}

/** What decisions of the primary payer come to, if nobody says more. */
function settle(claim: Claim, decisions: readonly LineDecision[], sums: ExpectedSums): void {
  owe(claim, decisions, sums);
  if (decisions.some((decision) => decision.denied > 0)) sums.denies();
}

function owe(claim: Claim, decisions: readonly LineDecision[], sums: ExpectedSums): void {
  for (const decision of decisions) {
    const { of, responsibility } = decision;
    sums.owes(claim.accountId, of.chargeId, claim.next, responsibility);
    sums.owes(claim.accountId, of.chargeId, claim.primaryParty, decision.denied);
    writeOff(decision, sums);
  }
}

function writeOff({ writtenOff }: LineDecision, sums: ExpectedSums): void {
  for (const { category, amount } of writtenOff) sums.writesOff(category, amount);
}

function writtenOffOf(decisions: readonly LineDecision[]): number {
  return sum(decisions.flatMap(({ writtenOff }) => writtenOff.map(({ amount }) => amount)));
}

function leaveAsItIs(claim: Claim, sums: ExpectedSums): void {
  for (const charge of claim.charges) {
    sums.owes(claim.accountId, charge.chargeId, claim.primaryParty, charge.amount);
  }
}

function unpaid(of: KnownCharge): LineDecision {
  return { of, paid: 0, adjustments: [], responsibility: 0, writtenOff: [], denied: 0 };
}

/** A charge that is like none: another procedure, long before, for another amount. */
function elsewhere(charge: KnownCharge): KnownCharge {
  return {
    ...charge,
    chargeId: `${charge.chargeId}-ELSEWHERE`,
    procedure: { qualifier: 'HC', system: 'CPT', code: '00001', modifiers: [] },
    serviceDate: '1999-12-31',
    amount: charge.amount + 3,
  };
}
