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
    hasSignedOut.set(false);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    session.set(null);
  }
}

/** The sign-in methods of the server. */
export const signInMethodsQuery = queryOptions({
  queryKey: ['sign-in methods'],
  queryFn: ({ signal }) => get(api.GET('/api/v1/SignIn/Methods', { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});

/** The reason why the sign-in at the provider failed, from the address that it returned to; `undefined` if it did not. */
export const signInFailure = createStore(takeFailure());

function takeFailure(): string | undefined {
  const [, reason] = /^#sign-in=(\w+)$/.exec(location.hash) ?? [];
  if (reason !== undefined) history.replaceState(history.state, '', location.pathname + location.search);
  return reason;
}

/** True after a sign-out in this tab, until the next sign-in: the provider would sign in again without asking. */
export const hasSignedOut = {
  get: (): boolean => sessionStorage.getItem('signed-out') === 'true',
  set: (value: boolean): void =>
    value ? sessionStorage.setItem('signed-out', 'true') : sessionStorage.removeItem('signed-out'),
};

/** Signs in with login and password. @throws Refused, Unreachable */
export async function signIn(login: string, password: string): Promise<Session> {
  const body = { Login: login, Password: password, Cookie: true };
  signInFailure.set(undefined);
  const { data } = await answer(api.POST('/api/v1/SignIn', { body }));
  session.set(data);
  return data;
}

/** Ends the session in the page and on the server, and at the provider if the server is set up to do that. */
export async function signOut(): Promise<void> {
  const atProvider = session.get()?.SignOutUrl;
  try {
    await answer(api.DELETE('/api/v1/SignIn'));
  } catch (error) {
    if (!(error instanceof Refused && error.status === 401)) throw error; // The session had already expired.
  }
  signInFailure.set(undefined);
  hasSignedOut.set(true);
  session.set(null);
  if (atProvider !== undefined) location.assign(atProvider);
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
