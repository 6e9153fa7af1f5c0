import { Extensions } from 'type-graphql';

/** The users who may read a field. */
export type Audience = 'EVERYONE' | 'ADMIN';

/**
 * Declares the audience of a field. Every field of every object type needs one: the schema does not build without it.
 *
 * - On a field of an object type, `ADMIN` returns `null` to members, so the field must be nullable.
 * - On a query or mutation, `ADMIN` is FORBIDDEN to members. The field must be nullable too, so that the error leaves the
 *   other fields of the response.
 * - On the class of an object type, it is the default for the type's fields.
 *
 * `EVERYONE` means all signed-in users. A request without a viewer is refused.
 */
export function Audience(audience: Audience): MethodDecorator & PropertyDecorator & ClassDecorator {
  return Extensions({ audience }) as MethodDecorator & PropertyDecorator & ClassDecorator;
}
