import { defineEntity, p } from '@mikro-orm/core';
import { McpServerConfig } from '../servers/store/mcp-server-config.entity.js';

/**
 * What is kept of a server's diagnoses: the last one, and the last in which nothing failed. Of two under way at once the
 * one that started later counts, whichever ends first. Facts and our own words only, never a secret.
 */
export const ServerDiagnosisSchema = defineEntity({
  name: 'ServerDiagnosis',
  tableName: 'mcp_server_diagnoses',
  properties: {
    serverId: () =>
      p
        .oneToOne(McpServerConfig)
        .primary()
        .mapToPk()
        .owner()
        .name('mcp_server_config_id')
        .updateRule('no action')
        .deleteRule('cascade'),
    last: p.json(),
    lastStartedAt: p.datetime(),
    lastSuccess: p.json().nullable(),
    lastSuccessStartedAt: p.datetime().nullable(),
  },
});
export class ServerDiagnosis extends ServerDiagnosisSchema.class {}
ServerDiagnosisSchema.setClass(ServerDiagnosis);
