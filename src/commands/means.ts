import type { AccountAppend } from './account-append.js';
import type { AccountLoading } from './account-loading.js';
import type { Today } from './today.js';

/** What commands and plans are carried out with. */
export interface Means {
  loading: AccountLoading;
  appending: AccountAppend;
  today: Today;
  /** Told of each attempt after the first. */
  onRetry?: (() => void) | undefined;
}
