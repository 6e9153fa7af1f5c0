import { defineEntity, p } from '@mikro-orm/core';
import type { CompatibilitySetting } from '../../errors.js';
import { User } from '../../identity/store/user.entity.js';
import { McpServerConfig } from '../../servers/store/mcp-server-config.entity.js';

/** The operation that failed. */
export const FailureStep = {
  AUTHORIZATION_REQUEST: 'AUTHORIZATION_REQUEST',
  AUTHORIZATION_RESPONSE: 'AUTHORIZATION_RESPONSE',
  TOKEN_REQUEST: 'TOKEN_REQUEST',
  REFRESH: 'REFRESH',
  LIST_TOOLS: 'LIST_TOOLS',
  CALL_TOOL: 'CALL_TOOL',
} as const;
export type FailureStep = (typeof FailureStep)[keyof typeof FailureStep];

/**
 * One kind of failure of one user at one server. It keeps its reference however often it happens, so a program that
 * retries adds no rows. It contains facts and Switchboard's own words, except for `remoteMessage`.
 */
export const FailureReportSchema = defineEntity({
  name: 'FailureReport',
  tableName: 'connection_failures',
  uniques: [
    {
      name: 'connection_failures_unique',
      properties: ['serverId', 'userId', 'fingerprint'],
    },
  ],
  indexes: [
    { name: 'connection_failures_user_id_index', properties: ['userId'] },
    // For the administrators' list, of all servers and of one. The first one also serves the sweep.
    { name: 'connection_failures_last_failed_at_index', properties: ['lastFailedAt', 'reference'] },
    { name: 'connection_failures_server_index', properties: ['serverId', 'lastFailedAt', 'reference'] },
  ],
  checks: [
    { name: 'connection_failures_reference_check', expression: "reference ~ '^[0-9A-HJKMNP-TV-Z]{8}$'" },
    { name: 'connection_failures_message_check', expression: 'length(message) <= 1000' },
    { name: 'connection_failures_remote_message_check', expression: 'length(remote_message) <= 500' },
  ],
  properties: {
    /** The reference that the user is shown. */
    reference: p.text().primary(),
    serverId: () => p.manyToOne(McpServerConfig).mapToPk().name('mcp_server_config_id').deleteRule('cascade'),
    userId: () => p.manyToOne(User).mapToPk().name('user_id').deleteRule('cascade'),
    step: p.enum(() => FailureStep),
    /** An error code of errors.ts. */
    code: p.text(),
    /** The provider's error code if it is registered (RFC 6749 and its extensions), otherwise ''. */
    oauth2Error: p.text().default(''),
    /** The HTTP status of the remote server; null if it sent no response or the failure is not about one. */
    httpStatus: p.integer().nullable(),
    /** The message that the user was shown. */
    message: p.text(),
    /** The remote server's description of the last failure: one line of plain text, or ''. */
    remoteMessage: p.text().default(''),
    /** The compatibility settings that would avoid the failure. */
    suggestedSettings: p.json<readonly CompatibilitySetting[]>().defaultRaw(`'[]'`),
    /** Two failures with the same fingerprint are the same kind. */
    fingerprint: p.text(),
    occurrences: p.integer().default(1),
    firstFailedAt: p.datetime(),
    lastFailedAt: p.datetime(),
  },
});
export class FailureReport extends FailureReportSchema.class {}
FailureReportSchema.setClass(FailureReport);
