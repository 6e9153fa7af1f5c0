import { accounts } from '../accounts/view.js';
import { audit } from '../audit/view.js';
import { people } from '../people/view.js';
import { servers } from '../servers/view.js';
import { tokens } from '../tokens/view.js';
import type { View } from '../ui/view.js';

/** In the order of the navigation. `views` in http/routes/console.ts lists the same paths for the server. */
export const views: readonly View[] = [accounts, servers, people, tokens, audit];
