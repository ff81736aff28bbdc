import { accountIdOf, decode } from '../../../src/event-store/codec.js';
import type { EventStore, Position } from '../../../src/event-store/event-store.js';
import type { AccountEvent } from '../../../src/ledger/events.js';
import { money } from '../../../src/ledger/money.js';
import type { ClaimDirectory } from '../../../src/remittances/posting/claim-directory.js';

const AT_MOST = 20;

/** Where claims are, from the events of a log as far as they were read: what the read models say, without them. */
export class DirectoryOfLog implements ClaimDirectory {
  #after: Position | undefined;
  readonly #accountsOfClaim = new Map<string, Set<string>>();
  readonly #accountsOfPayerClaim = new Map<string, Set<string>>();
  readonly #chargesOfService = new Map<string, Map<string, string[]>>();
  readonly #accountOfAdjudication = new Map<string, string>();

  constructor(private readonly store: EventStore) {}

  async catchUp(): Promise<void> {
    for await (const stored of this.store.readAll({ after: this.#after })) {
      this.#after = stored.position;
      const accountId = accountIdOf(stored.stream);
      if (accountId !== undefined) this.#take(accountId, decode(stored).event);
    }
  }

  accountsOfClaims(claimIds: readonly string[]): Promise<Map<string, string[]>> {
    const found = claimIds.flatMap((claimId): [string, string[]][] => {
      const accounts = this.#accountsOfClaim.get(claimId);
      return accounts ? [[claimId, firstOf(accounts)]] : [];
    });
    return Promise.resolve(new Map(found));
  }

  accountsOfPayerClaim(payerId: string, payerClaimNumber: string): Promise<string[]> {
    return Promise.resolve(firstOf(this.#accountsOfPayerClaim.get(`${payerId}|${payerClaimNumber}`) ?? []));
  }

  accountsOfServices(
    services: readonly { serviceDate: string; amount: string }[],
  ): Promise<{ accountId: string; chargeIds: string[] }[]> {
    const byService = services.map((service) => this.#chargesOfService.get(serviceKey(service)));
    const [first, ...others] = byService;
    const accounts = [...(first?.keys() ?? [])].filter((id) => others.every((of) => of?.has(id)));
    return Promise.resolve(
      accounts.slice(0, AT_MOST).map((accountId) => ({
        accountId,
        chargeIds: [...new Set(byService.flatMap((of) => of!.get(accountId)!))],
      })),
    );
  }

  accountsOfAdjudications(remittanceId: string, claims: readonly number[]): Promise<Map<number, string>> {
    const found = claims.flatMap((claim): [number, string][] => {
      const accountId = this.#accountOfAdjudication.get(`${remittanceId}|${claim}`);
      return accountId === undefined ? [] : [[claim, accountId]];
    });
    return Promise.resolve(new Map(found));
  }

  #take(accountId: string, event: AccountEvent): void {
    if (event.type === 'ChargePosted') {
      const { chargeId, claimId } = event.data;
      if (claimId !== undefined) put(this.#accountsOfClaim, claimId, accountId);
      const key = serviceKey(event.data);
      const charges = this.#chargesOfService.get(key) ?? new Map<string, string[]>();
      this.#chargesOfService.set(key, charges);
      charges.set(accountId, [...(charges.get(accountId) ?? []), chargeId]);
    } else if (event.type === 'ClaimAdjudicated') {
      const { payerId, payerClaimNumber, remittance } = event.data;
      put(this.#accountsOfPayerClaim, `${payerId}|${payerClaimNumber}`, accountId);
      this.#accountOfAdjudication.set(`${remittance.id}|${remittance.claim}`, accountId);
    }
  }
}

function serviceKey({ serviceDate, amount }: { serviceDate: string; amount: string }): string {
  return `${serviceDate}|${money(amount).toFixed(2)}`;
}

function put(into: Map<string, Set<string>>, key: string, value: string): void {
  const values = into.get(key);
  if (values) values.add(value);
  else into.set(key, new Set([value]));
}

function firstOf(accounts: Iterable<string>): string[] {
  return [...accounts].slice(0, AT_MOST);
}
