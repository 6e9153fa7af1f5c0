import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/** Where Linux distributions and macOS put it; CHROMIUM names any other place. */
const places = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The system's own Chromium, headless. @throws Error that says how to name another one. */
export function launchChromium(): Promise<Browser> {
  const executablePath = places.find((place) => place !== undefined && existsSync(place));
  if (!executablePath) {
    throw new Error(
      'The browser tests need Chromium: `apt-get install chromium` on Debian, or set CHROMIUM to where it is.',
    );
  }
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
}
