import { z } from 'zod';

/** An amount that may be negative, as remittances have them: a decimal string. */
export const signedAmount = z.string().regex(/^-?\d{1,18}(\.\d{1,4})?$/);
