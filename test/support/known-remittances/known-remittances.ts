import { Random } from '../../../src/generator/random.js';
import type { AccountCommand } from '../../../src/ledger/commands.js';
import type { PayerInPosition, Party } from '../../../src/ledger/party.js';
import { FIRST_SERVICE, alikeTo, drawCharges, postCharge } from './charges.js';
import { type ExpectedLedger, ExpectedSums } from './expected-ledger.js';
import { type KnownFile, filesOf } from './files.js';
import type { KnownCharge, KnownPayer } from './model.js';
import {
  type Claim,
  STORIES,
  STORIES_OF_ALIKE_CHARGES,
  STORIES_OF_SEVERAL_PAYERS,
  type Story,
  type StoryName,
} from './stories.js';
import { type DatedTransaction, RemittanceBook } from './transactions.js';

/*
 * Remittances whose result is known: a small hospital of accounts with charges, the 835 files of its payers, and the
 * ledger that there must be when all of them were imported, in whatever order and however often. The result is put
 * together from who owes what in the end of each claim's story, never by posting anything.
 */

export interface KnownOptions {
  /** The same options give the same hospital, on every machine. */
  seed: number;
  accounts: number;
  /** How often each story is told, against {@link USUAL_WEIGHTS}; 0 leaves it out. */
  stories?: Partial<Record<StoryName, number>>;
  /** Periods in which stories begin: fewer make larger remittances. Usually one for 8 accounts. */
  periods?: number;
  /** In so many of 1,000 cases a remittance comes again in another file. */
  copiesPermille?: number;
}

export interface KnownRemittances {
  /** The accounts and their charges, to be carried out before any file. */
  commands: AccountCommand[];
  /** In the order in which they were sent. */
  files: KnownFile[];
  expected: ExpectedLedger;
}

/** How often each story is told when nobody says. */
export const USUAL_WEIGHTS: Readonly<Record<StoryName, number>> = {
  silent: 2,
  plain: 20,
  denied: 4,
  deniedThenPaid: 3,
  inTwoPieces: 3,
  alike: 4,
  alikeInNumber: 2,
  split: 3,
  adjustedAsAWhole: 4,
  withoutLines: 3,
  corrected: 6,
  correctedTwice: 2,
  takenBack: 3,
  takenBackUnsaid: 2,
  lineCorrected: 4,
  lineCorrectedAndAllTakenBack: 2,
  reversedOnly: 2,
  paidAgain: 3,
  resent: 2,
  held: 2,
  predetermined: 2,
  billedTwice: 2,
  claimOffBalance: 2,
  lineOffBalance: 2,
  ofNobody: 2,
  ofAnotherService: 2,
  twoPayers: 10,
  twoPayersRepeating: 5,
  threePayers: 4,
  crossedOver: 3,
  crossedOverAndPaid: 3,
  correctedWithTwoPayers: 4,
  lineCorrectedWithTwoPayers: 3,
};

/** Weights with which these stories are told, and no others. */
export function onlyStories(...names: StoryName[]): Record<StoryName, number> {
  const weights = Object.keys(USUAL_WEIGHTS).map((name) => [name, names.includes(name as StoryName) ? 1 : 0]);
  return Object.fromEntries(weights) as Record<StoryName, number>;
}

const PAYERS: readonly KnownPayer[] = [
  { id: '1411111111', name: 'FIRST HEALTH PLAN' },
  { id: '1422222222', name: 'SECOND HEALTH PLAN' },
  { id: '1433333333', name: 'THIRD HEALTH PLAN' },
  { id: '1444444444', name: 'FOURTH HEALTH PLAN' },
];

/** Makes up a hospital, its remittances and what must come of them. */
export function knownRemittances(options: KnownOptions): KnownRemittances {
  const { seed, accounts, periods = Math.ceil(accounts / 8), copiesPermille = 150 } = options;
  const weights = { ...USUAL_WEIGHTS, ...options.stories };
  const sums = new ExpectedSums();
  const book = new RemittanceBook(new Random(seed, 1), periods);
  const commands: AccountCommand[] = [];
  for (let n = 1; n <= accounts; n += 1) {
    const account = new KnownAccount(n, new Random(seed, 2, n), weights, sums);
    commands.push(...account.commands());
    for (const steps of account.stories()) book.take(steps);
  }
  const transactions = book.transactions();
  for (const { transaction } of transactions) sums.receives(transaction);
  const copied = copies(transactions, new Random(seed, 3), copiesPermille);
  for (const { transaction } of copied) sums.receivesAgain(transaction);
  const files = [
    ...filesOf(transactions, new Random(seed, 4), 'remittances'),
    ...filesOf(copied, new Random(seed, 5), 'again'),
  ];
  return { commands, files, expected: sums.ledger() };
}

function copies(
  transactions: readonly DatedTransaction[],
  random: Random,
  permille: number,
): DatedTransaction[] {
  return transactions.filter(() => random.permille(permille));
}

/** One account: its coverage, its claims, and what becomes of them. */
class KnownAccount {
  readonly #accountId: string;
  readonly #primary: KnownPayer;
  readonly #secondary: KnownPayer;
  readonly #tertiary: KnownPayer;
  readonly #primaryParty: PayerInPosition;
  /** Whether charges name the secondary payer before anything comes: all of the account, or one for all. */
  readonly #namesSecondary: boolean;
  readonly #namesByOne: boolean;
  readonly #told: readonly { claim: Claim; story: Story }[];

  constructor(
    n: number,
    private readonly random: Random,
    weights: Readonly<Record<StoryName, number>>,
    private readonly sums: ExpectedSums,
  ) {
    this.#accountId = `K${String(n).padStart(6, '0')}`;
    const first = random.between(0, PAYERS.length - 1);
    const nth = (i: number): KnownPayer => PAYERS[(first + i) % PAYERS.length]!;
    [this.#primary, this.#secondary, this.#tertiary] = [nth(0), nth(1), nth(2)];
    // Some ledgers call a payer in their own way; remittances are to be laid to it all the same.
    const payerId = random.permille(200) ? 'OUR-OWN-NAME' : this.#primary.id;
    this.#primaryParty = { party: 'payer', payerId, position: 'primary' };
    const stories = this.#drawStories(weights);
    const several = stories.some((name) => name in STORIES_OF_SEVERAL_PAYERS);
    this.#namesSecondary = random.permille(several ? 400 : 150);
    this.#namesByOne = random.permille(500);
    this.#told = stories.map((name, i) => ({
      claim: this.#claim(i + 1, name in STORIES_OF_ALIKE_CHARGES),
      story: { ...STORIES, ...STORIES_OF_ALIKE_CHARGES, ...STORIES_OF_SEVERAL_PAYERS }[name],
    }));
  }

  commands(): AccountCommand[] {
    const accountId = this.#accountId;
    this.sums.account(accountId);
    const charges = this.#told.flatMap(({ claim }) => claim.charges.map((charge) => ({ charge, claim })));
    const naming = this.#namesByOne ? charges.slice(0, 1) : charges;
    return [
      { type: 'OpenAccount', accountId, openedOn: FIRST_SERVICE },
      ...charges.map(({ charge, claim }) => postCharge(charge, claim.claimId, this.#primaryParty)),
      ...(this.#namesSecondary ? naming.flatMap(({ charge }) => this.#nameSecondary(charge)) : []),
    ];
  }

  /** The steps of each claim's story; adds what they come to. */
  stories(): ReturnType<Story>[] {
    return this.#told.map(({ claim, story }) => story(claim, this.random, this.sums));
  }

  /**
   * Claims with several payers stand alone on their account: whoever pays second on one claim is asked next on every
   * other, from the moment that the ledger knows it.
   */
  #drawStories(weights: Readonly<Record<StoryName, number>>): StoryName[] {
    const table = (Object.entries(weights) as [StoryName, number][]).map(
      ([name, weight]) => [weight, name] as const,
    );
    const ofOne = table.filter(([, name]) => !(name in STORIES_OF_SEVERAL_PAYERS));
    const first = this.random.weighted(table);
    if (first in STORIES_OF_SEVERAL_PAYERS || ofOne.every(([weight]) => weight === 0)) return [first];
    const more = this.random.weighted([
      [6, 0],
      [3, 1],
      [1, 2],
    ]);
    return [first, ...Array.from({ length: more }, () => this.random.weighted(ofOne))];
  }

  #claim(n: number, isAlike: boolean): Claim {
    const accountId = this.#accountId;
    const claimId = n === 1 && this.random.permille(500) ? accountId : `${accountId}-${n}`;
    const next: Party = this.#namesSecondary
      ? { party: 'payer', payerId: this.#secondary.id, position: 'secondary' }
      : { party: 'patient' };
    return {
      accountId,
      claimId,
      charges: this.#draw(claimId, isAlike),
      primary: this.#primary,
      primaryParty: this.#primaryParty,
      next,
      secondary: this.#secondary,
      tertiary: this.#tertiary,
    };
  }

  #draw(claimId: string, isAlike: boolean): KnownCharge[] {
    const drawn = drawCharges(this.random, this.#accountId, claimId);
    const charges = isAlike ? drawn.flatMap((charge) => [charge, alikeTo(charge)]) : drawn;
    for (const { amount } of charges) this.sums.charges(amount);
    return charges;
  }

  /** Laid to the secondary payer too early, and back to the primary: since then the charge names both. */
  #nameSecondary({ accountId, chargeId, serviceDate: effectiveOn }: KnownCharge): AccountCommand[] {
    const primary = this.#primaryParty;
    const secondary: Party = { party: 'payer', payerId: this.#secondary.id, position: 'secondary' };
    const transfer = {
      type: 'TransferResponsibility',
      accountId,
      chargeId,
      effectiveOn,
      amount: '1.00',
    } as const;
    return [
      { ...transfer, transferId: `${chargeId}-TO`, from: primary, to: secondary },
      { ...transfer, transferId: `${chargeId}-BACK`, from: secondary, to: primary },
    ];
  }
}
