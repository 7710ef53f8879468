import type { Clock } from '../sagemaker';

/** The properties of a synthesized pipe from a queue to a state machine, all references replaced. */
export interface PipeProperties {
  readonly SourceParameters: { readonly SqsQueueParameters: { readonly BatchSize: number; readonly MaximumBatchingWindowInSeconds: number } };
  readonly TargetParameters: { readonly InputTemplate: string };
}

/** A pipe. It collects the messages of a window into batches, and each batch starts an execution. */
export class Pipe {
  private messages: string[] = [];
  private isOpen = false;

  constructor(private readonly props: PipeProperties, private readonly clock: Clock, private readonly start: (input: unknown[]) => void) {}

  /** Adds a message to the queue. */
  public send(body: string): void {
    this.messages.push(body);
    if (this.isOpen) { return; }
    this.isOpen = true;
    void this.clock.sleep(1_000 * this.props.SourceParameters.SqsQueueParameters.MaximumBatchingWindowInSeconds).then(() => this.flush());
  }

  private flush(): void {
    this.isOpen = false;
    const { BatchSize } = this.props.SourceParameters.SqsQueueParameters;
    while (this.messages.length > 0) {
      this.start(this.messages.splice(0, BatchSize).map(body => this.input(body)));
    }
  }

  /** Fills the values of paths into the template, each as JSON. A body that is JSON is parsed. */
  private input(body: string): unknown {
    const message = { body: JSON.parse(body) };
    return JSON.parse(this.props.TargetParameters.InputTemplate.replace(/<\$\.([^>]+)>/g, (_, path: string) =>
      JSON.stringify(path.split('.').reduce((value: any, member) => value?.[member], message) ?? null)));
  }
}
