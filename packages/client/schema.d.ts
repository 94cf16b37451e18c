// Generated from the OpenAPI document by `npm run client`. Do not edit.

export interface paths {
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process lives */
        get: operations["isLive"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether it can do its work, and what else is known of that */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether it can do its work */
        get: operations["isReady"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Metrics for Prometheus
         * @description For those who may see every task of every tenant, unless the settings let everybody.
         */
        get: operations["readMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Texts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The texts of the caller’s language, for pages */
        get: operations["getTexts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The versions of the API */
        get: operations["listVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/state/{customer}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The address of a customer, as clients of hosted installations ask for it */
        get: operations["getCustomerState"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All calls, with a line on each */
        get: operations["listCalls"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document */
        get: operations["getOpenApi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/SignIn": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is signed in */
        get: operations["getSession"];
        put?: never;
        /** Signs in with Login and Password; answers a SoTicket, or sets a cookie session */
        post: operations["signIn"];
        /** Signs out: the SoTicket or session of this call ends */
        delete: operations["signOut"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/BatchTask": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The batch tasks that the caller may see: $filter, $select, $orderBy, $top, $skip and more
         * @description The archive list. Names of options match in any casing.
         */
        get: operations["listBatchTasks"];
        put?: never;
        /** Starts a batch task; answers its id */
        post: operations["startBatchTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/BatchTask/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One batch task by its id, or the own ones in a state by its name */
        get: operations["getBatchTask"];
        /**
         * Updates State, Description, Response and Request
         * @description Only these four are updated; everything else in the body is ignored. A property that is absent stays, null clears a text. State must be a legal move or the same state; null, All and Unknown leave it as it is. The carrier may be wrapped: `{"BatchTaskInfo": {…}}`.
         */
        put: operations["updateBatchTask"];
        post?: never;
        /** Deletes a batch task */
        delete: operations["deleteBatchTask"];
        options?: never;
        head?: never;
        /**
         * The same by JSON Patch or merge patch, all or nothing
         * @description A list is a JSON Patch, an object is merged: other properties are ignored, as in PUT. Under a patch type the body must have the shape that fits.
         */
        patch: operations["patchBatchTask"];
        trace?: never;
    };
    "/api/v1/BatchTask/{id}/Stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stops a batch task; answers whether it was or will be stopped */
        post: operations["stopBatchTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/BatchTask/{id}/Restart": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Runs a failed task again under its id */
        post: operations["restartBatchTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/BatchTask/Bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stops, restarts or deletes the tasks of a filter; a dry run changes nothing */
        post: operations["bulkBatchTasks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/BatchTask/{id}/Copy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Starts a task like this one, with other parameters if given; answers its id */
        post: operations["copyBatchTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Archive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The archives that there are */
        get: operations["listArchives"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Archive$metadata": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The columns of each archive; odata.metadata of a list leads here */
        get: operations["describeArchives"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Archive/$metadata": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The columns of each archive; odata.metadata of a list leads here */
        get: operations["describeArchivesToo"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Archive/BatchTasks/$metadata": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The columns of the list of batch tasks */
        get: operations["describeArchive"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Archive/BatchTasks$metadata": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The columns of the list of batch tasks */
        get: operations["describeArchiveToo"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Archive/BatchTasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The same list among the archives, also with a count
         * @description The archive list. Names of options match in any casing.
         */
        get: operations["listArchive"];
        put?: never;
        /**
         * The same list, with the options in the body, for long ones
         * @description The archive list. Names of options match in any casing.
         */
        post: operations["postArchive"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Agents/Archive/GetProviderNames": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the call GetProviderNames of the Archive agent; never runs it */
        get: operations["describe_Archive_GetProviderNames"];
        put?: never;
        /**
         * The names of the archives
         * @description Names of arguments may be in any casing.
         */
        post: operations["Archive_GetProviderNames"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Agents/Archive/GetAvailableColumns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the call GetAvailableColumns of the Archive agent; never runs it */
        get: operations["describe_Archive_GetAvailableColumns"];
        put?: never;
        /**
         * The columns of an archive
         * @description Names of arguments may be in any casing.
         */
        post: operations["Archive_GetAvailableColumns"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Agents/Archive/GetArchiveListByColumns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the call GetArchiveListByColumns of the Archive agent; never runs it */
        get: operations["describe_Archive_GetArchiveListByColumns"];
        put?: never;
        /**
         * A page of an archive
         * @description Names of arguments may be in any casing.
         */
        post: operations["Archive_GetArchiveListByColumns"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/BatchTask/{id}/File": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The result file of a batch task, or a range of it */
        get: operations["getBatchTaskFile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        /** What the result file is, without its content */
        head: operations["headBatchTaskFile"];
        patch?: never;
        trace?: never;
    };
    "/api/v1/BatchTask/{id}/Audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every change of the state of a batch task */
        get: operations["readBatchTaskAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/BatchTask/{id}/Log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the runs of a batch task have logged last */
        get: operations["readBatchTaskLog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/BatchTask/{id}/Children": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The batch tasks that a batch task has started, and how far they have come */
        get: operations["listBatchTaskChildren"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/BatchTask/{id}/Parent": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The batch task that has started this one */
        get: operations["getBatchTaskParent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Workers/Definitions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Declares the definitions that a worker offers */
        post: operations["declareDefinitions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Workers/Definitions/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Forgets a definition that workers have declared */
        delete: operations["forgetDefinition"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Workers/Acquire": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Claims tasks for a worker; waits for them up to 30 s */
        post: operations["acquireTasks"];
        /** Has a waiting Acquire answered at once */
        delete: operations["endAcquire"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Workers/Leases/{lease}/Renew": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Renews a lease, writes progress, tells whether to stop */
        post: operations["renewLease"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Workers/Leases/{lease}/Checkpoint": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Keeps a value that the next attempt finds */
        put: operations["keepCheckpoint"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Workers/Leases/{lease}/Log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Adds lines to the task's log */
        post: operations["addLogLines"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Workers/Leases/{lease}/Succeed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends the run: the task has succeeded */
        post: operations["succeedTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Workers/Leases/{lease}/Fail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends the run: it has failed; it may be tried again */
        post: operations["failTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Workers/Leases/{lease}/Return": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives the task back, to be run again */
        post: operations["returnTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Workers/Leases/{lease}/File": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Uploads the task's result file */
        put: operations["uploadResultFile"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The events that one may see, as a stream or a page
         * @description A stream of server-sent events where Accept names text/event-stream, otherwise one page.
         */
        get: operations["readEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/BatchTask/{id}/Events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The events of a batch task, as a stream or a page
         * @description A stream of server-sent events where Accept names text/event-stream, otherwise one page.
         */
        get: operations["readBatchTaskEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The webhooks, without their secrets */
        get: operations["listWebhooks"];
        put?: never;
        /** Makes a webhook */
        post: operations["createWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One webhook */
        get: operations["getWebhook"];
        put?: never;
        post?: never;
        /** Deletes a webhook */
        delete: operations["deleteWebhook"];
        options?: never;
        head?: never;
        /** Changes a webhook */
        patch: operations["changeWebhook"];
        trace?: never;
    };
    "/api/v1/Webhooks/{id}/Test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends a test to a webhook */
        post: operations["testWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Webhooks/{id}/Deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was sent to a webhook and what came of it, newest first */
        get: operations["listWebhookDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Webhooks/{id}/Deliveries/{delivery}/Redeliver": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends a delivery again */
        post: operations["redeliverWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Workers/Leases/{lease}/Children": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The children of the task */
        get: operations["listLeaseChildren"];
        put?: never;
        /** Starts children of the task */
        post: operations["startChildren"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Workers/Leases/{lease}/Wait": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends the run until all children of the task have ended */
        post: operations["waitForChildren"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Agents/Batch/GetBatchTaskInfo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the call GetBatchTaskInfo of the Batch agent; never runs it */
        get: operations["describe_Batch_GetBatchTaskInfo"];
        put?: never;
        /**
         * One batch task by its id
         * @description Names of arguments may be in any casing; simple ones may be in the query instead, and a BatchTaskInfo may be the body itself. Unknown ids, and those that the caller may not see, are no error: the answer is null or false, and deletions pass over them.
         */
        post: operations["Batch_GetBatchTaskInfo"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Agents/Batch/GetBatchTaskInfosByAssociates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the call GetBatchTaskInfosByAssociates of the Batch agent; never runs it */
        get: operations["describe_Batch_GetBatchTaskInfosByAssociates"];
        put?: never;
        /**
         * The batch tasks of these associates
         * @description Names of arguments may be in any casing; simple ones may be in the query instead, and a BatchTaskInfo may be the body itself. Unknown ids, and those that the caller may not see, are no error: the answer is null or false, and deletions pass over them.
         */
        post: operations["Batch_GetBatchTaskInfosByAssociates"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Agents/Batch/GetBatchTaskInfosByAssociatesAndState": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the call GetBatchTaskInfosByAssociatesAndState of the Batch agent; never runs it */
        get: operations["describe_Batch_GetBatchTaskInfosByAssociatesAndState"];
        put?: never;
        /**
         * The batch tasks of these associates in a state
         * @description Names of arguments may be in any casing; simple ones may be in the query instead, and a BatchTaskInfo may be the body itself. Unknown ids, and those that the caller may not see, are no error: the answer is null or false, and deletions pass over them.
         */
        post: operations["Batch_GetBatchTaskInfosByAssociatesAndState"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Agents/Batch/GetBatchTaskInfosByState": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the call GetBatchTaskInfosByState of the Batch agent; never runs it */
        get: operations["describe_Batch_GetBatchTaskInfosByState"];
        put?: never;
        /**
         * The own batch tasks in a state
         * @description Names of arguments may be in any casing; simple ones may be in the query instead, and a BatchTaskInfo may be the body itself. Unknown ids, and those that the caller may not see, are no error: the answer is null or false, and deletions pass over them.
         */
        post: operations["Batch_GetBatchTaskInfosByState"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Agents/Batch/GetBatchTaskInfosByNameAndState": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the call GetBatchTaskInfosByNameAndState of the Batch agent; never runs it */
        get: operations["describe_Batch_GetBatchTaskInfosByNameAndState"];
        put?: never;
        /**
         * The own batch tasks by definition and state
         * @description Names of arguments may be in any casing; simple ones may be in the query instead, and a BatchTaskInfo may be the body itself. Unknown ids, and those that the caller may not see, are no error: the answer is null or false, and deletions pass over them.
         */
        post: operations["Batch_GetBatchTaskInfosByNameAndState"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Agents/Batch/GetBatchTaskInfosByNameAndAssociates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the call GetBatchTaskInfosByNameAndAssociates of the Batch agent; never runs it */
        get: operations["describe_Batch_GetBatchTaskInfosByNameAndAssociates"];
        put?: never;
        /**
         * The batch tasks of these associates by definition
         * @description Names of arguments may be in any casing; simple ones may be in the query instead, and a BatchTaskInfo may be the body itself. Unknown ids, and those that the caller may not see, are no error: the answer is null or false, and deletions pass over them.
         */
        post: operations["Batch_GetBatchTaskInfosByNameAndAssociates"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Agents/Batch/GetAllBatchTaskInfosByName": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the call GetAllBatchTaskInfosByName of the Batch agent; never runs it */
        get: operations["describe_Batch_GetAllBatchTaskInfosByName"];
        put?: never;
        /**
         * System and user batch tasks by definition
         * @description Names of arguments may be in any casing; simple ones may be in the query instead, and a BatchTaskInfo may be the body itself. Unknown ids, and those that the caller may not see, are no error: the answer is null or false, and deletions pass over them.
         */
        post: operations["Batch_GetAllBatchTaskInfosByName"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Agents/Batch/GetAllBatchTaskInfosByNameAndState": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the call GetAllBatchTaskInfosByNameAndState of the Batch agent; never runs it */
        get: operations["describe_Batch_GetAllBatchTaskInfosByNameAndState"];
        put?: never;
        /**
         * System and user batch tasks by definition and state
         * @description Names of arguments may be in any casing; simple ones may be in the query instead, and a BatchTaskInfo may be the body itself. Unknown ids, and those that the caller may not see, are no error: the answer is null or false, and deletions pass over them.
         */
        post: operations["Batch_GetAllBatchTaskInfosByNameAndState"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Agents/Batch/GetSystemBatchTaskInfosByName": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the call GetSystemBatchTaskInfosByName of the Batch agent; never runs it */
        get: operations["describe_Batch_GetSystemBatchTaskInfosByName"];
        put?: never;
        /**
         * System batch tasks by definition
         * @description Names of arguments may be in any casing; simple ones may be in the query instead, and a BatchTaskInfo may be the body itself. Unknown ids, and those that the caller may not see, are no error: the answer is null or false, and deletions pass over them.
         */
        post: operations["Batch_GetSystemBatchTaskInfosByName"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Agents/Batch/GetSystemBatchTaskInfosByNameAndState": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the call GetSystemBatchTaskInfosByNameAndState of the Batch agent; never runs it */
        get: operations["describe_Batch_GetSystemBatchTaskInfosByNameAndState"];
        put?: never;
        /**
         * System batch tasks by definition and state
         * @description Names of arguments may be in any casing; simple ones may be in the query instead, and a BatchTaskInfo may be the body itself. Unknown ids, and those that the caller may not see, are no error: the answer is null or false, and deletions pass over them.
         */
        post: operations["Batch_GetSystemBatchTaskInfosByNameAndState"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Agents/Batch/StartBatchJob": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the call StartBatchJob of the Batch agent; never runs it */
        get: operations["describe_Batch_StartBatchJob"];
        put?: never;
        /**
         * Starts a batch task; answers its id
         * @description Names of arguments may be in any casing; simple ones may be in the query instead, and a BatchTaskInfo may be the body itself. Unknown ids, and those that the caller may not see, are no error: the answer is null or false, and deletions pass over them.
         */
        post: operations["Batch_StartBatchJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Agents/Batch/StopBatchJob": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the call StopBatchJob of the Batch agent; never runs it */
        get: operations["describe_Batch_StopBatchJob"];
        put?: never;
        /**
         * Stops a batch task; answers whether it was or will be stopped
         * @description Names of arguments may be in any casing; simple ones may be in the query instead, and a BatchTaskInfo may be the body itself. Unknown ids, and those that the caller may not see, are no error: the answer is null or false, and deletions pass over them.
         */
        post: operations["Batch_StopBatchJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Agents/Batch/UpdateBatchTask": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the call UpdateBatchTask of the Batch agent; never runs it */
        get: operations["describe_Batch_UpdateBatchTask"];
        put?: never;
        /**
         * Updates State, Description, Response and Request of the batch task that Id names
         * @description Names of arguments may be in any casing; simple ones may be in the query instead, and a BatchTaskInfo may be the body itself. Unknown ids, and those that the caller may not see, are no error: the answer is null or false, and deletions pass over them.
         */
        post: operations["Batch_UpdateBatchTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Agents/Batch/DeleteBatchTask": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the call DeleteBatchTask of the Batch agent; never runs it */
        get: operations["describe_Batch_DeleteBatchTask"];
        put?: never;
        /**
         * Deletes a batch task
         * @description Names of arguments may be in any casing; simple ones may be in the query instead, and a BatchTaskInfo may be the body itself. Unknown ids, and those that the caller may not see, are no error: the answer is null or false, and deletions pass over them.
         */
        post: operations["Batch_DeleteBatchTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Agents/Batch/DeleteBatchTasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the call DeleteBatchTasks of the Batch agent; never runs it */
        get: operations["describe_Batch_DeleteBatchTasks"];
        put?: never;
        /**
         * Deletes batch tasks, all or none
         * @description Names of arguments may be in any casing; simple ones may be in the query instead, and a BatchTaskInfo may be the body itself. Unknown ids, and those that the caller may not see, are no error: the answer is null or false, and deletions pass over them.
         */
        post: operations["Batch_DeleteBatchTasks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Agents/BLOB/GetOutputFromBatch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the call GetOutputFromBatch of the BLOB agent; never runs it */
        get: operations["describe_BLOB_GetOutputFromBatch"];
        put?: never;
        /**
         * A batch task's output: its result file
         * @description Bytes if Accept prefers application/octet-stream, none if there is no output; else base64 or null. An unknown task has no output.
         */
        post: operations["BLOB_GetOutputFromBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Agents/BLOB/CleanupBatchTask": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the call CleanupBatchTask of the BLOB agent; never runs it */
        get: operations["describe_BLOB_CleanupBatchTask"];
        put?: never;
        /**
         * Removes a batch task with its binary objects and its result file
         * @description The natural end of SucceededManualCleanup. An unknown task is no error.
         */
        post: operations["BLOB_CleanupBatchTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Definitions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The definitions that tasks can be started by */
        get: operations["listDefinitions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Definitions/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One definition */
        get: operations["getDefinition"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Definitions/{name}/Pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Pauses a definition: its tasks wait */
        post: operations["pauseDefinition"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Definitions/{name}/Resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Resumes a definition */
        post: operations["resumeDefinition"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Definitions/{name}/Limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Sets how many runs there may be at once, for each tenant, and in a period */
        put: operations["limitDefinition"];
        post?: never;
        /** Makes the definition's own limits count again */
        delete: operations["unlimitDefinition"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Definitions/{name}/Audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who has paused, resumed or limited a definition */
        get: operations["readDefinitionAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Schedules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The schedules that one may see */
        get: operations["listSchedules"];
        put?: never;
        /** Makes a schedule */
        post: operations["createSchedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Schedules/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One schedule, with its next due times */
        get: operations["getSchedule"];
        /** Changes what is given of a schedule */
        put: operations["changeSchedule"];
        post?: never;
        /** Deletes a schedule; the tasks that it has started stay */
        delete: operations["deleteSchedule"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Schedules/{id}/NextRuns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The next due times of a schedule; none while it is paused */
        get: operations["listNextRuns"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Schedules/NextRuns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The next due times of an expression, to try it before it is saved */
        get: operations["previewNextRuns"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Schedules/{id}/Pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Pauses a schedule */
        post: operations["pauseSchedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Schedules/{id}/Resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Resumes a schedule */
        post: operations["resumeSchedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Schedules/{id}/RunNow": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Starts a schedule's task now; answers its id */
        post: operations["runScheduleNow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Definitions/{name}/Retention": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How long its tasks are kept after their end, by state */
        get: operations["getRetention"];
        /** Sets it */
        put: operations["setRetention"];
        post?: never;
        /** Leaves it to the definition and the settings again */
        delete: operations["resetRetention"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Statistics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Throughput, waiting time, workers, queues and failures of the last Minutes */
        get: operations["readStatistics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/TimeZone": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The time zones that SO-TimeZone can name, as an archive list
         * @description Columns: id, timeZone, country, region, offset, daylight, isActive; and ianaName, which only $select adds. Offsets are those of this year.
         */
        get: operations["listTimeZones"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/TimeZone/base": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The server's base time zone, with its rules */
        get: operations["getBaseTimeZone"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/TimeZone/current": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The time zone of this call, with its rules: that of SO-TimeZone, else the base time zone */
        get: operations["getCurrentTimeZone"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/TimeZone/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One time zone by its id or code, with its rules */
        get: operations["getTimeZone"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Agents/TimeZone/GetDefaultTimeZoneInformation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the call GetDefaultTimeZoneInformation of the TimeZone agent; never runs it */
        get: operations["describe_TimeZone_GetDefaultTimeZoneInformation"];
        put?: never;
        /** The time zone of the caller */
        post: operations["TimeZone_GetDefaultTimeZoneInformation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Agents/TimeZone/InitializeTimeZoneData": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the call InitializeTimeZoneData of the TimeZone agent; never runs it */
        get: operations["describe_TimeZone_InitializeTimeZoneData"];
        put?: never;
        /** All time zones with their rules of this year */
        post: operations["TimeZone_InitializeTimeZoneData"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Agents/TimeZone/GetBaseTimeZoneId": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the call GetBaseTimeZoneId of the TimeZone agent; never runs it */
        get: operations["describe_TimeZone_GetBaseTimeZoneId"];
        put?: never;
        /** The id of the base time zone; 0 if it is not listed */
        post: operations["TimeZone_GetBaseTimeZoneId"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Agents/TimeZone/GetDefaultTimeZonePreference": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the call GetDefaultTimeZonePreference of the TimeZone agent; never runs it */
        get: operations["describe_TimeZone_GetDefaultTimeZonePreference"];
        put?: never;
        /** The id of the time zone of callers who name none: the base time zone */
        post: operations["TimeZone_GetDefaultTimeZonePreference"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Agents/TimeZone/CheckNewTimeZoneDataAvailable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the call CheckNewTimeZoneDataAvailable of the TimeZone agent; never runs it */
        get: operations["describe_TimeZone_CheckNewTimeZoneDataAvailable"];
        put?: never;
        /** Whether newer rules are available: never, since they come with the server */
        post: operations["TimeZone_CheckNewTimeZoneDataAvailable"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Agents/TimeZone/UpdateTimeZoneData": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the call UpdateTimeZoneData of the TimeZone agent; never runs it */
        get: operations["describe_TimeZone_UpdateTimeZoneData"];
        put?: never;
        /** Whether newer rules were fetched: never, since they come with the server */
        post: operations["TimeZone_UpdateTimeZoneData"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Agents/TimeZone/TimeOfLastTimeZoneUpdate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the call TimeOfLastTimeZoneUpdate of the TimeZone agent; never runs it */
        get: operations["describe_TimeZone_TimeOfLastTimeZoneUpdate"];
        put?: never;
        /** When newer rules were fetched: never */
        post: operations["TimeZone_TimeOfLastTimeZoneUpdate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Agents/TimeZone/SetBaseTimeZoneId": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the call SetBaseTimeZoneId of the TimeZone agent; never runs it */
        get: operations["describe_TimeZone_SetBaseTimeZoneId"];
        put?: never;
        /** Refused: the base time zone is a setting */
        post: operations["TimeZone_SetBaseTimeZoneId"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Agents/TimeZone/ToggleActiveTimeZoneRow": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the call ToggleActiveTimeZoneRow of the TimeZone agent; never runs it */
        get: operations["describe_TimeZone_ToggleActiveTimeZoneRow"];
        put?: never;
        /** Refused: all time zones are active */
        post: operations["TimeZone_ToggleActiveTimeZoneRow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Agents/TimeZone/SetActiveTimeZoneRow": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the call SetActiveTimeZoneRow of the TimeZone agent; never runs it */
        get: operations["describe_TimeZone_SetActiveTimeZoneRow"];
        put?: never;
        /** Refused: all time zones are active */
        post: operations["TimeZone_SetActiveTimeZoneRow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Agents/TimeZone/SetActiveTimeZonesByFilter": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the call SetActiveTimeZonesByFilter of the TimeZone agent; never runs it */
        get: operations["describe_TimeZone_SetActiveTimeZonesByFilter"];
        put?: never;
        /** Refused: all time zones are active */
        post: operations["TimeZone_SetActiveTimeZonesByFilter"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Agents/TimeZone/DeleteTimeZones": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the call DeleteTimeZones of the TimeZone agent; never runs it */
        get: operations["describe_TimeZone_DeleteTimeZones"];
        put?: never;
        /** Refused: time zones come with the server */
        post: operations["TimeZone_DeleteTimeZones"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The own uploads */
        get: operations["listUploads"];
        put?: never;
        /** Uploads an input file for tasks */
        post: operations["createUpload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Uploads/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Deletes an upload */
        delete: operations["deleteUpload"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The associates who may sign in */
        get: operations["listUsers"];
        put?: never;
        /** Makes an associate */
        post: operations["createUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes password, roles or access of an associate */
        patch: operations["changeUser"];
        trace?: never;
    };
    "/api/v1/Applications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The applications that an SO-AppToken is known of */
        get: operations["listApplications"];
        put?: never;
        /** Registers an application; answers its SO-AppToken, once */
        post: operations["createApplication"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Applications/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Removes an application */
        delete: operations["removeApplication"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The API tokens, without their secrets */
        get: operations["listTokens"];
        put?: never;
        /** Makes an API token */
        post: operations["createToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revokes an API token */
        delete: operations["revokeToken"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Health: {
            Status: string;
            Reason?: string;
        };
        /**
         * @example {
         *       "Error": true,
         *       "ErrorType": "ArgumentException",
         *       "Message": "\"12x\" is not the id of a batch task; a whole number of 32 bits is accepted.",
         *       "ErrorMessage": "\"12x\" is not the id of a batch task; a whole number of 32 bits is accepted.",
         *       "ErrorSource": "Batchline.WebApi",
         *       "Code": "invalid_argument"
         *     }
         */
        Error: {
            /** @constant */
            Error: true;
            ErrorType: string;
            /** @description What is wrong, where, and what would be accepted */
            Message: string;
            /** @description The same text */
            ErrorMessage: string;
            ErrorSource: string;
            /**
             * @description What programs go by; never changes
             * @example task_not_found
             */
            Code: string;
        };
        HealthSummary: {
            Status: string;
            Reason?: string;
            UptimeSeconds: number;
            DatabaseMilliseconds: number | null;
        };
        Texts: {
            Language: string;
            /** @description By what they are in English */
            Messages: {
                [key: string]: string;
            };
            /** @description By the names of references such as SR_… */
            Resources: {
                [key: string]: string;
            };
        };
        Versions: {
            /** @description The base of the calls */
            v1: string;
            Version: string;
            /** @description The version of Batchline */
            NetServerVersion: string;
            NetServerAssembly: string;
            /** @description When the server was started */
            NetServerDate: string;
            NetServerLabel: string;
            NetServer: string;
            Services: string;
            ServicesCurrent: string;
        };
        CustomerState: {
            ContextIdentifier: string;
            /** @description The address under which the customer calls */
            Endpoint: string;
            State: string;
            IsRunning: boolean;
            /** @description When to ask again */
            ValidUntil: string;
        };
        /** @description By address, the methods with a line on each */
        Calls: {
            [key: string]: {
                [key: string]: string;
            };
        };
        /**
         * @description ISO 8601, in the zone of SO-TimeZone, without an offset unless includeTZOffset asks for it; 0001-01-01T00:00:00 if it was never set
         * @example 2018-12-24T07:34:45
         * @example 2018-12-24T07:34:45-0500
         * @example 2001-10-22T09:40:59.9150653+02:00
         */
        DateTime: string;
        SignedIn: {
            AssociateId: number;
            Login: string;
            Name: string;
            Roles: string[];
            Tenant: string | null;
            Scopes: ("read" | "write" | "admin" | "worker")[];
            /** @description A SoTicket; not where Cookie was true */
            Ticket?: string;
            /** @description Of a cookie session: what X-XSRF-TOKEN must be */
            XsrfToken?: string;
            Expires: components["schemas"]["DateTime"];
        };
        /** @description Who is signed in */
        Session: {
            AssociateId: number;
            Login: string;
            Name: string;
            Roles: string[];
            Tenant: string | null;
            Scopes: ("read" | "write" | "admin" | "worker")[];
            /** @description Of a cookie session: what X-XSRF-TOKEN must be */
            XsrfToken?: string;
        };
        /** @description A BatchTaskInfo to start, and our own options of a start; names in any casing. Other properties are ignored, and unknown ones listed in the header Batchline-Ignored */
        BatchTaskStart: {
            /** @description The definition that runs */
            Name: string;
            /** @description The owner; 0 for a system task. Set by administrators */
            AssociateId?: number;
            /** Format: int32 */
            DetailsTable?: number;
            /** Format: int32 */
            DetailsRecord?: number;
            /** @description Not initiated by an associate. Set by administrators */
            IsSystemTask?: boolean;
            /** @description Leaves no row */
            IsInternalTask?: boolean;
            /** @description What the definition takes. At the start a list of { Key, Value } is accepted too */
            ParameterObject?: {
                [key: string]: unknown;
            } | null;
            /** @description The tenant */
            DatabaseSerialNumber?: string;
            /** @description For the task that runs */
            Context?: string;
            /** @description Set by whoever started it, or by Update; at most 254 characters */
            Description?: string;
            Response?: string;
            Request?: string;
            /** @description File of the task */
            FileName?: string;
            /** @description When the task is due; without an offset in the zone of the caller */
            StartAt?: string;
            /** @description Seconds until the task is due */
            DelaySeconds?: number;
            /** @description -1000 to 1000; higher ones are delivered first */
            Priority?: number;
        };
        /**
         * @description Out by name; in by name in any casing, or by number. All and Unknown are never the state of a task.
         * @enum {unknown}
         */
        BatchTaskState: "Unknown" | "New" | "Aquired" | "Started" | "Succeeded" | "Failed" | "SucceededManualCleanup" | "All";
        /** @enum {unknown} */
        BatchTaskCancellationBehaviour: "CanCancel" | "CancelWithWarning" | "CannotCancel";
        Right: {
            /**
             * @example FULL
             * @example Select, Update
             */
            Mask: string;
            /** @description Why it is not more, in the language of the caller */
            Reason: string;
        };
        FieldProperty: {
            FieldRight: components["schemas"]["Right"];
            /** @example System.Int32 */
            FieldType: string;
            /** @description Bytes, or characters of a text; 0 where there is no limit */
            FieldLength: number;
        };
        /** @description A batch task */
        BatchTaskInfo: {
            /** Format: int32 */
            Id: number;
            /** @description The definition that runs */
            Name: string;
            /** @description The owner; 0 for a system task. Set by administrators */
            AssociateId: number;
            /** Format: int32 */
            DetailsTable: number;
            /** Format: int32 */
            DetailsRecord: number;
            /** @description Not initiated by an associate. Set by administrators */
            IsSystemTask: boolean;
            /** @description Leaves no row */
            IsInternalTask: boolean;
            /** @description What the definition takes. At the start a list of { Key, Value } is accepted too */
            ParameterObject: {
                [key: string]: unknown;
            } | null;
            /** @description The tenant */
            DatabaseSerialNumber: string;
            /** @description For the task that runs */
            Context: string;
            /** @description Set by whoever started it, or by Update; at most 254 characters */
            Description: string;
            Response: string;
            Request: string;
            /** @description File of the task */
            FileName: string;
            LastStarted: components["schemas"]["DateTime"];
            Created: components["schemas"]["DateTime"];
            /** @description 0: never executed */
            StartCount: number;
            /** @description Written by the run */
            Result: string;
            State: components["schemas"]["BatchTaskState"];
            /** @description The current stage */
            ProgressDescription: string;
            /** @description 0 to 100 */
            ProgressPercent: number;
            CancellationBehaviour: components["schemas"]["BatchTaskCancellationBehaviour"];
            TableRight: components["schemas"]["Right"];
            /** @description The rights on each property */
            FieldProperties: {
                [key: string]: components["schemas"]["FieldProperty"];
            };
        };
        /** @description A batch task after $select: what is not selected is null */
        SelectedBatchTaskInfo: {
            Id: number | null;
            Name: string | null;
            AssociateId: number | null;
            DetailsTable: number | null;
            DetailsRecord: number | null;
            IsSystemTask: boolean | null;
            IsInternalTask: boolean | null;
            ParameterObject: ({
                [key: string]: unknown;
            } | null) | null;
            DatabaseSerialNumber: string | null;
            Context: string | null;
            Description: string | null;
            Response: string | null;
            Request: string | null;
            FileName: string | null;
            LastStarted: components["schemas"]["DateTime"] | null;
            Created: components["schemas"]["DateTime"] | null;
            StartCount: number | null;
            Result: string | null;
            State: components["schemas"]["BatchTaskState"] | null;
            ProgressDescription: string | null;
            ProgressPercent: number | null;
            CancellationBehaviour: components["schemas"]["BatchTaskCancellationBehaviour"] | null;
            TableRight: {
                Mask: string | null;
                Reason: string | null;
            } | null;
            FieldProperties: {
                [key: string]: {
                    FieldRight: {
                        Mask: string | null;
                        Reason: string | null;
                    } | null;
                    FieldType: string | null;
                    FieldLength: number | null;
                };
            } | null;
        };
        /** @description A BatchTaskInfo: State, Description, Response and Request count, in any casing; more is ignored */
        BatchTaskUpdate: {
            /** @description A legal move; null, All and Unknown leave it as it is */
            State?: components["schemas"]["BatchTaskState"] | number | null;
            /** @description Description: absent stays, null clears */
            Description?: string | null;
            /** @description Response: absent stays, null clears */
            Response?: string | null;
            /** @description Request: absent stays, null clears */
            Request?: string | null;
        } & {
            [key: string]: unknown;
        };
        /** @description RFC 6902, without move and copy. State, Description, Response and Request can change; test compares any value */
        JsonPatch: {
            /** @enum {unknown} */
            op: "add" | "replace" | "remove" | "test";
            /**
             * @description Names match in any casing, the leading slash is optional
             * @example /Description
             */
            path: string;
            value?: unknown;
        }[];
        BulkOutcome: {
            /** @enum {unknown} */
            Action: "Stop" | "Restart" | "Delete";
            DryRun: boolean;
            Matched: number;
            Done: number;
            Refused: {
                /** Format: int32 */
                Id: number;
                Reason: string;
            }[];
            LastId: number | null;
            /** @description There are more that match */
            More: boolean;
        };
        /** @description The columns that $select names, as it spells them. There are getAllRows, getNoRows, DefinitionId, DefinitionName, DefinitionDescription, DefinitionTimeOut, Description, DbTag, State, DetailsTable, DetailsRecord, Request, Response, StartCount, LastStarted, ProgressPercent, ProgressDescription, updatedBy, updatedDate, registeredBy, registeredDate, batchTaskId, associateId, fileName, result, context, cancellationBehaviour, isSystemTask, isInternalTask, parentId. In Full they are in Column. */
        ArchiveRow: {
            /** @description The id of the task: a string in Slim and Wide, a number in Full */
            PrimaryKey: string | number;
            /** @description batchtask, or the RowType of a row that is no task */
            EntityName: string;
            /** @description header:1, footer:1 and so on, or grandtotal */
            RowType?: string;
        } & {
            [key: string]: unknown;
        };
        ArchivePage: {
            "odata.metadata": string;
            /** @description With $inlineCount */
            "odata.count"?: number;
            "odata.nextLink": string | null;
            value: components["schemas"]["ArchiveRow"][];
        };
        Archives: {
            value: {
                name: string;
                url: string;
            }[];
        };
        ArchiveColumnInfo: {
            DisplayName: string;
            DisplayTooltip: string;
            DisplayType: string;
            CanOrderBy: boolean;
            Name: string;
            CanRestrictBy: boolean;
            RestrictionType: string;
            RestrictionListName: string;
            IsVisible: boolean;
            ExtraInfo: string;
            Width: string;
            IconHint: string;
            HeadingIconHint: string;
        };
        /** @description The columns by their names */
        ArchiveColumns: {
            [key: string]: components["schemas"]["ArchiveColumnInfo"];
        };
        /** @description How an agent is called */
        AgentCall: {
            Agent: string;
            Method: string;
            Summary: string;
            Description: string;
            /** @description Where to POST the arguments */
            Url: string;
            Arguments: {
                Name: string;
                Type: string;
            }[];
            /** @description The type of the answer; void if it has no body */
            Returns: string;
        };
        ArchiveListItem: {
            EntityName: string;
            /** Format: int32 */
            PrimaryKey: number;
            ColumnData: {
                [key: string]: {
                    DisplayValue: string;
                    TooltipHint: string;
                    LinkHint: string;
                };
            };
            LinkHint: string;
            StyleHint: string;
            TableRight: {
                Mask: string;
                Reason: string;
            } | null;
            FieldProperties: null;
        };
        /**
         * @description A state that a task can be in
         * @enum {unknown}
         */
        StoredState: "New" | "Aquired" | "Started" | "Succeeded" | "Failed" | "SucceededManualCleanup";
        /** @description A change of the state of a task */
        AuditEntry: {
            At: components["schemas"]["DateTime"];
            /** @description The associate; 0 for the server */
            ActorId: number;
            Runtime: string | null;
            From: components["schemas"]["StoredState"] | null;
            To: components["schemas"]["StoredState"];
            Attempt: number;
            Reason: string;
        };
        LogLine: {
            Id: number;
            At: components["schemas"]["DateTime"];
            Attempt: number;
            /** @enum {unknown} */
            Level: "debug" | "info" | "warn" | "error";
            Message: string;
        };
        /** @description The tasks that a task has started, and how far they have come */
        Children: {
            Total: number;
            Ended: number;
            Failed: number;
            Children: {
                Key: string;
                Weight: number;
                Task: components["schemas"]["BatchTaskInfo"];
            }[];
        };
        DeclaredDefinition: {
            Name: string;
            LeaseSeconds: number;
        };
        /** @description A change of the state of a task */
        TaskEvent: {
            Id: number;
            /** Format: int32 */
            TaskId: number;
            Name: string;
            AssociateId: number;
            DatabaseSerialNumber: string;
            At: components["schemas"]["DateTime"];
            ActorId: number;
            Runtime: string | null;
            From: components["schemas"]["StoredState"] | null;
            To: components["schemas"]["StoredState"];
            Attempt: number;
            Reason: string;
        };
        EventPage: {
            /** @description What the next call passes as After */
            After: number;
            /** @description There are more already */
            More: boolean;
            Events: components["schemas"]["TaskEvent"][];
        };
        /** @description Server-sent events: `state` with a TaskEvent as data and its Id as id, `progress` with the progress of a task */
        EventStream: string;
        /** @description An address that is told of events */
        Webhook: {
            Id: number;
            AssociateId: number;
            DatabaseSerialNumber: string | null;
            Url: string;
            /** @description Of definitions; empty: all */
            Names: string[];
            /** @description Empty: all */
            States: string[];
            /** @description Only those of own tasks */
            Own: boolean;
            Active: boolean;
            /** @description Why the server has turned it off */
            DisabledReason: string;
            Created: components["schemas"]["DateTime"];
            Updated: components["schemas"]["DateTime"];
        };
        NewWebhook: {
            Url: string;
            Names?: string[];
            States?: string[];
            Own?: boolean;
            Active?: boolean;
        };
        CreatedWebhook: {
            Id: number;
            AssociateId: number;
            DatabaseSerialNumber: string | null;
            Url: string;
            /** @description Of definitions; empty: all */
            Names: string[];
            /** @description Empty: all */
            States: string[];
            /** @description Only those of own tasks */
            Own: boolean;
            Active: boolean;
            /** @description Why the server has turned it off */
            DisabledReason: string;
            Created: components["schemas"]["DateTime"];
            Updated: components["schemas"]["DateTime"];
            /** @description Signs what is sent; shown this once */
            Secret: string;
        };
        WebhookDelivery: {
            Id: number;
            WebhookId: number;
            EventId: number | null;
            /** @enum {unknown} */
            State: "Waiting" | "Delivered" | "Dead";
            Tries: number;
            NextTry: components["schemas"]["DateTime"] | null;
            Created: components["schemas"]["DateTime"];
            Ended: components["schemas"]["DateTime"] | null;
            Status: number | null;
            Answer: string | null;
            Error: string | null;
            /** @description What is sent */
            Body: unknown;
        };
        /** @description null: there is none */
        Limits: {
            Concurrent: number | null;
            PerTenant: number | null;
            Rate: {
                Runs: number;
                Seconds: number;
            } | null;
        };
        /** @description What tasks can be started by */
        Definition: {
            Name: string;
            Description: string;
            /** @description JSON Schema of its parameters */
            Parameters: {
                [key: string]: unknown;
            };
            /** @enum {unknown} */
            CancellationBehaviour: "CanCancel" | "CancelWithWarning" | "CannotCancel";
            /** @description Where its runs are: process, thread or worker */
            Isolate: string;
            Retries: number;
            LeaseSeconds: number;
            LastSeen: components["schemas"]["DateTime"] | null;
            /** @description While it is paused its tasks wait */
            Paused: boolean;
            PausedBy: number | null;
            PausedAt: components["schemas"]["DateTime"] | null;
            PausedReason: string | null;
            Limits: components["schemas"]["Limits"];
            /** @description Somebody has set them, instead of those that the definition brings */
            LimitsAreSet: boolean;
        };
        DefinitionChange: {
            At: components["schemas"]["DateTime"];
            ActorId: number;
            Action: string;
            Limits: components["schemas"]["Limits"] | null;
        };
        /** @description A task that starts by the clock */
        Schedule: {
            /** Format: int32 */
            Id: number;
            Name: string;
            Definition: string;
            ParameterObject: {
                [key: string]: unknown;
            } | null;
            Cron: string;
            TimeZone: string;
            /** @enum {unknown} */
            MissedRuns: "Skip" | "Once" | "All";
            MissedLimit: number;
            Priority: number;
            Paused: boolean;
            AssociateId: number;
            IsSystemTask: boolean;
            DatabaseSerialNumber: string;
            NextRuns: components["schemas"]["DateTime"][];
            LastRun: components["schemas"]["DateTime"];
            LastTaskId: number | null;
            /** @description Why its last run did not start; empty where it did */
            LastProblem: string;
            Created: components["schemas"]["DateTime"];
        };
        NewSchedule: {
            Name: string;
            Definition: string;
            Cron: string;
            ParameterObject?: {
                [key: string]: unknown;
            } | null;
            TimeZone?: string;
            /** @enum {unknown} */
            MissedRuns?: "Skip" | "Once" | "All";
            MissedLimit?: number;
            Priority?: number;
            Paused?: boolean;
            AssociateId?: number;
            IsSystemTask?: boolean;
            DatabaseSerialNumber?: string;
        };
        /** @description By state, such as 30d; a state that is not there is kept */
        Retention: {
            [key: string]: string;
        };
        Statistics: {
            Since: components["schemas"]["DateTime"];
            StepSeconds: number;
            Changes: {
                At: components["schemas"]["DateTime"];
                Name: string;
                Registered: number;
                Succeeded: number;
                Failed: number;
                Begun: number;
                /** @description Seconds, on average */
                Waited: number;
                /** @description Seconds */
                LongestWait: number;
            }[];
            Workers: {
                At: components["schemas"]["DateTime"];
                Workers: number;
            }[];
            Queues: {
                Name: string;
                Due: number;
                Later: number;
                Oldest: components["schemas"]["DateTime"] | null;
                Running: number;
            }[];
            Failures: {
                Name: string;
                Tasks: number;
                /** Format: int32 */
                LastId: number;
                LastAt: components["schemas"]["DateTime"];
                Result: string;
            }[];
        };
        TimeZoneRow: {
            [key: string]: unknown;
        };
        TimeZoneList: {
            "odata.metadata": string;
            "odata.nextLink": string | null;
            value: components["schemas"]["TimeZoneRow"][];
        };
        /** @description When summer time begins and ends; zeros in rules of standard time */
        TimeZoneRule: {
            /** @description Minutes east of UTC */
            TZOffset: number;
            /** @example 0200 LST-SUN-MAR */
            StartRulePattern: string;
            /** @example 0300 LST-SUN-OCT */
            EndRulePattern: string;
            StartDay: number;
            StartMonth: number;
            EndDay: number;
            EndMonth: number;
        };
        TimeZoneData: {
            /** @description 0 for a zone that GET /TimeZone does not list */
            TZLocationID: number;
            /** @example Norway */
            Name: string;
            /**
             * @example NO
             * @example US-NY
             */
            TZLocationCode: string;
            /** @example Oslo */
            TZLocationCities: string;
            /** @description The ISO 3166-1 number of the country; 0 for none */
            IsoNumber: number;
            /** @description By year: the current one */
            TimeZoneSTDRules: {
                [key: string]: components["schemas"]["TimeZoneRule"];
            };
            /** @description By year: the current one */
            TimeZoneDSTRules: {
                [key: string]: components["schemas"]["TimeZoneRule"];
            };
        };
        PreferredTimeZone: {
            /** @description 0: users have no preference of their own here */
            PreferenceId: number;
            /** Format: int32 */
            TZLocationId: number;
            LocationCode: string;
            Description: string;
            Country: string;
            /** @description Minutes east of UTC in standard time */
            Bias: number;
        };
        CreatedUpload: {
            /** @description What a parameter such as csv-import's file takes */
            File: string;
            Name: string;
            Bytes: number;
            /** @description In hex */
            Sha256: string;
        };
        Upload: {
            /** @description What a parameter such as csv-import's file takes */
            File: string;
            Name: string;
            Bytes: number;
            /** @description In hex */
            Sha256: string;
            Created: components["schemas"]["DateTime"];
            LastUsed: components["schemas"]["DateTime"];
        };
        /** @description An associate who may sign in */
        User: {
            AssociateId: number;
            Login: string;
            Name: string;
            Roles: ("administrator" | "viewer")[];
            DatabaseSerialNumber: string | null;
            Disabled: boolean;
        };
        Application: {
            /** Format: int32 */
            Id: number;
            Name: string;
            Scopes: ("read" | "write" | "admin" | "worker")[] | null;
            Created: components["schemas"]["DateTime"];
        };
        CreatedApplication: {
            /** Format: int32 */
            Id: number;
            Name: string;
            Scopes: ("read" | "write" | "admin" | "worker")[] | null;
            Created: components["schemas"]["DateTime"];
            /** @description Its SO-AppToken; shown this once */
            AppToken: string;
        };
        /** @description A bearer token */
        Token: {
            /** Format: int32 */
            Id: number;
            Name: string;
            AssociateId: number;
            Scopes: ("read" | "write" | "admin" | "worker")[];
            Definitions: string[] | null;
            Roles: ("administrator" | "viewer")[] | null;
            DatabaseSerialNumber: string | null;
            ParentId: number | null;
            Created: components["schemas"]["DateTime"];
            Expires: components["schemas"]["DateTime"] | null;
        };
        CreatedToken: {
            /** Format: int32 */
            Id: number;
            Name: string;
            AssociateId: number;
            Scopes: ("read" | "write" | "admin" | "worker")[];
            Definitions: string[] | null;
            Roles: ("administrator" | "viewer")[] | null;
            DatabaseSerialNumber: string | null;
            ParentId: number | null;
            Created: components["schemas"]["DateTime"];
            Expires: components["schemas"]["DateTime"] | null;
            /** @description The secret; shown this once */
            Token: string;
        };
    };
    responses: {
        /** @description Something in the request is wrong; the message says what, where, and what would be accepted. */
        Invalid: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The call was refused. */
        Refused: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Nobody is signed in. */
        Unauthenticated: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The caller may not do this. */
        Forbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description There were too many wrong passwords; Retry-After tells when to try again. */
        RateLimited: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description There is no such thing, or none that the caller may see. */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The call was refused. */
        Oversized: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The Content-Type, charset or Content-Encoding of the body is not supported here. */
        Unsupported: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description It can not be done as things are. */
        Conflict: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The call was refused. */
        Gone: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description A condition of the request does not hold. */
        Precondition: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The range is outside of the file. */
        Unsatisfiable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
    };
    parameters: {
        /** @description The language of texts; counts more than Accept-Language. * or x leaves texts raw */
        "SO-Language": string;
        /** @description The language of texts; without one they are raw */
        "Accept-Language": string;
        /** @description How numbers and dates are written inside texts; that of the language where it is absent */
        "SO-Culture": string;
        /** @description The zone of times, both ways: a code, an id or an IANA name. The answer says which it was. includeTZOffset writes offsets */
        "SO-TimeZone": string;
        /** @description ETags: refused with 412 where it has another by now */
        "If-Match": string;
        /** @description ETags: 304, or 412 of a change, where it has one of them */
        "If-None-Match": string;
        /** @description 304 if it has not changed since; unreadable dates are ignored */
        "If-Modified-Since": string;
        /** @description Refused with 412 if it has changed since; unreadable dates are ignored */
        "If-Unmodified-Since": string;
        /** @description A range of the file */
        Range: string;
        /** @description The ETag that the range is of; another gets the whole file */
        "If-Range": string;
    };
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    isLive: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            400: components["responses"]["Invalid"];
            default: components["responses"]["Refused"];
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthSummary"];
                };
            };
            400: components["responses"]["Invalid"];
            /** @description Not now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthSummary"];
                };
            };
            default: components["responses"]["Refused"];
        };
    };
    isReady: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            400: components["responses"]["Invalid"];
            /** @description Not now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            default: components["responses"]["Refused"];
        };
    };
    readMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    getTexts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    /** @description The version of the texts */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Texts"];
                };
            };
            400: components["responses"]["Invalid"];
            default: components["responses"]["Refused"];
        };
    };
    listVersions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Versions"];
                };
            };
            400: components["responses"]["Invalid"];
            default: components["responses"]["Refused"];
        };
    };
    getCustomerState: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                customer: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerState"];
                };
            };
            400: components["responses"]["Invalid"];
            404: components["responses"]["NotFound"];
            default: components["responses"]["Refused"];
        };
    };
    listCalls: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Calls"];
                };
            };
            400: components["responses"]["Invalid"];
            default: components["responses"]["Refused"];
        };
    };
    getOpenApi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            400: components["responses"]["Invalid"];
            default: components["responses"]["Refused"];
        };
    };
    getSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    signIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    Login: string;
                    Password: string;
                    Cookie?: boolean;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    signOut: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    listBatchTasks: {
        parameters: {
            query?: {
                /** @description Columns, separated by commas; functions such as Count(State):Footer */
                $select?: string;
                /** @description A condition such as State eq 5 and registeredDate after '2026-01-01' */
                $filter?: string;
                /** @description Columns, each with an optional asc or desc */
                $orderBy?: string;
                /** @description batchtask, the only one */
                $entities?: string;
                /** @description The size of a page; 100 by default */
                $top?: string;
                /** @description How many tasks to pass over; $skiptoken of odata.nextLink is faster */
                $skip?: string;
                /** @description From odata.nextLink */
                $skiptoken?: string;
                $mode?: "Slim" | "Wide" | "Full";
                /** @description GrandTotal=true adds a row with the sums of the whole list */
                $options?: string;
                /** @description Accepted, not used */
                $context?: string;
                /** @description Overrides Accept */
                $format?: "JSON" | "XML";
                /** @description Names of letters, digits and underscores only */
                $jsonSafe?: "true" | "false";
                $output?: "Logical" | "Display";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArchivePage"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    startBatchTask: {
        parameters: {
            query?: {
                /** @description When the task is due; without an offset in the zone of the caller */
                StartAt?: string;
                /** @description Seconds until the task is due */
                DelaySeconds?: string;
                /** @description -1000 to 1000; higher ones are delivered first */
                Priority?: string;
            };
            header?: {
                /** @description The same key and body within a day start one task and get the same answer */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BatchTaskStart"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    /** @description Properties of the body that are unknown and were ignored */
                    "Batchline-Ignored"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": number;
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            410: components["responses"]["Gone"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    getBatchTask: {
        parameters: {
            query?: {
                /** @description Properties to keep, such as `Name,TableRight/Mask`; the others are null. Unknown names are passed over */
                $select?: string;
            };
            header?: {
                /** @description ETags: refused with 412 where it has another by now */
                "If-Match"?: components["parameters"]["If-Match"];
                /** @description ETags: 304, or 412 of a change, where it has one of them */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
                /** @description 304 if it has not changed since; unreadable dates are ignored */
                "If-Modified-Since"?: components["parameters"]["If-Modified-Since"];
                /** @description Refused with 412 if it has changed since; unreadable dates are ignored */
                "If-Unmodified-Since"?: components["parameters"]["If-Unmodified-Since"];
            };
            path: {
                /** @description The id of a task, or the name of a state */
                id: number | components["schemas"]["BatchTaskState"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    /** @description The version of the task, as this caller sees it */
                    ETag?: string;
                    /** @description When the task changed last */
                    "Last-Modified"?: string;
                    /** @description How many rows the list has, if it was cut: at the limit of the server, or at 8 MB of texts */
                    "Batchline-List-Cut"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": (components["schemas"]["BatchTaskInfo"] | components["schemas"]["SelectedBatchTaskInfo"]) | (components["schemas"]["BatchTaskInfo"] | components["schemas"]["SelectedBatchTaskInfo"])[];
                };
            };
            /** @description What the caller has is what there is. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            412: components["responses"]["Precondition"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    updateBatchTask: {
        parameters: {
            query?: {
                /** @description Properties to keep, such as `Name,TableRight/Mask`; the others are null. Unknown names are passed over */
                $select?: string;
            };
            header?: {
                /** @description ETags: refused with 412 where it has another by now */
                "If-Match"?: components["parameters"]["If-Match"];
                /** @description ETags: 304, or 412 of a change, where it has one of them */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
                /** @description Refused with 412 if it has changed since; unreadable dates are ignored */
                "If-Unmodified-Since"?: components["parameters"]["If-Unmodified-Since"];
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BatchTaskUpdate"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    /** @description The version of the task, as this caller sees it */
                    ETag?: string;
                    /** @description When the task changed last */
                    "Last-Modified"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchTaskInfo"] | components["schemas"]["SelectedBatchTaskInfo"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["Precondition"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    deleteBatchTask: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETags: refused with 412 where it has another by now */
                "If-Match"?: components["parameters"]["If-Match"];
                /** @description ETags: 304, or 412 of a change, where it has one of them */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
                /** @description Refused with 412 if it has changed since; unreadable dates are ignored */
                "If-Unmodified-Since"?: components["parameters"]["If-Unmodified-Since"];
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["Precondition"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    patchBatchTask: {
        parameters: {
            query?: {
                /** @description Properties to keep, such as `Name,TableRight/Mask`; the others are null. Unknown names are passed over */
                $select?: string;
            };
            header?: {
                /** @description ETags: refused with 412 where it has another by now */
                "If-Match"?: components["parameters"]["If-Match"];
                /** @description ETags: 304, or 412 of a change, where it has one of them */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
                /** @description Refused with 412 if it has changed since; unreadable dates are ignored */
                "If-Unmodified-Since"?: components["parameters"]["If-Unmodified-Since"];
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BatchTaskUpdate"] | components["schemas"]["JsonPatch"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    /** @description The version of the task, as this caller sees it */
                    ETag?: string;
                    /** @description When the task changed last */
                    "Last-Modified"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchTaskInfo"] | components["schemas"]["SelectedBatchTaskInfo"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["Precondition"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    stopBatchTask: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETags: refused with 412 where it has another by now */
                "If-Match"?: components["parameters"]["If-Match"];
                /** @description ETags: 304, or 412 of a change, where it has one of them */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
                /** @description Refused with 412 if it has changed since; unreadable dates are ignored */
                "If-Unmodified-Since"?: components["parameters"]["If-Unmodified-Since"];
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": boolean;
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            412: components["responses"]["Precondition"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    restartBatchTask: {
        parameters: {
            query?: {
                /** @description true forgets the checkpoint of earlier runs */
                FromStart?: string;
                /** @description Properties to keep, such as `Name,TableRight/Mask`; the others are null. Unknown names are passed over */
                $select?: string;
            };
            header?: {
                /** @description ETags: refused with 412 where it has another by now */
                "If-Match"?: components["parameters"]["If-Match"];
                /** @description ETags: 304, or 412 of a change, where it has one of them */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
                /** @description Refused with 412 if it has changed since; unreadable dates are ignored */
                "If-Unmodified-Since"?: components["parameters"]["If-Unmodified-Since"];
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchTaskInfo"] | components["schemas"]["SelectedBatchTaskInfo"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["Precondition"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    bulkBatchTasks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {unknown} */
                    Action: "Stop" | "Restart" | "Delete";
                    /** @description As `$filter` of the archive list */
                    Filter: string;
                    DryRun?: boolean;
                    Limit?: number;
                    FromStart?: boolean;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkOutcome"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    copyBatchTask: {
        parameters: {
            query?: {
                /** @description When the task is due; without an offset in the zone of the caller */
                StartAt?: string;
                /** @description Seconds until the task is due */
                DelaySeconds?: string;
                /** @description -1000 to 1000; higher ones are delivered first */
                Priority?: string;
            };
            header?: {
                /** @description The same key and body within a day start one task and get the same answer */
                "idempotency-key"?: string;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description What the definition takes. At the start a list of { Key, Value } is accepted too */
                    ParameterObject?: {
                        [key: string]: unknown;
                    } | null;
                    /** @description When the task is due; without an offset in the zone of the caller */
                    StartAt?: string;
                    /** @description Seconds until the task is due */
                    DelaySeconds?: number;
                    /** @description -1000 to 1000; higher ones are delivered first */
                    Priority?: number;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    /** @description Properties of the body that are unknown and were ignored */
                    "Batchline-Ignored"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": number;
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            410: components["responses"]["Gone"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    listArchives: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Archives"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describeArchives: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        BatchTasks: components["schemas"]["ArchiveColumns"];
                    };
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describeArchivesToo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        BatchTasks: components["schemas"]["ArchiveColumns"];
                    };
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describeArchive: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArchiveColumns"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describeArchiveToo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArchiveColumns"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    listArchive: {
        parameters: {
            query?: {
                /** @description Columns, separated by commas; functions such as Count(State):Footer */
                $select?: string;
                /** @description A condition such as State eq 5 and registeredDate after '2026-01-01' */
                $filter?: string;
                /** @description Columns, each with an optional asc or desc */
                $orderBy?: string;
                /** @description batchtask, the only one */
                $entities?: string;
                /** @description The size of a page; 100 by default */
                $top?: string;
                /** @description How many tasks to pass over; $skiptoken of odata.nextLink is faster */
                $skip?: string;
                /** @description From odata.nextLink */
                $skiptoken?: string;
                $mode?: "Slim" | "Wide" | "Full";
                /** @description GrandTotal=true adds a row with the sums of the whole list */
                $options?: string;
                /** @description Accepted, not used */
                $context?: string;
                /** @description Overrides Accept */
                $format?: "JSON" | "XML";
                /** @description Names of letters, digits and underscores only */
                $jsonSafe?: "true" | "false";
                $output?: "Logical" | "Display";
                /** @description Adds odata.count; not with False */
                $inlineCount?: "False" | "Estimate" | "True" | "AllPages";
                /** @description ALL answers the columns in place of the tasks */
                $metadata?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    /** @description The count, if counting stopped there */
                    "Batchline-Count-Cut"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArchivePage"] | components["schemas"]["ArchiveColumns"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    postArchive: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description Columns, separated by commas; functions such as Count(State):Footer */
                    $select?: string;
                    /** @description A condition such as State eq 5 and registeredDate after '2026-01-01' */
                    $filter?: string;
                    /** @description Columns, each with an optional asc or desc */
                    $orderBy?: string;
                    /** @description batchtask, the only one */
                    $entities?: string;
                    /** @description The size of a page; 100 by default */
                    $top?: string;
                    /** @description How many tasks to pass over; $skiptoken of odata.nextLink is faster */
                    $skip?: string;
                    /** @description From odata.nextLink */
                    $skiptoken?: string;
                    /** @enum {unknown} */
                    $mode?: "Slim" | "Wide" | "Full";
                    /** @description GrandTotal=true adds a row with the sums of the whole list */
                    $options?: string;
                    /** @description Accepted, not used */
                    $context?: string;
                    /**
                     * @description Overrides Accept
                     * @enum {unknown}
                     */
                    $format?: "JSON" | "XML";
                    /**
                     * @description Names of letters, digits and underscores only
                     * @enum {unknown}
                     */
                    $jsonSafe?: "true" | "false";
                    /** @enum {unknown} */
                    $output?: "Logical" | "Display";
                    /**
                     * @description Adds odata.count; not with False
                     * @enum {unknown}
                     */
                    $inlineCount?: "False" | "Estimate" | "True" | "AllPages";
                    /** @description ALL answers the columns in place of the tasks */
                    $metadata?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    /** @description The count, if counting stopped there */
                    "Batchline-Count-Cut"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArchivePage"] | components["schemas"]["ArchiveColumns"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describe_Archive_GetProviderNames: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCall"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    Archive_GetProviderNames: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string[];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describe_Archive_GetAvailableColumns: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCall"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    Archive_GetAvailableColumns: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description BatchTasks, the only one */
                    ProviderName: string;
                    Context?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArchiveColumnInfo"][];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describe_Archive_GetArchiveListByColumns: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCall"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    Archive_GetArchiveListByColumns: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description BatchTasks, the only one */
                    ProviderName: string;
                    Columns?: string[];
                    SortOrder?: {
                        Name: string;
                        /** @enum {unknown} */
                        Direction: "ASC" | "DESC";
                    }[];
                    Restriction?: {
                        /** @description A column */
                        Name: string;
                        /** @description As in $filter */
                        Operator: string;
                        Values?: string[];
                        IsActive?: boolean;
                        /** @description How many open before it, or if negative close behind it */
                        InterParenthesis?: number;
                        /**
                         * @description How the next one is combined with it
                         * @enum {unknown}
                         */
                        InterOperator?: "None" | "And" | "Or";
                    }[];
                    Entities?: string[];
                    /** @description From 0; if negative how many tasks to pass over */
                    Page?: number;
                    PageSize?: number;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArchiveListItem"][];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    getBatchTaskFile: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETags: refused with 412 where it has another by now */
                "If-Match"?: components["parameters"]["If-Match"];
                /** @description ETags: 304, or 412 of a change, where it has one of them */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
                /** @description A range of the file */
                Range?: components["parameters"]["Range"];
                /** @description The ETag that the range is of; another gets the whole file */
                "If-Range"?: components["parameters"]["If-Range"];
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    /** @description The name of the file */
                    "Content-Disposition"?: string;
                    /** @description The version of the file */
                    ETag?: string;
                    /** @description Its SHA-256 (RFC 9530) */
                    "Repr-Digest"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "*/*": string;
                };
            };
            /** @description The range that was asked for. */
            206: {
                headers: {
                    /** @description The name of the file */
                    "Content-Disposition"?: string;
                    /** @description The version of the file */
                    ETag?: string;
                    /** @description Its SHA-256 (RFC 9530) */
                    "Repr-Digest"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "*/*": string;
                };
            };
            /** @description What the caller has is what there is. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            412: components["responses"]["Precondition"];
            416: components["responses"]["Unsatisfiable"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    headBatchTaskFile: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETags: refused with 412 where it has another by now */
                "If-Match"?: components["parameters"]["If-Match"];
                /** @description ETags: 304, or 412 of a change, where it has one of them */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
                /** @description A range of the file */
                Range?: components["parameters"]["Range"];
                /** @description The ETag that the range is of; another gets the whole file */
                "If-Range"?: components["parameters"]["If-Range"];
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    /** @description The name of the file */
                    "Content-Disposition"?: string;
                    /** @description The version of the file */
                    ETag?: string;
                    /** @description Its SHA-256 (RFC 9530) */
                    "Repr-Digest"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What the caller has is what there is. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            412: components["responses"]["Precondition"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    readBatchTaskAudit: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditEntry"][];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    readBatchTaskLog: {
        parameters: {
            query?: {
                /** @description Only lines after this Id */
                After?: string;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    /** @description How many rows the list has, if it was cut: at the limit of the server, or at 8 MB of texts */
                    "Batchline-List-Cut"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LogLine"][];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    listBatchTaskChildren: {
        parameters: {
            query?: {
                /** @description Only children after this Id */
                After?: string;
                State?: "New" | "Aquired" | "Started" | "Succeeded" | "Failed" | "SucceededManualCleanup";
                /** @description 1 to 500; 100 where it is absent */
                Limit?: string;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    /** @description How many rows the list has, if it was cut: at the limit of the server, or at 8 MB of texts */
                    "Batchline-List-Cut"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Children"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    getBatchTaskParent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchTaskInfo"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    declareDefinitions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    Definitions: {
                        /** @description Letters, digits, "_", "-" and ".", at most 100 */
                        Name: string;
                        Description: string;
                        /** @description JSON Schema of an object */
                        Parameters?: {
                            [key: string]: unknown;
                        };
                        /** @enum {unknown} */
                        CancellationBehaviour?: "CanCancel" | "CancelWithWarning" | "CannotCancel";
                        Retries?: {
                            Limit?: number;
                            Lost?: number;
                            /** @description Seconds */
                            Delay?: number;
                            Factor?: number;
                            /** @description Seconds */
                            MaxDelay?: number;
                        };
                        /** @description Without a sign of life for this long a run counts as lost */
                        LeaseSeconds?: number;
                    }[];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeclaredDefinition"][];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    forgetDefinition: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of a definition, in any casing */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    acquireTasks: {
        parameters: {
            query?: {
                /** @description What the worker calls this call, a UUID say: by it the waiting can be ended */
                Call?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description What the worker calls itself */
                    Worker: string;
                    Definitions: string[];
                    /** @description 1 where it is absent */
                    Limit?: number;
                    /** @description 0 where it is absent: no waiting */
                    WaitSeconds?: number;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        Tasks: {
                            Lease: string;
                            LeaseSeconds: number;
                            Attempt: number;
                            /** @description Runs that have failed before */
                            Failures: number;
                            /** @description Runs whose worker was lost before */
                            Losses: number;
                            /** @description BatchTaskInfo */
                            Task: {
                                [key: string]: unknown;
                            };
                            Parameters: {
                                [key: string]: unknown;
                            };
                            /** @description The task that has started it */
                            ParentId: number | null;
                            /** @description The last checkpoint of any attempt, or null */
                            Checkpoint: unknown;
                            /** @description traceparent of the start (W3C Trace Context), or null */
                            TraceParent: string | null;
                            /** @description Its tracestate, or null */
                            TraceState: string | null;
                        }[];
                    };
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    endAcquire: {
        parameters: {
            query: {
                /** @description What the worker calls this call, a UUID say: by it the waiting can be ended */
                Call: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    renewLease: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                lease: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    ProgressPercent?: number;
                    ProgressDescription?: string;
                    /** @description How long to wait for a stop; at most a third of the lease is waited */
                    WaitSeconds?: number;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The run is to end now; the lease is not renewed any more */
                        Stop: boolean;
                        /** @description Who has asked to stop it and when */
                        Reason: string;
                        LeaseSeconds: number;
                    };
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    keepCheckpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                lease: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Any JSON */
                    Value: unknown;
                };
            };
        };
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    addLogLines: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                lease: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    Lines: {
                        /** @enum {unknown} */
                        Level?: "debug" | "info" | "warn" | "error";
                        Message: string;
                    }[];
                };
            };
        };
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    succeedTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                lease: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description A string as it is, anything else as JSON */
                    Result?: unknown;
                    ProgressPercent?: number;
                    ProgressDescription?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        State: string;
                        NextRunInSeconds: number | null;
                    };
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    failTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                lease: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    Message: string;
                    /** @description false where another run would fail too; true where it is absent */
                    Retry?: boolean;
                    /** @description Seconds */
                    DelaySeconds?: number;
                    ProgressPercent?: number;
                    ProgressDescription?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        State: string;
                        NextRunInSeconds: number | null;
                    };
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    returnTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                lease: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description false where the run never began: it counts as no start; true where it is absent */
                    Began?: boolean;
                    ProgressPercent?: number;
                    ProgressDescription?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        State: string;
                        NextRunInSeconds: number | null;
                    };
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    uploadResultFile: {
        parameters: {
            query: {
                /** @description The file name; it becomes FileName */
                Name: string;
            };
            header: {
                "content-length": string;
                /** @description RFC 9530: sha-256=:<base64>: */
                "content-digest": string;
            };
            path: {
                lease: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "*/*": string;
            };
        };
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    readEvents: {
        parameters: {
            query?: {
                /** @description Definitions, separated by commas */
                Name?: string;
                /** @description States, separated by commas */
                State?: string;
                /** @description Only those of own tasks */
                Own?: "true" | "false";
                /** @description Those after this Id; from now on where it is absent */
                After?: string;
            };
            header?: {
                /** @description Counts more than After */
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventPage"];
                    "text/event-stream": components["schemas"]["EventStream"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    readBatchTaskEvents: {
        parameters: {
            query?: {
                /** @description Definitions, separated by commas */
                Name?: string;
                /** @description States, separated by commas */
                State?: string;
                /** @description Only those of own tasks */
                Own?: "true" | "false";
                /** @description Those after this Id; from now on where it is absent */
                After?: string;
            };
            header?: {
                /** @description Counts more than After */
                "Last-Event-ID"?: string;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventPage"];
                    "text/event-stream": components["schemas"]["EventStream"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    listWebhooks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"][];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    createWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewWebhook"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedWebhook"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    getWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    deleteWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    changeWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    Url?: string;
                    Names?: string[];
                    States?: string[];
                    Own?: boolean;
                    Active?: boolean;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    testWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It will be done. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDelivery"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    listWebhookDeliveries: {
        parameters: {
            query?: {
                State?: "Waiting" | "Delivered" | "Dead";
                /** @description Those before this Id */
                Before?: string;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDelivery"][];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    redeliverWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
                /** @description The id of a delivery */
                delivery: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It will be done. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDelivery"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    listLeaseChildren: {
        parameters: {
            query?: {
                /** @description Only children after this Id */
                After?: string;
                State?: "New" | "Aquired" | "Started" | "Succeeded" | "Failed" | "SucceededManualCleanup";
                /** @description 1 to 500; 100 where it is absent */
                Limit?: string;
            };
            header?: never;
            path: {
                lease: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        Total: number;
                        Ended: number;
                        /** @description Of those that have ended */
                        Failed: number;
                        Children: {
                            Id: number;
                            Key: string;
                            Name: string;
                            State: string;
                            Result: string;
                            FileName: string;
                        }[];
                    };
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    startChildren: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                lease: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    Children: {
                        /** @description A run that begins again starts no key twice */
                        Key: string;
                        /** @description A definition */
                        Name: string;
                        ParameterObject?: {
                            [key: string]: unknown;
                        } | null;
                        Description?: string;
                        /** @description Its share of the task's progress; 1 where it is absent */
                        Weight?: number;
                    }[];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description In the order of the children */
                        Ids: number[];
                    };
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    waitForChildren: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                lease: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @enum {unknown} */
                    OnFailure?: "fail" | "continue" | "stop-others";
                    ProgressPercent?: number;
                    ProgressDescription?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description true: the lease is over, and the task has another run when all children have ended */
                        Waits: boolean;
                        Total: number;
                        Ended: number;
                        /** @description Of those that have ended */
                        Failed: number;
                    };
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describe_Batch_GetBatchTaskInfo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCall"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    Batch_GetBatchTaskInfo: {
        parameters: {
            query?: {
                /** @description Properties to keep, such as `Name,TableRight/Mask`; the others are null. Unknown names are passed over */
                $select?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** Format: int32 */
                    Id: number;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": (components["schemas"]["BatchTaskInfo"] | components["schemas"]["SelectedBatchTaskInfo"]) | null;
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describe_Batch_GetBatchTaskInfosByAssociates: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCall"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    Batch_GetBatchTaskInfosByAssociates: {
        parameters: {
            query?: {
                /** @description Properties to keep, such as `Name,TableRight/Mask`; the others are null. Unknown names are passed over */
                $select?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    AssociateIds: number[];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    /** @description How many rows the list has, if it was cut */
                    "Batchline-List-Cut"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": (components["schemas"]["BatchTaskInfo"] | components["schemas"]["SelectedBatchTaskInfo"])[];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describe_Batch_GetBatchTaskInfosByAssociatesAndState: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCall"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    Batch_GetBatchTaskInfosByAssociatesAndState: {
        parameters: {
            query?: {
                /** @description Properties to keep, such as `Name,TableRight/Mask`; the others are null. Unknown names are passed over */
                $select?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    AssociateIds: number[];
                    State: components["schemas"]["BatchTaskState"];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    /** @description How many rows the list has, if it was cut */
                    "Batchline-List-Cut"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": (components["schemas"]["BatchTaskInfo"] | components["schemas"]["SelectedBatchTaskInfo"])[];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describe_Batch_GetBatchTaskInfosByState: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCall"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    Batch_GetBatchTaskInfosByState: {
        parameters: {
            query?: {
                /** @description Properties to keep, such as `Name,TableRight/Mask`; the others are null. Unknown names are passed over */
                $select?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    State: components["schemas"]["BatchTaskState"];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    /** @description How many rows the list has, if it was cut */
                    "Batchline-List-Cut"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": (components["schemas"]["BatchTaskInfo"] | components["schemas"]["SelectedBatchTaskInfo"])[];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describe_Batch_GetBatchTaskInfosByNameAndState: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCall"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    Batch_GetBatchTaskInfosByNameAndState: {
        parameters: {
            query?: {
                /** @description Properties to keep, such as `Name,TableRight/Mask`; the others are null. Unknown names are passed over */
                $select?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    Name: string;
                    State: components["schemas"]["BatchTaskState"];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    /** @description How many rows the list has, if it was cut */
                    "Batchline-List-Cut"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": (components["schemas"]["BatchTaskInfo"] | components["schemas"]["SelectedBatchTaskInfo"])[];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describe_Batch_GetBatchTaskInfosByNameAndAssociates: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCall"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    Batch_GetBatchTaskInfosByNameAndAssociates: {
        parameters: {
            query?: {
                /** @description Properties to keep, such as `Name,TableRight/Mask`; the others are null. Unknown names are passed over */
                $select?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    Name: string;
                    AssociateIds: number[];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    /** @description How many rows the list has, if it was cut */
                    "Batchline-List-Cut"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": (components["schemas"]["BatchTaskInfo"] | components["schemas"]["SelectedBatchTaskInfo"])[];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describe_Batch_GetAllBatchTaskInfosByName: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCall"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    Batch_GetAllBatchTaskInfosByName: {
        parameters: {
            query?: {
                /** @description Properties to keep, such as `Name,TableRight/Mask`; the others are null. Unknown names are passed over */
                $select?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    TaskName: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    /** @description How many rows the list has, if it was cut */
                    "Batchline-List-Cut"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": (components["schemas"]["BatchTaskInfo"] | components["schemas"]["SelectedBatchTaskInfo"])[];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describe_Batch_GetAllBatchTaskInfosByNameAndState: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCall"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    Batch_GetAllBatchTaskInfosByNameAndState: {
        parameters: {
            query?: {
                /** @description Properties to keep, such as `Name,TableRight/Mask`; the others are null. Unknown names are passed over */
                $select?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    TaskName: string;
                    State: components["schemas"]["BatchTaskState"];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    /** @description How many rows the list has, if it was cut */
                    "Batchline-List-Cut"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": (components["schemas"]["BatchTaskInfo"] | components["schemas"]["SelectedBatchTaskInfo"])[];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describe_Batch_GetSystemBatchTaskInfosByName: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCall"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    Batch_GetSystemBatchTaskInfosByName: {
        parameters: {
            query?: {
                /** @description Properties to keep, such as `Name,TableRight/Mask`; the others are null. Unknown names are passed over */
                $select?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    TaskName: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    /** @description How many rows the list has, if it was cut */
                    "Batchline-List-Cut"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": (components["schemas"]["BatchTaskInfo"] | components["schemas"]["SelectedBatchTaskInfo"])[];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describe_Batch_GetSystemBatchTaskInfosByNameAndState: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCall"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    Batch_GetSystemBatchTaskInfosByNameAndState: {
        parameters: {
            query?: {
                /** @description Properties to keep, such as `Name,TableRight/Mask`; the others are null. Unknown names are passed over */
                $select?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    TaskName: string;
                    State: components["schemas"]["BatchTaskState"];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    /** @description How many rows the list has, if it was cut */
                    "Batchline-List-Cut"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": (components["schemas"]["BatchTaskInfo"] | components["schemas"]["SelectedBatchTaskInfo"])[];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describe_Batch_StartBatchJob: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCall"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    Batch_StartBatchJob: {
        parameters: {
            query?: {
                /** @description Properties to keep, such as `Name,TableRight/Mask`; the others are null. Unknown names are passed over */
                $select?: string;
                /** @description When the task is due; without an offset in the zone of the caller */
                StartAt?: string;
                /** @description Seconds until the task is due */
                DelaySeconds?: string;
                /** @description -1000 to 1000; higher ones are delivered first */
                Priority?: string;
            };
            header?: {
                /** @description The same key and body within a day start one task and get the same answer */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    BatchTaskInfo: components["schemas"]["BatchTaskStart"];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    /** @description Properties of the body that are unknown and were ignored */
                    "Batchline-Ignored"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": number;
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            410: components["responses"]["Gone"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describe_Batch_StopBatchJob: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCall"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    Batch_StopBatchJob: {
        parameters: {
            query?: {
                /** @description Properties to keep, such as `Name,TableRight/Mask`; the others are null. Unknown names are passed over */
                $select?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** Format: int32 */
                    Id: number;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": boolean;
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describe_Batch_UpdateBatchTask: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCall"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    Batch_UpdateBatchTask: {
        parameters: {
            query?: {
                /** @description Properties to keep, such as `Name,TableRight/Mask`; the others are null. Unknown names are passed over */
                $select?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    BatchTaskInfo: {
                        /** Format: int32 */
                        Id: number;
                    } & components["schemas"]["BatchTaskUpdate"];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": (components["schemas"]["BatchTaskInfo"] | components["schemas"]["SelectedBatchTaskInfo"]) | null;
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describe_Batch_DeleteBatchTask: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCall"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    Batch_DeleteBatchTask: {
        parameters: {
            query?: {
                /** @description Properties to keep, such as `Name,TableRight/Mask`; the others are null. Unknown names are passed over */
                $select?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** Format: int32 */
                    BatchTaskId: number;
                };
            };
        };
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describe_Batch_DeleteBatchTasks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCall"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    Batch_DeleteBatchTasks: {
        parameters: {
            query?: {
                /** @description Properties to keep, such as `Name,TableRight/Mask`; the others are null. Unknown names are passed over */
                $select?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    BatchTaskIds: number[];
                };
            };
        };
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describe_BLOB_GetOutputFromBatch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCall"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    BLOB_GetOutputFromBatch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** Format: int32 */
                    BatchTaskId: number;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string | null;
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describe_BLOB_CleanupBatchTask: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCall"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    BLOB_CleanupBatchTask: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** Format: int32 */
                    BatchTaskId: number;
                };
            };
        };
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    listDefinitions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Definition"][];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    getDefinition: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of a definition, in any casing */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Definition"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    pauseDefinition: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of a definition, in any casing */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Definition"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    resumeDefinition: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of a definition, in any casing */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Definition"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    limitDefinition: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of a definition, in any casing */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    Concurrent?: number | null;
                    PerTenant?: number | null;
                    Rate?: {
                        Runs: number;
                        Seconds: number;
                    } | null;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Definition"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    unlimitDefinition: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of a definition, in any casing */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Definition"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    readDefinitionAudit: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of a definition, in any casing */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DefinitionChange"][];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    listSchedules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"][];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    createSchedule: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSchedule"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    getSchedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    changeSchedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    Name?: string;
                    Definition?: string;
                    ParameterObject?: {
                        [key: string]: unknown;
                    } | null;
                    Cron?: string;
                    TimeZone?: string;
                    /** @enum {unknown} */
                    MissedRuns?: "Skip" | "Once" | "All";
                    MissedLimit?: number;
                    Priority?: number;
                    Paused?: boolean;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    deleteSchedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    listNextRuns: {
        parameters: {
            query?: {
                /** @description How many, 1 to 1000; 5 if absent */
                Count?: string;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DateTime"][];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    previewNextRuns: {
        parameters: {
            query?: {
                /** @description Required */
                Cron?: string;
                /** @description A code, an id or an IANA name; the caller's zone if absent */
                TimeZone?: string;
                /** @description How many, 1 to 1000; 5 if absent */
                Count?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DateTime"][];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    pauseSchedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    resumeSchedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    runScheduleNow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": number;
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    getRetention: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of a definition, in any casing */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Retention"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    setRetention: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of a definition, in any casing */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Retention"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    resetRetention: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of a definition, in any casing */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    readStatistics: {
        parameters: {
            query?: {
                /** @description How far back, 5 to 10080; 60 */
                Minutes?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Statistics"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    listTimeZones: {
        parameters: {
            query?: {
                $select?: string;
                $orderBy?: string;
                $top?: number;
                $skip?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TimeZoneList"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    getBaseTimeZone: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TimeZoneData"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    getCurrentTimeZone: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TimeZoneData"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    getTimeZone: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TimeZoneData"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describe_TimeZone_GetDefaultTimeZoneInformation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCall"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    TimeZone_GetDefaultTimeZoneInformation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PreferredTimeZone"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describe_TimeZone_InitializeTimeZoneData: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCall"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    TimeZone_InitializeTimeZoneData: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TimeZoneData"][];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describe_TimeZone_GetBaseTimeZoneId: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCall"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    TimeZone_GetBaseTimeZoneId: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": number;
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describe_TimeZone_GetDefaultTimeZonePreference: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCall"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    TimeZone_GetDefaultTimeZonePreference: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": number;
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describe_TimeZone_CheckNewTimeZoneDataAvailable: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCall"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    TimeZone_CheckNewTimeZoneDataAvailable: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": boolean;
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describe_TimeZone_UpdateTimeZoneData: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCall"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    TimeZone_UpdateTimeZoneData: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": boolean;
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describe_TimeZone_TimeOfLastTimeZoneUpdate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCall"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    TimeZone_TimeOfLastTimeZoneUpdate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DateTime"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describe_TimeZone_SetBaseTimeZoneId: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCall"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    TimeZone_SetBaseTimeZoneId: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** Format: int32 */
                    TimezoneId: number;
                };
            };
        };
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describe_TimeZone_ToggleActiveTimeZoneRow: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCall"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    TimeZone_ToggleActiveTimeZoneRow: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** Format: int32 */
                    Id: number;
                };
            };
        };
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describe_TimeZone_SetActiveTimeZoneRow: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCall"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    TimeZone_SetActiveTimeZoneRow: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** Format: int32 */
                    Id: number;
                    Active: boolean;
                };
            };
        };
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describe_TimeZone_SetActiveTimeZonesByFilter: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCall"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    TimeZone_SetActiveTimeZonesByFilter: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    Filter: string;
                    Active: boolean;
                };
            };
        };
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    describe_TimeZone_DeleteTimeZones: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCall"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    TimeZone_DeleteTimeZones: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    listUploads: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upload"][];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    createUpload: {
        parameters: {
            query: {
                /** @description The file name */
                Name: string;
            };
            header?: {
                /** @description sha-256=:<the hash in base64>: (RFC 9530); checked where it is there */
                "Content-Digest"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "*/*": string;
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedUpload"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    deleteUpload: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its File */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    listUsers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"][];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    createUser: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    Login: string;
                    Name?: string;
                    /** @description At least as long as the setting BATCHLINE_MIN_PASSWORD_LENGTH says */
                    Password: string;
                    Roles?: ("administrator" | "viewer")[];
                    DatabaseSerialNumber?: string;
                };
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    changeUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description At least as long as the setting BATCHLINE_MIN_PASSWORD_LENGTH says */
                    Password?: string;
                    Roles?: ("administrator" | "viewer")[];
                    Disabled?: boolean;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    listApplications: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Application"][];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    createApplication: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    Name: string;
                    Scopes?: ("read" | "write" | "admin" | "worker")[];
                };
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedApplication"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    removeApplication: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    listTokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Token"][];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    createToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    Name: string;
                    Scopes?: ("read" | "write" | "admin" | "worker")[];
                    ExpiresInDays?: number;
                    Expires?: string;
                    Definitions?: string[];
                    AssociateId?: number;
                };
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedToken"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    revokeToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
}
