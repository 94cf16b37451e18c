import { queryOptions, useQuery } from '@tanstack/react-query';
import { createStore } from '../store.ts';
import { answer, api, get, Refused } from './call.ts';
import type { Session } from './carriers.ts';

/** Who is signed in: `undefined` as long as it is not known, `null` where nobody is. */
export const session = createStore<Session | null | undefined>(undefined);

/** Asks the server who is signed in. @throws Unreachable */
export async function findSession(): Promise<void> {
  try {
    session.set(await get(api.GET('/api/v1/SignIn')));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    session.set(null);
  }
}

/** Signs in by login and password. @throws Refused, Unreachable */
export async function signIn(login: string, password: string): Promise<Session> {
  const body = { Login: login, Password: password, Cookie: true };
  const { data } = await answer(api.POST('/api/v1/SignIn', { body }));
  session.set(data);
  return data;
}

/** Ends the session, here and on the server. */
export async function signOut(): Promise<void> {
  try {
    await answer(api.DELETE('/api/v1/SignIn'));
  } catch (error) {
    if (!(error instanceof Refused && error.status === 401)) throw error; // It had ended already.
  }
  session.set(null);
}

/** Whether somebody may use the rights of an administrator. */
export const isAdministrator = (who: Session): boolean => who.Roles.includes('administrator');
/** Whether somebody may see everybody's tasks. */
export const seesAll = (who: Session): boolean => isAdministrator(who) || who.Roles.includes('viewer');

/** Every associate; for administrators. */
export const usersQuery = queryOptions({
  queryKey: ['users'],
  queryFn: ({ signal }) => get(api.GET('/api/v1/Users', { signal })),
  staleTime: 60_000,
});

/** Tells an associate's name where this person may know it. */
export function useNames(who: Session): (associateId: number) => string | undefined {
  const { data = [] } = useQuery({ ...usersQuery, enabled: isAdministrator(who) });
  const names = new Map(data.map((user) => [user.AssociateId, user.Name || user.Login]));
  names.set(who.AssociateId, who.Name || who.Login);
  return (associateId) => names.get(associateId);
}
