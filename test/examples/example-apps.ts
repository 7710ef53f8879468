import * as fs from 'fs';
import * as path from 'path';
import type { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { CloudAssembly, CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';

export const EXAMPLES = path.join(__dirname, '..', '..', 'examples');

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

/** An example's app and what it synthesizes. */
export class Example {
  /**
   * Run an example's app.ts as it is, and get hold of the app that it makes.
   */
  public static load(name: string): Example {
    const before = apps.length;
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- an app runs when it is loaded
    require(path.join(EXAMPLES, name, 'app.ts'));
    const made = apps.slice(before);
    if (made.length !== 1) { throw new Error(`examples/${name}/app.ts must make one App; got: ${made.length}`); }
    return new Example(made[0]);
  }

  /** Those of stages, too. */
  public readonly stacks: CloudFormationStackArtifact[];
  private readonly templates = new Map<string, Template>();

  public readonly assembly: CloudAssembly;

  private constructor(public readonly app: App) {
    this.assembly = app.synth();
    this.stacks = this.assembly.stacksRecursively;
  }

  /** Ids of the warnings, without the library's name; whole texts of others. */
  public get warningIds(): string[] {
    return this.stacks.flatMap(({ messages }) => messages).filter(({ level }) => level === 'warning')
      .map(({ entry }) => /\[ack: cdk-sagemaker-neo:(\w+)\]$/.exec(String(entry.data))?.[1] ?? String(entry.data));
  }

  public stack(name: string): CloudFormationStackArtifact {
    const found = this.stacks.find(({ stackName }) => stackName === name);
    if (!found) { throw new Error(`there is no stack ${name}, but: ${this.stacks.map(({ stackName }) => stackName).join(', ')}`); }
    return found;
  }

  public template(stackName: string): Template {
    const template = this.templates.get(stackName) ?? Template.fromJSON(this.stack(stackName).template);
    this.templates.set(stackName, template);
    return template;
  }

  /** Properties of the resources of a type, those whose logical id begins so. */
  public resources(stackName: string, type: string, idPrefix = ''): any[] {
    const found = Object.entries(this.template(stackName).findResources(type));
    return found.filter(([id]) => id.startsWith(idPrefix)).map(([, { Properties }]) => Properties);
  }

  /** Statements of the policies of a role, by the beginning of its logical id or by the name of an export. */
  public statementsOf(stackName: string, role: string): any[] {
    const ofRole = ({ Roles }: any) => JSON.stringify(Roles).includes(`"${role}`);
    return this.resources(stackName, 'AWS::IAM::Policy').filter(ofRole).flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  }
}
