import type { FastifyInstance } from 'fastify';
import { baseUrl } from '../base-url.ts';
import { AGENT_METHODS } from './batch-agent.ts';

/** Every call below `/api/v1`, by its path: methods and a line on each. */
const CALLS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '/BatchTask': {
    GET: 'The batch tasks that one may see: $filter, $select, $orderBy, $top, $skip and more.',
    POST: 'Starts a batch task; answers its id.',
  },
  '/BatchTask/{id}': {
    GET: 'One batch task by its id, or the own ones in a state by its name.',
    PUT: 'Updates State, Description, Response and Request.',
    PATCH: 'The same by JSON Patch or merge patch, all or nothing.',
    DELETE: 'Deletes a batch task.',
  },
  '/BatchTask/{id}/Stop': { POST: 'Stops a batch task; answers whether it was or will be stopped.' },
  '/BatchTask/Bulk': { POST: 'Stops, restarts or deletes the tasks of a filter; a dry run changes nothing.' },
  '/BatchTask/{id}/Restart': { POST: 'Runs a failed task again under its id.' },
  '/BatchTask/{id}/Copy': {
    POST: 'Starts a task like this one, with other parameters if given; answers its id.',
  },
  '/BatchTask/{id}/Audit': { GET: 'Every change of the state of a batch task.' },
  '/BatchTask/{id}/Log': { GET: 'What the runs of a batch task have logged last.' },
  '/BatchTask/{id}/Events': { GET: 'The events of a batch task, as a stream or a page.' },
  '/BatchTask/{id}/Children': {
    GET: 'The batch tasks that a batch task has started, and how far they have come.',
  },
  '/BatchTask/{id}/Parent': { GET: 'The batch task that has started this one.' },
  '/BatchTask/{id}/File': {
    GET: 'The result file of a batch task, or a range of it.',
    HEAD: 'What the result file is, without its content.',
  },
  ...Object.fromEntries(
    Object.entries(AGENT_METHODS).map(([name, method]) => [
      `/Agents/Batch/${name}`,
      { POST: method.summary },
    ]),
  ),
  '/Definitions': { GET: 'The definitions that tasks can be started by.' },
  '/Definitions/{name}': { GET: 'One definition.' },
  '/Definitions/{name}/Pause': { POST: 'Pauses a definition: its tasks wait.' },
  '/Definitions/{name}/Resume': { POST: 'Resumes a definition.' },
  '/Definitions/{name}/Limits': {
    PUT: 'Sets how many runs there may be at once, for each tenant, and in a period.',
    DELETE: "Makes the definition's own limits count again.",
  },
  '/Definitions/{name}/Audit': { GET: 'Who has paused, resumed or limited a definition.' },
  '/Schedules': { GET: 'The schedules that one may see.', POST: 'Makes a schedule.' },
  '/Schedules/{id}': {
    GET: 'One schedule, with its next due times.',
    PUT: 'Changes what is given of a schedule.',
    DELETE: 'Deletes a schedule; the tasks that it has started stay.',
  },
  '/Schedules/{id}/Pause': { POST: 'Pauses a schedule.' },
  '/Schedules/{id}/Resume': { POST: 'Resumes a schedule.' },
  '/Schedules/{id}/RunNow': { POST: "Starts a schedule's task now; answers its id." },
  '/Events': { GET: 'The events that one may see, as a stream or a page.' },
  '/Webhooks': { GET: 'The webhooks, without their secrets.', POST: 'Makes a webhook.' },
  '/Webhooks/{id}': { GET: 'One webhook.', PATCH: 'Changes a webhook.', DELETE: 'Deletes a webhook.' },
  '/Webhooks/{id}/Test': { POST: 'Sends a test to a webhook.' },
  '/Webhooks/{id}/Deliveries': { GET: 'What was sent to a webhook and what came of it, newest first.' },
  '/Webhooks/{id}/Deliveries/{delivery}/Redeliver': { POST: 'Sends a delivery again.' },
  '/Definitions/{name}/Retention': {
    GET: 'How long its tasks are kept after their end, by state.',
    PUT: 'Sets it.',
    DELETE: 'Leaves it to the definition and the settings again.',
  },
  '/Statistics': { GET: 'Throughput, waiting time, workers, queues and failures of the last Minutes.' },
  '/Texts': { GET: 'The texts of the caller’s language, for pages.' },
  '/timezone': { GET: 'The time zones that SO-TimeZone can name.' },
  '/timezone/{id}': { GET: 'One time zone by its id or code.' },
  '/Workers/Definitions': { POST: 'Declares the definitions that a worker offers.' },
  '/Workers/Definitions/{name}': { DELETE: 'Forgets a definition that workers have declared.' },
  '/Workers/Acquire': { POST: 'Claims tasks for a worker; waits for them up to 30 s.' },
  '/Workers/Leases/{lease}/Renew': { POST: 'Renews a lease, writes progress, tells whether to stop.' },
  '/Workers/Leases/{lease}/Checkpoint': { PUT: 'Keeps a value that the next attempt finds.' },
  '/Workers/Leases/{lease}/Log': { POST: "Adds lines to the task's log." },
  '/Workers/Leases/{lease}/File': { PUT: "Uploads the task's result file." },
  '/Workers/Leases/{lease}/Children': {
    GET: 'The children of the task.',
    POST: 'Starts children of the task.',
  },
  '/Workers/Leases/{lease}/Wait': { POST: 'Ends the run until all children of the task have ended.' },
  '/Workers/Leases/{lease}/Succeed': { POST: 'Ends the run: the task has succeeded.' },
  '/Workers/Leases/{lease}/Fail': { POST: 'Ends the run: it has failed; it may be tried again.' },
  '/Workers/Leases/{lease}/Return': { POST: 'Gives the task back, to be run again.' },
  '/Uploads': { POST: 'Uploads an input file for tasks.', GET: 'The own uploads.' },
  '/Uploads/{id}': { DELETE: 'Deletes an upload.' },
  '/SignIn': {
    POST: 'Signs in with Login and Password; answers a SoTicket, or sets a cookie session.',
    GET: 'Who is signed in.',
    DELETE: 'Signs out: the SoTicket or session of this call ends.',
  },
  '/Applications': {
    GET: 'The applications that an SO-AppToken is known of.',
    POST: 'Registers an application; answers its SO-AppToken, once.',
  },
  '/Applications/{id}': { DELETE: 'Removes an application.' },
  '/Users': { GET: 'The associates who may sign in.', POST: 'Makes an associate.' },
  '/Users/{id}': { PATCH: 'Changes password, roles or access of an associate.' },
  '/Tokens': { GET: 'The API tokens, without their secrets.', POST: 'Makes an API token.' },
  '/Tokens/{id}': { DELETE: 'Revokes an API token.' },
};

/** `GET /api` tells the versions, `GET /api/v1` the calls (contract, first section). Nobody needs to sign in for them. */
export async function discoveryRoutes(app: FastifyInstance): Promise<void> {
  app.get('/', { config: { answer: 'Versions', ownType: true } }, async (request, reply) => {
    const url = `${baseUrl(request)}/api/v1`;
    if (!request.headers.accept?.includes('text/html')) return { v1: url, Version: 'v1' };
    return reply
      .type('text/html; charset=utf-8')
      .send(`<!doctype html><title>Batchline</title><p>v1: <a href="v1">${escapeHtml(url)}</a></p>`);
  });
  app.get('/v1', { config: { answer: 'Calls' } }, async (request) => {
    const base = `${baseUrl(request)}/api/v1`;
    return Object.fromEntries(Object.entries(CALLS).map(([path, methods]) => [base + path, methods]));
  });
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
