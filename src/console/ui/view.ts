import type { ComponentType } from 'react';

/** One entry of the navigation, in a folder of its own. Its code is loaded when somebody first goes there. */
export interface View {
  /** Its address: `/servers`. */
  path: string;
  /** It has addresses below that too, and routes them by itself, relative to it. */
  hasAddressesBelow?: true;
  label: string;
  /** Who finds it in the navigation. What it may show and do is up to the server. */
  audience: 'EVERYONE' | 'ADMIN';
  load: () => Promise<{ default: ComponentType }>;
}
