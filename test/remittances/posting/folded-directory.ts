import { decode, decodeBeside, accountIdOf } from '../../../src/event-store/codec.js';
import type { EventStore } from '../../../src/event-store/event-store.js';
import type { RemittanceDataOf } from '../../../src/ledger/remittance-events.js';
import type { ClaimDirectory } from '../../../src/remittances/posting/claim-directory.js';
import {
  type SuspendedStatement,
  TRIED_AGAIN,
  type UnfinishedRemittance,
  type UnfinishedWork,
} from '../../../src/remittances/posting/unfinished-work.js';

interface KnownCharge {
  accountId: string;
  chargeId: string;
  claimId: string | undefined;
  serviceDate: string;
  amount: string;
}

/** What the read models would say, folded from the whole log each time that it is waited for. */
export class FoldedDirectory implements ClaimDirectory, UnfinishedWork {
  #charges: KnownCharge[] = [];
  #adjudicated: {
    accountId: string;
    remittanceId: string;
    claim: number;
    payerId: string;
    number: string;
  }[] = [];
  #received = new Map<string, RemittanceDataOf<'RemittanceReceived'>>();
  #done = new Set<string>();
  #suspended = new Map<string, RemittanceDataOf<'RemittanceClaimSuspended'>>();
  #decided: { remittanceId: string; resolutionId: string }[] = [];

  constructor(private readonly store: EventStore) {}

  async catchUp(): Promise<void> {
    this.#charges = [];
    this.#adjudicated = [];
    this.#received = new Map();
    this.#done = new Set();
    this.#suspended = new Map();
    this.#decided = [];
    for await (const stored of this.store.readAll()) {
      if (accountIdOf(stored.stream) !== undefined) this.#takeAccount(decode(stored));
      else this.#takeBeside(decodeBeside(stored));
    }
  }

  #takeAccount({ accountId, event }: ReturnType<typeof decode>): void {
    if (event.type === 'ChargePosted') {
      const { chargeId, claimId, serviceDate, amount } = event.data;
      this.#charges.push({ accountId, chargeId, claimId, serviceDate, amount });
    }
    if (event.type === 'ClaimAdjudicated') {
      const { remittance, payerId, payerClaimNumber } = event.data;
      this.#adjudicated.push({
        accountId,
        remittanceId: remittance.id,
        claim: remittance.claim,
        payerId,
        number: payerClaimNumber,
      });
    }
  }

  #takeBeside({ event }: ReturnType<typeof decodeBeside>): void {
    if (event.type === 'RemittanceReceived') this.#received.set(event.data.remittanceId, event.data);
    if (event.type === 'RemittanceCompleted' || event.type === 'RemittanceHeld') {
      this.#done.add(event.data.remittanceId);
    }
    if (event.type === 'RemittanceClaimSuspended') {
      this.#suspended.set(`${event.data.remittanceId} ${event.data.claim}`, event.data);
    }
    if (event.type === 'RemittanceClaimPosted') {
      this.#suspended.delete(`${event.data.remittanceId} ${event.data.claim}`);
    }
    if (event.type === 'RemittanceClaimResolved') {
      this.#decided.push(event.data);
      if (event.data.resolution === 'reject') {
        this.#suspended.delete(`${event.data.remittanceId} ${event.data.claim}`);
      }
    }
  }

  accountsOfClaims(claimIds: readonly string[]): Promise<Map<string, string[]>> {
    const found = new Map<string, string[]>();
    for (const id of claimIds) {
      const accounts = this.#charges
        .filter(({ claimId }) => claimId === id)
        .map(({ accountId }) => accountId);
      if (accounts.length > 0) found.set(id, [...new Set(accounts)].sort());
    }
    return Promise.resolve(found);
  }

  accountsOfPayerClaim(payerId: string, payerClaimNumber: string): Promise<string[]> {
    const found = this.#adjudicated.filter((a) => a.payerId === payerId && a.number === payerClaimNumber);
    return Promise.resolve([...new Set(found.map(({ accountId }) => accountId))].sort());
  }

  accountsOfServices(
    services: readonly { serviceDate: string; amount: string }[],
  ): Promise<{ accountId: string; chargeIds: string[] }[]> {
    const matching = this.#charges.filter((charge) =>
      services.some((s) => s.serviceDate === charge.serviceDate && s.amount === charge.amount),
    );
    return Promise.resolve(
      [...Map.groupBy(matching, ({ accountId }) => accountId)]
        .filter(([, charges]) =>
          services.every((s) =>
            charges.some(({ serviceDate, amount }) => s.serviceDate === serviceDate && s.amount === amount),
          ),
        )
        .map(([accountId, charges]) => ({ accountId, chargeIds: charges.map(({ chargeId }) => chargeId) })),
    );
  }

  accountsOfAdjudications(remittanceId: string, claims: readonly number[]): Promise<Map<number, string>> {
    const found = this.#adjudicated.filter(
      (a) => a.remittanceId === remittanceId && claims.includes(a.claim),
    );
    return Promise.resolve(new Map(found.map(({ claim, accountId }) => [claim, accountId])));
  }

  remittances(): Promise<UnfinishedRemittance[]> {
    const open = [...this.#received.values()].filter(({ remittanceId }) => !this.#done.has(remittanceId));
    return Promise.resolve(
      open.map(({ remittanceId, document }) => ({ remittanceId, documentSha256: document.sha256 })),
    );
  }

  suspendedClaims(limit: number): Promise<SuspendedStatement[]> {
    const tried: readonly string[] = TRIED_AGAIN;
    const open = [...this.#suspended.values()].filter(({ reason }) => tried.includes(reason));
    return Promise.resolve(open.slice(0, limit).map(({ statement, findings }) => ({ statement, findings })));
  }

  decisions(): Promise<{ remittanceId: string; resolutionId: string }[]> {
    return Promise.resolve(
      this.#decided.map(({ remittanceId, resolutionId }) => ({ remittanceId, resolutionId })),
    );
  }
}
