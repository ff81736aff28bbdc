/*
 * What must stand in an empty ledger when a sample file has been posted in it, worked out from the text of its segments
 * and from nothing of the code under test: neither its reader, nor its table of codes, nor its settlement. It reads what
 * the samples have (one ST, `~` ends a segment) and no more.
 */

/** Whole cents; no amount of the samples comes near the limit of exact integers. */
type Cents = number;

export interface FileFigures {
  /** BPR02. */
  payment: Cents;
  /** ΣPLB. */
  providerAdjustments: Cents;
  /** ΣCLP04, without predeterminations. */
  paid: Cents;
  accounts: Map<string, AccountFigures>;
  /** How many claims post, and how many only say something. */
  posted: number;
  movesNothing: number;
  /** How many of those that post have lines that CLP03 does not count. */
  withLinesLeftOut: number;
}

export interface AccountFigures {
  /** What each line charges, rising; a claim without lines is one charge. */
  charges: Cents[];
  /** CLP04 of each claim that was paid, rising. */
  payments: Cents[];
  /** What is given up, less what raises the claim. */
  writtenOff: Cents;
  /** What is recorded as denied, also where the patient has to pay it. */
  denied: Cents;
  /** What each party owes in the end, without those who owe nothing. */
  shares: Record<string, Cents>;
  balance: Cents;
}

interface StatedClaim {
  id: string;
  status: string;
  charge: Cents;
  paid: Cents;
  lines: { charge: Cents; paid: Cents; adjustments: StatedAdjustment[] }[];
  adjustments: StatedAdjustment[];
}

interface StatedAdjustment {
  group: string;
  reason: string;
  amount: Cents;
}

/** Of the codes on lines of the samples that were not paid, those by which the payer refuses. */
const REFUSES = new Set(['4', '16', '29', '96', '200', '251']);
const PRIOR_PAYERS = '23';
const PREDETERMINATION = '25';
const ZEROS = /^0*$/;

/**
 * Works out what a file comes to when it is the first one in a ledger. Of a charge, the patient owes what is PR; the payer
 * before owes what it is said to have dealt with (CARC 23); the payer owes what it refuses, and lines that its own totals
 * leave out; what it pays and gives up, nobody.
 */
export function figuresOf(text: string): FileFigures {
  const segments = segmentsIn(text);
  const of = (tag: string): string[][] => segments.filter(([name]) => name === tag);
  const [bpr] = of('BPR');
  const payerId = of('TRN')[0]![3]!;
  const figures: FileFigures = {
    payment: (bpr![3] === 'D' ? -1 : 1) * cents(bpr![2]),
    providerAdjustments: sum(
      of('PLB').flatMap((plb) => pairs(plb.slice(3)).map(([, amount]) => cents(amount))),
    ),
    paid: 0,
    accounts: new Map(),
    posted: 0,
    movesNothing: 0,
    withLinesLeftOut: 0,
  };
  for (const claim of claimsIn(segments)) {
    const account = accountOf(figures, claim);
    if (claim.status === PREDETERMINATION || claim.charge + claim.paid === 0) {
      figures.movesNothing += 1;
      continue;
    }
    figures.posted += 1;
    figures.paid += claim.paid;
    if (leftOutOf(claim) !== 0) figures.withLinesLeftOut += 1;
    post(account, claim, payerId);
  }
  return figures;
}

function post(account: AccountFigures, claim: StatedClaim, payerId: string): void {
  const { patient, prior, refused, deniedToPatient, writtenOff } = meaningOf(claim);
  const charges = chargesOf(claim);
  account.charges.push(...charges.filter((charge) => charge !== 0));
  account.charges.sort((a, b) => a - b);
  if (claim.paid !== 0) account.payments.push(claim.paid);
  account.payments.sort((a, b) => a - b);
  account.writtenOff += writtenOff;
  account.denied += refused + deniedToPatient;

  const position = { 2: 'secondary', 3: 'tertiary' }[claim.status] ?? 'primary';
  const payer = `payer|${payerId}|${position}`;
  // A payer that says it pays first, and names payers before it all the same, leaves nobody else to ask.
  const before = position === 'primary' ? payer : 'payer|prior-payer|primary';
  for (const [party, amount] of [
    ['patient', patient],
    [before, prior],
    [payer, refused + leftOutOf(claim)],
  ] as const) {
    if (amount !== 0) account.shares[party] = (account.shares[party] ?? 0) + amount;
  }
  account.balance += sum(charges) - claim.paid - writtenOff;
}

function chargesOf({ charge, lines }: StatedClaim): Cents[] {
  return lines.length === 0 ? [charge] : lines.map((line) => line.charge);
}

function leftOutOf(claim: StatedClaim): Cents {
  return sum(chargesOf(claim)) - claim.charge;
}

/** What the adjustments of a claim come to. */
function meaningOf(claim: StatedClaim) {
  const meaning = { patient: 0, prior: 0, refused: 0, deniedToPatient: 0, writtenOff: 0 };
  const adjusted = [
    ...claim.adjustments.map((adjustment) => ({ ...adjustment, isPaid: claim.paid !== 0 })),
    ...claim.lines.flatMap(({ paid, adjustments }) =>
      adjustments.map((adjustment) => ({ ...adjustment, isPaid: paid !== 0 })),
    ),
  ];
  for (const { group, reason, amount, isPaid } of adjusted) {
    const refuses = REFUSES.has(reason) && !isPaid;
    if (reason === PRIOR_PAYERS) meaning.prior += amount;
    else if (group === 'PR') {
      meaning.patient += amount;
      if (refuses) meaning.deniedToPatient += amount;
    } else if (refuses) meaning.refused += amount;
    else meaning.writtenOff += amount;
  }
  return meaning;
}

/** The account of a claim: called as the claim is; where that has blanks, by its bytes. */
function accountOf({ accounts }: FileFigures, { id }: StatedClaim): AccountFigures {
  const accountId = id.includes(' ') ? `enc:${Buffer.from(id).toString('base64url')}` : id;
  let account = accounts.get(accountId);
  if (!account) {
    account = { charges: [], payments: [], writtenOff: 0, denied: 0, shares: {}, balance: 0 };
    accounts.set(accountId, account);
  }
  return account;
}

function claimsIn(segments: readonly string[][]): StatedClaim[] {
  const claims: StatedClaim[] = [];
  for (const [tag, ...elements] of segments) {
    const claim = claims.at(-1);
    if (tag === 'CLP') {
      const [id, status, charge, paid] = elements;
      claims.push({
        id: id!,
        status: status!,
        charge: cents(charge),
        paid: cents(paid),
        lines: [],
        adjustments: [],
      });
    } else if (tag === 'SVC') {
      const [, charge, paid] = elements;
      claim!.lines.push({ charge: cents(charge), paid: cents(paid), adjustments: [] });
    } else if (tag === 'CAS') {
      const { adjustments } = claim!.lines.at(-1) ?? claim!;
      const [group, ...rest] = elements;
      for (let i = 0; i < rest.length; i += 3) {
        const amount = cents(rest[i + 1]);
        if (amount !== 0) adjustments.push({ group: group!, reason: rest[i]!, amount });
      }
    }
  }
  return claims;
}

function segmentsIn(text: string): string[][] {
  const separator = /ST(\W)835/.exec(text)![1]!;
  return text.split('~').map((segment) => segment.trim().split(separator));
}

function pairs(elements: readonly string[]): string[][] {
  return Array.from({ length: elements.length / 2 }, (_, i) => elements.slice(2 * i, 2 * i + 2));
}

/** An amount as payers write it: `-9`, `100.5`, `.25`; nothing is zero. */
export function cents(text = ''): Cents {
  const [, minus, whole = '', part = ''] = /^(-?)(\d*)\.?(\d*)$/.exec(text)!;
  if (ZEROS.test(whole + part)) return 0;
  return Number(`${minus}${whole}${part.padEnd(2, '0')}`);
}

/** The sum of some cents. */
export function sum(amounts: readonly Cents[]): Cents {
  return amounts.reduce((total, amount) => total + amount, 0);
}

/** Cents as a decimal with two digits. */
export function decimal(amount: Cents): string {
  const digits = String(Math.abs(amount)).padStart(3, '0');
  return `${amount < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
