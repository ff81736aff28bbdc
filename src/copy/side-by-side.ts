/**
 * Two sources in step: the first of each, the second of each, and so on to the end of the longer one, where the other
 * gives undefined. A source that has ended is not asked again, whatever comes into it later.
 *
 * @throws the reason of the signal once it is aborted, even while a source is silent
 */
export async function* sideBySide<T>(
  a: AsyncGenerator<T, void>,
  b: AsyncGenerator<T, void>,
  signal: AbortSignal,
): AsyncGenerator<[a: T | undefined, b: T | undefined], void> {
  try {
    let [left, right] = await unlessAborted(Promise.all([a.next(), b.next()]), signal);
    while (!left.done || !right.done) {
      yield [left.done ? undefined : left.value, right.done ? undefined : right.value];
      const next = Promise.all([left.done ? left : a.next(), right.done ? right : b.next()]);
      [left, right] = await unlessAborted(next, signal);
    }
  } finally {
    // A silent source would not end before it has spoken.
    const ending = Promise.allSettled([a.return(), b.return()]);
    if (!signal.aborted) await ending;
  }
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  work.catch(() => undefined); // It is heard below, unless the signal comes first.
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
