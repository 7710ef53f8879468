import { createHash } from 'crypto';
import * as fs from 'fs';
import * as path from 'path';
import { type ResolutionScope, canonicalValues } from './canonical';
import { attributeValue, type SynthesizedTemplate, type TemplateResource } from './resources';

/** Path of the construct that made the resource of a template file. */
export type ConstructPathOf = (file: string, logicalId: string) => string | undefined;

/**
 * All templates of an app as one graph: references are followed through exports, nested stacks' parameters and their outputs.
 */
export class TemplateSet {
  /**
   * @param files absolute paths of templates; those of nested stacks are found from the templates of their parents
   * @param constructPath path of the construct that made a resource, where the template does not tell
   */
  public static fromFiles(files: string[], constructPath?: ConstructPathOf): TemplateSet {
    const set = new TemplateSet(constructPath);
    for (const file of [...new Set(files.map(name => path.resolve(name)))].sort()) {
      const name = path.basename(file).replace(/\.template\.json$/, '');
      const same = set.templates.filter(template => template.name.replace(/~\d+$/, '') === name).length;
      set.add({ name: same ? `${name}~${same + 1}` : name, file, body: JSON.parse(fs.readFileSync(file, 'utf8')) });
    }
    return set;
  }

  public static of(body: any): TemplateSet {
    const set = new TemplateSet();
    set.add({ name: 'Template', body });
    return set;
  }

  public readonly templates: SynthesizedTemplate[] = [];
  public readonly resources: TemplateResource[] = [];
  /** Nested stacks whose template is not in the cloud assembly, so that nobody can look into it. */
  public readonly unseen: TemplateResource[] = [];
  private readonly byType = new Map<string, TemplateResource[]>();
  private readonly byRef = new Map<string, TemplateResource>();
  private readonly nestedByResource = new Map<TemplateResource, SynthesizedTemplate>();
  private readonly exports = new Map<string, { value: any; template: SynthesizedTemplate }>();

  private constructor(private readonly constructPath: ConstructPathOf = () => undefined) {}

  public ofType(...types: string[]): TemplateResource[] {
    return types.flatMap(type => this.byType.get(type) ?? []);
  }

  /** The resource that a canonical value refers to, by `Ref` or by any attribute. */
  public find(canonical: string): TemplateResource | undefined {
    const [, ref] = /^\$\{([^{}]+#[^{}.]+)(?:\.[^{}]+)?\}$/.exec(canonical) ?? [];
    return ref === undefined ? undefined : this.byRef.get(`\${${ref}}`);
  }

  /**
   * Everything a value may be at deployment, as canonical strings that can be compared across the app. More than one where `Fn::If` or
   * `Fn::FindInMap` leave a choice; none for `AWS::NoValue`.
   */
  public values(value: any, template: SynthesizedTemplate): string[] {
    return canonicalValues(value, this.scopeOf(template));
  }

  /** The entries of a property that is a list, through all `Fn::If`. */
  public list(value: any): any[] {
    if (value === undefined || value === null) { return []; }
    if (Array.isArray(value)) { return value.flatMap(entry => this.choices(entry)); }
    return this.choices(value).flatMap(choice => Array.isArray(choice) ? this.list(choice) : [choice]);
  }

  /** A value and what `Fn::If` may turn it into. */
  public choices(value: any): any[] {
    if (value?.['Fn::If']) { return value['Fn::If'].slice(1).flatMap((choice: any) => this.choices(choice)); }
    return value === undefined || value === null || value.Ref === 'AWS::NoValue' ? [] : [value];
  }

  /** Property of a resource, as canonical strings. */
  public property(resource: TemplateResource, name: string): string[] {
    return this.values(resource.properties[name], resource.template);
  }

  /** The resources that a property, a value or a list, refers to. */
  public references(resource: TemplateResource, name: string): TemplateResource[] {
    return this.list(resource.properties[name])
      .flatMap(value => this.values(value, resource.template))
      .flatMap(value => this.find(value) ?? []);
  }

  private add(template: SynthesizedTemplate) {
    this.templates.push(template);
    const nested: TemplateResource[] = [];
    for (const [logicalId, definition] of Object.entries<any>(template.body.Resources ?? {})) {
      const resource = resourceOf(template, logicalId, definition, this.constructPath);
      this.resources.push(resource);
      if (!this.byType.has(resource.type)) { this.byType.set(resource.type, []); }
      this.byType.get(resource.type)!.push(resource);
      this.byRef.set(resource.ref, resource);
      if (resource.type === 'AWS::CloudFormation::Stack') { nested.push(resource); }
    }
    for (const { Value, Export } of Object.values<any>(template.body.Outputs ?? {})) {
      // What has the name of its stack in it is another one in each.
      this.values(Export?.Name, template).filter(name => !name.includes('${AWS.StackName}'))
        .forEach(name => this.exports.set(exportKey(template, name), { value: Value, template }));
    }
    nested.forEach(resource => this.addNested(resource));
  }

  private addNested(parent: TemplateResource) {
    const file = nestedTemplateFile(parent);
    if (!file) {
      this.unseen.push(parent);
      return;
    }
    const template = { name: `${parent.template.name}.${parent.logicalId}`, file, parent, body: JSON.parse(fs.readFileSync(file, 'utf8')) };
    this.nestedByResource.set(parent, template);
    this.add(template);
  }

  private scopeOf(template: SynthesizedTemplate): ResolutionScope {
    return {
      name: template.name,
      mappings: template.body.Mappings ?? {},
      parameter: name => {
        if (!template.body.Parameters?.[name]) { return undefined; }
        const value = template.parent?.properties.Parameters?.[name];
        return value === undefined ? { unknown: true } : { value, scope: this.scopeOf(template.parent!.template) };
      },
      exported: name => {
        const found = this.exports.get(exportKey(template, name));
        return found && { value: found.value, scope: this.scopeOf(found.template) };
      },
      attribute: (logicalId, attribute) => {
        const resource = this.byRef.get(`\${${template.name}#${logicalId}}`);
        const nested = resource && this.nestedByResource.get(resource);
        const output = nested?.body.Outputs?.[attribute.replace(/^Outputs\./, '')];
        if (output) { return { value: output.Value, scope: this.scopeOf(nested!) }; }
        const value = resource && attributeValue(resource, attribute);
        return value === undefined ? undefined : { value, scope: this.scopeOf(template) };
      },
    };
  }
}

/** Stages of an app, each with a directory of its own, may export the same names: they are deployed to different places. */
function exportKey({ file }: SynthesizedTemplate, name: string): string {
  return `${file ? path.dirname(file) : ''}:${name}`;
}

function resourceOf(template: SynthesizedTemplate, logicalId: string, definition: any, constructPath: ConstructPathOf): TemplateResource {
  return {
    template,
    logicalId,
    // What a macro makes of it, such as Fn::ForEach, has no type of its own.
    type: definition.Type ?? logicalId,
    properties: definition.Properties ?? {},
    metadata: definition.Metadata ?? {},
    condition: definition.Condition,
    ref: `\${${template.name}#${logicalId}}`,
    constructPath: definition.Metadata?.['aws:cdk:path'] ?? (template.file && constructPath(template.file, logicalId)) ?? `${template.name}/${logicalId}`,
  };
}

/**
 * Nested stacks are assets: CDK names an asset's file in the metadata, and the URL has the digest of its content. With any other URL it is another template.
 */
function nestedTemplateFile({ template, metadata, properties }: TemplateResource): string | undefined {
  if (!template.file) { return undefined; }
  const directory = path.dirname(template.file);
  const named: string[] = [metadata['aws:asset:path'] ?? []].flat().filter(name => fs.existsSync(path.resolve(directory, name)));
  const url = JSON.stringify(properties.TemplateURL ?? '');
  return [...named, ...fs.readdirSync(directory).filter(name => name.endsWith('.nested.template.json'))]
    .map(name => path.resolve(directory, name))
    // The digest is of compact JSON, the file is indented.
    .find(file => url.includes(createHash('sha256').update(JSON.stringify(JSON.parse(fs.readFileSync(file, 'utf8')))).digest('hex')));
}

/**
 * Whether a property names one of our IDs. What the app makes is other than ours when it is not; a literal ID, a parameter or what a custom
 * resource answers may be the ID that one of ours will have.
 */
export function relationTo(templates: TemplateSet, resource: TemplateResource, property: string, ours: string[]): 'ours' | 'other' | 'unknown' {
  const values = templates.list(resource.properties[property]).flatMap(value => templates.values(value, resource.template));
  if (values.some(value => ours.some(id => isSame(value, id)))) { return 'ours'; }
  const made = ours.some(id => templates.find(id) !== undefined);
  return values.some(value => isOpen(templates, value) && (made || value.includes('${'))) ? 'unknown' : 'other';
}

/** An ID as it is, its ARN, or an ARN that ends in it. */
function isSame(value: string, id: string): boolean {
  return value === id || value.endsWith(`/${id}`) || value === `${id.slice(0, -1)}.Arn}`;
}

function isOpen(templates: TemplateSet, value: string): boolean {
  const source = templates.find(value);
  return source ? /^(Custom::|AWS::CloudFormation::)/.test(source.type) : !hasReference(value);
}

/** Of an ARN that is joined from something the app makes. */
function hasReference(value: string): boolean {
  return /\$\{[^{}?]+#[^{}]+\}$/.test(value);
}
