import { existsSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { EVENT_STORE, type EventStore, type StoredEvent } from '../../src/event-store/event-store.js';
import type { Answer, TestService } from '../support/service.js';

export const X12 = { 'content-type': 'application/edi-x12' };
/** Who pays, and who is paid, in files that are made for tests. */
export const PAYER = '1512345678';
export const PROVIDER = '1234567893';

/** Payers' remittances, as others send them to a service and ask about them. */
export class RemittanceDoor {
  readonly store: EventStore;

  constructor(readonly service: TestService) {
    this.store = service.app.get<EventStore>(EVENT_STORE);
  }

  send(
    file: Buffer | string,
    parameters: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return this.service.send({
      method: 'POST',
      path: `/v1/remittances?${new URLSearchParams(parameters).toString()}`,
      body: file,
      headers: { ...X12, ...headers },
    });
  }

  /** Sends a file for an empty ledger. */
  load(file: Buffer | string): Promise<Answer> {
    return this.send(file, { createAccounts: 'true' });
  }

  get(path: string, waitFor?: string): Promise<Answer> {
    return this.service.get(waitFor === undefined ? path : `${path}?waitFor=${waitFor}`);
  }

  /** All events of streams whose name begins so. */
  async events(prefix = ''): Promise<StoredEvent[]> {
    const found: StoredEvent[] = [];
    for await (const event of this.store.readAll()) if (event.stream.startsWith(prefix)) found.push(event);
    return found;
  }

  /** What lies in the store of files. */
  documents(): string[] {
    const folder = `${this.service.config.dataFolder}/documents`;
    return existsSync(folder) ? readdirSync(folder).sort() : [];
  }

  /** Opens an account with the charge that `claimOf` is about. */
  async accountWith(accountId: string, claimId: string): Promise<void> {
    const opened = await this.service.post('/v1/accounts', { accountId, openedOn: '2026-01-01' });
    const charged = await this.service.post(`/v1/accounts/${accountId}/charges`, {
      chargeId: `${claimId}-1`,
      claimId,
      serviceDate: '2026-01-05',
      amount: '200.00',
      code: { system: 'CPT', value: '99213' },
      responsible: { party: 'payer', payerId: PAYER, position: 'primary' },
    });
    expect([opened.status, charged.status]).toEqual([201, 201]);
  }
}

/** What a refusal looks like. */
export const refusal = (status: number, code: string) => ({ status, body: { status, code } });

/** The fields that a validation names. */
export const fields = ({ body }: Answer): string[] =>
  (body as { errors: { field: string }[] }).errors.map(({ field }) => field).sort();

export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 30_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error('it did not come to that');
    await delay(20);
  }
}
