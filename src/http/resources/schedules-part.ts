import { Type } from 'typebox';
import { ACCESS } from '../../core/access.ts';
import { MISSED_RUNS } from '../../core/schedule.ts';
import type { Operation } from '../openapi/operation.ts';
import { AnyObject, DateTime, Int32, nullable } from '../openapi/schemas.ts';

const tag = 'Schedules';

const ScheduleSchema = Type.Object(
  {
    Id: Int32,
    Name: Type.String(),
    Definition: Type.String(),
    ParameterObject: nullable(AnyObject),
    Cron: Type.String(),
    TimeZone: Type.String(),
    MissedRuns: Type.Enum([...MISSED_RUNS]),
    MissedLimit: Type.Integer(),
    Priority: Type.Integer(),
    Paused: Type.Boolean(),
    AssociateId: Type.Integer(),
    IsSystemTask: Type.Boolean(),
    DatabaseSerialNumber: Type.String(),
    NextRuns: Type.Array(DateTime),
    LastRun: DateTime,
    LastTaskId: nullable(Int32),
    LastProblem: Type.String({ description: 'Why its last run did not start; empty where it did' }),
    Created: DateTime,
  },
  { title: 'Schedule', description: 'A task that starts by the clock' },
);

export const listSchedulesOperation: Operation = {
  id: 'listSchedules',
  access: ACCESS.read,
  tag,
  summary: 'The schedules that one may see.',
  answers: { 200: Type.Array(ScheduleSchema) },
};

export const createScheduleOperation: Operation = {
  id: 'createSchedule',
  access: ACCESS.write,
  tag,
  summary: 'Makes a schedule.',
  answers: { 201: ScheduleSchema },
  refusals: [409],
  examples: {
    request: {
      nightly: { Name: 'nightly', Definition: 'table-export', Cron: '0 2 * * *', TimeZone: 'Europe/Oslo' },
    },
  },
};

export const getScheduleOperation: Operation = {
  id: 'getSchedule',
  access: ACCESS.read,
  tag,
  summary: 'One schedule, with its next due times.',
  answers: { 200: ScheduleSchema },
};

export const listNextRunsOperation: Operation = {
  id: 'listNextRuns',
  access: ACCESS.read,
  tag,
  summary: 'The next due times of a schedule; none while it is paused.',
  answers: { 200: Type.Array(DateTime) },
};

export const previewNextRunsOperation: Operation = {
  id: 'previewNextRuns',
  access: ACCESS.readCommon,
  tag,
  summary: 'The next due times of an expression, to try it before it is saved.',
  answers: { 200: Type.Array(DateTime) },
};

export const changeScheduleOperation: Operation = {
  id: 'changeSchedule',
  access: ACCESS.write,
  tag,
  summary: 'Changes what is given of a schedule.',
  answers: { 200: ScheduleSchema },
  refusals: [409],
  examples: { request: { later: { Cron: '0 4 * * *' } } },
};

export const pauseScheduleOperation: Operation = {
  id: 'pauseSchedule',
  access: ACCESS.write,
  tag,
  summary: 'Pauses a schedule.',
  answers: { 200: ScheduleSchema },
};

export const resumeScheduleOperation: Operation = {
  id: 'resumeSchedule',
  access: ACCESS.write,
  tag,
  summary: 'Resumes a schedule.',
  answers: { 200: ScheduleSchema },
};

export const runScheduleNowOperation: Operation = {
  id: 'runScheduleNow',
  access: ACCESS.write,
  tag,
  summary: "Starts a schedule's task now; answers its id.",
  answers: { 200: Int32 },
};

export const deleteScheduleOperation: Operation = {
  id: 'deleteSchedule',
  access: ACCESS.write,
  tag,
  summary: 'Deletes a schedule; the tasks that it has started stay.',
  answers: { 204: null },
};
