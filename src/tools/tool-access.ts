/** Why a tool may be used or not. */
export const ToolAccessReason = {
  NOT_RESTRICTED: 'NOT_RESTRICTED',
  ON_ALLOW_LIST: 'ON_ALLOW_LIST',
  ON_DENY_LIST: 'ON_DENY_LIST',
  NOT_ON_ALLOW_LIST: 'NOT_ON_ALLOW_LIST',
} as const;
export type ToolAccessReason = (typeof ToolAccessReason)[keyof typeof ToolAccessReason];

export interface ToolAccess {
  allowed: boolean;
  reason: ToolAccessReason;
}

/** A server's lists as they are stored: exact names. */
export interface ToolLists {
  toolAllowList: readonly string[];
  toolDenyList: readonly string[];
}

/**
 * Whether a tool of this name may be used: the one decision that listing shows and calling obeys. The deny list wins
 * over the allow list; an empty allow list allows all. Names are compared as they are, character by character: a tool
 * that is called something else is another tool.
 */
export function toolAccess({ toolAllowList, toolDenyList }: ToolLists, name: string): ToolAccess {
  if (toolDenyList.includes(name)) return { allowed: false, reason: 'ON_DENY_LIST' };
  if (toolAllowList.length === 0) return { allowed: true, reason: 'NOT_RESTRICTED' };
  return toolAllowList.includes(name)
    ? { allowed: true, reason: 'ON_ALLOW_LIST' }
    : { allowed: false, reason: 'NOT_ON_ALLOW_LIST' };
}
