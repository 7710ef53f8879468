import type { awscdk } from 'projen';
import { program } from './programs';

/** Adds tasks that run examples on this machine, without an AWS account. */
export function addLocalRun(project: awscdk.AwsCdkConstructLibrary): void {
  const demo = project.addTask('demo', {
    description: 'Synthesize examples/private-compilation and run it locally, without an AWS account',
  });
  demo.spawn(project.bundler.bundleTask);
  demo.exec(program('local/demo.ts'), { receiveArgs: true });

  project.addTask('demo:fleet', {
    description: 'Synthesize examples/fleet and run it locally, with live progress, without an AWS account',
    exec: program('local/fleet/demo.ts'),
    receiveArgs: true,
  });
}
