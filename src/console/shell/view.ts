import type { ComponentType } from 'react';

/** One entry of the navigation, in a folder of its own. Its code is loaded when somebody first goes there. */
export interface View {
  /** The first segment of its addresses: `/servers`. Below it, the view routes by itself, relative to it. */
  path: string;
  label: string;
  /** Who finds it in the navigation. What it may show and do is up to the server. */
  audience: 'EVERYONE' | 'ADMIN';
  load: () => Promise<{ default: ComponentType }>;
}
