import { defineEntity, p } from '@mikro-orm/core';
import type { CompatibilitySetting } from '../../errors.js';
import { User } from '../../identity/store/user.entity.js';
import { McpServerConfig } from '../../servers/store/mcp-server-config.entity.js';

/** Where in the life of a connection something failed. */
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
 * One way in which one person's connection to one server fails. It keeps its reference however often that happens, so a
 * program that goes on trying adds no rows. Facts and our own words only.
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
    { name: 'connection_failures_last_failed_at_index', properties: ['lastFailedAt'] },
  ],
  checks: [
    { name: 'connection_failures_reference_check', expression: "reference ~ '^[0-9A-HJKMNP-TV-Z]{8}$'" },
    { name: 'connection_failures_message_check', expression: 'length(message) <= 1000' },
  ],
  properties: {
    /** What the person is shown. */
    reference: p.text().primary(),
    serverId: () => p.manyToOne(McpServerConfig).mapToPk().name('mcp_server_config_id').deleteRule('cascade'),
    userId: () => p.manyToOne(User).mapToPk().name('user_id').deleteRule('cascade'),
    step: p.enum(() => FailureStep),
    /** One of errors.ts. */
    code: p.text(),
    /** The provider's error code, if it is a registered one; '' otherwise. */
    oauth2Error: p.text().default(''),
    /** What the other side answered; null when it did not, or when it was not about an answer. */
    httpStatus: p.integer().nullable(),
    /** What the person was told. */
    message: p.text(),
    /** What could be relaxed for the server, so that it would not fail. */
    suggestedSettings: p.json<readonly CompatibilitySetting[]>().defaultRaw(`'[]'`),
    /** What makes two failures the same one. */
    fingerprint: p.text(),
    occurrences: p.integer().default(1),
    firstFailedAt: p.datetime(),
    lastFailedAt: p.datetime(),
  },
});
export class FailureReport extends FailureReportSchema.class {}
FailureReportSchema.setClass(FailureReport);
