import { createHash } from 'crypto';
import * as fs from 'fs';
import * as path from 'path';
import { canonicalData, canonicalEntries, canonicalValues, isUnreadable, type ResolutionScope, type Variants } from './canonical';
import { attributeValue, type StackFacts, type SynthesizedTemplate, type TemplateResource } from './resources';
import { choicesOf } from '../../util/intrinsics';

/** Matches attributes that are IDs of parts of a network. */
const NETWORK_ID = /^(host)?(vpc|subnet|route_?table)_?ids?$/i;

/** A value, and the template that contains it. */
interface Written {
  readonly value: any;
  readonly template: SynthesizedTemplate;
}

/** CDK's placeholder until the CLI has looked up a prefix list. It is never deployed, because there is no such list. */
const PENDING_PREFIX_LIST: [string, string] = ['pl-xxxxxxxx', 'com.amazonaws.pending.s3'];

/** Facts about templates that only the app knows, if there is one. */
export interface AppFacts {
  /** Paths of constructs by `<template file>#<logical ID>`, for templates that do not contain them. */
  readonly constructPaths?: ReadonlyMap<string, string>;
  /** Stacks by template file. */
  readonly stacks?: ReadonlyMap<string, StackFacts>;
  /** Names of managed prefix lists that CDK has looked up, by ID. */
  readonly prefixListNames?: ReadonlyMap<string, string>;
  /** ID of the organization that the accounts belong to. */
  readonly organizationId?: string;
}

/**
 * All templates of an app as one graph. References are followed through exports, outputs of stacks, and the parameters and outputs of nested stacks.
 */
export class TemplateSet {
  /**
   * @param files absolute paths of templates; those of nested stacks are found through their parents
   * @param facts the app's facts about its templates
   */
  public static fromFiles(files: string[], facts: AppFacts = {}): TemplateSet {
    const set = new TemplateSet(facts);
    for (const file of [...new Set(files.map(name => path.resolve(name)))].sort()) {
      const name = path.basename(file).replace(/\.template\.json$/, '');
      const same = set.templates.filter(template => template.name.replace(/~\d+$/, '') === name).length;
      set.add({
        name: same ? `${name}~${same + 1}` : name,
        file,
        body: JSON.parse(fs.readFileSync(file, 'utf8')),
        stack: facts.stacks?.get(file) ?? { name },
      });
    }
    return set;
  }

  public static of(body: any, stack?: StackFacts): TemplateSet {
    const set = new TemplateSet();
    set.add({ name: 'Template', body, stack });
    return set;
  }

  public readonly templates: SynthesizedTemplate[] = [];
  public readonly resources: TemplateResource[] = [];
  public readonly prefixListNames: ReadonlyMap<string, string>;
  /** The ID of the organization, if the app knows it. */
  public readonly organizations: string[];
  /** Nested stacks whose template is not in the cloud assembly. */
  public readonly unseen: TemplateResource[] = [];
  private readonly byType = new Map<string, TemplateResource[]>();
  private readonly byRef = new Map<string, TemplateResource>();
  private readonly nestedByResource = new Map<TemplateResource, SynthesizedTemplate>();
  private readonly exports = new Map<string, Written>();
  private readonly scopes = new Map<SynthesizedTemplate, ResolutionScope>();
  private storedParameters?: Map<string, Written>;

  private readonly constructPaths: ReadonlyMap<string, string>;

  private constructor({ constructPaths = new Map(), prefixListNames, organizationId }: AppFacts = {}) {
    this.organizations = organizationId === undefined ? [] : [organizationId];
    this.constructPaths = constructPaths;
    this.prefixListNames = new Map([PENDING_PREFIX_LIST, ...prefixListNames ?? []]);
  }

  public ofType(...types: string[]): TemplateResource[] {
    return types.flatMap(type => this.byType.get(type) ?? []);
  }

  /** Finds the resource to which a canonical value refers, by `Ref` or by any attribute. */
  public find(canonical: string): TemplateResource | undefined {
    const [, ref] = /^\$\{([^{}]+#[^{}.]+)(?:\.[^{}]+)?\}$/.exec(canonical) ?? [];
    return ref === undefined ? undefined : this.byRef.get(`\${${ref}}`);
  }

  /**
   * Returns all results that a value may have at deployment, as canonical strings that can be compared across the app. There is more than one if
   * `Fn::If` or `Fn::FindInMap` leave a choice, and none for `AWS::NoValue`.
   */
  public values(value: any, template: SynthesizedTemplate): string[] {
    return canonicalValues(value, this.scopeOf(template));
  }

  /** Returns all possible entries of a list or a single value. */
  public entries(value: any, template: SynthesizedTemplate): string[] {
    return value === undefined ? [] : canonicalEntries(value, this.scopeOf(template));
  }

  /** Returns all results that an object may have at deployment, with canonical strings in it. */
  public data(value: any, template: SynthesizedTemplate): Variants<any> {
    return canonicalData(value, this.scopeOf(template));
  }

  /** Returns the entries of a property that is a list of objects, with all branches of `Fn::If`. */
  public list(value: any): any[] {
    if (value === undefined || value === null) { return []; }
    if (Array.isArray(value)) { return value.flatMap(entry => this.choices(entry)).flat(); }
    return this.choices(value).flatMap(choice => Array.isArray(choice) ? this.list(choice) : [choice]);
  }

  /** Returns a value, or the values that its `Fn::If` may choose. */
  public choices(value: any): any[] {
    return choicesOf(value).filter(choice => choice !== undefined);
  }

  /** Returns the values of a resource's property, as canonical strings. */
  public property(resource: TemplateResource, name: string): string[] {
    return this.values(resource.properties[name], resource.template);
  }

  /** Returns the entries of a property, which may be a list or a single value. `Config.VpcIdentifier` names a property of a property. */
  public propertyEntries(resource: TemplateResource, name: string): string[] {
    const [first, ...rest] = name.split('.');
    const written = rest.reduce((values, key) => values.flatMap(value => this.choices(value)).map(value => value[key]), [resource.properties[first]]);
    return written.flatMap(value => this.entries(value, resource.template));
  }

  /** Returns the resources to which a property refers. The property may be a single value or a list. */
  public references(resource: TemplateResource, name: string): TemplateResource[] {
    return this.propertyEntries(resource, name).flatMap(value => this.find(value) ?? []);
  }

  /** The accounts of the app, in the spellings of templates, and their organization if it is known. */
  public get owners(): string[] {
    return ['${AWS.AccountId}', ...this.templates.flatMap(({ stack }) => stack?.account ?? []), ...this.organizations];
  }

  private add(template: SynthesizedTemplate) {
    this.templates.push(template);
    const nested: TemplateResource[] = [];
    for (const [logicalId, definition] of Object.entries<any>(template.body.Resources ?? {})) {
      const resource = this.resourceOf(template, logicalId, definition);
      this.resources.push(resource);
      if (!this.byType.has(resource.type)) { this.byType.set(resource.type, []); }
      this.byType.get(resource.type)!.push(resource);
      this.byRef.set(resource.ref, resource);
      if (resource.type === 'AWS::CloudFormation::Stack') { nested.push(resource); }
    }
    for (const { Value, Export } of Object.values<any>(template.body.Outputs ?? {})) {
      // Without the stack's name, a value that contains it differs in each template.
      this.values(Export?.Name, template).filter(name => !name.includes('${AWS.StackName}'))
        .forEach(name => this.exports.set(exportKey(template, name), { value: Value, template }));
    }
    nested.forEach(resource => this.addNested(resource));
  }

  private resourceOf(template: SynthesizedTemplate, logicalId: string, definition: any): TemplateResource {
    return {
      template,
      logicalId,
      // An entry that a macro expands, such as Fn::ForEach, has no type.
      type: definition.Type ?? logicalId,
      properties: definition.Properties ?? {},
      metadata: definition.Metadata ?? {},
      condition: definition.Condition,
      ref: `\${${template.name}#${logicalId}}`,
      constructPath: definition.Metadata?.['aws:cdk:path'] ?? this.constructPaths.get(`${template.file}#${logicalId}`) ?? `${template.name}/${logicalId}`,
    };
  }

  private addNested(parent: TemplateResource) {
    const file = nestedTemplateFile(parent);
    if (!file) {
      this.unseen.push(parent);
      return;
    }
    const { name, stack } = parent.template;
    const body = JSON.parse(fs.readFileSync(file, 'utf8'));
    // CloudFormation generates the name of a nested stack.
    const template = {
      name: `${name}.${parent.logicalId}`,
      file,
      parent,
      body,
      stack: stack && { ...stack, name: `\${${name}#${parent.logicalId}.StackName}` },
    };
    this.nestedByResource.set(parent, template);
    this.add(template);
  }

  private scopeOf(template: SynthesizedTemplate): ResolutionScope {
    if (!this.scopes.has(template)) { this.scopes.set(template, this.createScope(template)); }
    return this.scopes.get(template)!;
  }

  private createScope(template: SynthesizedTemplate): ResolutionScope {
    const referenced = (found: Written | undefined) => found && { value: found.value, scope: this.scopeOf(found.template) };
    return {
      name: template.name,
      mappings: template.body.Mappings ?? {},
      stackName: template.stack?.name,
      parameter: name => {
        const declared = template.body.Parameters?.[name];
        if (!declared) { return undefined; }
        const value = template.parent?.properties.Parameters?.[name];
        if (value !== undefined) { return { value, scope: this.scopeOf(template.parent!.template) }; }
        const isStored = typeof declared.Default === 'string' && String(declared.Type).startsWith('AWS::SSM::Parameter::Value');
        return (isStored ? referenced(this.stored(declared.Default)) : undefined) ?? { unknown: true };
      },
      exported: name => referenced(this.exports.get(exportKey(template, name))),
      stackOutput: (stack, output) => {
        const directory = template.file && path.dirname(template.file);
        const named = this.templates.filter(({ stack: facts, parent }) => !parent && facts?.name === stack);
        const near = named.filter(({ file }) => file && path.dirname(file) === directory);
        const stacks = near.length > 0 ? near : named;
        if (stacks.length === 0) { return { unknown: true }; }
        // Stacks with the same name are in different accounts or Regions. CDK names their outputs after what they refer to.
        const found = stacks.find(({ body }) => body.Outputs?.[output] !== undefined);
        return found && { value: found.body.Outputs[output].Value, scope: this.scopeOf(found) };
      },
      storedParameter: name => referenced(this.stored(name)),
      attribute: (logicalId, attribute) => {
        const resource = this.byRef.get(`\${${template.name}#${logicalId}}`);
        const nested = resource && this.nestedByResource.get(resource);
        const output = nested?.body.Outputs?.[attribute.replace(/^Outputs\./, '')];
        if (output) { return { value: output.Value, scope: this.scopeOf(nested!) }; }
        const value = resource && (attributeValue(resource, attribute) ?? (/^vpc_?id$/i.test(attribute) ? this.vpcOf(resource) : undefined));
        if (value !== undefined) { return { value, scope: this.scopeOf(template) }; }
        return resource && resource.type.startsWith('AWS::') && !resource.type.startsWith('AWS::CloudFormation::') && NETWORK_ID.test(attribute) ? 'unreadable' : undefined;
      },
    };
  }

  /** Returns the VPC of a resource that names it in another property, or names only a subnet or a security group. */
  private vpcOf(resource: TemplateResource): string | undefined {
    const [named] = this.mentions(resource, /^vpc_?(id|identifier|arn)$/i);
    const parts = this.mentions(resource, /subnet|security_?group/i).flatMap(id => this.find(id) ?? []);
    const part = parts.find(({ type }) => type === 'AWS::EC2::Subnet' || type === 'AWS::EC2::SecurityGroup');
    return named ?? (part && this.property(part, 'VpcId')[0]);
  }

  /** Returns the values of properties whose names match, at any depth. */
  public mentions({ properties, template }: TemplateResource, name: RegExp): string[] {
    return this.mentionsIn(properties, template, name);
  }

  public mentionsIn(value: any, template: SynthesizedTemplate, name: RegExp): string[] {
    if (value === null || typeof value !== 'object') { return []; }
    return Object.entries<any>(value).flatMap(([key, entry]) => key.startsWith('Fn::') && key !== 'Fn::If' ? []
      : name.test(key) ? [...this.entries(entry, template), ...this.mentionsIn(entry, template, name)] : this.mentionsIn(entry, template, name));
  }

  private stored(name: string): Written | undefined {
    const parameter = this.find(name);
    if (parameter?.type === 'AWS::SSM::Parameter') { return { value: parameter.properties.Value, template: parameter.template }; }
    this.storedParameters ??= new Map(this.resources.flatMap((resource): [string, Written][] => {
      const { type, properties, template } = resource;
      if (type === 'AWS::SSM::Parameter') { return this.property(resource, 'Name').map(known => [known, { value: properties.Value, template }]); }
      const isWriter = type === 'Custom::CrossRegionExportWriter';
      return isWriter ? Object.entries<any>(properties.WriterProps?.exports ?? {}).map(([key, value]) => [key, { value, template }]) : [];
    }));
    return this.storedParameters.get(name);
  }
}

/**
 * Returns the key of an export. Stages of an app may export the same names, because they are deployed to different environments, so it contains their
 * directory.
 */
function exportKey({ file, stack }: SynthesizedTemplate, name: string): string {
  const known = name.replace(/\$\{AWS\.(Region|AccountId)\}/g, (all, pseudo) => (pseudo === 'Region' ? stack?.region : stack?.account) ?? all);
  return `${file ? path.dirname(file) : ''}:${known}`;
}

/**
 * Finds the template file of a nested stack, which is an asset. CDK names the asset's file in the metadata, and the URL contains the digest of its
 * content. Any other URL is another template.
 */
function nestedTemplateFile({ template, metadata, properties }: TemplateResource): string | undefined {
  if (!template.file) { return undefined; }
  const directory = path.dirname(template.file);
  const named: string[] = [metadata['aws:asset:path'] ?? []].flat().filter(name => fs.existsSync(path.resolve(directory, name)));
  const url = JSON.stringify(properties.TemplateURL ?? '');
  return [...named, ...fs.readdirSync(directory).filter(name => name.endsWith('.nested.template.json'))]
    .map(name => path.resolve(directory, name))
    // The digest is computed from compact JSON, but the file is indented.
    .find(file => url.includes(createHash('sha256').update(JSON.stringify(JSON.parse(fs.readFileSync(file, 'utf8')))).digest('hex')));
}

/**
 * Whether a property names one of these IDs. A reference to another resource of the app is `other`. A literal ID, a parameter or the response of a
 * custom resource may be one of these IDs, so it is `unknown`. An unreadable value may be anything.
 */
export type Relation = 'ours' | 'other' | 'unknown' | 'unreadable';

export function relationTo(templates: TemplateSet, resource: TemplateResource, property: string, ours: string[]): Relation {
  const values = templates.propertyEntries(resource, property);
  if (values.some(value => ours.some(id => isSame(value, id)))) { return 'ours'; }
  if (values.some(value => isUnreadable(value))) { return 'unreadable'; }
  const isOwned = ours.some(id => templates.find(id) !== undefined);
  return values.some(value => isOpen(templates, value) && (isOwned || value.includes('${'))) ? 'unknown' : 'other';
}

/** Whether a value is the ID, its ARN, or an ARN that ends in it. */
function isSame(value: string, id: string): boolean {
  return value === id || value.endsWith(`/${id}`) || value === `${id.slice(0, -1)}.Arn}`;
}

function isOpen(templates: TemplateSet, value: string): boolean {
  const source = templates.find(value);
  return source ? /^(Custom::|AWS::CloudFormation::)/.test(source.type) : !hasReference(value);
}

/** Whether a value ends in a reference to a resource of the app. */
function hasReference(value: string): boolean {
  return /\$\{[^{}?]+#[^{}]+\}$/.test(value);
}
