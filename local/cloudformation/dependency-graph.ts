import { asIntrinsic, getAttArgument, ResourceDefinition, splitAttribute, splitSub, TemplateError, TemplateValue } from './template';

/** Maps each node to the nodes that must exist before it. */
export type DependencyGraph = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Finds the dependencies of each resource: its DependsOn, and everything that its properties refer to in the branches of Fn::If that are taken.
 *
 * @throws TemplateError for a circular dependency, or a dependency on a resource that is not in the template
 */
export function dependencyGraph(
  resources: Readonly<Record<string, ResourceDefinition>>, condition: (name: string) => boolean, parameters: Readonly<Record<string, unknown>> = {},
): DependencyGraph {
  const graph = new Map<string, Set<string>>();
  for (const [id, resource] of Object.entries(resources)) {
    const dependencies = new Set<string>();
    for (const dependency of [resource.DependsOn ?? []].flat()) {
      if (!(dependency in resources)) { throw new TemplateError(`${id} depends on ${dependency}, which is not a resource of the template`); }
      dependencies.add(dependency);
    }
    for (const reference of references(resource.Properties, condition)) {
      if (reference in resources) {
        dependencies.add(reference);
      } else if (!reference.startsWith('AWS::') && !(reference in parameters)) {
        throw new TemplateError(`${id} refers to ${reference}, which is neither a resource nor a parameter of the template`);
      }
    }
    graph.set(id, dependencies);
  }
  const cycle = findCycle(graph);
  if (cycle) { throw new TemplateError(`circular dependency between resources: ${cycle.join(' -> ')}`); }
  return graph;
}

/** Returns all names in Ref, Fn::GetAtt and Fn::Sub of a value, including parameters. */
export function references(value: TemplateValue, condition: (name: string) => boolean): Set<string> {
  const found = new Set<string>();
  const visit = (part: TemplateValue): void => {
    if (part === null || typeof part !== 'object') { return; }
    const { name, argument } = asIntrinsic(part) ?? {};
    if (name === 'Ref') {
      found.add(argument);
    } else if (name === 'Fn::GetAtt') {
      found.add(getAttArgument(argument)[0]);
    } else if (name === 'Fn::If' && Array.isArray(argument)) {
      visit(argument[condition(argument[0]) ? 1 : 2]);
    } else if (name === 'Fn::Sub') {
      const [text, variables] = typeof argument === 'string' ? [argument, {}] : argument;
      splitSub(text).forEach(item => {
        if ('variable' in item && !(item.variable in variables)) {
          found.add(item.variable.includes('.') ? splitAttribute(item.variable)[0] : item.variable);
        }
      });
      visit(variables);
    } else {
      Object.values(part).forEach(visit);
    }
  };
  visit(value);
  return found;
}

/** Returns the reversed graph, for deletions: it maps each node to the nodes that must be deleted before it. */
export function reversed(graph: DependencyGraph): DependencyGraph {
  const result = new Map([...graph.keys()].map(id => [id, new Set<string>()]));
  for (const [id, dependencies] of graph) {
    dependencies.forEach(dependency => result.get(dependency)?.add(id));
  }
  return result;
}

/**
 * Visits nodes, each after those before it, and as many at once as possible. `visit` returns whether it succeeded; nodes that depend on a failed node
 * are not visited.
 *
 * @returns the nodes whose visit succeeded
 */
export async function walk(
  graph: DependencyGraph, nodes: Iterable<string>, visit: (id: string) => Promise<boolean>, stopped: () => boolean = () => false,
): Promise<Set<string>> {
  const all = new Set(nodes);
  const visits = new Map<string, Promise<boolean>>();
  const start = (id: string): Promise<boolean> => {
    let running = visits.get(id);
    if (!running) {
      const before = [...graph.get(id) ?? []].filter(other => all.has(other)).map(start);
      running = Promise.all(before).then(ready => ready.every(Boolean) && !stopped() ? visit(id) : false);
      visits.set(id, running);
    }
    return running;
  };
  const results = await Promise.all([...all].map(async id => [id, await start(id)] as const));
  return new Set(results.filter(([, ok]) => ok).map(([id]) => id));
}

function findCycle(graph: DependencyGraph): string[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (id: string): string[] | undefined => {
    if (path.includes(id)) { return [...path.slice(path.indexOf(id)), id]; }
    if (done.has(id)) { return undefined; }
    path.push(id);
    for (const dependency of graph.get(id) ?? []) {
      const cycle = visit(dependency);
      if (cycle) { return cycle; }
    }
    path.pop();
    done.add(id);
    return undefined;
  };
  for (const id of graph.keys()) {
    const cycle = visit(id);
    if (cycle) { return cycle; }
  }
  return undefined;
}
