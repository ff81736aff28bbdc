import type { AppendOutcome } from './event-log.js';
import type { Node } from './node.js';
import type { Proposal } from './proposals.js';
import { refusal } from './refusals.js';

/**
 * Carries an append out, or what goes wrong with it.
 *
 * @returns undefined when it is not to be answered
 * @throws Refused
 */
export async function carryOut(
  node: Node,
  call: { getPeer(): string },
  { stream, expected, events }: Proposal,
): Promise<AppendOutcome | undefined> {
  const { log, faults } = node;
  const append = (): Promise<AppendOutcome> => log.append(stream, expected, events);
  const { kind, leader = node.leader } = faults.draw('append') ?? {};
  switch (kind) {
    case undefined: {
      const outcome = await append();
      await faults.delay();
      return outcome;
    }
    case 'drop_before':
      node.cut(call);
      return undefined;
    case 'drop_after':
      await append();
      node.cut(call);
      return undefined;
    case 'hang_before':
      return undefined;
    case 'hang_after':
      await append();
      return undefined;
    case 'timeout_after':
      await append();
      throw refusal('timeout', leader);
    case 'deadline_exceeded_after':
      await append();
      throw refusal('deadline_exceeded', leader);
    case 'wrong_revision':
      return { written: false, actual: await log.lastRevision(stream) };
    case 'unavailable':
    case 'not_leader':
    case 'timeout':
    case 'deadline_exceeded':
    case 'access_denied':
    case 'wrong_credentials':
      throw refusal(kind, leader);
  }
}
