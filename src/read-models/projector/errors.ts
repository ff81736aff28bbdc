import type { Position } from '../../event-store/event-store.js';

/** The checkpoint is not where this projector left it: another one has written, and this one must start from there. */
export class CheckpointMoved extends Error {
  constructor(expected: Position | undefined, actual: Position | undefined) {
    super(`the checkpoint is at ${actual ?? 'the start'}, not at ${expected ?? 'the start'}`);
    this.name = 'CheckpointMoved';
  }
}

/** A later leader has begun: this one was paused, or cut off, and writes nothing any more. */
export class LaterLeader extends Error {
  constructor(own: number, current: number) {
    super(`this process led in term ${own}; by now it is term ${current}`);
    this.name = 'LaterLeader';
  }
}

/** What the projector keeps about itself was made by an arledger to come: it serves, but does not write. */
export class SchemaNewer extends Error {
  constructor(
    readonly version: number,
    readonly known: number,
  ) {
    super(
      `ledger_internal is of version ${version}, and this arledger knows ${known}: run a newer arledger; to go back ` +
        'for good, stop all processes and drop that schema, and all is made anew from the event log',
    );
    this.name = 'SchemaNewer';
  }
}

/** The tables were made by other versions of the projections than this process runs, or are gone. */
export class ProjectionsDiffer extends Error {
  constructor(readonly projections: readonly string[]) {
    super(`the database holds other versions of: ${projections.join(', ')}`);
    this.name = 'ProjectionsDiffer';
  }
}

/** The tables were made by newer projections than this process has: it serves, but does not write. */
export class ProjectionsNewer extends Error {
  constructor(readonly projections: readonly string[]) {
    super(
      `the database holds newer versions of: ${projections.join(', ')}; run a newer arledger; to go back for good, ` +
        'stop all processes and drop the schema ledger_internal, and all is made anew from the event log',
    );
    this.name = 'ProjectionsNewer';
  }
}

/** The projections did not reach a position in time, or what was recorded up to an instant can still grow. */
export class ProjectionsBehind extends Error {
  constructor(
    readonly wanted?: Position,
    readonly reached?: Position,
  ) {
    super(
      wanted === undefined
        ? 'what was recorded up to this instant is not settled yet'
        : `the projections are at ${reached ?? 'the start'}, not yet at ${wanted}`,
    );
    this.name = 'ProjectionsBehind';
  }
}

/** Somebody else is building tables beside the live ones. */
export class RebuildUnderWay extends Error {
  constructor() {
    super(
      'a rebuild or verification is under way on this database; wait for it, or two minutes after it died',
    );
    this.name = 'RebuildUnderWay';
  }
}

/** The tables built beside were dropped by somebody else while they were built. */
export class RebuildAbandoned extends Error {
  constructor() {
    super('the tables built beside are gone: another process took them for abandoned');
    this.name = 'RebuildAbandoned';
  }
}

/** A projection that does not exist was asked for. */
export class UnknownProjection extends Error {
  constructor(
    readonly projection: string,
    readonly known: readonly string[],
  ) {
    super(`there is no projection ${projection}; there are: ${known.join(', ')}`);
    this.name = 'UnknownProjection';
  }
}
