import { DatabaseUnavailable } from '../../src/database/database-unavailable.js';
import type { ConnectionPool, PooledConnection } from '../../src/database/database.js';

/** When the next statement fails, and whether it was carried out before its answer was lost. */
export interface Fault {
  afterStatements: number;
  carriedOut: boolean;
}

/** Connections that can be told to fail once, as if the server had gone away in that moment. */
export class FaultyConnections {
  #next: Fault | undefined;
  failures = 0;

  failOnce(fault: Fault): void {
    this.#next = fault;
  }

  readonly over = (pool: ConnectionPool): ConnectionPool => {
    const wrapped = new WeakMap<PooledConnection, PooledConnection>();
    return {
      options: pool.options,
      end: () => pool.end(),
      connect: async () => {
        const connection = await pool.connect();
        const known = wrapped.get(connection);
        if (known) return known;
        const faulty: PooledConnection = {
          release: (discard) => connection.release(discard),
          query: async (sql, parameters) => {
            const fault = this.#due();
            if (fault && !fault.carriedOut) throw new DatabaseUnavailable('on purpose, before');
            const result = await connection.query(sql, parameters);
            if (fault) throw new DatabaseUnavailable('on purpose, after');
            return result;
          },
        };
        wrapped.set(connection, faulty);
        return faulty;
      },
    };
  };

  #due(): Fault | undefined {
    const fault = this.#next;
    if (!fault) return undefined;
    if (fault.afterStatements > 0) {
      fault.afterStatements -= 1;
      return undefined;
    }
    this.#next = undefined;
    this.failures += 1;
    return fault;
  }
}
