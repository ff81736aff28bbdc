import { type Decision, type DecisionContext, accept } from '../decision.js';
import type { DataOf } from '../events.js';

export interface RecordNote extends Omit<DataOf<'NoteRecorded'>, 'effectiveOn'> {
  type: 'RecordNote';
  accountId: string;
  effectiveOn?: string;
}

/** Keeps a record of an interaction. */
export function recordNote(command: RecordNote, context: DecisionContext): Decision {
  const { type: _, accountId: __, ...given } = command;
  return accept({ type: 'NoteRecorded', data: { effectiveOn: context.today, ...given } });
}
