// Generated from the OpenAPI document by `npm run client`. Do not edit.

export interface paths {
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Returns 200 while the process is alive */
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
        /** Returns readiness, uptime and the response time of the database */
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
        /** Returns 200 if the server is ready to serve, and otherwise 503 with the reason */
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
         * Returns metrics in the Prometheus text format
         * @description Requires access to all tasks of all tenants, unless BATCHLINE_METRICS is open.
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
        /** Returns all texts of the dashboard in the caller's language */
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
        /** Lists the versions of the API */
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
        /** Returns the base URL of a customer, for clients of hosted installations */
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
        /** Lists all calls with a summary of each */
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
        /** Returns this OpenAPI document */
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
        /** Returns the signed-in associate */
        get: operations["getSession"];
        put?: never;
        /** Signs in with Login and Password and returns a SoTicket, or sets a session cookie */
        post: operations["signIn"];
        /** Signs out: revokes the SoTicket or session of the request */
        delete: operations["signOut"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/SignIn/Methods": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Returns the sign-in methods, and the sign-in at the OIDC provider if it is set up */
        get: operations["getSignInMethods"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/SignIn/Password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sets a password by a link of an administrator, and ends the sessions of the associate */
        post: operations["setPassword"];
        delete?: never;
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
         * Lists the batch tasks that the caller can see, with $filter, $select, $orderBy and paging
         * @description The archive list. Option names are case-insensitive.
         */
        get: operations["listBatchTasks"];
        put?: never;
        /** Starts a batch task and returns its id */
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
        /** Returns one batch task by id, or the caller's own tasks in a state by its name */
        get: operations["getBatchTask"];
        /**
         * Updates State, Description, Response and Request
         * @description Other properties of the body are ignored. Properties that are absent keep their values; null clears a text. State must be the current state or an allowed transition; null, All and Unknown leave it unchanged. The payload may be wrapped: `{"BatchTaskInfo": {…}}`.
         */
        put: operations["updateBatchTask"];
        post?: never;
        /** Deletes a batch task that is not running */
        delete: operations["deleteBatchTask"];
        options?: never;
        head?: never;
        /**
         * Applies a JSON Patch or merge patch to the same properties, all or nothing
         * @description An array is a JSON Patch. An object is a merge patch: other properties are ignored, as in PUT. If the Content-Type is a patch type, the body must have its shape.
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
        /** Stops a batch task and returns whether it was or will be stopped */
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
        /** Runs a failed task again under the same id */
        post: operations["restartBatchTask"];
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
        /** Starts a copy of a task, optionally with other parameters, and returns its id */
        post: operations["copyBatchTask"];
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
        /**
         * Starts many tasks, or stops, restarts, deletes or replans all that match a filter; supports a dry run
         * @description Start is all or nothing: if a task is refused, the error names its index (`Tasks[3]`) or line, and nothing is started. At most 10000 tasks are accepted. Start options in the query apply to tasks without their own. With an Idempotency-Key, a repeated call returns the ids of the first. SetPriority and Reschedule change New tasks. The other actions have a separate transaction for each task, and list those that are refused.
         */
        post: operations["bulkBatchTasks"];
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
        /** Lists the archives */
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
        /** Returns the columns of each archive, the target of odata.metadata */
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
        /** Returns the columns of each archive, the target of odata.metadata */
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
        /** Returns the columns of the list of batch tasks */
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
        /** Returns the columns of the list of batch tasks */
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
         * Lists the same batch tasks under SuperOffice's archive path, optionally with a count
         * @description The archive list. Option names are case-insensitive.
         */
        get: operations["listArchive"];
        put?: never;
        /**
         * Lists the same batch tasks with the options in the body, for long filters
         * @description The archive list. Option names are case-insensitive.
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
        /** Describes GetProviderNames of the Archive agent without running it */
        get: operations["describe_Archive_GetProviderNames"];
        put?: never;
        /**
         * Lists the names of the archives
         * @description Argument names are case-insensitive.
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
        /** Describes GetAvailableColumns of the Archive agent without running it */
        get: operations["describe_Archive_GetAvailableColumns"];
        put?: never;
        /**
         * Lists the columns of an archive
         * @description Argument names are case-insensitive.
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
        /** Describes GetArchiveListByColumns of the Archive agent without running it */
        get: operations["describe_Archive_GetArchiveListByColumns"];
        put?: never;
        /**
         * Returns a page of an archive
         * @description Argument names are case-insensitive.
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
        /** Downloads the result file of a batch task, or a range of it */
        get: operations["getBatchTaskFile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        /** Returns the headers of the result file without its content */
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
        /** Lists every change of state of a batch task */
        get: operations["readBatchTaskAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/BatchTask/{id}/Attempts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the attempts to run a batch task, oldest first, with their errors
         * @description The attempt in progress is the last; it has no Ended and no Outcome. A page has at most 100 attempts; Batchline-List-Cut says that more follow, after the last Number.
         */
        get: operations["listBatchTaskAttempts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/BatchTask/{id}/Waiting": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Returns when a batch task is due, and why it does not run
         * @description DueAt is null if the task is due now, is running or has ended. The position in the queue is exact for definitions without limits, and an estimate for others.
         */
        get: operations["getBatchTaskWaiting"];
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
        /** Returns the latest log lines of the runs of a batch task */
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
        /** Lists the tasks that a batch task started, with their progress */
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
        /** Returns the batch task that started this one */
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
        /** Deletes a definition that workers declared */
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
        /** Claims tasks for a worker, waiting up to 30 s */
        post: operations["acquireTasks"];
        /** Ends the wait of an Acquire at once */
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
        /** Renews a lease, reports progress and returns whether to stop */
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
        /** Saves a checkpoint for the next attempt */
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
        /** Completes the run: the task has succeeded */
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
        /** Fails the run; it is retried if the definition allows it */
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
        /** Returns the task to the queue */
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
         * Streams the events that the caller can see, or returns a page of them
         * @description Returns a stream of server-sent events if Accept is text/event-stream, and otherwise one page.
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
         * Streams the events of a batch task, or returns a page of them
         * @description Returns a stream of server-sent events if Accept is text/event-stream, and otherwise one page.
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
        /** Lists webhooks, without their secrets */
        get: operations["listWebhooks"];
        put?: never;
        /** Creates a webhook */
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
        /** Returns one webhook */
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
        /** Sends a test event to a webhook */
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
        /** Lists the deliveries of a webhook with their outcomes, newest first */
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
    "/api/v1/Subscriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists subscriptions to notifications */
        get: operations["listSubscriptions"];
        put?: never;
        /** Subscribes to notifications */
        post: operations["createSubscription"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Subscriptions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Returns one subscription */
        get: operations["getSubscription"];
        put?: never;
        post?: never;
        /** Deletes a subscription */
        delete: operations["deleteSubscription"];
        options?: never;
        head?: never;
        /** Changes a subscription */
        patch: operations["changeSubscription"];
        trace?: never;
    };
    "/api/v1/Subscriptions/{id}/Test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends a test message at once, and returns its outcome */
        post: operations["testSubscription"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Subscriptions/{id}/Deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the deliveries of a subscription with their outcomes, newest first */
        get: operations["listSubscriptionDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Subscriptions/{id}/Deliveries/{delivery}/Redeliver": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends a delivery again */
        post: operations["redeliverSubscription"];
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
        /** Lists the children of the task */
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
        /** Describes GetBatchTaskInfo of the Batch agent without running it */
        get: operations["describe_Batch_GetBatchTaskInfo"];
        put?: never;
        /**
         * Returns one batch task by id
         * @description Argument names are case-insensitive. Simple arguments may be in the query instead, and a BatchTaskInfo may be the body itself. Ids that are unknown or that the caller cannot see are not an error: the result is null or false, and deletions skip them.
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
        /** Describes GetBatchTaskInfosByAssociates of the Batch agent without running it */
        get: operations["describe_Batch_GetBatchTaskInfosByAssociates"];
        put?: never;
        /**
         * Lists the batch tasks of the given associates
         * @description Argument names are case-insensitive. Simple arguments may be in the query instead, and a BatchTaskInfo may be the body itself. Ids that are unknown or that the caller cannot see are not an error: the result is null or false, and deletions skip them.
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
        /** Describes GetBatchTaskInfosByAssociatesAndState of the Batch agent without running it */
        get: operations["describe_Batch_GetBatchTaskInfosByAssociatesAndState"];
        put?: never;
        /**
         * Lists the batch tasks of the given associates in a state
         * @description Argument names are case-insensitive. Simple arguments may be in the query instead, and a BatchTaskInfo may be the body itself. Ids that are unknown or that the caller cannot see are not an error: the result is null or false, and deletions skip them.
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
        /** Describes GetBatchTaskInfosByState of the Batch agent without running it */
        get: operations["describe_Batch_GetBatchTaskInfosByState"];
        put?: never;
        /**
         * Lists the caller's own batch tasks in a state
         * @description Argument names are case-insensitive. Simple arguments may be in the query instead, and a BatchTaskInfo may be the body itself. Ids that are unknown or that the caller cannot see are not an error: the result is null or false, and deletions skip them.
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
        /** Describes GetBatchTaskInfosByNameAndState of the Batch agent without running it */
        get: operations["describe_Batch_GetBatchTaskInfosByNameAndState"];
        put?: never;
        /**
         * Lists the caller's own batch tasks by definition and state
         * @description Argument names are case-insensitive. Simple arguments may be in the query instead, and a BatchTaskInfo may be the body itself. Ids that are unknown or that the caller cannot see are not an error: the result is null or false, and deletions skip them.
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
        /** Describes GetBatchTaskInfosByNameAndAssociates of the Batch agent without running it */
        get: operations["describe_Batch_GetBatchTaskInfosByNameAndAssociates"];
        put?: never;
        /**
         * Lists the batch tasks of the given associates by definition
         * @description Argument names are case-insensitive. Simple arguments may be in the query instead, and a BatchTaskInfo may be the body itself. Ids that are unknown or that the caller cannot see are not an error: the result is null or false, and deletions skip them.
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
        /** Describes GetAllBatchTaskInfosByName of the Batch agent without running it */
        get: operations["describe_Batch_GetAllBatchTaskInfosByName"];
        put?: never;
        /**
         * Lists system and user batch tasks by definition
         * @description Argument names are case-insensitive. Simple arguments may be in the query instead, and a BatchTaskInfo may be the body itself. Ids that are unknown or that the caller cannot see are not an error: the result is null or false, and deletions skip them.
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
        /** Describes GetAllBatchTaskInfosByNameAndState of the Batch agent without running it */
        get: operations["describe_Batch_GetAllBatchTaskInfosByNameAndState"];
        put?: never;
        /**
         * Lists system and user batch tasks by definition and state
         * @description Argument names are case-insensitive. Simple arguments may be in the query instead, and a BatchTaskInfo may be the body itself. Ids that are unknown or that the caller cannot see are not an error: the result is null or false, and deletions skip them.
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
        /** Describes GetSystemBatchTaskInfosByName of the Batch agent without running it */
        get: operations["describe_Batch_GetSystemBatchTaskInfosByName"];
        put?: never;
        /**
         * Lists system batch tasks by definition
         * @description Argument names are case-insensitive. Simple arguments may be in the query instead, and a BatchTaskInfo may be the body itself. Ids that are unknown or that the caller cannot see are not an error: the result is null or false, and deletions skip them.
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
        /** Describes GetSystemBatchTaskInfosByNameAndState of the Batch agent without running it */
        get: operations["describe_Batch_GetSystemBatchTaskInfosByNameAndState"];
        put?: never;
        /**
         * Lists system batch tasks by definition and state
         * @description Argument names are case-insensitive. Simple arguments may be in the query instead, and a BatchTaskInfo may be the body itself. Ids that are unknown or that the caller cannot see are not an error: the result is null or false, and deletions skip them.
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
        /** Describes StartBatchJob of the Batch agent without running it */
        get: operations["describe_Batch_StartBatchJob"];
        put?: never;
        /**
         * Starts a batch task and returns its id
         * @description Argument names are case-insensitive. Simple arguments may be in the query instead, and a BatchTaskInfo may be the body itself. Ids that are unknown or that the caller cannot see are not an error: the result is null or false, and deletions skip them.
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
        /** Describes StopBatchJob of the Batch agent without running it */
        get: operations["describe_Batch_StopBatchJob"];
        put?: never;
        /**
         * Stops a batch task and returns whether it was or will be stopped
         * @description Argument names are case-insensitive. Simple arguments may be in the query instead, and a BatchTaskInfo may be the body itself. Ids that are unknown or that the caller cannot see are not an error: the result is null or false, and deletions skip them.
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
        /** Describes UpdateBatchTask of the Batch agent without running it */
        get: operations["describe_Batch_UpdateBatchTask"];
        put?: never;
        /**
         * Updates State, Description, Response and Request of the batch task with the given Id
         * @description Argument names are case-insensitive. Simple arguments may be in the query instead, and a BatchTaskInfo may be the body itself. Ids that are unknown or that the caller cannot see are not an error: the result is null or false, and deletions skip them.
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
        /** Describes DeleteBatchTask of the Batch agent without running it */
        get: operations["describe_Batch_DeleteBatchTask"];
        put?: never;
        /**
         * Deletes a batch task
         * @description Argument names are case-insensitive. Simple arguments may be in the query instead, and a BatchTaskInfo may be the body itself. Ids that are unknown or that the caller cannot see are not an error: the result is null or false, and deletions skip them.
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
        /** Describes DeleteBatchTasks of the Batch agent without running it */
        get: operations["describe_Batch_DeleteBatchTasks"];
        put?: never;
        /**
         * Deletes several batch tasks, all or nothing
         * @description Argument names are case-insensitive. Simple arguments may be in the query instead, and a BatchTaskInfo may be the body itself. Ids that are unknown or that the caller cannot see are not an error: the result is null or false, and deletions skip them.
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
        /** Describes GetOutputFromBatch of the BLOB agent without running it */
        get: operations["describe_BLOB_GetOutputFromBatch"];
        put?: never;
        /**
         * Returns the output of a batch task, which is its result file
         * @description Returns bytes if Accept prefers application/octet-stream (an empty body if there is no output), and otherwise base64 or null. An unknown task has no output.
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
        /** Describes CleanupBatchTask of the BLOB agent without running it */
        get: operations["describe_BLOB_CleanupBatchTask"];
        put?: never;
        /**
         * Deletes a batch task with its binary objects and its result file
         * @description For tasks in the state SucceededManualCleanup. An unknown task is not an error.
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
        /** Lists the task definitions */
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
        /** Returns one definition */
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
        /** Pauses a definition; its tasks wait */
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
        /** Limits the concurrent runs, those of each tenant, and the runs per period; sets the weights of tenants */
        put: operations["limitDefinition"];
        post?: never;
        /** Resets the limits to the definition's own */
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
        /** Lists who paused, resumed or limited a definition */
        get: operations["readDefinitionAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Definitions/{name}/Statistics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Returns throughput, queue, percentiles of waiting and running times, and failures of one definition
         * @description The percentiles and failures are those of its last 1000 tasks that ended within the period.
         */
        get: operations["readDefinitionStatistics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Workers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the live servers and workers, and what they run */
        get: operations["listWorkers"];
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
        /** Lists the schedules that the caller can see */
        get: operations["listSchedules"];
        put?: never;
        /** Creates a schedule */
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
        /** Returns one schedule, with its next due times */
        get: operations["getSchedule"];
        /** Changes the given properties of a schedule */
        put: operations["changeSchedule"];
        post?: never;
        /** Deletes a schedule; tasks that it started are kept */
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
        /** Lists the next due times of a schedule; none while it is paused */
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
        /** Lists the next due times of a cron expression, to preview a schedule */
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
        /** Starts the task of a schedule now and returns its id */
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
        /** Returns how long tasks of a definition are kept after they end, by state */
        get: operations["getRetention"];
        /** Sets how long tasks of a definition are kept after they end */
        put: operations["setRetention"];
        post?: never;
        /** Resets the retention to that of the definition and the settings */
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
        /** Returns throughput, waiting time, workers, queues and failures of the last Minutes */
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
         * Lists the time zones that SO-TimeZone accepts, as an archive list
         * @description The columns are id, timeZone, country, region, offset, daylight and isActive, and ianaName if $select names it. Offsets are those of the current year.
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
        /** Returns the server's base time zone, with its rules */
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
        /** Returns the time zone of the request (SO-TimeZone, or the base time zone), with its rules */
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
        /** Returns one time zone by id or code, with its rules */
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
        /** Describes GetDefaultTimeZoneInformation of the TimeZone agent without running it */
        get: operations["describe_TimeZone_GetDefaultTimeZoneInformation"];
        put?: never;
        /** Returns the time zone of the caller */
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
        /** Describes InitializeTimeZoneData of the TimeZone agent without running it */
        get: operations["describe_TimeZone_InitializeTimeZoneData"];
        put?: never;
        /** Returns all time zones with their rules of the current year */
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
        /** Describes GetBaseTimeZoneId of the TimeZone agent without running it */
        get: operations["describe_TimeZone_GetBaseTimeZoneId"];
        put?: never;
        /** Returns the id of the base time zone, or 0 if it is not listed */
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
        /** Describes GetDefaultTimeZonePreference of the TimeZone agent without running it */
        get: operations["describe_TimeZone_GetDefaultTimeZonePreference"];
        put?: never;
        /** Returns the id of the default time zone, which is the base time zone */
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
        /** Describes CheckNewTimeZoneDataAvailable of the TimeZone agent without running it */
        get: operations["describe_TimeZone_CheckNewTimeZoneDataAvailable"];
        put?: never;
        /** Returns false: time zone rules ship with the server */
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
        /** Describes UpdateTimeZoneData of the TimeZone agent without running it */
        get: operations["describe_TimeZone_UpdateTimeZoneData"];
        put?: never;
        /** Returns false: time zone rules ship with the server and are not updated separately */
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
        /** Describes TimeOfLastTimeZoneUpdate of the TimeZone agent without running it */
        get: operations["describe_TimeZone_TimeOfLastTimeZoneUpdate"];
        put?: never;
        /** Returns the empty date: time zone rules are never updated separately */
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
        /** Describes SetBaseTimeZoneId of the TimeZone agent without running it */
        get: operations["describe_TimeZone_SetBaseTimeZoneId"];
        put?: never;
        /** Not supported (403): the base time zone is a setting */
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
        /** Describes ToggleActiveTimeZoneRow of the TimeZone agent without running it */
        get: operations["describe_TimeZone_ToggleActiveTimeZoneRow"];
        put?: never;
        /** Not supported (403): all time zones are active */
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
        /** Describes SetActiveTimeZoneRow of the TimeZone agent without running it */
        get: operations["describe_TimeZone_SetActiveTimeZoneRow"];
        put?: never;
        /** Not supported (403): all time zones are active */
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
        /** Describes SetActiveTimeZonesByFilter of the TimeZone agent without running it */
        get: operations["describe_TimeZone_SetActiveTimeZonesByFilter"];
        put?: never;
        /** Not supported (403): all time zones are active */
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
        /** Describes DeleteTimeZones of the TimeZone agent without running it */
        get: operations["describe_TimeZone_DeleteTimeZones"];
        put?: never;
        /** Not supported (403): time zones ship with the server */
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
        /** Lists the caller's own uploads */
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
    "/api/v1/Administration/Audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists who changed users, tokens, applications, webhooks, subscriptions, schedules and definitions, latest first */
        get: operations["listAdministrationAudit"];
        put?: never;
        post?: never;
        delete?: never;
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
        /** Lists the associates who can sign in */
        get: operations["listUsers"];
        put?: never;
        /** Creates an associate */
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
        /** Changes the password or roles of an associate, or disables it */
        patch: operations["changeUser"];
        trace?: never;
    };
    "/api/v1/Users/{id}/PasswordLink": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Creates a link by which an associate sets a new password, once within a day */
        post: operations["createPasswordLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/Applications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the registered applications */
        get: operations["listApplications"];
        put?: never;
        /** Registers an application and returns its SO-AppToken */
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
        /** Lists API tokens, without their secrets */
        get: operations["listTokens"];
        put?: never;
        /** Creates an API token */
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
         *       "Message": "\"12x\" is not the id of a batch task; a 32-bit integer is accepted.",
         *       "ErrorMessage": "\"12x\" is not the id of a batch task; a 32-bit integer is accepted.",
         *       "ErrorSource": "Batchline.WebApi",
         *       "Code": "invalid_argument"
         *     }
         */
        Error: {
            /** @constant */
            Error: true;
            ErrorType: string;
            /** @description What is wrong, and which values are accepted */
            Message: string;
            /** @description The same text as Message */
            ErrorMessage: string;
            ErrorSource: string;
            /**
             * @description A stable code for programs
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
            /** @description Translations by English text */
            Messages: {
                [key: string]: string;
            };
            /** @description Texts of references such as SR_…, by name */
            Resources: {
                [key: string]: string;
            };
        };
        Versions: {
            /** @description The base URL of the API */
            v1: string;
            Version: string;
            /** @description The version of Batchline */
            NetServerVersion: string;
            NetServerAssembly: string;
            /** @description When the server started */
            NetServerDate: string;
            NetServerLabel: string;
            NetServer: string;
            Services: string;
            ServicesCurrent: string;
        };
        CustomerState: {
            ContextIdentifier: string;
            /** @description The base URL for this customer */
            Endpoint: string;
            State: string;
            IsRunning: boolean;
            /** @description When to request it again */
            ValidUntil: string;
        };
        /** @description The summary of each method, by URL */
        Calls: {
            [key: string]: {
                [key: string]: string;
            };
        };
        /**
         * @description ISO 8601 in the time zone of SO-TimeZone, without an offset unless includeTZOffset is set; 0001-01-01T00:00:00 if it was never set
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
            /** @description A SoTicket; absent if Cookie is true */
            Ticket?: string;
            /** @description For cookie sessions: the required value of X-XSRF-TOKEN */
            XsrfToken?: string;
            Expires: components["schemas"]["DateTime"];
        };
        SignInMethods: {
            /** @description The enabled sign-in methods */
            Schemes: string[];
            /** @description false if people can sign in at the OIDC provider only */
            Password: boolean;
            Oidc: {
                /** @description The name of the provider, for a button */
                Name: string;
                /** @description The path that begins the sign-in. Its parameter return is the path of the page afterwards */
                Start: string;
                /** @description true if the page begins it without asking */
                Redirect: boolean;
            } | null;
        };
        /** @description The signed-in associate */
        Session: {
            AssociateId: number;
            Login: string;
            Name: string;
            Roles: string[];
            Tenant: string | null;
            Scopes: ("read" | "write" | "admin" | "worker")[];
            /** @description For cookie sessions: the required value of X-XSRF-TOKEN */
            XsrfToken?: string;
            /** @description For sessions of the OIDC provider: the path that signs out there */
            SignOutUrl?: string;
        };
        PasswordSet: {
            Login: string;
        };
        /** @description The BatchTaskInfo to start, with start options. Names are case-insensitive. Other properties are ignored; unknown ones are listed in the header Batchline-Ignored */
        BatchTaskStart: {
            /** @description The name of the definition */
            Name: string;
            /** @description The owner; 0 for a system task. Only administrators can set it */
            AssociateId?: number;
            /** Format: int32 */
            DetailsTable?: number;
            /** Format: int32 */
            DetailsRecord?: number;
            /** @description Not started by an associate. Only administrators can set it */
            IsSystemTask?: boolean;
            /** @description The task is deleted when it ends */
            IsInternalTask?: boolean;
            /** @description The parameters of the run. A start also accepts an array of { Key, Value } */
            ParameterObject?: {
                [key: string]: unknown;
            } | null;
            /** @description The tenant */
            DatabaseSerialNumber?: string;
            /** @description Context for the run; not interpreted by the server */
            Context?: string;
            /** @description Set by the start or an update; at most 254 characters */
            Description?: string;
            Response?: string;
            Request?: string;
            /** @description The file of the task */
            FileName?: string;
            /** @description When the task is due. A time without an offset is in the caller's time zone */
            StartAt?: string;
            /** @description Seconds until the task is due */
            DelaySeconds?: number;
            /** @description -1000 to 1000; tasks with a higher priority run first */
            Priority?: number;
        };
        /**
         * @description Responses have the name. Requests accept the name, case-insensitively, or the number. All and Unknown are never the state of a task.
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
            /** @description Why the caller has no further rights, in the caller's language */
            Reason: string;
        };
        FieldProperty: {
            FieldRight: components["schemas"]["Right"];
            /** @example System.Int32 */
            FieldType: string;
            /** @description In bytes, or in characters for strings; 0 if there is no limit */
            FieldLength: number;
        };
        /** @description A batch task */
        BatchTaskInfo: {
            /** Format: int32 */
            Id: number;
            /** @description The name of the definition */
            Name: string;
            /** @description The owner; 0 for a system task. Only administrators can set it */
            AssociateId: number;
            /** Format: int32 */
            DetailsTable: number;
            /** Format: int32 */
            DetailsRecord: number;
            /** @description Not started by an associate. Only administrators can set it */
            IsSystemTask: boolean;
            /** @description The task is deleted when it ends */
            IsInternalTask: boolean;
            /** @description The parameters of the run. A start also accepts an array of { Key, Value } */
            ParameterObject: {
                [key: string]: unknown;
            } | null;
            /** @description The tenant */
            DatabaseSerialNumber: string;
            /** @description Context for the run; not interpreted by the server */
            Context: string;
            /** @description Set by the start or an update; at most 254 characters */
            Description: string;
            Response: string;
            Request: string;
            /** @description The file of the task */
            FileName: string;
            LastStarted: components["schemas"]["DateTime"];
            Created: components["schemas"]["DateTime"];
            /** @description Number of runs; 0 if it never ran */
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
        /** @description A batch task after $select: properties that are not selected are null */
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
        /** @description A BatchTaskInfo of which only State, Description, Response and Request are read. Names are case-insensitive */
        BatchTaskUpdate: {
            /** @description An allowed transition; null, All and Unknown leave the state unchanged */
            State?: components["schemas"]["BatchTaskState"] | number | null;
            /** @description Description. Unchanged if absent; null clears it */
            Description?: string | null;
            /** @description Response. Unchanged if absent; null clears it */
            Response?: string | null;
            /** @description Request. Unchanged if absent; null clears it */
            Request?: string | null;
        } & {
            [key: string]: unknown;
        };
        /** @description RFC 6902 without move and copy. Only State, Description, Response and Request can be changed; test compares any value */
        JsonPatch: {
            /** @enum {unknown} */
            op: "add" | "replace" | "remove" | "test";
            /**
             * @description Names are case-insensitive; the leading slash is optional
             * @example /Description
             */
            path: string;
            value?: unknown;
        }[];
        BulkRequest: {
            /** @enum {unknown} */
            Action: "Stop" | "Restart" | "Delete" | "SetPriority" | "Reschedule";
            /** @description The syntax of `$filter` of the archive list */
            Filter?: string;
            /** @description The syntax of `$search` of the archive list; tasks must match Filter and Search */
            Search?: string;
            /** @description Changes nothing; returns what would happen */
            DryRun?: boolean;
            /** @description Maximum number of tasks; 1000 by default */
            Limit?: number;
            /** @description Restart discards the checkpoints of earlier runs */
            FromStart?: boolean;
            /** @description SetPriority: -1000 to 1000 */
            Priority?: number;
            /** @description Reschedule: when the tasks are due. A time without an offset is in the caller's time zone */
            StartAt?: string;
            /** @description Reschedule: seconds until the tasks are due; 0 for now */
            DelaySeconds?: number;
        };
        BulkStart: {
            /** @constant */
            Action: "Start";
            Tasks: components["schemas"]["BatchTaskStart"][];
            /** @description Changes nothing; returns what would happen */
            DryRun?: boolean;
        };
        BulkOutcome: {
            /** @enum {unknown} */
            Action: "Stop" | "Restart" | "Delete" | "SetPriority" | "Reschedule";
            /** @description true if nothing was changed */
            DryRun: boolean;
            /** @description Number of tasks that match the filter, up to Limit */
            Matched: number;
            /** @description Number of tasks that were changed, or would be in a dry run */
            Done: number;
            /** @description Tasks that could not be changed */
            Refused: {
                /** Format: int32 */
                Id: number;
                Reason: string;
            }[];
            LastId: number | null;
            /** @description true if more tasks match the filter */
            More: boolean;
        };
        BulkStartOutcome: {
            /** @constant */
            Action: "Start";
            /** @description true if nothing was started */
            DryRun: boolean;
            /** @description Number of tasks that were started, or are valid in a dry run */
            Done: number;
            /** @description The ids, in the order of the tasks; 0 for internal tasks. Empty in a dry run */
            Ids: number[];
            /** @description Tasks that could not be started, at most 100; only in a dry run. Index starts at 0 */
            Refused: {
                Index: number;
                Reason: string;
            }[];
        };
        /** @description The columns of $select, spelled as in $select: getAllRows, getNoRows, DefinitionId, DefinitionName, DefinitionDescription, DefinitionTimeOut, Description, DbTag, State, DetailsTable, DetailsRecord, Request, Response, StartCount, LastStarted, ProgressPercent, ProgressDescription, updatedBy, updatedDate, registeredBy, registeredDate, batchTaskId, associateId, fileName, result, context, cancellationBehaviour, isSystemTask, isInternalTask, parentId, scheduleId, stopped, dueAt, waitsFor, priority, duration. In the mode Full they are in Column. */
        ArchiveRow: {
            /** @description The id of the task: a string in the modes Slim and Wide, a number in Full */
            PrimaryKey: string | number;
            /** @description batchtask, or the RowType of a row that is not a task */
            EntityName: string;
            /** @description Of rows that are not tasks: header:1, footer:1 and so on, or grandtotal */
            RowType?: string;
        } & {
            [key: string]: unknown;
        };
        ArchivePage: {
            "odata.metadata": string;
            /** @description The number of matching tasks, if $inlineCount asks for it */
            "odata.count"?: number;
            /** @description With $cells=own: whether counting stopped at its limit */
            CountCut?: boolean;
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
        /** @description The columns by name */
        ArchiveColumns: {
            [key: string]: components["schemas"]["ArchiveColumnInfo"];
        };
        /** @description A description of an agent call */
        AgentCall: {
            Agent: string;
            Method: string;
            Summary: string;
            Description: string;
            /** @description The URL to POST the arguments to */
            Url: string;
            Arguments: {
                Name: string;
                Type: string;
            }[];
            /** @description The type of the response; void if it has no body */
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
        /** @description A change of state of a task */
        AuditEntry: {
            At: components["schemas"]["DateTime"];
            /** @description The associate who made the change; 0 for the server */
            ActorId: number;
            Node: string | null;
            From: components["schemas"]["StoredState"] | null;
            To: components["schemas"]["StoredState"];
            /** @description The number of the attempt */
            Attempt: number;
            /** @description true if To is Failed because the task was stopped */
            Stopped: boolean;
            /** @description Why the state changed, in the caller's language */
            Reason: string;
        };
        /** @description The error that ended an attempt */
        AttemptError: {
            Class?: string | null;
            Message: string;
            Stack?: string | null;
            Cause?: {
                [key: string]: unknown;
            } | null;
            /** @description The errors of an AggregateError */
            Errors?: {
                [key: string]: unknown;
            }[];
        };
        /** @description One attempt to run a task */
        Attempt: {
            /** @description As in the audit and in the log */
            Number: number;
            Worker: string | null;
            Claimed: components["schemas"]["DateTime"] | null;
            Started: components["schemas"]["DateTime"] | null;
            Ended: components["schemas"]["DateTime"] | null;
            DurationSeconds: number | null;
            Outcome: ("Succeeded" | "Failed" | "Stopped" | "Expired" | "HandedBack" | "Waiting") | null;
            /** @description Why it ended, or why and when another follows */
            Reason: string;
            Error: components["schemas"]["AttemptError"] | null;
            /** @description false if a release before 0.3.0 ended it: the facts are from the history, without Error and progress */
            Recorded: boolean;
            ProgressPercent: number | null;
            ProgressDescription: string;
            NextDelaySeconds: number | null;
        };
        /** @description A reason why a task does not run, with the properties of that reason */
        Wait: {
            /** @enum {unknown} */
            Reason: "DelayedStart" | "Backoff" | "Children" | "DefinitionPaused" | "NoWorker" | "Limit" | "Queue" | "Due" | "Running" | "Ended";
            /** @description The reason as a sentence, in the caller's language */
            Text: string;
            /** @description Backoff: the attempt that failed or was lost */
            Attempt?: number;
            Error?: string | null;
            /** @description Children: how many the task waits for */
            Total?: number;
            /** @description Children: how many have ended */
            Ended?: number;
            /** @description Children: how many of these failed */
            Failed?: number;
            /** @description DefinitionPaused: the associate; 0 is the server */
            PausedBy?: number;
            PausedAt?: components["schemas"]["DateTime"];
            PausedReason?: string | null;
            LastSeen?: components["schemas"]["DateTime"] | null;
            /**
             * @description Limit: which one
             * @enum {unknown}
             */
            Limit?: "Concurrent" | "PerTenant" | "Rate";
            /** @description Limit: its value */
            Value?: number;
            /** @description Limit: runs in progress, or starts in the period of a rate */
            Use?: number;
            Seconds?: number | null;
            FreeInSeconds?: number | null;
            /** @description Queue: tasks that start first, counted up to 10000 */
            Ahead?: number;
            /** @description Queue: true if there are more than Ahead */
            AheadIsMore?: boolean;
            EstimateSeconds?: number | null;
        };
        /** @description When a task is due, and why it does not run */
        Waiting: {
            State: components["schemas"]["StoredState"];
            DueAt: components["schemas"]["DateTime"] | null;
            /** @description The reason that must end first is in front. Due, Running and Ended are alone */
            WaitsFor: components["schemas"]["Wait"][];
        };
        LogLine: {
            Id: number;
            At: components["schemas"]["DateTime"];
            Attempt: number;
            /** @enum {unknown} */
            Level: "debug" | "info" | "warn" | "error";
            Message: string;
        };
        /** @description The tasks that a task started, and their counts */
        Children: {
            Total: number;
            Ended: number;
            Failed: number;
            Children: {
                /** @description The key that the parent gave the child */
                Key: string;
                /** @description The child's share of the parent's progress */
                Weight: number;
                /** @description true if it is Failed because it was stopped */
                Stopped: boolean;
                Started: components["schemas"]["DateTime"] | null;
                Ended: components["schemas"]["DateTime"] | null;
                /** @description The number of its own children */
                Children: number;
                Task: components["schemas"]["BatchTaskInfo"];
            }[];
        };
        DeclaredDefinition: {
            Name: string;
            LeaseSeconds: number;
        };
        /** @description A change of state of a task */
        TaskEvent: {
            Id: number;
            /** Format: int32 */
            TaskId: number;
            Name: string;
            AssociateId: number;
            DatabaseSerialNumber: string;
            At: components["schemas"]["DateTime"];
            /** @description The associate who made the change; 0 for the server */
            ActorId: number;
            Node: string | null;
            From: components["schemas"]["StoredState"] | null;
            To: components["schemas"]["StoredState"];
            /** @description The number of the attempt */
            Attempt: number;
            /** @description true if To is Failed because the task was stopped */
            Stopped: boolean;
            /** @description Why the state changed, in the caller's language */
            Reason: string;
        };
        EventPage: {
            /** @description The value of After for the next call */
            After: number;
            /** @description true if more events are available */
            More: boolean;
            Events: components["schemas"]["TaskEvent"][];
        };
        /** @description Server-sent events: `state` has a TaskEvent as data and its Id as id; `progress` has the progress of a task */
        EventStream: string;
        /** @description A URL that receives events */
        Webhook: {
            Id: number;
            AssociateId: number;
            DatabaseSerialNumber: string | null;
            Url: string;
            /** @description Names of definitions; empty means all */
            Names: string[];
            /** @description States; empty means all */
            States: string[];
            /** @description true sends only events of the owner's tasks */
            Own: boolean;
            Active: boolean;
            /** @description Why the server disabled the webhook; empty if it did not */
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
            /** @description Names of definitions; empty means all */
            Names: string[];
            /** @description States; empty means all */
            States: string[];
            /** @description true sends only events of the owner's tasks */
            Own: boolean;
            Active: boolean;
            /** @description Why the server disabled the webhook; empty if it did not */
            DisabledReason: string;
            Created: components["schemas"]["DateTime"];
            Updated: components["schemas"]["DateTime"];
            /** @description The key that signs deliveries, which is returned only once */
            Secret: string;
        };
        WebhookDelivery: {
            Id: number;
            WebhookId: number;
            EventId: number | null;
            /** @enum {unknown} */
            State: "Waiting" | "Delivered" | "Dead";
            /** @description Number of attempts */
            Tries: number;
            NextTry: components["schemas"]["DateTime"] | null;
            Created: components["schemas"]["DateTime"];
            Ended: components["schemas"]["DateTime"] | null;
            Status: number | null;
            Answer: string | null;
            Error: string | null;
            DurationSeconds: number | null;
            /** @description The body of the request */
            Body: unknown;
        };
        /** @description Notifications about tasks to one address */
        Subscription: {
            Id: number;
            AssociateId: number;
            DatabaseSerialNumber: string | null;
            /** @enum {unknown} */
            Channel: "Email" | "Slack" | "Teams" | "Webhook";
            /** @description The address of e-mail, or the URL; that of a chat is masked */
            Target: string;
            /** @description Ended: each end of a task, also by a stop. Failed: a failure that is not a stop. Late: a task that runs or waits for longer than LateSeconds. FailureRate: a definition fails more than usual. ScheduleMissed: a schedule started no task when it was due */
            On: ("Ended" | "Failed" | "Late" | "FailureRate" | "ScheduleMissed")[];
            /** @description Names of definitions; empty means all */
            Names: string[];
            /** @description true reports only the owner's tasks */
            Own: boolean;
            TaskId: number | null;
            LateSeconds: number | null;
            FailurePercent: number | null;
            WindowMinutes: number | null;
            /** @description The language of the texts */
            Language: string;
            /** @description The time zone of the texts, as an IANA name */
            TimeZone: string;
            Active: boolean;
            /** @description Why the server disabled it; empty if it did not */
            DisabledReason: string;
            Created: components["schemas"]["DateTime"];
            Updated: components["schemas"]["DateTime"];
        };
        NewSubscription: {
            /** @enum {unknown} */
            Channel: "Email" | "Slack" | "Teams" | "Webhook";
            Target: string;
            On: ("Ended" | "Failed" | "Late" | "FailureRate" | "ScheduleMissed")[];
            TaskId?: number | null;
            Names?: string[];
            Own?: boolean;
            LateSeconds?: number | null;
            FailurePercent?: number | null;
            WindowMinutes?: number | null;
            Language?: string;
            TimeZone?: string;
            Active?: boolean;
        };
        CreatedSubscription: {
            Id: number;
            AssociateId: number;
            DatabaseSerialNumber: string | null;
            /** @enum {unknown} */
            Channel: "Email" | "Slack" | "Teams" | "Webhook";
            /** @description The address of e-mail, or the URL; that of a chat is masked */
            Target: string;
            /** @description Ended: each end of a task, also by a stop. Failed: a failure that is not a stop. Late: a task that runs or waits for longer than LateSeconds. FailureRate: a definition fails more than usual. ScheduleMissed: a schedule started no task when it was due */
            On: ("Ended" | "Failed" | "Late" | "FailureRate" | "ScheduleMissed")[];
            /** @description Names of definitions; empty means all */
            Names: string[];
            /** @description true reports only the owner's tasks */
            Own: boolean;
            TaskId: number | null;
            LateSeconds: number | null;
            FailurePercent: number | null;
            WindowMinutes: number | null;
            /** @description The language of the texts */
            Language: string;
            /** @description The time zone of the texts, as an IANA name */
            TimeZone: string;
            Active: boolean;
            /** @description Why the server disabled it; empty if it did not */
            DisabledReason: string;
            Created: components["schemas"]["DateTime"];
            Updated: components["schemas"]["DateTime"];
            /** @description The key that signs deliveries to a webhook, which is returned only once */
            Secret?: string;
        };
        SubscriptionDelivery: {
            Id: number;
            SubscriptionId: number;
            /** @enum {unknown} */
            State: "Waiting" | "Delivered" | "Dead";
            /** @description Number of attempts */
            Tries: number;
            NextTry: components["schemas"]["DateTime"] | null;
            Created: components["schemas"]["DateTime"];
            Ended: components["schemas"]["DateTime"] | null;
            Status: number | null;
            /** @description The beginning of the last response */
            Answer: string;
            /** @description Why the last attempt failed; empty if it did not */
            Error: string;
            /** @description None in a test */
            Occasions: ("Ended" | "Failed" | "Late" | "FailureRate" | "ScheduleMissed")[];
            /** @description The tasks of its notifications; none in a test */
            TaskIds: number[];
            /** @description Number of further notifications that it only counts */
            More: number;
        };
        /** @description The limits of a definition; null means no limit */
        Limits: {
            Concurrent: number | null;
            PerTenant: number | null;
            Rate: {
                Runs: number;
                Seconds: number;
            } | null;
            Weights: {
                [key: string]: number;
            } | null;
        };
        /** @description A task definition */
        Definition: {
            Name: string;
            Description: string;
            /** @description JSON Schema of the parameters */
            Parameters: {
                [key: string]: unknown;
            };
            /** @enum {unknown} */
            CancellationBehaviour: "CanCancel" | "CancelWithWarning" | "CannotCancel";
            /** @description The place of its runs: inline, thread or worker */
            Isolate: string;
            /** @description Maximum number of retries after failures */
            Retries: number;
            /** @description The lease duration of its runs */
            LeaseSeconds: number;
            /** @description When a worker last asked for its tasks; null if it runs in the server */
            LastSeen: components["schemas"]["DateTime"] | null;
            /** @description While a definition is paused, its tasks wait */
            Paused: boolean;
            PausedBy: number | null;
            PausedAt: components["schemas"]["DateTime"] | null;
            PausedReason: string | null;
            Limits: components["schemas"]["Limits"];
            /** @description true if the limits were set through the API and override those of the definition */
            LimitsAreSet: boolean;
            LimitsBy: number | null;
            LimitsAt: components["schemas"]["DateTime"] | null;
        };
        DefinitionChange: {
            At: components["schemas"]["DateTime"];
            ActorId: number;
            Action: string;
            Limits: components["schemas"]["Limits"] | null;
        };
        /** @description Percentiles of durations, in seconds */
        Percentiles: {
            /** @description The number of tasks that they are computed from */
            Tasks: number;
            P50: number;
            P95: number;
            P99: number;
            Max: number;
        };
        DefinitionStatistics: {
            Name: string;
            Since: components["schemas"]["DateTime"];
            StepSeconds: number;
            Changes: {
                At: components["schemas"]["DateTime"];
                Name: string;
                /** @description Number of tasks created */
                Registered: number;
                /** @description Number of tasks that succeeded */
                Succeeded: number;
                /** @description Number of tasks that failed, without those that were stopped */
                Failed: number;
                /** @description Number of tasks that were stopped */
                Stopped: number;
                /** @description Number of tasks whose first run began */
                Begun: number;
                /** @description Average waiting time, in seconds */
                Waited: number;
                /** @description Maximum waiting time, in seconds */
                LongestWait: number;
            }[];
            Queue: {
                Name: string;
                /** @description Number of tasks that are due and wait for a worker */
                Due: number;
                /** @description Number of tasks that are due later */
                Later: number;
                Oldest: components["schemas"]["DateTime"] | null;
                /** @description Number of tasks that are running */
                Running: number;
            };
            Waiting: components["schemas"]["Percentiles"] | null;
            Running: components["schemas"]["Percentiles"] | null;
            Failures: {
                Name: string;
                Tasks: number;
                /** Format: int32 */
                LastId: number;
                LastAt: components["schemas"]["DateTime"];
                Result: string;
            }[];
        };
        /** @description A live process or remote worker */
        Worker: {
            /** @description Worker of its attempts and Node of the history */
            Id: string;
            /** @description Host and process id, or the name that a remote worker gives */
            Name: string;
            Kind: ("Server" | "Worker" | "Remote") | null;
            AssociateId: number | null;
            Version: string | null;
            Started: components["schemas"]["DateTime"] | null;
            LastSeen: components["schemas"]["DateTime"] | null;
            /**
             * @description A draining worker claims no more tasks and stops when its runs have ended
             * @enum {unknown}
             */
            Status: "Running" | "Draining";
            Slots: number | null;
            /** @description The number of tasks that it runs */
            Running: number;
            /** @description The tasks that it runs, longest running first, at most 50 */
            Tasks: {
                /** Format: int32 */
                Id: number;
                Name: string;
            }[];
            /** @description The definitions that it runs */
            Definitions: string[];
            /** @description With Cells=all: the name of its cell */
            Cell?: string;
        };
        /** @description A cron schedule that starts tasks */
        Schedule: {
            /** Format: int32 */
            Id: number;
            Name: string;
            /** @description The name of the definition */
            Definition: string;
            ParameterObject: {
                [key: string]: unknown;
            } | null;
            /**
             * @description The cron expression
             * @example 0 2 * * *
             */
            Cron: string;
            /** @description The time zone of the cron expression: a code or an IANA name */
            TimeZone: string;
            /**
             * @description How runs that were due while no server was running are handled
             * @enum {unknown}
             */
            MissedRuns: "Skip" | "Once" | "All";
            /** @description Maximum number of missed runs that are started */
            MissedLimit: number;
            /**
             * @description What a due time does while an earlier task of the schedule has not ended: Allow starts its task, Skip starts none, Queue starts it afterwards
             * @enum {unknown}
             */
            Overlap: "Allow" | "Skip" | "Queue";
            /** @description The priority of the tasks; higher ones run first */
            Priority: number;
            Paused: boolean;
            /** @description The owner of the tasks */
            AssociateId: number;
            IsSystemTask: boolean;
            /** @description The tenant */
            DatabaseSerialNumber: string;
            /** @description The next due times; empty while it is paused */
            NextRuns: components["schemas"]["DateTime"][];
            LastRun: components["schemas"]["DateTime"];
            LastTaskId: number | null;
            LastTaskState: ("New" | "Aquired" | "Started" | "Succeeded" | "Failed" | "SucceededManualCleanup") | null;
            /** @description true if that task was stopped, which is not a failure */
            LastTaskStopped: boolean;
            /** @description The due times that wait for the end of an earlier task */
            QueuedRuns: components["schemas"]["DateTime"][];
            LastSkipped: components["schemas"]["DateTime"] | null;
            LastSkippedFor: number | null;
            /** @description Why the last run did not start; empty if it started */
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
            /** @enum {unknown} */
            Overlap?: "Allow" | "Skip" | "Queue";
            Priority?: number;
            Paused?: boolean;
            AssociateId?: number;
            IsSystemTask?: boolean;
            DatabaseSerialNumber?: string;
        };
        /** @description Retention periods by state, such as 30d. Tasks in states that are absent are kept */
        Retention: {
            [key: string]: string;
        };
        Statistics: {
            Since: components["schemas"]["DateTime"];
            StepSeconds: number;
            Changes: {
                At: components["schemas"]["DateTime"];
                Name: string;
                /** @description Number of tasks created */
                Registered: number;
                /** @description Number of tasks that succeeded */
                Succeeded: number;
                /** @description Number of tasks that failed, without those that were stopped */
                Failed: number;
                /** @description Number of tasks that were stopped */
                Stopped: number;
                /** @description Number of tasks whose first run began */
                Begun: number;
                /** @description Average waiting time, in seconds */
                Waited: number;
                /** @description Maximum waiting time, in seconds */
                LongestWait: number;
            }[];
            Workers: {
                At: components["schemas"]["DateTime"];
                Workers: number;
            }[];
            Queues: {
                Name: string;
                /** @description Number of tasks that are due and wait for a worker */
                Due: number;
                /** @description Number of tasks that are due later */
                Later: number;
                Oldest: components["schemas"]["DateTime"] | null;
                /** @description Number of tasks that are running */
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
        /** @description When daylight saving time begins and ends; zeros in rules of standard time */
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
            /** @description 0 if GET /TimeZone does not list the time zone */
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
            /** @description The ISO 3166-1 number of the country; 0 if it has none */
            IsoNumber: number;
            /** @description The rule of the current year, by year */
            TimeZoneSTDRules: {
                [key: string]: components["schemas"]["TimeZoneRule"];
            };
            /** @description The rule of the current year, by year */
            TimeZoneDSTRules: {
                [key: string]: components["schemas"]["TimeZoneRule"];
            };
        };
        PreferredTimeZone: {
            /** @description Always 0: users have no preferences */
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
            /** @description The value for file parameters, such as file of csv-import */
            File: string;
            Name: string;
            Bytes: number;
            /** @description Hexadecimal SHA-256 of the content */
            Sha256: string;
        };
        Upload: {
            /** @description The value for file parameters, such as file of csv-import */
            File: string;
            Name: string;
            Bytes: number;
            /** @description Hexadecimal SHA-256 of the content */
            Sha256: string;
            Created: components["schemas"]["DateTime"];
            LastUsed: components["schemas"]["DateTime"];
        };
        /** @description An administrative action */
        AdministrationEntry: {
            Id: number;
            At: components["schemas"]["DateTime"];
            /** @description The associate; 0 for operators and the server */
            ActorId: number;
            /** @description The login of the associate; empty for operators and the server */
            Actor: string;
            /**
             * @description A sign-in, an API token, a link to set a password, the command line on the server, or the server itself
             * @enum {unknown}
             */
            Means: "SignIn" | "Token" | "Link" | "CommandLine" | "Server";
            /** @enum {unknown} */
            Action: "Create" | "Change" | "Delete" | "Pause" | "Resume" | "Limits" | "Retention" | "PasswordLink";
            /** @enum {unknown} */
            Kind: "User" | "Token" | "Application" | "Webhook" | "Subscription" | "Schedule" | "Definition";
            ObjectId: number | null;
            ObjectName: string;
            DatabaseSerialNumber: string | null;
            /** @description With Cells=all: the name of its cell */
            Cell?: string;
            Changes: {
                Property: string;
                From: string | null;
                To: string | null;
            }[];
        };
        /** @description An associate who can sign in */
        User: {
            AssociateId: number;
            Login: string;
            Name: string;
            Roles: ("administrator" | "viewer")[];
            DatabaseSerialNumber: string | null;
            Disabled: boolean;
            LastSignIn: components["schemas"]["DateTime"] | null;
            LastSignInBy: ("password" | "oidc" | "basic" | "jwt") | null;
        };
        PasswordLink: {
            /** @description The address of the page to set a password, which is returned only once */
            Url: string;
            Expires: components["schemas"]["DateTime"];
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
            /** @description The SO-AppToken, which is returned only once */
            AppToken: string;
        };
        /** @description An API token (bearer token) */
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
            LastUsed: components["schemas"]["DateTime"] | null;
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
            LastUsed: components["schemas"]["DateTime"] | null;
            /** @description The secret, which is returned only once */
            Token: string;
        };
    };
    responses: {
        /** @description The request is invalid; the message says what is wrong and which values are accepted. */
        Invalid: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The request failed. */
        Refused: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The credentials are missing or invalid. */
        Unauthenticated: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The caller does not have the required access. */
        Forbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Too many requests or failed sign-ins; Retry-After has the number of seconds to wait. */
        RateLimited: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The resource does not exist, or the caller cannot see it. */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The request failed. */
        Oversized: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The Content-Type, charset or Content-Encoding of the body is not supported. */
        Unsupported: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The request failed. */
        Gone: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The request conflicts with the current state of the resource. */
        Conflict: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description A condition of the request is not met. */
        Precondition: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The range is outside the file. */
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
        /** @description The language of texts. Takes precedence over Accept-Language. * or x returns texts untranslated */
        "SO-Language": string;
        /** @description The language of texts. Without a language, texts are not translated */
        "Accept-Language": string;
        /** @description The format of numbers and dates inside texts; by default that of the language */
        "SO-Culture": string;
        /** @description The time zone of times in the request and the response: a code, an id or an IANA name. The response repeats it. includeTZOffset adds offsets */
        "SO-TimeZone": string;
        /** @description ETags: returns 412 if none of them is current */
        "If-Match": string;
        /** @description ETags: returns 304, or 412 for changes, if one of them is current */
        "If-None-Match": string;
        /** @description Returns 304 if it has not changed since; invalid dates are ignored */
        "If-Modified-Since": string;
        /** @description Returns 412 if it has changed since; invalid dates are ignored */
        "If-Unmodified-Since": string;
        /** @description The byte range of the file */
        Range: string;
        /** @description Returns the range only if this ETag is current, and otherwise the whole file */
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
            /** @description Success. */
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
            /** @description Success. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthSummary"];
                };
            };
            400: components["responses"]["Invalid"];
            /** @description Unavailable. */
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
            /** @description Success. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            400: components["responses"]["Invalid"];
            /** @description Unavailable. */
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
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success; the response has no body. */
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
    getSignInMethods: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInMethods"];
                };
            };
            400: components["responses"]["Invalid"];
            default: components["responses"]["Refused"];
        };
    };
    setPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The part of the address of the link after # */
                    Link: string;
                    Password: string;
                };
            };
        };
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasswordSet"];
                };
            };
            400: components["responses"]["Invalid"];
            403: components["responses"]["Forbidden"];
            410: components["responses"]["Gone"];
            413: components["responses"]["Oversized"];
            415: components["responses"]["Unsupported"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    listBatchTasks: {
        parameters: {
            query?: {
                /** @description Comma-separated columns, or functions such as Count(State):Footer */
                $select?: string;
                /** @description A condition such as State eq 5 and registeredDate after '2026-01-01' */
                $filter?: string;
                /** @description Texts and qualifiers that tasks must match, such as state:failed created:today C4711 */
                $search?: string;
                /** @description Comma-separated columns, each optionally followed by asc or desc */
                $orderBy?: string;
                /** @description Only batchtask */
                $entities?: string;
                /** @description The page size; 100 by default */
                $top?: string;
                /** @description The number of tasks to skip; the $skiptoken of odata.nextLink is faster */
                $skip?: string;
                /** @description The position of a page, from odata.nextLink */
                $skiptoken?: string;
                $mode?: "Slim" | "Wide" | "Full";
                /** @description GrandTotal=true adds a row with the totals of the whole list */
                $options?: string;
                /** @description Accepted and ignored */
                $context?: string;
                /** @description Overrides Accept */
                $format?: "JSON" | "XML";
                /** @description true replaces characters of names other than letters, digits and underscores */
                $jsonSafe?: "true" | "false";
                $output?: "Logical" | "Display";
                /** @description all: the tasks of all cells, each with Cell. own: those of the cell that is called, each with its SkipToken */
                $cells?: "own" | "all";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    /** @description With Cells=all: the names of the cells that did not respond in time */
                    "Batchline-Cells-Missing"?: string;
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
                /** @description When the task is due. A time without an offset is in the caller's time zone */
                StartAt?: string;
                /** @description Seconds until the task is due */
                DelaySeconds?: string;
                /** @description -1000 to 1000; tasks with a higher priority run first */
                Priority?: string;
            };
            header?: {
                /** @description Makes retries safe: requests with the same key and body within a day start only one task */
                "Idempotency-Key"?: string;
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
            /** @description Success. */
            200: {
                headers: {
                    /** @description Unknown properties of the body, which were ignored */
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
                /** @description The properties to return, such as `Name,TableRight/Mask`; all others are null. Unknown names are ignored */
                $select?: string;
            };
            header?: {
                /** @description ETags: returns 412 if none of them is current */
                "If-Match"?: components["parameters"]["If-Match"];
                /** @description ETags: returns 304, or 412 for changes, if one of them is current */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
                /** @description Returns 304 if it has not changed since; invalid dates are ignored */
                "If-Modified-Since"?: components["parameters"]["If-Modified-Since"];
                /** @description Returns 412 if it has changed since; invalid dates are ignored */
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
            /** @description Success. */
            200: {
                headers: {
                    /** @description The version of the task in this representation */
                    ETag?: string;
                    /** @description When the task last changed */
                    "Last-Modified"?: string;
                    /** @description The number of rows returned. Present only if the list was truncated at the limit of rows or at 8 MB of text */
                    "Batchline-List-Cut"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": (components["schemas"]["BatchTaskInfo"] | components["schemas"]["SelectedBatchTaskInfo"]) | (components["schemas"]["BatchTaskInfo"] | components["schemas"]["SelectedBatchTaskInfo"])[];
                };
            };
            /** @description Not modified. */
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
                /** @description The properties to return, such as `Name,TableRight/Mask`; all others are null. Unknown names are ignored */
                $select?: string;
            };
            header?: {
                /** @description ETags: returns 412 if none of them is current */
                "If-Match"?: components["parameters"]["If-Match"];
                /** @description ETags: returns 304, or 412 for changes, if one of them is current */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
                /** @description Returns 412 if it has changed since; invalid dates are ignored */
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
            /** @description Success. */
            200: {
                headers: {
                    /** @description The version of the task in this representation */
                    ETag?: string;
                    /** @description When the task last changed */
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
                /** @description ETags: returns 412 if none of them is current */
                "If-Match"?: components["parameters"]["If-Match"];
                /** @description ETags: returns 304, or 412 for changes, if one of them is current */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
                /** @description Returns 412 if it has changed since; invalid dates are ignored */
                "If-Unmodified-Since"?: components["parameters"]["If-Unmodified-Since"];
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success; the response has no body. */
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
                /** @description The properties to return, such as `Name,TableRight/Mask`; all others are null. Unknown names are ignored */
                $select?: string;
            };
            header?: {
                /** @description ETags: returns 412 if none of them is current */
                "If-Match"?: components["parameters"]["If-Match"];
                /** @description ETags: returns 304, or 412 for changes, if one of them is current */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
                /** @description Returns 412 if it has changed since; invalid dates are ignored */
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
            /** @description Success. */
            200: {
                headers: {
                    /** @description The version of the task in this representation */
                    ETag?: string;
                    /** @description When the task last changed */
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
                /** @description ETags: returns 412 if none of them is current */
                "If-Match"?: components["parameters"]["If-Match"];
                /** @description ETags: returns 304, or 412 for changes, if one of them is current */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
                /** @description Returns 412 if it has changed since; invalid dates are ignored */
                "If-Unmodified-Since"?: components["parameters"]["If-Unmodified-Since"];
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
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
                /** @description true discards the checkpoint of earlier runs */
                FromStart?: string;
                /** @description The properties to return, such as `Name,TableRight/Mask`; all others are null. Unknown names are ignored */
                $select?: string;
            };
            header?: {
                /** @description ETags: returns 412 if none of them is current */
                "If-Match"?: components["parameters"]["If-Match"];
                /** @description ETags: returns 304, or 412 for changes, if one of them is current */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
                /** @description Returns 412 if it has changed since; invalid dates are ignored */
                "If-Unmodified-Since"?: components["parameters"]["If-Unmodified-Since"];
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
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
    copyBatchTask: {
        parameters: {
            query?: {
                /** @description When the task is due. A time without an offset is in the caller's time zone */
                StartAt?: string;
                /** @description Seconds until the task is due */
                DelaySeconds?: string;
                /** @description -1000 to 1000; tasks with a higher priority run first */
                Priority?: string;
            };
            header?: {
                /** @description Makes retries safe: requests with the same key and body within a day start only one task */
                "Idempotency-Key"?: string;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description The parameters of the run. A start also accepts an array of { Key, Value } */
                    ParameterObject?: {
                        [key: string]: unknown;
                    } | null;
                    /** @description When the task is due. A time without an offset is in the caller's time zone */
                    StartAt?: string;
                    /** @description Seconds until the task is due */
                    DelaySeconds?: number;
                    /** @description -1000 to 1000; tasks with a higher priority run first */
                    Priority?: number;
                };
            };
        };
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    /** @description Unknown properties of the body, which were ignored */
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
    bulkBatchTasks: {
        parameters: {
            query?: {
                /** @description When the task is due. A time without an offset is in the caller's time zone */
                StartAt?: string;
                /** @description Seconds until the task is due */
                DelaySeconds?: string;
                /** @description -1000 to 1000; tasks with a higher priority run first */
                Priority?: string;
                /** @description true starts nothing; DryRun in the body takes precedence */
                DryRun?: string;
                /** @description The number of the first line of JSON Lines, for messages; 1 by default */
                FirstLine?: string;
            };
            header?: {
                /** @description Makes retries safe: requests with the same key and body within a day start only one task */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BulkRequest"] | components["schemas"]["BulkStart"];
            };
        };
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    /** @description Unknown properties of the body, which were ignored */
                    "Batchline-Ignored"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkOutcome"] | components["schemas"]["BulkStartOutcome"];
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
    listArchives: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success. */
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
                /** @description Comma-separated columns, or functions such as Count(State):Footer */
                $select?: string;
                /** @description A condition such as State eq 5 and registeredDate after '2026-01-01' */
                $filter?: string;
                /** @description Texts and qualifiers that tasks must match, such as state:failed created:today C4711 */
                $search?: string;
                /** @description Comma-separated columns, each optionally followed by asc or desc */
                $orderBy?: string;
                /** @description Only batchtask */
                $entities?: string;
                /** @description The page size; 100 by default */
                $top?: string;
                /** @description The number of tasks to skip; the $skiptoken of odata.nextLink is faster */
                $skip?: string;
                /** @description The position of a page, from odata.nextLink */
                $skiptoken?: string;
                $mode?: "Slim" | "Wide" | "Full";
                /** @description GrandTotal=true adds a row with the totals of the whole list */
                $options?: string;
                /** @description Accepted and ignored */
                $context?: string;
                /** @description Overrides Accept */
                $format?: "JSON" | "XML";
                /** @description true replaces characters of names other than letters, digits and underscores */
                $jsonSafe?: "true" | "false";
                $output?: "Logical" | "Display";
                /** @description all: the tasks of all cells, each with Cell. own: those of the cell that is called, each with its SkipToken */
                $cells?: "own" | "all";
                /** @description Any value but False adds odata.count */
                $inlineCount?: "False" | "Estimate" | "True" | "AllPages";
                /** @description ALL returns the columns instead of the tasks */
                $metadata?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    /** @description With Cells=all: the names of the cells that did not respond in time */
                    "Batchline-Cells-Missing"?: string;
                    /** @description The limit at which counting stopped, if it did */
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
                    /** @description Comma-separated columns, or functions such as Count(State):Footer */
                    $select?: string;
                    /** @description A condition such as State eq 5 and registeredDate after '2026-01-01' */
                    $filter?: string;
                    /** @description Texts and qualifiers that tasks must match, such as state:failed created:today C4711 */
                    $search?: string;
                    /** @description Comma-separated columns, each optionally followed by asc or desc */
                    $orderBy?: string;
                    /** @description Only batchtask */
                    $entities?: string;
                    /** @description The page size; 100 by default */
                    $top?: string;
                    /** @description The number of tasks to skip; the $skiptoken of odata.nextLink is faster */
                    $skip?: string;
                    /** @description The position of a page, from odata.nextLink */
                    $skiptoken?: string;
                    /** @enum {unknown} */
                    $mode?: "Slim" | "Wide" | "Full";
                    /** @description GrandTotal=true adds a row with the totals of the whole list */
                    $options?: string;
                    /** @description Accepted and ignored */
                    $context?: string;
                    /**
                     * @description Overrides Accept
                     * @enum {unknown}
                     */
                    $format?: "JSON" | "XML";
                    /**
                     * @description true replaces characters of names other than letters, digits and underscores
                     * @enum {unknown}
                     */
                    $jsonSafe?: "true" | "false";
                    /** @enum {unknown} */
                    $output?: "Logical" | "Display";
                    /**
                     * @description all: the tasks of all cells, each with Cell. own: those of the cell that is called, each with its SkipToken
                     * @enum {unknown}
                     */
                    $cells?: "own" | "all";
                    /**
                     * @description Any value but False adds odata.count
                     * @enum {unknown}
                     */
                    $inlineCount?: "False" | "Estimate" | "True" | "AllPages";
                    /** @description ALL returns the columns instead of the tasks */
                    $metadata?: string;
                };
            };
        };
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    /** @description With Cells=all: the names of the cells that did not respond in time */
                    "Batchline-Cells-Missing"?: string;
                    /** @description The limit at which counting stopped, if it did */
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
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success. */
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
                    /** @description Only BatchTasks */
                    ProviderName: string;
                    Context?: string;
                };
            };
        };
        responses: {
            /** @description Success. */
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
            /** @description Success. */
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
                    /** @description Only BatchTasks */
                    ProviderName: string;
                    Columns?: string[];
                    SortOrder?: {
                        Name: string;
                        /** @enum {unknown} */
                        Direction: "ASC" | "DESC";
                    }[];
                    Restriction?: {
                        /** @description The column */
                        Name: string;
                        /** @description An operator of $filter */
                        Operator: string;
                        Values?: string[];
                        IsActive?: boolean;
                        /** @description Positive: the number of parentheses that open before it. Negative: the number that close after it */
                        InterParenthesis?: number;
                        /**
                         * @description The operator between it and the next restriction
                         * @enum {unknown}
                         */
                        InterOperator?: "None" | "And" | "Or";
                    }[];
                    Entities?: string[];
                    /** @description The page number from 0. If negative, the number of tasks to skip */
                    Page?: number;
                    PageSize?: number;
                };
            };
        };
        responses: {
            /** @description Success. */
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
                /** @description ETags: returns 412 if none of them is current */
                "If-Match"?: components["parameters"]["If-Match"];
                /** @description ETags: returns 304, or 412 for changes, if one of them is current */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
                /** @description The byte range of the file */
                Range?: components["parameters"]["Range"];
                /** @description Returns the range only if this ETag is current, and otherwise the whole file */
                "If-Range"?: components["parameters"]["If-Range"];
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    /** @description The file name */
                    "Content-Disposition"?: string;
                    /** @description The version of the file */
                    ETag?: string;
                    /** @description The SHA-256 of the file (RFC 9530) */
                    "Repr-Digest"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "*/*": string;
                };
            };
            /** @description The requested range. */
            206: {
                headers: {
                    /** @description The file name */
                    "Content-Disposition"?: string;
                    /** @description The version of the file */
                    ETag?: string;
                    /** @description The SHA-256 of the file (RFC 9530) */
                    "Repr-Digest"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "*/*": string;
                };
            };
            /** @description Not modified. */
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
                /** @description ETags: returns 412 if none of them is current */
                "If-Match"?: components["parameters"]["If-Match"];
                /** @description ETags: returns 304, or 412 for changes, if one of them is current */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
                /** @description The byte range of the file */
                Range?: components["parameters"]["Range"];
                /** @description Returns the range only if this ETag is current, and otherwise the whole file */
                "If-Range"?: components["parameters"]["If-Range"];
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    /** @description The file name */
                    "Content-Disposition"?: string;
                    /** @description The version of the file */
                    ETag?: string;
                    /** @description The SHA-256 of the file (RFC 9530) */
                    "Repr-Digest"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not modified. */
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
            /** @description Success. */
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
    listBatchTaskAttempts: {
        parameters: {
            query?: {
                /** @description Only attempts after this Number */
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
            /** @description Success. */
            200: {
                headers: {
                    /** @description The number of rows returned. Present only if the list was truncated at the limit of rows or at 8 MB of text */
                    "Batchline-List-Cut"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Attempt"][];
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
    getBatchTaskWaiting: {
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
            /** @description Success. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waiting"];
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
                /** @description Only lines of this attempt */
                Attempt?: string;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    /** @description The number of rows returned. Present only if the list was truncated at the limit of rows or at 8 MB of text */
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
                /** @description Returns only children with a greater Id */
                After?: string;
                State?: "New" | "Aquired" | "Started" | "Succeeded" | "Failed" | "SucceededManualCleanup";
                /** @description 1 to 500; 100 by default */
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
            /** @description Success. */
            200: {
                headers: {
                    /** @description The number of rows returned. Present only if the list was truncated at the limit of rows or at 8 MB of text */
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
            /** @description Success. */
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
                        /** @description Letters, digits, "_", "-" and "."; at most 100 characters */
                        Name: string;
                        Description: string;
                        /** @description JSON Schema of the parameters */
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
                        /** @description The lease duration: a run whose lease is not renewed for this long is retried */
                        LeaseSeconds?: number;
                    }[];
                };
            };
        };
        responses: {
            /** @description Success. */
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
                /** @description The name of a definition, case-insensitive */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success; the response has no body. */
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
                /** @description An id for this call, such as a UUID, which lets DELETE /Workers/Acquire end the wait */
                Call?: string;
                /** @description The version of the worker, for GET /Workers */
                Version?: string;
                /** @description How many tasks the worker runs at once, for GET /Workers */
                Slots?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The name of the worker, for logs and the history */
                    Worker: string;
                    Definitions: string[];
                    /** @description Maximum number of tasks; 1 by default */
                    Limit?: number;
                    /** @description How long to wait for a task; 0 by default */
                    WaitSeconds?: number;
                };
            };
        };
        responses: {
            /** @description Success. */
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
                            /** @description Number of earlier runs that failed */
                            Failures: number;
                            /** @description Number of earlier runs whose lease expired */
                            Losses: number;
                            /** @description BatchTaskInfo */
                            Task: {
                                [key: string]: unknown;
                            };
                            Parameters: {
                                [key: string]: unknown;
                            };
                            /** @description The task that started this one */
                            ParentId: number | null;
                            /** @description The last checkpoint of earlier attempts, or null */
                            Checkpoint: unknown;
                            /** @description The traceparent of the start (W3C Trace Context), or null */
                            TraceParent: string | null;
                            /** @description The tracestate of the start, or null */
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
                /** @description An id for this call, such as a UUID, which lets DELETE /Workers/Acquire end the wait */
                Call: string;
                /** @description The name of a worker that stops; GET /Workers lists it as Draining */
                Worker?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success; the response has no body. */
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
                    /** @description How long to wait for a stop request; capped at a third of the lease */
                    WaitSeconds?: number;
                };
            };
        };
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description true: the run must end now; the lease was not renewed */
                        Stop: boolean;
                        /** @description Who requested the stop, and when */
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
            /** @description Success; the response has no body. */
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
            /** @description Success; the response has no body. */
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
                    /** @description The Result of the task: a string, or any other value, stored as JSON */
                    Result?: unknown;
                    ProgressPercent?: number;
                    ProgressDescription?: string;
                };
            };
        };
        responses: {
            /** @description Success. */
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
                    /** @description The whole error, for the record of the attempt */
                    Error?: {
                        Class?: string | null;
                        Message: string;
                        Stack?: string | null;
                        Cause?: {
                            [key: string]: unknown;
                        } | null;
                        /** @description The errors of an AggregateError */
                        Errors?: {
                            [key: string]: unknown;
                        }[];
                    };
                    /** @description false if a retry would fail too; true by default */
                    Retry?: boolean;
                    /** @description Seconds */
                    DelaySeconds?: number;
                    ProgressPercent?: number;
                    ProgressDescription?: string;
                };
            };
        };
        responses: {
            /** @description Success. */
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
                    /** @description false if the run never began, so that it does not count as a start; true by default */
                    Began?: boolean;
                    ProgressPercent?: number;
                    ProgressDescription?: string;
                };
            };
        };
        responses: {
            /** @description Success. */
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
                /** @description The file name, which becomes FileName of the task */
                Name: string;
            };
            header: {
                "Content-Length": string;
                /** @description RFC 9530: sha-256=:<base64>: */
                "Content-Digest": string;
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
            /** @description Success; the response has no body. */
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
                /** @description Comma-separated names of definitions */
                Name?: string;
                /** @description Comma-separated states */
                State?: string;
                /** @description true returns only events of the caller's own tasks */
                Own?: "true" | "false";
                /** @description Returns only events with a greater Id; if absent, only new events */
                After?: string;
            };
            header?: {
                /** @description Takes precedence over After */
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
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
                /** @description Comma-separated names of definitions */
                Name?: string;
                /** @description Comma-separated states */
                State?: string;
                /** @description true returns only events of the caller's own tasks */
                Own?: "true" | "false";
                /** @description Returns only events with a greater Id; if absent, only new events */
                After?: string;
            };
            header?: {
                /** @description Takes precedence over After */
                "Last-Event-ID"?: string;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Created. */
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
            /** @description Success. */
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
            /** @description Success; the response has no body. */
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
            /** @description Success. */
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
            /** @description Accepted for processing. */
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
                /** @description Returns only deliveries with a smaller Id */
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
            /** @description Success. */
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
            /** @description Accepted for processing. */
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
    listSubscriptions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Subscription"][];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            default: components["responses"]["Refused"];
        };
    };
    createSubscription: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSubscription"];
            };
        };
        responses: {
            /** @description Created. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedSubscription"];
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
    getSubscription: {
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
            /** @description Success. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Subscription"];
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
    deleteSubscription: {
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
            /** @description Success; the response has no body. */
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
    changeSubscription: {
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
                    Target?: string;
                    On?: ("Ended" | "Failed" | "Late" | "FailureRate" | "ScheduleMissed")[];
                    Names?: string[];
                    Own?: boolean;
                    LateSeconds?: number | null;
                    FailurePercent?: number | null;
                    WindowMinutes?: number | null;
                    Language?: string;
                    TimeZone?: string;
                    Active?: boolean;
                };
            };
        };
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Subscription"];
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
    testSubscription: {
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
            /** @description Success. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SubscriptionDelivery"];
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
    listSubscriptionDeliveries: {
        parameters: {
            query?: {
                State?: "Waiting" | "Delivered" | "Dead";
                /** @description Returns only deliveries with a smaller Id */
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
            /** @description Success. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SubscriptionDelivery"][];
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
    redeliverSubscription: {
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
            /** @description Accepted for processing. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SubscriptionDelivery"];
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
                /** @description Returns only children with a greater Id */
                After?: string;
                State?: "New" | "Aquired" | "Started" | "Succeeded" | "Failed" | "SucceededManualCleanup";
                /** @description 1 to 500; 100 by default */
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
            /** @description Success. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        Total: number;
                        Ended: number;
                        /** @description How many of the ended children failed */
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
                        /** @description Identifies the child: a run that is retried starts each key only once */
                        Key: string;
                        /** @description The name of the definition */
                        Name: string;
                        ParameterObject?: {
                            [key: string]: unknown;
                        } | null;
                        Description?: string;
                        /** @description Its share of the task's progress; 1 by default */
                        Weight?: number;
                    }[];
                };
            };
        };
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The ids, in the order of the request */
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
            /** @description Success. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description true: the lease has ended, and the task runs again when all children have ended */
                        Waits: boolean;
                        Total: number;
                        Ended: number;
                        /** @description How many of the ended children failed */
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
            /** @description Success. */
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
                /** @description The properties to return, such as `Name,TableRight/Mask`; all others are null. Unknown names are ignored */
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
            /** @description Success. */
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
            /** @description Success. */
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
                /** @description The properties to return, such as `Name,TableRight/Mask`; all others are null. Unknown names are ignored */
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
            /** @description Success. */
            200: {
                headers: {
                    /** @description The number of rows returned, if the list was truncated */
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
            /** @description Success. */
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
                /** @description The properties to return, such as `Name,TableRight/Mask`; all others are null. Unknown names are ignored */
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
            /** @description Success. */
            200: {
                headers: {
                    /** @description The number of rows returned, if the list was truncated */
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
            /** @description Success. */
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
                /** @description The properties to return, such as `Name,TableRight/Mask`; all others are null. Unknown names are ignored */
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
            /** @description Success. */
            200: {
                headers: {
                    /** @description The number of rows returned, if the list was truncated */
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
            /** @description Success. */
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
                /** @description The properties to return, such as `Name,TableRight/Mask`; all others are null. Unknown names are ignored */
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
            /** @description Success. */
            200: {
                headers: {
                    /** @description The number of rows returned, if the list was truncated */
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
            /** @description Success. */
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
                /** @description The properties to return, such as `Name,TableRight/Mask`; all others are null. Unknown names are ignored */
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
            /** @description Success. */
            200: {
                headers: {
                    /** @description The number of rows returned, if the list was truncated */
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
            /** @description Success. */
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
                /** @description The properties to return, such as `Name,TableRight/Mask`; all others are null. Unknown names are ignored */
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
            /** @description Success. */
            200: {
                headers: {
                    /** @description The number of rows returned, if the list was truncated */
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
            /** @description Success. */
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
                /** @description The properties to return, such as `Name,TableRight/Mask`; all others are null. Unknown names are ignored */
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
            /** @description Success. */
            200: {
                headers: {
                    /** @description The number of rows returned, if the list was truncated */
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
            /** @description Success. */
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
                /** @description The properties to return, such as `Name,TableRight/Mask`; all others are null. Unknown names are ignored */
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
            /** @description Success. */
            200: {
                headers: {
                    /** @description The number of rows returned, if the list was truncated */
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
            /** @description Success. */
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
                /** @description The properties to return, such as `Name,TableRight/Mask`; all others are null. Unknown names are ignored */
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
            /** @description Success. */
            200: {
                headers: {
                    /** @description The number of rows returned, if the list was truncated */
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
            /** @description Success. */
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
                /** @description The properties to return, such as `Name,TableRight/Mask`; all others are null. Unknown names are ignored */
                $select?: string;
                /** @description When the task is due. A time without an offset is in the caller's time zone */
                StartAt?: string;
                /** @description Seconds until the task is due */
                DelaySeconds?: string;
                /** @description -1000 to 1000; tasks with a higher priority run first */
                Priority?: string;
            };
            header?: {
                /** @description Makes retries safe: requests with the same key and body within a day start only one task */
                "Idempotency-Key"?: string;
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
            /** @description Success. */
            200: {
                headers: {
                    /** @description Unknown properties of the body, which were ignored */
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
            /** @description Success. */
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
                /** @description The properties to return, such as `Name,TableRight/Mask`; all others are null. Unknown names are ignored */
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
            /** @description Success. */
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
            /** @description Success. */
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
                /** @description The properties to return, such as `Name,TableRight/Mask`; all others are null. Unknown names are ignored */
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
            /** @description Success. */
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
            /** @description Success. */
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
                /** @description The properties to return, such as `Name,TableRight/Mask`; all others are null. Unknown names are ignored */
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
            /** @description Success; the response has no body. */
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
            /** @description Success. */
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
                /** @description The properties to return, such as `Name,TableRight/Mask`; all others are null. Unknown names are ignored */
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
            /** @description Success; the response has no body. */
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
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success; the response has no body. */
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
            /** @description Success. */
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
                /** @description The name of a definition, case-insensitive */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
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
                /** @description The name of a definition, case-insensitive */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
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
                /** @description The name of a definition, case-insensitive */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
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
                /** @description The name of a definition, case-insensitive */
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
                    Weights?: {
                        [key: string]: number;
                    } | null;
                };
            };
        };
        responses: {
            /** @description Success. */
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
                /** @description The name of a definition, case-insensitive */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
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
                /** @description The name of a definition, case-insensitive */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
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
    readDefinitionStatistics: {
        parameters: {
            query?: {
                /** @description The length of the period, 5 to 86400; 60 by default */
                Minutes?: string;
            };
            header?: never;
            path: {
                /** @description The name of a definition, case-insensitive */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DefinitionStatistics"];
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
    listWorkers: {
        parameters: {
            query?: {
                /** @description Only workers that run this definition */
                Definition?: string;
                /** @description Lists those of all cells, each with Cell */
                Cells?: "all";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    /** @description With Cells=all: the names of the cells that did not respond in time */
                    "Batchline-Cells-Missing"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Worker"][];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
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
            /** @description Success. */
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
            /** @description Created. */
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
            /** @description Success. */
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
                    /** @enum {unknown} */
                    Overlap?: "Allow" | "Skip" | "Queue";
                    Priority?: number;
                    Paused?: boolean;
                };
            };
        };
        responses: {
            /** @description Success. */
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
            /** @description Success; the response has no body. */
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
                /** @description The number of times, 1 to 1000; 5 by default */
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
            /** @description Success. */
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
                /** @description A code, an id or an IANA name; the caller's time zone by default */
                TimeZone?: string;
                /** @description The number of times, 1 to 1000; 5 by default */
                Count?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success. */
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
                /** @description The name of a definition, case-insensitive */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
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
                /** @description The name of a definition, case-insensitive */
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
            /** @description Success. */
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
                /** @description The name of a definition, case-insensitive */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success; the response has no body. */
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
                /** @description The length of the period, 5 to 86400; 60 by default */
                Minutes?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success. */
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
            /** @description Success; the response has no body. */
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
            /** @description Success. */
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
            /** @description Success; the response has no body. */
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
            /** @description Success. */
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
            /** @description Success; the response has no body. */
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
            /** @description Success. */
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
            /** @description Success; the response has no body. */
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
            /** @description Success. */
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
            /** @description Success; the response has no body. */
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
            /** @description Success. */
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
                /** @description sha-256=:<base64>: (RFC 9530); verified if present */
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
            /** @description Created. */
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
                /** @description The File of the upload */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success; the response has no body. */
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
    listAdministrationAudit: {
        parameters: {
            query?: {
                Kind?: "User" | "Token" | "Application" | "Webhook" | "Subscription" | "Schedule" | "Definition";
                ObjectName?: string;
                ObjectId?: number;
                ActorId?: number;
                /** @description Returns only entries with a smaller Id */
                Before?: number;
                /** @description Lists those of all cells, each with Cell */
                Cells?: "all";
                /** @description With Cells=all: the header Batchline-Continue of the page before */
                Continue?: string;
                Top?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    /** @description With Cells=all: the names of the cells that did not respond in time */
                    "Batchline-Cells-Missing"?: string;
                    /** @description With Cells=all: the value of Continue for the next page, if there is one */
                    "Batchline-Continue"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdministrationEntry"][];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
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
            /** @description Success. */
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
                    /** @description The minimum length is the setting BATCHLINE_MIN_PASSWORD_LENGTH */
                    Password?: string;
                    Roles?: ("administrator" | "viewer")[];
                    DatabaseSerialNumber?: string;
                };
            };
        };
        responses: {
            /** @description Created. */
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
                    /** @description The minimum length is the setting BATCHLINE_MIN_PASSWORD_LENGTH */
                    Password?: string;
                    Roles?: ("administrator" | "viewer")[];
                    Disabled?: boolean;
                };
            };
        };
        responses: {
            /** @description Success. */
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
    createPasswordLink: {
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
            /** @description Created. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasswordLink"];
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
    listApplications: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
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
            /** @description Created. */
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
            /** @description Success; the response has no body. */
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
            /** @description Success. */
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
            /** @description Created. */
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
            /** @description Success; the response has no body. */
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
