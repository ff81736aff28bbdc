import { besideOf, decodeBeside } from '../../../src/event-store/codec.js';
import type { EventStore, Position } from '../../../src/event-store/event-store.js';
import type { RemittanceEvent, Suspension } from '../../../src/ledger/remittance-events.js';
import {
  type SuspendedStatement,
  TRIED_AGAIN,
  type UnfinishedRemittance,
  type UnfinishedWork,
} from '../../../src/remittances/posting/unfinished-work.js';

/** What is left to do, from the events of a log; nobody decides anything here. */
export class UnfinishedOfLog implements UnfinishedWork {
  #after: Position | undefined;
  readonly #remittances = new Map<string, UnfinishedRemittance & { accepted: boolean; completed: boolean }>();
  readonly #suspended = new Map<string, SuspendedStatement & { reason: Suspension }>();

  constructor(private readonly store: EventStore) {}

  async remittances(): Promise<UnfinishedRemittance[]> {
    await this.#catchUp();
    return [...this.#remittances.values()].filter(({ accepted, completed }) => accepted && !completed);
  }

  async suspendedClaims(limit: number): Promise<SuspendedStatement[]> {
    await this.#catchUp();
    return [...this.#suspended.values()]
      .filter(({ reason }) => (TRIED_AGAIN as readonly Suspension[]).includes(reason))
      .slice(0, limit);
  }

  decisions(): Promise<{ remittanceId: string; resolutionId: string }[]> {
    return Promise.resolve([]);
  }

  async #catchUp(): Promise<void> {
    for await (const stored of this.store.readAll({ after: this.#after })) {
      this.#after = stored.position;
      if (besideOf(stored.stream)) this.#take(decodeBeside(stored).event);
    }
  }

  #take(event: RemittanceEvent): void {
    const remittance =
      'remittanceId' in event.data ? this.#remittances.get(event.data.remittanceId) : undefined;
    if (event.type === 'RemittanceReceived') {
      const { remittanceId, document } = event.data;
      const standing = { accepted: false, completed: false };
      this.#remittances.set(remittanceId, { remittanceId, documentSha256: document.sha256, ...standing });
    } else if (event.type === 'RemittanceAccepted') {
      remittance!.accepted = true;
    } else if (event.type === 'RemittanceCompleted') {
      remittance!.completed = true;
    } else if (event.type === 'RemittanceClaimSuspended') {
      const { remittanceId, claim, statement, reason, findings } = event.data;
      this.#suspended.set(`${remittanceId}|${claim}`, { statement, reason, findings });
    } else if (event.type === 'RemittanceClaimPosted') {
      this.#suspended.delete(`${event.data.remittanceId}|${event.data.claim}`);
    }
  }
}
