import { readFileSync } from 'node:fs';

/** The design tokens, which the console shares. The path is valid in src/ and in dist/. */
const tokens = readFileSync(new URL('../../../public/design/tokens.css', import.meta.url), 'utf8');

/** The stylesheet of all pages: a narrow column that fits a popup of 400 px. */
export const stylesheet = `
${tokens}
* { box-sizing: border-box; }
body {
  margin: 0;
  min-height: 100vh;
  padding: clamp(20px, 6vh, 72px) 16px 32px;
  background: var(--ground);
  color: var(--ink);
  font: 16px/1.5 var(--sans);
}
header, main { width: 100%; max-width: 460px; margin: 0 auto; }
header {
  display: flex;
  align-items: center;
  gap: 10px;
  padding: 0 4px 14px;
  font-weight: 600;
  color: var(--quiet);
}
header svg { fill: var(--accent); stroke: var(--accent); }
main {
  padding: 28px;
  background: var(--card);
  border: 1px solid var(--line);
  border-radius: var(--radius-large);
  box-shadow: var(--shadow);
  overflow-wrap: anywhere;
}
h1 { margin: 0 0 12px; font-size: 1.375rem; line-height: 1.25; letter-spacing: -0.01em; text-wrap: balance; }
h2 { margin: 24px 0 6px; font-size: 1rem; }
p { margin: 0 0 14px; }
p:last-child, form:last-child, ul:last-child { margin-bottom: 0; }
ul { margin: 0 0 14px; padding-left: 1.25em; }
a { color: var(--accent); text-underline-offset: 3px; }
code { font: 0.875em/1.4 var(--mono); }
pre {
  margin: 0 0 14px;
  padding: 10px 12px;
  border: 1px solid var(--line);
  border-radius: var(--radius);
  background: var(--sunken);
  white-space: pre-wrap;
}
form { margin: 0 0 14px; }
button, .button {
  display: block;
  width: 100%;
  padding: 11px 16px;
  border: 1px solid var(--accent);
  border-radius: var(--radius);
  background: var(--accent);
  color: var(--on-accent);
  font: inherit;
  font-weight: 600;
  text-align: center;
  text-decoration: none;
  cursor: pointer;
}
button:hover, .button:hover { background: var(--accent-strong); border-color: var(--accent-strong); }
button.quiet, .button.quiet { background: none; color: var(--ink); border-color: var(--control-line); font-weight: 500; }
button.quiet:hover, .button.quiet:hover { background: var(--sunken); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.quiet-text { color: var(--quiet); font-size: 0.9375rem; }
.user .name { display: block; font-weight: 600; }
.user .quiet-text { display: block; }
.warning {
  padding: 10px 14px;
  border-left: 3px solid var(--warning-line);
  border-radius: 4px;
  background: var(--warning);
}
.user {
  margin: 0 0 16px;
  padding: 12px 14px;
  border: 1px solid var(--line);
  border-radius: var(--radius);
}
@media (max-width: 440px) {
  main { padding: 22px 20px; }
  pre code { font-size: 0.8125rem; }
}
`;
