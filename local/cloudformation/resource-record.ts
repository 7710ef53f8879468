import type { Referable } from './evaluation';
import { nativeAttribute } from './native-resources';
import { ResourceDefinition, TemplateError, TemplateValue } from './template';

/** A former physical resource, and the properties with which it was created. */
export interface FormerThing {
  readonly physicalId: string;
  readonly properties: Readonly<Record<string, TemplateValue>>;
}

/** The current state of a stack's resource. */
export class ResourceRecord implements Referable {
  public status = '';
  public statusReason?: string;
  public physicalId?: string;
  public properties: Readonly<Record<string, TemplateValue>> = {};
  public attributes: Readonly<Record<string, TemplateValue>> = {};
  /** Whether its values are secrets, which events and listings must not show. */
  public noEcho = false;
  /** Physical resources that a replacement left, until the cleanup. */
  public former: FormerThing[] = [];

  constructor(public readonly logicalId: string, public definition: ResourceDefinition) {}

  public get type(): string {
    return this.definition.Type;
  }

  /** The value of Ref. */
  public get ref(): string {
    return this.physicalId ?? '';
  }

  public get isCustom(): boolean {
    return isCustomResource(this.type);
  }

  /** The value of Fn::GetAtt. */
  public attribute(name: string): TemplateValue {
    if (!this.isCustom) { return nativeAttribute(this.logicalId, this.type, this.attributes, name); }
    if (!(name in this.attributes)) {
      throw new TemplateError(`CustomResource attribute error: Vendor response doesn't contain ${name} attribute in object ${this.logicalId} `
        + `(it has: ${Object.keys(this.attributes).join(', ') || 'none'})`);
    }
    return this.attributes[name];
  }

  /** Replaces the physical resource. The old one is deleted in the cleanup, at the end of the operation. */
  public become(physicalId: string, properties: FormerThing['properties']): void {
    if (this.physicalId !== undefined && this.physicalId !== physicalId) {
      this.former.push({ physicalId: this.physicalId, properties: this.properties });
    }
    this.former = this.former.filter(former => former.physicalId !== physicalId);
    this.physicalId = physicalId;
    this.properties = properties;
  }
}

export function isCustomResource(type: string): boolean {
  return type === 'AWS::CloudFormation::CustomResource' || type.startsWith('Custom::');
}
