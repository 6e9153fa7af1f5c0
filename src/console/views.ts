import { connections } from './connections/view.js';
import { servers } from './servers/view.js';
import type { View } from './shell/view.js';

/** In the order of the navigation. The server has to know the path too: `views` in http/console.ts. */
export const views: readonly View[] = [connections, servers];
