import type { TestApp } from '../app.js';
import type { SignedInUser } from '../seed.js';
import type { RunningStack } from './stack.js';

/** One stack, and the administrator who uses it through the application. */
export interface Visit {
  app: TestApp;
  admin: SignedInUser;
  stack: RunningStack;
}
