import project from '../../jest.config.js';

/** @type {import('jest').Config} */
export default {
  ...project,
  rootDir: '../..',
  roots: ['<rootDir>/test/interop'],
  testPathIgnorePatterns: ['/node_modules/'],
  // Stacks wait for processes and pages more than they compute.
  maxConcurrency: 2,
  testTimeout: 120_000,
};
