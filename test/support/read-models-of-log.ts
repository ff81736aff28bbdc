import { type Tables, foldChanges } from '../../projections/fold-changes.js';
import { openItems } from '../../projections/open-items.js';
import type { Row } from '../../projections/projection.js';
import { STAGE } from '../../projections/remittance-claims-table.js';
import { remittances } from '../../projections/remittances.js';
import { decodeAny } from '../../src/event-store/codec.js';
import type { EventStore, Position } from '../../src/event-store/event-store.js';
import { isCalendarDate } from '../../src/ledger/calendar.js';
import { PREDETERMINATION } from '../../src/ledger/claim-status.js';
import { claimStatement } from '../../src/ledger/claim-statement.js';
import { comparedTrace } from '../../src/ledger/compared-trace.js';
import { formatMoney, money } from '../../src/ledger/money.js';
import type { RecordedFinding } from '../../src/ledger/remittance-events.js';
import type {
  ClaimDirectory,
  PaymentByHand,
  RemittancePayment,
} from '../../src/remittances/posting/claim-directory.js';
import {
  type ClaimKey,
  type SuspendedStatement,
  TRIED_AGAIN,
  type UnfinishedRemittance,
  type UnfinishedWork,
} from '../../src/remittances/posting/unfinished-work.js';

const ACCOUNTS_MAX = 20;
const PAYMENTS_MAX = 20;

/**
 * The ports to the read models without a database: the rows that the projections make of a log, in memory, and the same
 * answers as the adapters to the database give, in the same order. As there, what was appended after
 * {@link ReadModelsOfLog.catchUp} is not known.
 */
export class ReadModelsOfLog implements ClaimDirectory, UnfinishedWork {
  readonly #tables: Tables = {};
  #after: Position | undefined;
  #rows = new Map<string, Map<unknown, Row[]>>();

  constructor(private readonly store: EventStore) {}

  async catchUp(): Promise<void> {
    const before = this.#after;
    for await (const stored of this.store.readAll({ after: this.#after })) {
      this.#after = stored.position;
      const recorded = decodeAny(stored);
      for (const projection of [openItems, remittances]) foldChanges(projection, this.#tables, recorded);
    }
    if (this.#after !== before) this.#rows = new Map();
  }

  accountsOfClaims(claimIds: readonly string[]): Promise<Map<string, string[]>> {
    const charges = this.#by('charges', 'claim_id', ({ claim_id }) => claim_id);
    const wanted = [...new Set(claimIds)].filter((id) => charges.has(id)).sort();
    return Promise.resolve(new Map(wanted.map((id) => [id, accountsIn(charges.get(id)!)])));
  }

  accountsOfPayerClaim(payerId: string, payerClaimNumber: string): Promise<string[]> {
    const posted = this.#by('remittance_claims', 'payer claim', (row) =>
      row['account_id'] == null ? undefined : `${row['payer_id']} ${row['payer_claim_number']}`,
    );
    const found = payerClaimNumber === '' ? undefined : posted.get(`${payerId} ${payerClaimNumber}`);
    return Promise.resolve(accountsIn(found ?? []));
  }

  accountsOfServices(
    services: readonly { serviceDate: string; amount: string }[],
  ): Promise<{ accountId: string; chargeIds: string[] }[]> {
    if (!services.every(({ serviceDate }) => isCalendarDate(serviceDate))) return Promise.resolve([]);
    const charges = this.#by('charges', 'service', (row) =>
      serviceKey(String(row['service_date']), String(row['amount'])),
    );
    const wanted = [
      ...Map.groupBy(services, ({ serviceDate, amount }) => serviceKey(serviceDate, amount)),
    ].map(([key, some]) => ({
      atLeast: some.length,
      byAccount: Map.groupBy(charges.get(key) ?? [], (row) => String(row['account_id'])),
    }));
    const accounts = [...(wanted[0]?.byAccount.keys() ?? [])].filter((id) =>
      wanted.every(({ atLeast, byAccount }) => (byAccount.get(id)?.length ?? 0) >= atLeast),
    );
    return Promise.resolve(
      accounts
        .sort()
        .slice(0, ACCOUNTS_MAX)
        .map((accountId) => ({
          accountId,
          chargeIds: wanted
            .flatMap(({ byAccount }) => byAccount.get(accountId)!.map((row) => String(row['charge_id'])))
            .sort(),
        })),
    );
  }

  accountsOfAdjudications(remittanceId: string, numbers: readonly number[]): Promise<Map<number, string>> {
    const found = new Map<number, string>();
    for (const row of this.#by('remittance_claims', 'remittance_id').get(remittanceId) ?? []) {
      const number = Number(row['claim']);
      if (row['account_id'] != null && numbers.includes(number)) found.set(number, String(row['account_id']));
    }
    return Promise.resolve(found);
  }

  paymentsByHand(remittance: RemittancePayment): Promise<PaymentByHand[]> {
    const { remittanceId, traceNumber, payerId, currency } = remittance;
    const trace = comparedTrace(traceNumber);
    const claimsOf = this.#by('remittance_claims', 'remittance_id').get(remittanceId) ?? [];
    const accounts = new Set(claimsOf.map(({ account_id }) => account_id));
    const found = trace === '' ? [] : (this.#by('payments_by_hand', 'trace').get(trace) ?? []);
    return Promise.resolve(
      found
        .filter(
          (row) =>
            row['currency'] === currency &&
            money(String(row['standing'])).greaterThan(0) &&
            (row['payer_id'] === payerId || accounts.has(row['account_id'] ?? null)),
        )
        .map((row) => ({
          accountId: String(row['account_id']),
          paymentId: String(row['payment_id']),
          amount: formatMoney(money(String(row['standing'])), currency),
        }))
        .sort((a, b) => (a.accountId + a.paymentId < b.accountId + b.paymentId ? -1 : 1))
        .slice(0, PAYMENTS_MAX),
    );
  }

  remittances(): Promise<UnfinishedRemittance[]> {
    const open = [...Object.values(this.#tables['remittances'] ?? {})].filter(
      ({ status }) => status === 'received' || status === 'posting',
    );
    return Promise.resolve(
      open.sort(byPosition).map((row) => ({
        remittanceId: String(row['remittance_id']),
        documentSha256: String(row['document_sha256']),
        progress: `${String(row['status'])} ${String(row['adjudicated'])} ${
          this.#by('remittance_claims', 'remittance_id').get(row['remittance_id'])?.length ?? 0
        }`,
      })),
    );
  }

  upTo(): Promise<Position | undefined> {
    return Promise.resolve(this.#after);
  }

  /** All that are suspended so, whether or not something new could be there: more may be named, never fewer. */
  toTryAgain(): Promise<ClaimKey[]> {
    const tried: readonly unknown[] = TRIED_AGAIN;
    const open = this.#claims().filter(
      (row) =>
        isUnsaid(row) &&
        (row['account_id'] != null || (row['stage'] === STAGE.suspended && tried.includes(row['reason']))),
    );
    return Promise.resolve(
      open.map((row) => ({ remittanceId: String(row['remittance_id']), claim: Number(row['claim']) })),
    );
  }

  statements(keys: readonly ClaimKey[]): Promise<SuspendedStatement[]> {
    const rows = keys.map(({ remittanceId, claim }) =>
      (this.#by('remittance_claims', 'remittance_id').get(remittanceId) ?? []).find(
        (row) => Number(row['claim']) === claim && isUnsaid(row),
      ),
    );
    return Promise.resolve(
      rows
        .filter((row) => row !== undefined)
        .map(({ statement, findings }) => ({
          statement: claimStatement.parse(JSON.parse(String(statement))),
          findings: findings == null ? [] : (JSON.parse(String(findings)) as RecordedFinding[]),
        })),
    );
  }

  decisions(): Promise<{ remittanceId: string; resolutionId: string }[]> {
    const isOpen = (row: Row): boolean =>
      isRejected(row)
        ? !money(String(row['paid'])).isZero() &&
          row['claim_status'] !== PREDETERMINATION &&
          !this.#isOwed(row)
        : row['open_resolution_id'] != null && (row['statement'] == null || row['resolution'] !== 'reject');
    return Promise.resolve(
      this.#claims()
        .filter((row) => row['resolution_id'] != null && isOpen(row))
        .map((row) => ({
          remittanceId: String(row['remittance_id']),
          resolutionId: String(row['resolution_id']),
        })),
    );
  }

  /** Whether the payer is owed what it paid for a claim that was rejected. */
  #isOwed({ remittance_id, claim }: Row): boolean {
    const entries = this.#by('control_entries', 'remittance_id').get(remittance_id) ?? [];
    return entries.some(({ entry_id }) => entry_id === `835.${remittance_id}.${claim}.rejected`);
  }

  #claims(): Row[] {
    return Object.values(this.#tables['remittance_claims'] ?? {}).sort(byPosition);
  }

  /** The rows of a table by what they are looked for by, as an index has them. */
  #by(
    table: string,
    name: string,
    keyOf: (row: Row) => unknown = (row) => row[name],
  ): ReadonlyMap<unknown, Row[]> {
    const index = `${table} by ${name}`;
    const rows =
      this.#rows.get(index) ?? Map.groupBy(Object.values(this.#tables[table] ?? {}), (row) => keyOf(row));
    this.#rows.set(index, rows);
    return rows;
  }
}

/** Whether the remittance has a statement of a claim that it does not say is posted, and that nobody rejected. */
function isUnsaid({ statement, resolution }: Row): boolean {
  return statement != null && resolution !== 'reject';
}

function isRejected({ stage }: Row): boolean {
  return stage === STAGE.rejected || stage === STAGE.given_up;
}

function accountsIn(rows: readonly Row[]): string[] {
  return [...new Set(rows.map((row) => String(row['account_id'])))].sort().slice(0, ACCOUNTS_MAX);
}

function serviceKey(serviceDate: string, amount: string): string {
  return `${serviceDate} ${money(amount).toFixed()}`;
}

function byPosition(a: Row, b: Row): number {
  return Number(BigInt(String(a['position'])) - BigInt(String(b['position'])));
}
