import type { View } from '../ui/view.js';

export const tokens: View = {
  path: '/tokens',
  label: 'Tokens',
  audience: 'EVERYONE',
  load: () => import('./tokens-page.js'),
};
