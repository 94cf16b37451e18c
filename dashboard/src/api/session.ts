import { queryOptions, useQuery } from '@tanstack/react-query';
import { createStore } from '../store.ts';
import { useTexts } from '../texts.tsx';
import { answer, api, get, Refused } from './call.ts';
import type { Session } from './carriers.ts';

/** The current session: `undefined` until it is known, `null` if no one is signed in. */
export const session = createStore<Session | null | undefined>(undefined);

/** Reads the current session from the server. @throws Unreachable */
export async function findSession(): Promise<void> {
  try {
    session.set(await get(api.GET('/api/v1/SignIn')));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    session.set(null);
  }
}

/** Signs in with login and password. @throws Refused, Unreachable */
export async function signIn(login: string, password: string): Promise<Session> {
  const body = { Login: login, Password: password, Cookie: true };
  const { data } = await answer(api.POST('/api/v1/SignIn', { body }));
  session.set(data);
  return data;
}

/** Ends the session in the page and on the server. */
export async function signOut(): Promise<void> {
  try {
    await answer(api.DELETE('/api/v1/SignIn'));
  } catch (error) {
    if (!(error instanceof Refused && error.status === 401)) throw error; // The session had already expired.
  }
  session.set(null);
}

/** Whether the user has the rights of an administrator. */
export const isAdministrator = (who: Session): boolean => who.Roles.includes('administrator');
/** Whether the user sees all tasks. */
export const seesAll = (who: Session): boolean => isAdministrator(who) || who.Roles.includes('viewer');

/** All associates; for administrators. */
export const usersQuery = queryOptions({
  queryKey: ['users'],
  queryFn: ({ signal }) => get(api.GET('/api/v1/Users', { signal })),
  staleTime: 60_000,
});

/** Returns a function from associate ids to names; `#` and the id if the user may not see the name. */
export function useNames(who: Session): (associateId: number) => string {
  const { t } = useTexts();
  const { data = [] } = useQuery({ ...usersQuery, enabled: isAdministrator(who) });
  const names = new Map(data.map((user) => [user.AssociateId, user.Name || user.Login]));
  names.set(who.AssociateId, who.Name || who.Login);
  names.set(0, t`System`);
  return (associateId) => names.get(associateId) ?? `#${associateId}`;
}
