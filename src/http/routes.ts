import type { Router } from 'express';

export interface Route {
  /** Upper case: GET, POST. */
  method: string;
  /** The router's pattern: `/mcp-servers/:id/oauth2/connect`. */
  path: string;
}

/**
 * Returns every route of these routers and of the routers within them. It reads the routers themselves, so a list made
 * from it can't miss one. All routers are mounted at the root, with full paths.
 */
export function routesOf(routers: readonly Router[]): Route[] {
  return routers.flatMap((router) =>
    router.stack.flatMap(({ route, handle }) => {
      if (!route) return 'stack' in handle ? routesOf([handle as unknown as Router]) : [];
      const methods = new Set(route.stack.map(({ method }) => (method ?? 'all').toUpperCase()));
      return [...methods].map((method) => ({ method, path: route.path }));
    }),
  );
}
