import { audit } from '../audit/view.js';
import { accounts } from '../accounts/view.js';
import { people } from '../people/view.js';
import { servers } from '../servers/view.js';
import type { View } from '../ui/view.js';
import { tokens } from '../tokens/view.js';

/** In the order of the navigation. The server has to know the path too: `views` in http/routes/console.ts. */
export const views: readonly View[] = [accounts, servers, people, tokens, audit];
