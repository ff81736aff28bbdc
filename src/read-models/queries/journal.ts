import { Injectable } from '@nestjs/common';
import { type RawBuilder, sql } from 'kysely';
import { formatMoney, money } from '../../ledger/money.js';
import { type ClockSql, wasKnown } from './clocks.js';
import { type AskedMoment, type Moment, Moments } from './moment.js';
import { QuestionMalformed } from './refusals.js';
import { inScope } from './scope.js';
import { isTrustworthy } from './trust.js';

export interface JournalRequest extends AskedMoment {
  /** Effective dates, both included. */
  from?: string | undefined;
  to?: string | undefined;
  /** Positions, both included. */
  fromPosition?: string | undefined;
  toPosition?: string | undefined;
  accountId?: string | undefined;
  entity?: string | undefined;
}

export interface JournalAnswerLine {
  glAccount: string;
  /** Exactly one of debit and credit is there. */
  debit?: string;
  credit?: string;
  chargeId?: string;
  paymentId?: string;
  party?: string;
  payerId?: string;
  payerPosition?: string;
  partyName?: string;
}

/** What one event did to the books on one day: its debits equal its credits. */
export interface JournalEntry {
  position: string;
  /** Absent where it is of no account: `stream` then names the remittance or control account. */
  accountId?: string;
  stream?: string;
  revision: number;
  entryId: string;
  type: string;
  effectiveOn: string;
  recordedAt: string;
  currency: string;
  lines: JournalAnswerLine[];
  /** Whether the figures of the account, or of the stream, can be trusted. */
  trustworthy: boolean;
}

interface EntryRow {
  position: string;
  account_id: string | null;
  stream: string | null;
  revision: string;
  entry_id: string;
  event_type: string;
  currency: string;
  effective_on: string;
  recorded_at: string;
  lines: LineCells[];
  trustworthy: boolean;
}

/** A line as the database packs it: an entry comes as one row, since PGlite takes its time for every cell. */
type LineCells = [
  glAccount: string,
  amount: string,
  chargeId: string | null,
  paymentId: string | null,
  party: string | null,
  payerId: string | null,
  payerPosition: string | null,
  partyName: string | null,
];

/** About so many lines are read at a time. */
const LINES_A_PAGE = 2000;

/**
 * The journal, entry by entry in the order of the log: read a page at a time, so that any length streams. It ends where
 * the projections were at the beginning, and lines never change, so that pages of different moments belong together.
 *
 * `asOf` only bounds the dates where it is given: a journal between two positions holds every line recorded there.
 */
@Injectable()
export class JournalQuery {
  constructor(private readonly moments: Moments) {}

  /** @throws QuestionMalformed when a range ends before it begins, before anything is yielded */
  async *entries(request: JournalRequest): AsyncIterable<JournalEntry> {
    checkRange(request);
    let after: string | undefined;
    let toPosition = request.toPosition;
    let waitFor = request.waitFor;
    do {
      const asked: AskedMoment = { asOf: request.asOf, knownAt: request.knownAt, waitFor };
      const page = await this.moments.at(asked, (moment) =>
        readPage(moment, { ...request, toPosition }, after),
      );
      waitFor = undefined;
      toPosition = page.toPosition;
      for (const row of page.rows) yield entryOf(row);
      after = page.lastPosition;
    } while (after !== undefined);
  }
}

function checkRange({ from, to, fromPosition, toPosition }: JournalRequest): void {
  const errors = [];
  if (from !== undefined && to !== undefined && to < from) {
    errors.push({ field: 'to', message: 'must not be before from' });
  }
  if (fromPosition !== undefined && toPosition !== undefined && BigInt(toPosition) < BigInt(fromPosition)) {
    errors.push({ field: 'toPosition', message: 'must not be before fromPosition' });
  }
  if (errors.length > 0) throw new QuestionMalformed(errors);
}

interface JournalPage {
  rows: EntryRow[];
  /** Of the last event read, undefined at the end. */
  lastPosition: string | undefined;
  toPosition: string;
}

async function readPage(
  { reader, clocks, stamp }: Moment,
  request: JournalRequest,
  after: string | undefined,
): Promise<JournalPage> {
  const head = stamp.position ?? '0';
  const toPosition =
    request.toPosition === undefined || BigInt(request.toPosition) > BigInt(head) ? head : request.toPosition;
  const known: ClockSql = {
    asOf: sql`null`,
    knownAt: clocks.knownAt === undefined ? undefined : sql`${clocks.knownAt}::timestamptz`,
  };
  const { fromPosition, from, to, asOf, accountId, entity } = request;
  const optional = <T>(value: T | undefined, condition: (value: T) => RawBuilder<unknown>) =>
    value === undefined ? sql`true` : condition(value);
  const wanted = sql`${wasKnown('l', known)}
    and ${optional(from, (date) => sql`l.effective_on >= ${date}::date`)}
    and ${optional(to, (date) => sql`l.effective_on <= ${date}::date`)}
    and ${optional(asOf, (date) => sql`l.effective_on <= ${date}::date`)}
    and ${inScope('l', { entity, ...(accountId !== undefined && { accountIds: [accountId] }) })}`;
  const lower =
    after === undefined
      ? sql`l.position >= ${fromPosition ?? '0'}::bigint`
      : sql`l.position > ${after}::bigint`;
  // Where a page ends, asked so that the planner reads along the key even where it knows nothing of the table (PGlite never
  // analyses one): no grouping, and the upper bound late. Entries are then read whole.
  const bound = await sql<{ position: string | null; lines: string }>`
    select max(page.position) as position, count(*) as lines from (
      select l.position from ledger_read.journal_lines l where ${lower} and ${wanted}
      order by l.position limit ${LINES_A_PAGE}
    ) page where page.position <= ${toPosition}::bigint`.execute(reader);
  const { position: last, lines } = bound.rows[0]!;
  if (last === null) return { rows: [], lastPosition: undefined, toPosition };
  const entry = sql.raw(
    [
      'position',
      'account_id',
      'stream',
      'revision',
      'entry_id',
      'event_type',
      'currency',
      'effective_on',
      'recorded_at',
    ]
      .map((column) => `l.${column}`)
      .join(', '),
  );
  const { rows } = await sql<EntryRow>`
    select ${entry}, ${isTrustworthy(sql`coalesce(l.account_id, l.stream)`)} as trustworthy,
      json_agg(json_build_array(l.gl_account, l.amount::text, l.charge_id, l.payment_id,
        l.party, l.payer_id, l.payer_position, l.party_name) order by l.line_no) as lines
    from ledger_read.journal_lines l
    where ${lower} and l.position <= ${last}::bigint and ${wanted}
    group by ${entry} order by l.position, l.effective_on`.execute(reader);
  return { rows, lastPosition: Number(lines) < LINES_A_PAGE ? undefined : last, toPosition };
}

function entryOf(row: EntryRow): JournalEntry {
  return {
    position: row.position,
    ...(row.account_id !== null && { accountId: row.account_id }),
    ...(row.stream !== null && { stream: row.stream }),
    revision: Number(row.revision),
    entryId: row.entry_id,
    type: row.event_type,
    effectiveOn: row.effective_on,
    recordedAt: row.recorded_at,
    currency: row.currency,
    lines: row.lines.map((line) => lineOf(line, row.currency)),
    trustworthy: row.trustworthy,
  };
}

function lineOf(
  [glAccount, signed, chargeId, paymentId, party, payerId, payerPosition, partyName]: LineCells,
  currency: string,
): JournalAnswerLine {
  const amount = money(signed);
  return {
    glAccount,
    ...(amount.lessThan(0)
      ? { credit: formatMoney(amount.negated(), currency) }
      : { debit: formatMoney(amount, currency) }),
    // Neither null nor the empty text that stands for it in keys.
    ...(chargeId && { chargeId }),
    ...(paymentId && { paymentId }),
    ...(party && { party }),
    ...(payerId && { payerId }),
    ...(payerPosition && { payerPosition }),
    ...(partyName && { partyName }),
  };
}
