/** The first of the offered media types that an Accept header likes best; without a header, the first offered. */
export function preferred<T extends string>(accept: string | undefined, offered: readonly [T, ...T[]]): T {
  if (accept === undefined) return offered[0];
  const ranges = accept.split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const q = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    return { type, q: q === undefined ? 1 : Number(q) || 0 };
  });
  let best = offered[0];
  let bestQ = -1;
  for (const type of offered) {
    const [main] = type.split('/');
    // What names the type itself says more than a wildcard.
    const range = [type, `${main}/*`, '*/*']
      .map((wanted) => ranges.find((candidate) => candidate.type === wanted))
      .find((found) => found !== undefined);
    const q = range?.q ?? -0.5;
    if (q > bestQ) [best, bestQ] = [type, q];
  }
  return best;
}
