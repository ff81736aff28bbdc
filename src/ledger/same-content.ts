/**
 * Compares what a caller sends again with what was stored the first time. Fields the caller leaves out are not
 * compared, nor are fields that the ledger filled in.
 *
 * @returns the paths that differ (`amount`, `allocations[0].chargeId`), none when the content is the same
 */
export function differingFields(given: unknown, stored: unknown, path = ''): string[] {
  if (given === undefined) return [];
  if (Array.isArray(given)) {
    const items: unknown = stored ?? []; // An empty list says the same as none.
    if (!Array.isArray(items) || items.length !== given.length) return [path];
    return given.flatMap((item, i) => differingFields(item, items[i], `${path}[${i}]`));
  }
  if (typeof given === 'object' && given !== null) {
    if (typeof stored !== 'object' || stored === null) return [path];
    return Object.entries(given).flatMap(([key, value]) =>
      differingFields(value, (stored as Record<string, unknown>)[key], path ? `${path}.${key}` : key),
    );
  }
  return given === stored ? [] : [path];
}
