const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Returns true if this text is a well-formed id: 32 hexadecimal digits in the form of RFC 9562, of any version. An
 * administrator chooses the ids of servers, so no version is required.
 */
export const isUuid = (text: string): boolean => uuid.test(text);
