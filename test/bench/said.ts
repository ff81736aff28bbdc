import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/**
 * What a process that was forked says next.
 *
 * @throws when it ends without saying anything
 */
export async function said(child: ChildProcess): Promise<unknown> {
  const heard = new AbortController();
  const { signal } = heard;
  try {
    return await Promise.race([
      once(child, 'message', { signal }).then(([message]) => message as unknown),
      once(child, 'exit', { signal }).then(([code]): never => {
        throw new Error(`process ${child.pid} ended with ${code} before it answered`);
      }),
    ]);
  } finally {
    heard.abort();
  }
}
