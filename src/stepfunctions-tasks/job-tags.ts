import { Lazy, TagManager, TagType } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { EXECUTION_TAG } from './jsonata';
import { MAX_TAGS, tagFault } from '../compilation/compilation-validation';

/** Collects the tags of jobs: those of the props, and those that `Tags.of` adds to the construct or to what it is in. */
export function jobTagManager(scope: IConstruct, tags: { [key: string]: string } = {}): TagManager {
  const manager = new TagManager(TagType.STANDARD, 'AWS::SageMaker::CompilationJob', Object.entries(tags).map(([key, value]) => ({ key, value })));
  scope.node.addValidation({ validate: () => [tagFault(manager.tagValues(), MAX_TAGS.execution)].filter(fault => fault !== undefined) });
  return manager;
}

/**
 * `Tags` of CreateCompilationJob. It is produced at synthesis, as an aspect may add tags until then.
 *
 * @param execution the value of the tag that names the execution, as a member of the state's JSON
 */
export function renderJobTags(manager: TagManager, execution: { [valueOrPath: string]: string }): any {
  return Lazy.any({
    produce: () => [
      ...(manager.renderTags() ?? []).map(({ key, value }: { key: string; value: string }) => ({ Key: key, Value: value })),
      { Key: EXECUTION_TAG, ...execution },
    ],
  });
}
