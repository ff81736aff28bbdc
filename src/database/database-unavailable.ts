import pg from 'pg';

/** The database is away, full, or did not answer in time: the caller may try again. */
export class DatabaseUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DatabaseUnavailable';
  }
}

/** What is said whoever found it out. */
export const DISK_IS_FULL = 'the disk is full';

/** SQLSTATEs and classes of them that say something about the server, not about the statement. */
const SERVER_TROUBLE: Readonly<Record<string, string>> = {
  '08': 'the connection to the database is lost',
  // It has become a standby.
  '25006': 'the database accepts no writes',
  '25P03': 'the database took back a transaction that stood still',
  '28': 'the database refuses the sign-in',
  '3D': 'the database named in DATABASE_URL does not exist',
  '53': 'the database has run out of disk, memory or connections',
  '53100': DISK_IS_FULL,
  '57': 'the database is shutting down or starting up, or cancelled the statement',
  '58': 'the database has trouble with its files',
};

/**
 * Whatever a driver threw, as {@link DatabaseUnavailable} where the statement is not to blame; messages name no data
 * and no password.
 */
export function driverError(error: unknown): unknown {
  if (error instanceof DatabaseUnavailable) return error;
  if (error instanceof pg.DatabaseError) {
    const code = error.code ?? '';
    const trouble = SERVER_TROUBLE[code] ?? SERVER_TROUBLE[code.slice(0, 2)];
    return trouble === undefined ? error : new DatabaseUnavailable(`${trouble} (${code})`, { cause: error });
  }
  if (typeof error !== 'object' || error === null || !('name' in error)) return error;
  // A mistake in our own parameters; everything else that is not an answer of the server is the network's.
  if (error.name === 'TypeError' || error.name === 'RangeError') return error;
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';
  return new DatabaseUnavailable(`the database cannot be reached${code}`, { cause: error });
}

/** The SQLSTATE of what the server answered, also where it became a {@link DatabaseUnavailable}. */
export function sqlStateOf(error: unknown): string | undefined {
  const answer = error instanceof DatabaseUnavailable ? error.cause : error;
  return answer instanceof pg.DatabaseError ? answer.code : undefined;
}
