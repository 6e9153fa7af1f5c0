/** The reason for a tool's access decision. */
export const ToolAccessReason = {
  NOT_RESTRICTED: 'NOT_RESTRICTED',
  ON_ALLOW_LIST: 'ON_ALLOW_LIST',
  ON_DENY_LIST: 'ON_DENY_LIST',
  NOT_ON_ALLOW_LIST: 'NOT_ON_ALLOW_LIST',
} as const;
export type ToolAccessReason = (typeof ToolAccessReason)[keyof typeof ToolAccessReason];

export type ToolAccess =
  | { allowed: true; reason: 'NOT_RESTRICTED' | 'ON_ALLOW_LIST' }
  | { allowed: false; reason: 'ON_DENY_LIST' | 'NOT_ON_ALLOW_LIST' };

/** A server's stored lists of exact tool names. */
export interface ToolLists {
  toolAllowList: readonly string[];
  toolDenyList: readonly string[];
}

/**
 * Decides whether a tool may be called. Listing shows this decision and calling enforces it. The deny list takes
 * precedence over the allow list. An empty allow list allows all tools. Names are compared exactly, including case.
 */
export function toolAccess({ toolAllowList, toolDenyList }: ToolLists, name: string): ToolAccess {
  if (toolDenyList.includes(name)) return { allowed: false, reason: 'ON_DENY_LIST' };
  if (toolAllowList.length === 0) return { allowed: true, reason: 'NOT_RESTRICTED' };
  return toolAllowList.includes(name)
    ? { allowed: true, reason: 'ON_ALLOW_LIST' }
    : { allowed: false, reason: 'NOT_ON_ALLOW_LIST' };
}
