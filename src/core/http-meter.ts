/** Is told of the requests that this process answers. Never throws. */
export interface HttpMeter {
  began(): void;
  /** @param route the pattern of the route, so that there are few; `none` where no route has matched */
  answered(method: string, route: string, status: number, seconds: number): void;
  /** How many event streams are open now. */
  streams(open: number): void;
}
