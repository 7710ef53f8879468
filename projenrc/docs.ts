import type { awscdk } from 'projen';
import { program } from './programs';

/** Adds tasks that generate pages, or parts of pages. */
export function addDocs(project: awscdk.AwsCdkConstructLibrary): void {
  project.addTask('docs:targets', {
    description: 'Write docs/targets.md from the table of frameworks and targets',
    exec: program('docs/generate-targets.ts'),
  });
  project.addTask('docs:iam-decisions', {
    description: 'Write docs/iam-decisions.md from the table of requests in test/iam',
    exec: program('docs/generate-iam-decisions.ts'),
  });
  const privacy = project.addTask('docs:privacy', {
    description: 'Write the rules in docs/privacy.md and the example\'s picture, docs/network.svg',
  });
  privacy.spawn(project.bundler.bundleTask);
  privacy.exec(program('docs/generate-privacy.ts'));

  for (const [name, description] of [
    ['readme', 'Write the table of resources in README.md from its first example'],
    ['state-machines', 'Write the pictures of a job\'s life and of the fleet from the synthesized state machines'],
  ]) {
    const task = project.addTask(`docs:${name}`, { description });
    task.spawn(project.bundler.bundleTask);
    task.exec(program(`docs/generate-${name}.ts`), { receiveArgs: name === 'state-machines' });
  }
}
