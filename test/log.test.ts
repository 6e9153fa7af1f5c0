import pg from 'pg';
import { DatabaseSetupError } from '../src/database/database-setup-error.js';
import { describeFailure } from '../src/log.js';

test('describes an error by its name, code, message and stack', () => {
  const failure = describeFailure(Object.assign(new TypeError('fetch failed'), { code: 'ECONNREFUSED' }));
  expect(failure).toMatchObject({ name: 'TypeError', code: 'ECONNREFUSED', message: 'fetch failed' });
  expect(failure.stack[0]).toMatch(/^at .*log\.test\.ts/);
});

test.each([
  ['the database driver', new pg.DatabaseError('value "secret" is invalid', 0, 'error')],
  ['JSON parsing', new SyntaxError('Unexpected token in "secret"')],
])('omits a message of %s, which quotes data', (_what, error) => {
  expect(JSON.stringify(describeFailure(error))).not.toContain('secret');
});

test('keeps the message of an error in the setup of the database, which is Switchboard’s own', () => {
  expect(describeFailure(new DatabaseSetupError('It is too old.'))).toMatchObject({
    message: 'It is too old.',
  });
});
