import { Directive } from 'type-graphql';

/** The directive by which `Uuid` marks an input. The printed schema doesn't contain it. */
export const uuidDirective = 'uuid';

/**
 * Declares that an id argument, or an id field of an input type, takes a UUID or a list of UUIDs. A malformed one is
 * BAD_USER_INPUT that names the field. Every input of type `ID` needs it: the schema does not build without it.
 */
export const Uuid = () => Directive(`@${uuidDirective}`);
