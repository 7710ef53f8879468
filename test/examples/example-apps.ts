import * as fs from 'fs';
import * as path from 'path';
import type { App } from 'aws-cdk-lib';

const EXAMPLES = path.join(__dirname, '..', '..', 'examples');

/** Folders of examples that are CDK apps. */
export const exampleNames = (): string[] => fs.readdirSync(EXAMPLES).filter(name => fs.existsSync(path.join(EXAMPLES, name, 'app.ts'))).sort();

const apps: App[] = [];
const cdk = jest.requireActual('aws-cdk-lib');

class RecordedApp extends cdk.App {
  constructor(props?: unknown) {
    super(props);
    apps.push(this as unknown as App);
  }
}

// Nothing else differs, and no module is loaded a second time: the rules of cdk-nag know constructs by their classes.
jest.doMock('aws-cdk-lib', () => new Proxy(cdk, { get: (target, key) => key === 'App' ? RecordedApp : target[key] }));

/**
 * Run an example's app.ts as it is, and get hold of the app that it makes.
 */
export function loadExample(name: string): App {
  const before = apps.length;
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an app runs when it is loaded
  require(path.join(EXAMPLES, name, 'app.ts'));
  const made = apps.slice(before);
  if (made.length !== 1) { throw new Error(`examples/${name}/app.ts must make one App; got: ${made.length}`); }
  return made[0];
}
