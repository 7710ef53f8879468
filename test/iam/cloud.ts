import { decide, type Decision, type Request } from './decide';
import { type ObjectName, objects } from './objects';
import { paths } from './paths';
import { principals } from './principals';
import type { Row } from './row';
import { deploy, type Stacks, type Templates } from './stacks';

/**
 * The stacks as deployed, with all who might ask and all they might ask for, by the names that the tables use.
 */
export class Cloud {
  private readonly stacks: Stacks;

  constructor(templates: Templates) {
    this.stacks = deploy(templates);
  }

  public decide(row: Row): Promise<Decision> {
    return decide(this.request(row));
  }

  public request([, principal, action, object, path, , , context = {}]: Row): Request {
    return {
      principal: principals[principal](this.stacks),
      action,
      resources: [object].flat().map(name => objects[name](this.stacks)),
      path: paths[path](this.stacks),
      context: this.concrete(context),
    };
  }

  /** `<name>` in the tables' context stands for an object's ARN. */
  private concrete(context: { [key: string]: string | string[] }) {
    const value = (text: string) => text.replace(/<([^>]+)>/g, (_, name: ObjectName) => objects[name](this.stacks).arn);
    return Object.fromEntries(Object.entries(context).map(([key, of]) => [key, typeof of === 'string' ? value(of) : of.map(value)]));
  }
}
