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

/** What the server answers to who wants in, besides what it says to anybody. */
const REFUSED: Readonly<Partial<Record<string, string>>> = {
  '42501': 'the database does not let the user of DATABASE_URL in',
  '55000': 'the database named in DATABASE_URL accepts no connections',
};

/** What the library says without a code when no connection comes about, in our words. */
const NO_CONNECTION: readonly (readonly [said: RegExp, reason: string])[] = [
  [/^timeout exceeded/, 'none of our connections became free in time'],
  [/timeout/, 'nothing that speaks PostgreSQL answered in time'],
  [/does not support SSL/, 'the server speaks no TLS, which sslmode in DATABASE_URL asks for'],
  [/establishing an SSL connection/, 'what answers there speaks no PostgreSQL over TLS'],
  [/terminated unexpectedly/, 'what answers there closed the connection; is it a PostgreSQL?'],
  [/password must be/, 'the server wants a password'],
];

/** Why no connection to the PostgreSQL of a URL could be opened; names its host and port, not its user or password. */
export function connectionError(error: unknown, url: string): Error {
  if (error instanceof pg.DatabaseError) {
    const told = driverError(error);
    if (told instanceof DatabaseUnavailable) return told;
    const { code = '' } = error;
    const reason = REFUSED[code] ?? 'the database refuses the connection';
    return new DatabaseUnavailable(`${reason} (${code})`, { cause: error });
  }
  const { code, message, syscall } = error as NodeJS.ErrnoException;
  if (syscall === 'open') {
    return new DatabaseUnavailable(`a file that DATABASE_URL names cannot be read (${code})`, {
      cause: error,
    });
  }
  const reason = code ?? NO_CONNECTION.find(([said]) => said.test(message))?.[1];
  return new DatabaseUnavailable(
    `the database at ${hostOf(url)} cannot be reached${reason === undefined ? '' : ` (${reason})`}`,
    { cause: error },
  );
}

/** As the library understands it: with its defaults, and those of the environment. */
function hostOf(url: string): string {
  try {
    const { host, port } = new pg.Client({ connectionString: url });
    if (host.startsWith('/')) return host;
    return `${host.includes(':') ? `[${host}]` : host}:${port}`;
  } catch {
    // What is wrong with the URL is told by who connects.
    return 'the host of DATABASE_URL';
  }
}

/** The SQLSTATE of what the server answered, also where it became a {@link DatabaseUnavailable}. */
export function sqlStateOf(error: unknown): string | undefined {
  const answer = error instanceof DatabaseUnavailable ? error.cause : error;
  return answer instanceof pg.DatabaseError ? answer.code : undefined;
}
