import { SwitchboardError } from '../../../src/errors.js';
import { maxDataBytes, maxMessageBytes, readJsonRpcError } from '../../../src/mcp/reader/json-rpc-error.js';
import { fitsDepth } from '../../../src/mcp/reader/json.js';
import { maxDefects, maxPages, ToolListReader, type Cursor } from '../../../src/mcp/reader/tool-list.js';
import { isInputRequired, readToolResult } from '../../../src/mcp/reader/tool-result.js';
import { readUrlElicitations } from '../../../src/mcp/reader/url-elicitation.js';
import { createChoice, createRandom, type Choice } from '../../graphql/random.js';
import { oddValue, randomList, withOddMembers } from './random-answers.js';

const rounds = 1_000;

/** Runs a check with the choices of many seeds. A failure names the seed. */
function forEachSeed(check: (choice: Choice) => void): void {
  for (let seed = 0; seed < rounds; seed++) {
    try {
      check(createChoice(createRandom(seed)));
    } catch (error) {
      throw new Error(`With the seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
}

function expectSound({ tools, defects, defectCount }: ToolListReader): void {
  const names = tools.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const tool of tools) {
    expect(tool).toEqual({
      name: expect.stringMatching(/./),
      title: expect.any(String),
      description: expect.any(String),
      inputSchema: expect.objectContaining({ type: 'object' }),
    });
    expect(fitsDepth(tool.inputSchema)).toBe(true);
  }
  expect(defects.length).toBe(Math.min(defectCount, maxDefects));
  for (const { name, message } of defects) {
    expect(name).not.toMatch(/[\p{Cc}\p{Cs}\u202e]/u);
    expect(name.length).toBeLessThanOrEqual(200);
    expect(message).toMatch(/^[A-Z][ -~]+\.$/);
  }
  expect(() => JSON.stringify({ tools, defects })).not.toThrow();
}

test(`never loses a good tool in ${rounds} random lists, and reads each page once`, () => {
  forEachSeed((choice) => {
    const list = randomList(choice);
    const reader = new ToolListReader(choice.pick(['legacy', 'modern']));
    let requests = 0;
    for (let cursor: Cursor | null | undefined; cursor !== null && requests < 50; requests++) {
      cursor = reader.add(list.page(cursor));
    }
    const names = reader.tools.map(({ name }) => name);
    expect(names.filter((name) => name.startsWith('good'))).toEqual(list.good);
    // A repeated or an empty cursor is followed once at most.
    expect(requests).toBeLessThanOrEqual(list.pages + 1);
    expectSound(reader);
  });
});

test(`reads or refuses ${rounds} random pages with the documented errors only`, () => {
  forEachSeed((choice) => {
    const reader = new ToolListReader(choice.pick(['legacy', 'modern']));
    const page = () =>
      choice.chance(0.7)
        ? withOddMembers(choice, { tools: [{ name: 'good' }] }, ['tools', 'nextCursor', '_meta'])
        : oddValue(choice);
    try {
      for (let pages = 0; pages <= maxPages; pages++) if (reader.add(page()) === null) break;
    } catch (error) {
      expect(error).toBeInstanceOf(SwitchboardError);
      expect(error).toMatchObject({ code: 'UPSTREAM_ERROR' });
    }
    expectSound(reader);
  });
});

test(`hands on ${rounds} random results, except for those that are too deep`, () => {
  forEachSeed((choice) => {
    const block = () => withOddMembers(choice, { type: 'text', text: 'paid' }, ['type', 'text', 'x']);
    const content = Array.from({ length: choice.below(4) }, block);
    const result = choice.chance(0.8)
      ? withOddMembers(choice, { content }, ['content', 'structuredContent', 'isError', '_meta', 'x'])
      : oddValue(choice);
    expect([true, false]).toContain(isInputRequired(result));
    const read = readToolResult(result);
    expect(read !== null).toBe(fitsDepth(result));
    if (read === null) return;
    expect(read.result).toBe(result ?? null);
    expect(typeof read.isError).toBe('boolean');
    expect(read.structuredContent).not.toBeUndefined();
    for (const one of read.content) {
      expect(typeof one === 'object' && one !== null && !Array.isArray(one)).toBe(true);
    }
    const given = (Object(result) as { content?: unknown }).content;
    if (given === content) expect(read.content).toEqual(content);
    expect(() => JSON.stringify(read)).not.toThrow();
  });
});

test(`reads ${rounds} random errors within their bounds`, () => {
  forEachSeed((choice) => {
    const elicitation = () =>
      withOddMembers(choice, { url: 'https://pay.example/' }, ['url', 'message', 'elicitationId']);
    const data = { elicitations: [elicitation(), elicitation()] };
    const error = choice.chance(0.8)
      ? withOddMembers(choice, { code: -32_042, message: 'm', data }, ['code', 'message', 'data'])
      : oddValue(choice);
    const { code, message, data: kept } = readJsonRpcError(error);
    expect(code === null || Number.isFinite(code)).toBe(true);
    expect(message).not.toMatch(/[\0\p{Cs}\u202e]/u);
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(maxMessageBytes);
    expect(JSON.stringify(kept).length).toBeLessThanOrEqual(maxDataBytes * 2);
    for (const { url } of readUrlElicitations((Object(error) as { data?: unknown }).data, () => false)) {
      expect(url).toBe('https://pay.example/');
    }
  });
});
