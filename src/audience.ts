import { Extensions } from 'type-graphql';

/** Who may read a field. Nothing is readable that does not say so: the schema refuses to build otherwise. */
export type Audience = 'EVERYONE' | 'ADMIN';

/**
 * Declares who may read a field; every field of every object type needs it.
 *
 * - On a field of an object type, `ADMIN` answers `null` to everybody else, so the field has to be nullable.
 * - On a query or mutation, `ADMIN` answers FORBIDDEN to everybody else.
 * - On an object type's class it is the default for that type's fields (for payloads that hold one kind of thing).
 *
 * `EVERYONE` means everyone signed in: without a viewer nothing is answered at all.
 */
export function Audience(audience: Audience): MethodDecorator & PropertyDecorator & ClassDecorator {
  return Extensions({ audience }) as MethodDecorator & PropertyDecorator & ClassDecorator;
}
