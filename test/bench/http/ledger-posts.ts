import type { AccountCommand } from '../../../src/ledger/commands.js';
import { chargesAndPayments, openings } from '../charges-and-payments.js';
import { type LoadResult, type Post, load } from './load.js';

/** How many accounts what is posted is spread over. */
export const ACCOUNTS = 1_000;
export const CONNECTIONS = 64;

/** The charges and payments of many connections, sent to a server of ledgers. */
export class LedgerPosts {
  private readonly next = chargesAndPayments('A', ACCOUNTS);

  constructor(private readonly port: number) {}

  /** Opens every account once, whichever connection does. */
  open(): Promise<LoadResult> {
    const left = openings('A', ACCOUNTS).values();
    const next = (): Post | undefined => {
      const { value, done } = left.next();
      return done ? undefined : postOf(value);
    };
    return load({ port: this.port, connections: CONNECTIONS, seconds: Infinity, next });
  }

  /** From each connection a charge, then the payment of it; then on the next account. */
  postFor(seconds: number): Promise<LoadResult> {
    const next = (connection: number): Post => postOf(this.next(connection));
    return load({ port: this.port, connections: CONNECTIONS, seconds, next });
  }
}

const PATHS: Readonly<Partial<Record<AccountCommand['type'], string>>> = {
  PostCharge: 'charges',
  PostPayment: 'payments',
};

function postOf({ type, accountId, ...body }: AccountCommand): Post {
  const path = PATHS[type];
  return path === undefined
    ? { path: '/v1/accounts', body: JSON.stringify({ accountId, ...body }) }
    : { path: `/v1/accounts/${accountId}/${path}`, body: JSON.stringify(body) };
}
