import type { Router } from 'express';

export interface Route {
  /** Upper case: GET, POST. */
  method: string;
  /** As the router has it: `/mcp-servers/:id/oauth2/connect`. */
  path: string;
}

/**
 * Every route of these routers and of the routers within them, read from the routers themselves, so that a list made
 * from it cannot forget one. All routers here are mounted at the root and spell their paths out.
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
