import { createHash } from 'node:crypto';
import { type Account, evolve, unopenedAccount } from '../../../src/ledger/account.js';
import type { AccountCommand } from '../../../src/ledger/commands.js';
import { Draft } from '../../../src/ledger/draft.js';
import type { AccountEvent } from '../../../src/ledger/events.js';
import type { Suspension } from '../../../src/ledger/remittance-events.js';
import type { AdviceHeader, AdviceItem, Claim } from '../../../src/remittances/remittance-advice/model.js';
import { readAdvicesSync } from '../../../src/remittances/remittance-advice/read-advices.js';
import { remittanceIdOf } from '../../../src/ledger/adjudication-id.js';
import type { ClaimOutcome } from '../../../src/remittances/settlement/claim-outcome.js';
import { payerIdOf } from '../../../src/remittances/settlement/payer-id.js';
import { planClaim } from '../../../src/remittances/settlement/plan-claim.js';
import { methodOf, statementOf } from '../../../src/remittances/settlement/statement-of.js';
import { type ActualLedger, ActualSums } from './actual-ledger.js';

const TODAY = '2026-03-01';

/** What settling alone answers for: not the cash, nor the remittances and control accounts as a whole. */
export type SettledLedger = Pick<ActualLedger, 'accounts' | 'denials' | 'work'>;

/** Accounts in memory, on which the claims of files are settled: what posting comes to, without store and process. */
export class SettledInMemory {
  readonly #accounts = new Map<string, { account: Account; events: AccountEvent[] }>();
  readonly #accountOfClaim = new Map<string, string>();
  readonly #settled = new Set<string>();
  readonly #suspended: Partial<Record<Suspension, number>> = {};
  #held = 0;

  constructor(commands: readonly AccountCommand[]) {
    for (const command of commands) {
      this.#draft(command.accountId, [], (draft) => {
        const rejection = draft.carryOut(command);
        if (rejection)
          throw new Error(`${command.type} was to be history, but: ${JSON.stringify(rejection)}`);
      });
      if (command.type === 'PostCharge') this.#accountOfClaim.set(command.claimId!, command.accountId);
    }
  }

  /** Settles what a file says, ST by ST; one that was there before does nothing. */
  takeFile(text: string): void {
    const items = readAdvicesSync([Buffer.from(text)], { contentHash: () => createHash('sha256') });
    for (const remittance of remittancesOf(items)) {
      if (this.#settled.has(remittance.id)) continue;
      this.#settled.add(remittance.id);
      if (remittance.stops) this.#held += 1;
      else for (const claim of remittance.claims) this.#take(claim, remittance);
    }
  }

  /** How many claims of a file were settled anew when all of it was taken as if it had never been seen. */
  takeFileOnAccountsAgain(text: string): number {
    const items = readAdvicesSync([Buffer.from(text)], { contentHash: () => createHash('sha256') });
    let anew = 0;
    for (const remittance of remittancesOf(items)) {
      if (remittance.stops) continue;
      for (const claim of remittance.claims) {
        if (stops(claim)) continue;
        const outcome = this.#settle(claim, remittance);
        if (outcome?.kind === 'posted' && outcome.isNew) anew += 1;
      }
    }
    return anew;
  }

  /** Events of all accounts. */
  get events(): number {
    return [...this.#accounts.values()].reduce((sum, { events }) => sum + events.length, 0);
  }

  ledger(): SettledLedger {
    const sums = new ActualSums();
    for (const [accountId, { events }] of this.#accounts) {
      for (const event of events) sums.takeOf(accountId, event);
    }
    const { accounts, denials, work } = sums.ledger();
    return {
      accounts,
      denials,
      work: { ...work, suspended: this.#suspended, remittancesHeld: this.#held },
    };
  }

  #take(claim: Claim, remittance: ReadRemittance): void {
    const reason = stops(claim) ? 'does_not_balance' : this.#reasonOf(this.#settle(claim, remittance));
    if (reason !== undefined) this.#suspended[reason] = (this.#suspended[reason] ?? 0) + 1;
  }

  #reasonOf(outcome: ClaimOutcome | undefined): Suspension | undefined {
    if (outcome === undefined) return 'account_not_found';
    return outcome.kind === 'suspended' ? outcome.reason : undefined;
  }

  #settle(claim: Claim, { id, header }: ReadRemittance): ClaimOutcome | undefined {
    const accountId = this.#accountOfClaim.get(claim.patientControlNumber);
    if (accountId === undefined) return undefined;
    const statement = statementOf(claim, {
      remittanceId: id,
      payerId: payerIdOf(header),
      trace: header.trace,
      effectiveOn: header.payment!.date!,
      currency: 'USD',
      method: methodOf(header.payment),
    });
    const plan = planClaim(accountId, statement, { createAccounts: false });
    return this.#draft(accountId, plan.needs, (draft) => plan.carryOut(draft));
  }

  /** Works on the account itself, as the writer does: what is abandoned has to be folded anew. */
  #draft<T>(
    accountId: string,
    needs: readonly string[] | ((account: Account) => Iterable<string>),
    carryOut: (draft: Draft) => T,
  ): T {
    const standing = this.#accounts.get(accountId) ?? { account: unopenedAccount(), events: [] };
    this.#accounts.set(accountId, standing);
    const { account, events } = standing;
    const needed = new Map<string, AccountEvent>();
    for (const id of typeof needs === 'function' ? needs(account) : needs) {
      const entry = account.entries.get(id);
      if (entry) needed.set(id, events[entry.revision]!);
    }
    const draft = new Draft(account, { today: TODAY, recorded: (id) => needed.get(id) });
    const result = carryOut(draft);
    if (draft.abandoned) this.#foldAnew(accountId);
    else events.push(...draft.drafted.map(({ event }) => event));
    return result;
  }

  #foldAnew(accountId: string): void {
    const { events } = this.#accounts.get(accountId)!;
    const account = unopenedAccount();
    for (const event of events) evolve(account, event);
    this.#accounts.set(accountId, { account, events });
  }
}

interface ReadRemittance {
  id: string;
  header: AdviceHeader;
  claims: Claim[];
  /** Whether something is found that holds the whole of it. */
  stops: boolean;
}

function* remittancesOf(items: Iterable<AdviceItem>): Generator<ReadRemittance> {
  let header: AdviceHeader | undefined;
  let claims: Claim[] = [];
  for (const item of items) {
    if (item.kind === 'begin') [header, claims] = [item.header, []];
    else if (item.kind === 'claim') claims.push(item.claim);
    else if (item.kind === 'end') {
      const stops = item.end.findings.some(({ severity }) => severity === 'stops');
      yield { id: remittanceIdOf(item.end.contentHash), header: header!, claims, stops };
    }
  }
}

function stops(claim: Claim): boolean {
  return claim.findings.some(({ severity }) => severity === 'stops');
}
