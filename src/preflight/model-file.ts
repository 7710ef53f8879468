/** An input as the model's file tells it. */
export interface ModelInput {
  /** Undefined where the format has no names. */
  readonly name?: string;
  /** Sizes, undefined where the file leaves one open; the whole undefined where it tells none. */
  readonly dimensions?: readonly (number | undefined)[];
}

/** What a file of a framework tells, as far as it can be read. */
export interface ModelFile {
  /** The inputs; undefined where the format or the reader does not tell. */
  readonly inputs?: readonly ModelInput[];
  /** How many inputs there are, where names and sizes are not told. */
  readonly inputCount?: number;
  /** Oldest release of the framework that can have written it, and what tells so. */
  readonly writtenBy?: { readonly version: string; readonly because: string };
  /** Why it is not a model of the framework at all: what it is instead. */
  readonly notAModel?: string;
  /** Why nothing is known of it. */
  readonly unreadable?: string;
  /** Of MXNet's symbol: variables, of which the parameters are not inputs. */
  readonly variables?: readonly string[];
  /** Of MXNet's parameters: their names. */
  readonly parameters?: readonly string[];
  /** Of TensorFlow: whether it is a SavedModel. */
  readonly isSavedModel?: boolean;
}
