/* Holds the lock of a folder until it is killed or its input ends, and prints `held` or why it could not. */
import { acquireFolderLock } from '../../src/event-store/embedded/folder-lock.js';

try {
  const lock = acquireFolderLock(process.argv[2]!, { address: 'http://127.0.0.1:3999' });
  console.log('held');
  process.stdin.on('end', () => lock.release()).resume();
} catch (error) {
  console.log(error instanceof Error ? `${error.name}: ${error.message}` : error);
}
