import * as path from 'path';
import { newestCdk } from './tools';

interface Diagnostic {
  readonly ruleId: string;
  readonly severity: 'FATAL' | 'ERROR' | 'WARN' | 'INFO' | 'DEBUG';
  readonly message: string;
  readonly propertyPath?: string;
  readonly entity?: { readonly logicalId?: string };
}

interface Validate {
  readonly CompositeEngine: new () => { validateTemplate(template: object): { diagnostics: Diagnostic[] } };
  readonly TemplateContent: new (text: string) => object;
}

/**
 * AWS's own validator of templates, the one that the newest aws-cdk-lib runs at synthesis: its errors in a template.
 */
export function awsValidator(): (template: object) => string[] {
  // The registry has no newer package of it than a beta; aws-cdk-lib brings it along.
  const folder = path.join(newestCdk(), 'node_modules', 'aws-cdk-lib', 'node_modules', '@aws', 'cloudformation-validate');
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- it is no dependency of this repository
  const { CompositeEngine, TemplateContent } = require(folder) as Validate;
  const engine = new CompositeEngine();
  return template => engine.validateTemplate(new TemplateContent(JSON.stringify(template))).diagnostics
    .filter(({ severity }) => severity === 'FATAL' || severity === 'ERROR')
    .map(({ ruleId, message, propertyPath, entity }) => `${ruleId} ${entity?.logicalId ?? ''} ${propertyPath ?? ''}: ${message}`);
}
