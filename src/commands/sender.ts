/** What came with a command beside its content: who sent it, as part of what, and on which condition. */
export interface Sender {
  /** Who, until sign-in exists. */
  actor?: string;
  /** What the command is part of, over all services: the trace id of W3C trace context. */
  correlationId?: string;
  /** Carry the command out only at this revision of the account; `any` only if the account exists. */
  ifRevision?: number | 'any';
}
