import { sql } from 'kysely';
import { UnreadableEvent, accountStream, besideOf, decode } from '../../event-store/codec.js';
import type { EventStore, StoredEvent } from '../../event-store/event-store.js';
import { type Account, balanceOf, evolve, unopenedAccount } from '../../ledger/account.js';
import type { AccountEvent } from '../../ledger/events.js';
import { money } from '../../ledger/money.js';
import { ReadModelsOfAnotherLog } from '../queries/refusals.js';
import { BesideTables, type BuildProgress } from './build-beside.js';
import { readCheckpoint } from './checkpoint.js';
import { type TableDifference, compareTables } from './compare.js';
import { ProjectionsDiffer } from './errors.js';
import { liveOf, readGenerations } from './generations.js';
import { INVARIANTS } from './invariants.js';
import { REMITTANCE_INVARIANTS } from './remittance-invariants.js';
import { prepare } from './prepare.js';
import type { ReadModels } from './rebuild.js';
import { SameLog } from './same-log.js';

/** Something that is not as the events say it must be. */
export interface Finding {
  /** What was looked at: `another_log`, `rows`, `dead_letter`, `decider`, or the name of an invariant. */
  check: string;
  accountId?: string;
  expected: string;
  actual: string;
  /** The whole in one line. */
  text: string;
}

export interface VerifyOptions {
  onProgress?: (progress: BuildProgress) => void;
}

const ACCOUNTS_AT_ONCE = 500;

/**
 * Checks the read models in three ways that know nothing of each other: all tables are built anew beside and compared
 * row by row, invariants between the live tables are asked in SQL, and every account's balance is worked out by the
 * rules' own fold. Events that are set aside are named. Of read models that were made of another log, nothing but that
 * is said. Nothing is changed.
 *
 * @returns what was found, in that order; nothing when all is well
 * @throws RebuildUnderWay, ProjectionsNewer, SchemaNewer, ProjectionsDiffer
 */
export async function verify(readModels: ReadModels, { onProgress }: VerifyOptions = {}): Promise<Finding[]> {
  const { database, store, projections, installViews } = readModels;
  const checkpoint = await readCheckpoint(database);
  if (checkpoint && (await new SameLog(store).standing(checkpoint)) === 'another') {
    return [ofAnotherLog(checkpoint.position)];
  }
  const { outdated } = await prepare(database, projections, installViews);
  if (outdated.length > 0) throw new ProjectionsDiffer(outdated.map(({ name }) => name));
  return [
    ...(await builtAnew(readModels, onProgress)),
    ...(await deadLetters(readModels)),
    ...(await brokenInvariants(readModels)),
    ...(await balancesOfTheRules(readModels)),
  ];
}

function ofAnotherLog(position: string | undefined): Finding {
  const { message } = new ReadModelsOfAnotherLog(position);
  return { check: 'another_log', expected: 'this event log', actual: 'another one', text: message };
}

async function builtAnew(
  { database, store, projections }: ReadModels,
  onProgress: VerifyOptions['onProgress'],
): Promise<Finding[]> {
  const beside = await BesideTables.begin(database, store, projections, { all: true });
  try {
    await beside.build(onProgress);
    await beside.join((tx) => beside.writtenTogether(tx));
    const generations = await readGenerations(database);
    const findings: Finding[] = [];
    for (const target of beside.targets) {
      const projection = projections.find(({ name }) => name === target.name)!;
      const differences = await compareTables(
        database,
        projection,
        liveOf(generations, target.name)!,
        target,
      );
      findings.push(...differences.flatMap(rowFindings));
    }
    return findings;
  } finally {
    beside.release();
    await beside.drop();
  }
}

function rowFindings({ table, count, examples }: TableDifference): Finding[] {
  const findings = examples.map(({ key, live, rebuilt }): Finding => {
    const columns = Object.keys(live ?? rebuilt ?? {}).filter(
      (column) => live?.[column] !== rebuilt?.[column],
    );
    const cells = (row: Record<string, string | null> | undefined): string =>
      row ? columns.map((column) => `${column}=${row[column] ?? 'null'}`).join(' ') : 'no such row';
    const name = Object.values(key).join('/');
    const [expected, actual] = [cells(rebuilt), cells(live)];
    return {
      check: 'rows',
      ...((live ?? rebuilt)?.['account_id'] ? { accountId: (live ?? rebuilt)!['account_id']! } : {}),
      expected,
      actual,
      text: `${table} ${name}: the events give ${expected}, the table has ${actual}`,
    };
  });
  const more = count - examples.length;
  return more <= 0
    ? findings
    : [
        ...findings,
        { check: 'rows', expected: '0', actual: String(more), text: `${table}: ${more} more rows differ` },
      ];
}

async function deadLetters({ database }: ReadModels): Promise<Finding[]> {
  const { rows } = await sql<{
    position: string;
    account_id: string;
    stream: string;
    revision: string;
    event_type: string;
    reason: string;
  }>`
    select position, account_id, stream, revision, event_type, reason
    from ledger_internal.dead_letters order by position`.execute(database);
  return rows.map(({ position, account_id, stream, revision, event_type, reason }) => ({
    check: 'dead_letter',
    ...(besideOf(stream) ? {} : { accountId: account_id }),
    expected: 'projected',
    actual: reason,
    text: `event ${revision} of ${besideOf(stream) ? stream : `account ${account_id}`} (${event_type}, position ${position}) is set aside: ${reason}`,
  }));
}

async function brokenInvariants({ database }: ReadModels): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { check, query, text } of [...INVARIANTS, ...REMITTANCE_INVARIANTS]) {
    const { rows } = await query.execute(database);
    for (const { subject, account_id, expected, actual } of rows) {
      findings.push({
        check,
        ...(account_id === null ? {} : { accountId: account_id }),
        expected,
        actual,
        text: `${subject}: ${text} (expected ${expected}, is ${actual})`,
      });
    }
  }
  return findings;
}

/** Balances by the fold that decides commands, which shares no code with the tables but the journal lines of an event. */
async function balancesOfTheRules({ database, store }: ReadModels): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (let after = ''; ;) {
    const { rows } = await sql<{ account_id: string; balance: string | null; revision: string }>`
      select account_id, balance, revision from ledger_read.accounts
      where account_id > ${after} order by account_id limit ${ACCOUNTS_AT_ONCE}`.execute(database);
    const last = rows.at(-1);
    if (!last) return findings;
    after = last.account_id;
    const checked = await Promise.all(
      rows.map(async ({ account_id, balance, revision }): Promise<Finding[]> => {
        const expected = balanceOf(await foldedTo(store, account_id, Number(revision)));
        const actual = money(balance ?? '0');
        if (expected.equals(actual)) return [];
        return [
          {
            check: 'decider',
            accountId: account_id,
            expected: expected.toFixed(),
            actual: actual.toFixed(),
            text: `account ${account_id}: by the rules its balance is ${expected.toFixed()}, the table has ${actual.toFixed()}`,
          },
        ];
      }),
    );
    findings.push(...checked.flat());
  }
}

/** The account as it was at a revision: where the row stands, whatever was appended since. */
async function foldedTo(store: EventStore, accountId: string, revision: number): Promise<Account> {
  const account = unopenedAccount();
  for await (const stored of store.readStream(accountStream(accountId))) {
    if (stored.revision > revision) break;
    evolve(account, readable(stored));
  }
  return account;
}

function readable(stored: StoredEvent): AccountEvent | undefined {
  try {
    return decode(stored).event;
  } catch (error) {
    if (error instanceof UnreadableEvent) return undefined;
    throw error;
  }
}
