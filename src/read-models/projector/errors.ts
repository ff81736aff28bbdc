import type { Position } from '../../event-store/event-store.js';

/** The checkpoint is not where this projector left it: another one has written, and this one must start from there. */
export class CheckpointMoved extends Error {
  constructor(expected: Position | undefined, actual: Position | undefined) {
    super(`the checkpoint is at ${actual ?? 'the start'}, not at ${expected ?? 'the start'}`);
    this.name = 'CheckpointMoved';
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
      `the database holds newer versions of: ${projections.join(', ')}; run a newer arledger, or rebuild them`,
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
