import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Packages are looked for from where the file lies that imports them. */
const LOADER = 'load.mjs';

/** Gives the file in a peer's folder that loads its packages, as `load`. */
const loaderIn = (folder: string) => import(pathToFileURL(join(folder, LOADER)).href);

/** Gives a package of a peer, of whose types nothing is known here. */
export type Load = (name: string) => ReturnType<typeof loaderIn>;

/** Writes what {@link loadFrom} needs in a folder. */
export function writeLoader(folder: string): void {
  writeFileSync(join(folder, LOADER), 'export const load = (name) => import(name);\n');
}

/** What loads the packages of a peer from the folder that it was installed to. */
export async function loadFrom(folder: string): Promise<Load> {
  const { load } = await loaderIn(folder);
  return load as Load;
}
