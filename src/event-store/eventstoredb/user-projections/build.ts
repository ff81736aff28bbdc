import { fileURLToPath } from 'node:url';
import { bundleUserProjections } from './bundle.js';

/* The last step of `npm run build`. */
await bundleUserProjections(fileURLToPath(new URL('../../../../user-projections/', import.meta.url)));
