import type { ComponentType } from 'react';

/** An entry of the navigation. Each view has a folder of its own, and its code loads on the first visit. */
export interface View {
  /** The address: `/servers`. */
  path: string;
  /** The view also routes the addresses below its path, relative to it. */
  hasAddressesBelow?: true;
  label: string;
  /** Decides the navigation only. The server decides what each user may see and do. */
  audience: 'EVERYONE' | 'ADMIN';
  load: () => Promise<{ default: ComponentType }>;
}
