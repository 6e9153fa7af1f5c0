import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/** The paths of Linux distributions and macOS. CHROMIUM names another one. */
const places = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Starts the system's Chromium, headless. @throws Error with how to install or name one */
export function launchChromium(): Promise<Browser> {
  const executablePath = places.find((place) => place !== undefined && existsSync(place));
  if (!executablePath) {
    throw new Error(
      'The browser tests need Chromium: `apt-get install chromium` on Debian, or set CHROMIUM to its path.',
    );
  }
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
}
