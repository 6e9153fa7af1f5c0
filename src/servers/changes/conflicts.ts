import { UniqueConstraintViolationException } from '@mikro-orm/core';
import { SwitchboardError } from '../../errors.js';

/** Somebody else changed the server between reading and writing. */
export function changedMeanwhile(): SwitchboardError {
  return new SwitchboardError(
    'CONFLICT',
    'This MCP server was changed meanwhile. Read it again and repeat what you wanted to do.',
  );
}

/**
 * A write that may meet a taken slug or id. Only the database can tell, because two who ask first are both told no.
 * @throws CONFLICT saying which of the two is taken
 */
export async function refusingTaken<Result>(write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof UniqueConstraintViolationException)) throw error;
    const { constraint } = error as { constraint?: string };
    if (constraint === 'mcp_server_configs_slug_unique') {
      throw new SwitchboardError('CONFLICT', 'This slug is taken by another MCP server.', { field: 'slug' });
    }
    if (constraint === 'mcp_server_configs_pkey') {
      throw new SwitchboardError('CONFLICT', 'This id is taken by another MCP server.', { field: 'id' });
    }
    throw error;
  }
}
