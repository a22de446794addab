import { type Person, type Role, roleAllows } from './person.ts';

/** Who may do what in one account, by person; undefined where everybody has the role that they have in the bot. */
export type AccountRoles = ReadonlyMap<string, Role> | undefined;

/** What somebody may do in an account; undefined for nothing, not even know of it. */
export function roleIn(roles: AccountRoles, person: Person): Role | undefined {
  if (roles === undefined) return person.onlyInAccounts === true ? undefined : person.role;
  return person.amongOthers === true ? undefined : roles.get(person.id);
}

/** The higher of two roles. */
export function higherRole(a: Role | undefined, b: Role | undefined): Role | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return roleAllows(a, b) ? a : b;
}

/** Whether everybody who may know of one account may know of the other as well. */
export function seesAlso(roles: AccountRoles, other: AccountRoles): boolean {
  // Who has which role in the bot can change in chat, so nothing is known of them beforehand.
  if (roles === undefined) return other === undefined;
  return other !== undefined && [...roles.keys()].every((personId) => other.has(personId));
}
