import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';

/** Where a ledger lies: a data folder, or a server of EventStoreDB. */
export type Place = { folder: string } | { url: string };

/** What was given as a place is none; the message never repeats it, since it may hold a password. */
export class PlaceUnusable extends Error {
  constructor(fault: string) {
    super(fault);
    this.name = 'PlaceUnusable';
  }
}

const URL_OF_EVENT_STORE = /^esdb(\+discover)?:\/\//;
/** Meant for one; as the name of a folder it would be made, with the password in it. */
const NEARLY_URL_OF_EVENT_STORE = /^esdb[\w+]*(:|\/\/)/i;

/**
 * Reads what stands on the command line: a connection string, else the path of a folder.
 *
 * @throws PlaceUnusable
 */
export function readPlace(text: string): Place {
  const given = text.trim();
  if (URL_OF_EVENT_STORE.test(given)) return { url: given };
  if (NEARLY_URL_OF_EVENT_STORE.test(given)) {
    throw new PlaceUnusable(
      'a server is at esdb://… or esdb+discover://…; a folder of such a name is ./esdb…',
    );
  }
  const scheme = /^([A-Za-z][A-Za-z0-9.+-]*):\/\//.exec(given)?.[1];
  if (scheme !== undefined) {
    throw new PlaceUnusable(
      `a ledger lies in a data folder or at esdb://… or esdb+discover://…, not at ${scheme}://…`,
    );
  }
  if (given === '' || given.includes('\0')) throw new PlaceUnusable('a place is a data folder or esdb://…');
  return { folder: resolve(given) };
}

/** Whether two places are one, as far as can be told without opening them. */
export function isSamePlace(a: Place, b: Place): boolean {
  if ('folder' in a) return 'folder' in b && realPath(a.folder) === realPath(b.folder);
  return 'url' in b && hostsOf(a.url) === hostsOf(b.url);
}

/** The hosts of a connection string, without who asks and how. */
function hostsOf(url: string): string {
  const [, hosts = url] = /^[a-z+]*:\/\/(?:[^@/?]*@)?([^/?]*)/.exec(url) ?? [];
  return hosts.toLowerCase();
}

function realPath(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder; // It is not there yet.
  }
}
