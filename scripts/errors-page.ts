// Builds docs/errors.md from the tables in src/errors.ts.
import { format, resolveConfig } from 'prettier';
import { errorCodes, errorMembers, type ErrorDocumentation } from '../src/errors.js';

/** The path of the page in the repository. */
export const errorsPage = 'docs/errors.md';

const introduction = `# Errors

<!-- npm run schema writes this page from src/errors.ts. -->

Every error of the GraphQL API has a code in \`extensions.code\`. Decide by the code: messages are for people and may change.
\`ErrorCode\` and \`ErrorExtensions\` in \`schema.graphql\` describe the same for code generators. A new release may add codes, so treat an
unknown code like \`INTERNAL_SERVER_ERROR\`.

\`\`\`json
{
  "data": null,
  "errors": [
    {
      "message": "Another MCP server has this slug.",
      "path": ["createMcpServerConfig"],
      "extensions": {
        "code": "CONFLICT",
        "fields": [{ "path": "input.slug", "message": "Another MCP server has this slug." }]
      }
    }
  ]
}
\`\`\`

- An operation that ran has the HTTP status 200, with or without errors. A request that fails as a whole has the status below. Its
  variables, its document or its credentials are wrong, or the server can't answer.
- A request that isn't a well-formed GraphQL request is \`BAD_USER_INPUT\` with a more specific status, for example 405, 413 or 415.
- An error of a field has \`path\`, the path of the field in the response. An error of the document has \`locations\`.
- A \`path\` in \`fields\` begins with the name of an argument. For a variable that doesn't fit its declared type, it begins with the name
  of the variable.
- Pages for browsers have the same codes and messages, with the status below.
`;

/** Returns the page as it is in the repository. */
export async function buildErrorsPage(): Promise<string> {
  const codes = Object.entries<ErrorDocumentation>(errorCodes);
  const text = [
    introduction,
    '## Codes',
    table(
      ['Code', 'HTTP status', 'Who can fix it'],
      codes.map(([code, { status, fixedBy }]) => [
        `[${code}](#${code.toLowerCase()})`,
        String(status),
        fixedBy,
      ]),
    ),
    ...codes.map(([code, documentation]) => sectionOf(code, documentation)),
    '## Members of `extensions`',
    'A member that an error doesn’t have is absent, not null.',
    table(
      ['Member', 'Description'],
      Object.entries({ code: 'The kind of error.', ...errorMembers }).map(([name, description]) => [
        `\`${name}\``,
        description,
      ]),
    ),
  ].join('\n\n');
  return format(text, { ...(await resolveConfig(errorsPage)), filepath: errorsPage });
}

function sectionOf(code: string, { meaning, client, members: presences }: ErrorDocumentation): string {
  const names = Object.entries(presences).map(([name, presence]) =>
    presence === 'ALWAYS' ? `\`${name}\`` : `\`${name}\` (not always)`,
  );
  const members = names.length > 0 ? names.join(', ') : 'none';
  return `### ${code}\n\n${meaning}\n\n- Client: ${client}\n- Members next to \`code\`: ${members}`;
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
