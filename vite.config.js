import { defineConfig } from 'vite';

/** The server that the console's development server passes everything but the console itself on to. */
const server = process.env.SWITCHBOARD_URL ?? 'http://localhost:4000';

const passedOn = {
  target: server,
  /** The server takes its session cookie from its own pages only, and this page stands in for one. */
  configure: (proxy) => proxy.on('proxyReq', (request) => request.setHeader('origin', server)),
};

export default defineConfig({
  root: 'src/console',
  build: {
    target: 'baseline-widely-available',
    // The content security policy lets nothing be loaded from `data:` but images.
    assetsInlineLimit: 0,
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // Libraries say "use client" for servers that render React; there is none here, and nothing to warn of.
      onLog: (level, log, next) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && next(level, log),
    },
  },
  css: { modules: { generateScopedName: '[name]_[local]_[hash:base64:4]' } },
  server: {
    port: 5173,
    // The design tokens lie beside src/, because the server's own pages have them too.
    fs: { allow: ['../..'] },
    // A folder of the console is called `graphql` too, so the address is matched whole.
    proxy: Object.fromEntries(
      ['^/graphql$', '^/graphiql', '^/auth/', '^/mcp-servers/'].map((path) => [path, passedOn]),
    ),
  },
});
