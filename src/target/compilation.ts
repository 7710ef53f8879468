import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { DEVICES, FRAMEWORKS } from './compatibility';
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
  coreMlMember: 'An input in Core ML\'s form has a member that AWS does not document. Neo may ignore it.',
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

/** A request as far as it is known at synthesis. */
export type Compilation = ReturnType<typeof knownParts>;

/** Returns what is known of a request at synthesis. Unresolved values are undefined, so that no rule compares a token. */
export function knownParts(scope: IConstruct, request: CompilationRequest) {
  const framework = known(request.framework?.name);
  const device = known(request.target.deviceName);
  const deviceFacts = lookUp(DEVICES, device);
  const platform = request.target.targetPlatform;
  const isPlatform = platform !== undefined;
  const isInstance = device !== undefined && device.startsWith('ml_');
  const options = request.compilerOptions?._value;
  return {
    scope,
    request,
    framework,
    frameworkFacts: lookUp(FRAMEWORKS, framework),
    version: known(request.framework?.version ?? undefined),
    /** The framework and its version, for messages. */
    frameworkText: withoutTokens(String(request.framework)),
    device,
    deviceFacts,
    isPlatform,
    os: known(platform?.os.name),
    arch: known(platform?.arch.name),
    /** The accelerator of a platform. It is null if the platform has none. */
    accelerator: platform && !platform.accelerator ? null : known(platform?.accelerator?.name),
    /** The target, for messages. */
    targetText: withoutTokens(String(request.target)),
    /** Whether the target is a SageMaker instance, `ml_*`. */
    isInstance,
    /** Whether the target is known not to be an instance. */
    isNoInstance: isPlatform || (device !== undefined && !isInstance),
    /** AWS's table of framework versions for the target. */
    versionTable: isPlatform ? 'edge' as const : deviceFacts?.versionTable,
    /** The compiler options by name. */
    options: isRecord(options) && !Token.isUnresolved(options) ? options : undefined,
    /** The compiler options as a command line, as Inferentia accepts them. */
    commandLine: typeof options === 'string' ? known(options) : undefined,
  };
}

/**
 * Whether two versions name the same release, as far as both are specific: `1.15` and `1.15.3` do.
 */
export function sameRelease(a: string, b: string): boolean {
  return a === b || (a.length < b.length ? b.startsWith(`${a}.`) : a.startsWith(`${b}.`));
}

/** Returns a text that is known at synthesis, and undefined for a token. */
export function known(text?: string): string | undefined {
  return Token.isUnresolved(text) ? undefined : text;
}

/** Returns a row of a table. Only own properties are rows, so that `constructor` is not found. */
export function lookUp<T>(table: { readonly [name: string]: T }, name?: string): T | undefined {
  return name !== undefined && Object.prototype.hasOwnProperty.call(table, name) ? table[name] : undefined;
}
