import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { DeviceFacts, DEVICES, FrameworkFacts, FRAMEWORKS, VersionTable } from './compatibility';
import type { NeoCompilerOptions } from './compiler-options';
import type { NeoDataInputShape } from './data-input-shape';
import type { NeoFramework } from './framework';
import type { NeoTarget } from './target';
import { withoutTokens } from '../util/errors';
import { isRecord } from '../util/prop-types';

/**
 * The parts of a request that the rules check.
 */
export interface CompilationRequest {
  /** Undefined for a model package, which specifies its own framework. */
  readonly framework?: NeoFramework;
  readonly dataInputShape?: NeoDataInputShape;
  readonly target: NeoTarget;
  readonly compilerOptions?: NeoCompilerOptions;
}

/**
 * Descriptions of the rules' warnings for docs/targets.md, by their ids without `cdk-sagemaker-neo:`.
 */
export const WARNINGS = {
  unknownFramework: 'This version of the library does not know the framework, so nothing about it is checked.',
  unknownTarget: 'This version of the library does not know the device or a part of the platform, so nothing about it is checked.',
  undocumentedCombination: 'AWS does not document the framework or its version for this target; the job may fail.',
  frameworkVersionMissing: 'The framework has versions, and none is given. Neo chooses one, and a model that a newer version saved fails.',
  frameworkVersionNotSent: 'The library omits the version from the request for this device, like AWS\'s own SDK.',
  frameworkVersionPatch: 'AWS documents the release without this patch version, and AWS\'s own SDK sends none.',
  neoRegion: 'AWS\'s Python SDK has no image of Neo for the Region of the stack, so Neo may not exist there.',
  retiredTarget: 'AWS has discontinued the device or its service.',
  targetRegion: 'Neo compiles for the device in one Region only, and the Region of the stack is not known at synthesis.',
  nvidiaCompilerOptions: '`gpu-code`, `trt-ver` or `cuda-ver` is missing for an NVIDIA accelerator, or a version is not in the form that AWS documents.',
  compilerOptionNotForTarget: 'AWS does not document the option for this target.',
  dataInputShapeMissing: 'The framework needs a shape, and none is given. Neo can derive it for some models only.',
  coreMlShapeOnOtherTarget: 'The shape has Core ML\'s form, but the target is not Core ML.',
  inputOrder: 'The names of the inputs suggest a different order.',
  inputLayout: 'A shape looks like an image in a layout other than the one that AWS documents. (For Keras and a square color image, this is an error unless the shape is given as JSON.)',
} as const;

export type WarningId = keyof typeof WARNINGS;

/** The facts about a model's archive that can be read if it is a local file. */
export interface ArchiveFacts {
  /** Warnings that are superfluous, because the content of the file answers the question. */
  readonly settled: ReadonlySet<WarningId>;
  /** Whether it contains a file `*config.json`. Undefined if that is unknown. */
  readonly hasConfig?: boolean;
}

const archives = new WeakMap<IConstruct, ArchiveFacts>();

/** Stores the facts about the archive of a job's or task's model, for the rules. */
export function setArchive(scope: IConstruct, facts: ArchiveFacts): void {
  archives.set(scope, facts);
}

/** Returns the facts about the archive of a job's or task's model, if there are any. */
export function archiveOf(scope: IConstruct): ArchiveFacts | undefined {
  return archives.get(scope);
}

/**
 * Receives the findings of the rules.
 */
export interface Report {
  /** Reports a contradiction to the API, so that the job cannot succeed. */
  error(message: string): void;
  /** Reports a combination that AWS does not document, or that cannot be checked at synthesis. */
  warn(id: WarningId, message: string): void;
}

export type Rule = (compilation: Compilation, report: Report) => void;

/**
 * A request as far as it is known at synthesis. Unresolved values are undefined here, so that no rule compares a token.
 */
export class Compilation {
  public readonly framework?: string;
  public readonly frameworkFacts?: FrameworkFacts;
  public readonly version?: string;
  public readonly device?: string;
  public readonly deviceFacts?: DeviceFacts;
  public readonly os?: string;
  public readonly arch?: string;
  /** The accelerator of a platform. It is null if the platform has none. */
  public readonly accelerator?: string | null;
  /** The compiler options by name. */
  public readonly options?: { readonly [name: string]: unknown };
  /** The compiler options as a command line, as Inferentia accepts them. */
  public readonly commandLine?: string;
  public readonly isPlatform: boolean;

  constructor(public readonly scope: IConstruct, public readonly request: CompilationRequest) {
    this.framework = known(request.framework?.name);
    this.frameworkFacts = lookUp(FRAMEWORKS, this.framework);
    this.version = known(request.framework?.version ?? undefined);
    const platform = request.target.targetPlatform;
    this.isPlatform = platform !== undefined;
    this.device = known(request.target.deviceName);
    this.deviceFacts = lookUp(DEVICES, this.device);
    this.os = known(platform?.os.name);
    this.arch = known(platform?.arch.name);
    this.accelerator = platform && !platform.accelerator ? null : known(platform?.accelerator?.name);
    const options = request.compilerOptions?._value;
    this.options = isRecord(options) && !Token.isUnresolved(options) ? options : undefined;
    this.commandLine = typeof options === 'string' ? known(options) : undefined;
  }

  /** The framework and its version, for messages. */
  public get frameworkText(): string {
    return withoutTokens(String(this.request.framework));
  }

  /** The target, for messages. */
  public get targetText(): string {
    return withoutTokens(String(this.request.target));
  }

  /** Whether the target is a SageMaker instance, `ml_*`. */
  public get isInstance(): boolean {
    return this.device !== undefined && this.device.startsWith('ml_');
  }

  /** Whether the target is known not to be an instance. */
  public get isNoInstance(): boolean {
    return this.isPlatform || (this.device !== undefined && !this.isInstance);
  }

  /** AWS's table of framework versions for the target. */
  public get versionTable(): VersionTable | undefined {
    return this.isPlatform ? 'edge' : this.deviceFacts?.versionTable;
  }
}

/**
 * Whether two versions name the same release, as far as both are specific: `1.15` and `1.15.3` do.
 */
export function sameRelease(a: string, b: string): boolean {
  return a === b || (a.length < b.length ? b.startsWith(`${a}.`) : a.startsWith(`${b}.`));
}

function known(text?: string): string | undefined {
  return Token.isUnresolved(text) ? undefined : text;
}

/** Returns a row of a table. Only own properties are rows, so that `constructor` is not found. */
export function lookUp<T>(table: { readonly [name: string]: T }, name?: string): T | undefined {
  return name !== undefined && Object.prototype.hasOwnProperty.call(table, name) ? table[name] : undefined;
}
